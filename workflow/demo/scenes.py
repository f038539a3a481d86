"""What may happen to one item case, as beats: who does what on which working day after the submission.

Pure data out. A beat is an intention: when it is played, the real command decides whether it is allowed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random
from typing import Any

from workflow.catalogue import Item
from workflow.clock.calendar import Calendar
from workflow.clock.days import office_time
from workflow.clock.limit import Unit

LATE_REASON = "专家意见反馈较晚，已向申请人说明并致歉（演示数据）"
OPINION = "经审查，材料齐全，符合法定条件（演示数据）"


@dataclass(frozen=True, slots=True)
class Beat:
    """``day``: working days after the submission; ``minute`` of that day; ``by`` a role, or the applicant.

    ``child``: done to the newest case of that flow under the item's, instead of the item's own.
    """

    day: int
    minute: int
    by: str
    action: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    attach: tuple[str, ...] = ()
    child: str | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """Working days counted from ``base``, the first working day from the making of the demo on."""

    calendar: Calendar
    base: date

    def day(self, offset: int) -> date:
        """The working day ``offset`` days after the base, before it for a negative one."""
        return self.calendar.add_working_days(self.base, offset)

    def moment(self, offset: int, minute: int) -> datetime:
        """An instant of that day; ``minute`` counts from midnight."""
        return office_time(self.day(offset), time(*divmod(minute, 60)))


@dataclass(frozen=True, slots=True)
class Scene:
    """One item of a bundle submitted on the working day ``start`` (an offset, not after 0)."""

    rng: Random
    item: Item
    days: Days
    start: int

    @property
    def promised(self) -> int | None:
        """The promised working days, None where nothing is promised in working days."""
        own = self.item.promised
        return own.limit.amount if own is not None and own.limit.unit is Unit.WORKING_DAY else None

    def date(self, day: int) -> str:
        """The date of the working day ``day`` after the submission, as an action takes it."""
        return self.days.day(self.start + day).isoformat()

    def morning(self) -> int:
        return self.rng.randint(9 * 60 + 25, 11 * 60 + 25)

    def afternoon(self) -> int:
        return self.rng.randint(13 * 60 + 35, 16 * 60 + 50)

    def quick(self) -> int:
        """Working days used by a decision that comes early: fewer than promised."""
        if self.promised is None:
            return self.rng.randint(2, 6)
        return self.rng.randint(min(1, self.promised - 1), self.promised - 1)

    @property
    def gaps(self) -> tuple[str, ...]:
        """The materials that may follow."""
        return tuple(material.code for material in self.item.materials if material.required and material.may_follow)


Kind = Callable[..., Iterator[Beat]]


def prompt(scene: Scene) -> Iterator[Beat]:
    """Accepted at the window, decided before the promise, delivered."""
    accepted = scene.rng.choice((0, 0, 1, 1, 2))
    yield _accept(scene, accepted)
    decided = accepted + scene.quick()
    yield _grant(scene, decided)
    yield _deliver(scene, decided + scene.rng.randint(1, 4))


def on_the_day(scene: Scene) -> Iterator[Beat]:
    """Decided on the last promised day: in time, not early."""
    yield _accept(scene, 0)
    decided = scene.promised or 8
    yield _grant(scene, decided)
    yield _deliver(scene, decided + scene.rng.randint(1, 3))


def late(scene: Scene, over: int = 1) -> Iterator[Beat]:
    """Decided ``over`` working days after the promise, with the reason that is published."""
    yield _accept(scene, 0)
    decided = (scene.promised or 20) + over
    yield _grant(scene, decided, late_reason=LATE_REASON)
    yield _deliver(scene, decided + 1)


def corrected(scene: Scene) -> Iterator[Beat]:
    """The one-time notice, the corrections, then as usual."""
    asked = scene.rng.randint(1, 3)
    yield from ask_correction(scene, asked)
    again = asked + scene.rng.randint(1, 4)
    yield Beat(again, scene.rng.randint(9 * 60, 19 * 60), "applicant", "resubmit", attach=(_wrong_paper(scene),))
    yield _accept(scene, again + 1)
    decided = again + 1 + scene.quick()
    yield _grant(scene, decided)
    yield _deliver(scene, decided + scene.rng.randint(1, 3))


def paused(scene: Scene) -> Iterator[Beat]:
    """An expert review in the middle; what it took is not counted."""
    yield _accept(scene, 0)
    ended = scene.rng.randint(6, 9)
    yield from _pause(scene, 1, 1 + scene.rng.randint(8, 12))
    yield Beat(ended, scene.morning(), "officer", "end_special", {"result": "专家组原则同意（演示数据）"})
    yield _grant(scene, ended + 1)
    yield _deliver(scene, ended + 3)


def silent(scene: Scene) -> Iterator[Beat]:
    """Nobody says a word: accepted by the clock, dated back to the receipt; decided afterwards."""
    decided = scene.rng.randint(7, 9)
    late_by_now = scene.promised is not None and scene.promised < decided
    yield _grant(scene, decided, late_reason=LATE_REASON if late_by_now else None)
    yield _deliver(scene, decided + 2)


def refused(scene: Scene) -> Iterator[Beat]:
    """Refused in time, with reason and basis."""
    yield _accept(scene, 0)
    inputs = {"reason": "不符合国土空间规划管控要求（演示数据）", "basis": "行政许可法 38"}
    yield Beat(scene.quick(), scene.afternoon(), "officer", "refuse", inputs)


def with_gaps(scene: Scene) -> Iterator[Beat]:
    """Granted while a promised paper is still to come; delivered once it is there."""
    yield from gaps_open(scene)
    arrived = _gaps_decided(scene) + scene.rng.randint(3, 5)
    yield Beat(arrived, scene.morning(), "applicant", "attach", attach=scene.gaps)
    yield _deliver(scene, arrived + 1)


def gaps_open(scene: Scene) -> Iterator[Beat]:
    """Accepted with a paper promised, granted before it is there."""
    promise = {"gaps_until": scene.date(9), "form": "电子件", "signed_by": "建设单位经办人（演示数据）"}
    yield Beat(0, scene.morning(), "clerk", "accept_with_gaps", promise)
    yield Beat(_gaps_decided(scene), scene.afternoon(), "officer", "grant_with_gaps", {"opinion": OPINION})


def withdrawn(scene: Scene) -> Iterator[Beat]:
    """The applicant takes it back."""
    yield _accept(scene, 0)
    yield Beat(1, scene.afternoon(), "applicant", "withdraw", {"reason": "方案调整，另行申报（演示数据）"})


def not_needed(scene: Scene) -> Iterator[Beat]:
    """The window finds that no permit is needed."""
    yield Beat(0, scene.morning(), "clerk", "decline_not_needed", {"reason": "本工程依法不需要取得该许可（演示数据）"})


def not_ours(scene: Scene) -> Iterator[Beat]:
    """The window names the body to turn to."""
    inputs = {"reason": "不属于本机关职权范围（演示数据）", "right_body": "省级主管部门"}
    yield Beat(1, scene.morning(), "clerk", "decline_not_ours", inputs)


def revoked(scene: Scene) -> Iterator[Beat]:
    """Granted on untrue papers, revoked by the head of the office."""
    yield from granted_at(scene, 1, 2)
    yield Beat(11, scene.afternoon(), "director", "revoke", {"ground": "deceit", "reason": "申请材料不实（演示数据）"})


def cancelled(scene: Scene) -> Iterator[Beat]:
    """The permit is cancelled after its holder gave it up."""
    yield from granted_at(scene, 1, 2)
    yield Beat(
        12,
        scene.afternoon(),
        "director",
        "cancel",
        {"ground": "other_lawful", "reason": "被许可人申请注销（演示数据）"},
    )


def waiting(scene: Scene) -> Iterator[Beat]:
    """Received, nobody has looked at it yet."""
    yield from ()


def under_review(scene: Scene) -> Iterator[Beat]:
    """Accepted on the day of receipt, not decided yet."""
    yield _accept(scene, 0)


def under_expert_review(scene: Scene, until: int = 8) -> Iterator[Beat]:
    """Paused for an expert review that is planned to end on day ``until``."""
    yield _accept(scene, 0)
    yield from _pause(scene, 1, until)


def extended(scene: Scene, on: int = 13, by: int = 10) -> Iterator[Beat]:
    """Not decided yet, its limit extended once by the head of the office: on day ``on``, by ``by`` working days."""
    yield _accept(scene, 0)
    inputs = {"days": by, "reason": "涉及多部门权属核查（演示数据）"}
    yield Beat(on, scene.afternoon(), "director", "extend", inputs)


def ask_correction(scene: Scene, asked: int = 1) -> Iterator[Beat]:
    """The one-time notice, not answered yet."""
    fault = {"material": _wrong_paper(scene), "problem": "缺少签章页", "fix": "补充签章后重新上传"}
    yield Beat(asked, scene.afternoon(), "clerk", "ask_correction", {"faults": [fault]})


def to_deliver(scene: Scene) -> Iterator[Beat]:
    """Granted, waiting to be handed over."""
    yield _accept(scene, 0)
    yield _grant(scene, max((scene.promised or 4) - 1, 0))


def granted_at(scene: Scene, decided: int, delivered: int) -> Iterator[Beat]:
    """Accepted on the day of receipt, decided and delivered on the days named."""
    yield _accept(scene, 0)
    yield _grant(scene, decided)
    yield _deliver(scene, delivered)


def within_minutes(scene: Scene) -> Iterator[Beat]:
    """Decided a quarter of an hour after its acceptance (秒办)."""
    accepted = _accept(scene, 0)
    yield accepted
    yield Beat(0, accepted.minute + 14, "officer", "grant", {"opinion": OPINION})
    yield _deliver(scene, 1)


def entered_late(scene: Scene) -> Iterator[Beat]:
    """Accepted on the day of receipt, written down three working days later, dated back (补录); decided in time."""
    yield Beat(3, scene.afternoon(), "clerk", "accept", {"effective_on": scene.date(0)})
    yield _grant(scene, 4)
    yield _deliver(scene, 5)


def counted_anew(scene: Scene) -> Iterator[Beat]:
    """Papers found incomplete during the review: once they are complete, the time starts anew."""
    yield _accept(scene, 0)
    inputs = {"cause": "documents_incomplete", "until": scene.date(8), "reason": "用地证明文件不全，待补齐（演示数据）"}
    yield Beat(0, scene.afternoon(), "officer", "start_special", inputs)
    yield Beat(4, scene.afternoon(), "applicant", "attach", attach=("land_document",))
    yield Beat(5, scene.morning(), "officer", "end_special", {"result": "证明文件已补齐，重新起算（演示数据）"})


def _gaps_decided(scene: Scene) -> int:
    return max((scene.promised or 3) - 1, 0)


def _accept(scene: Scene, day: int) -> Beat:
    return Beat(day, scene.morning(), "clerk", "accept")


def _grant(scene: Scene, day: int, late_reason: str | None = None) -> Beat:
    inputs = {"opinion": OPINION} | ({"late_reason": late_reason} if late_reason else {})
    return Beat(day, scene.afternoon(), "officer", "grant", inputs)


def _deliver(scene: Scene, day: int) -> Beat:
    way = scene.rng.choice(("window", "post", "electronic", "electronic"))
    return Beat(day, scene.morning(), "clerk", "deliver", {"way": way, "recipient": "建设单位经办人"})


def _pause(scene: Scene, opened: int, until: int) -> Iterator[Beat]:
    inputs = {"cause": "expert_review", "until": scene.date(until), "reason": "需组织专家评审（演示数据）"}
    yield Beat(opened, scene.morning(), "officer", "start_special", inputs)


def _wrong_paper(scene: Scene) -> str:
    return next(material.code for material in scene.item.materials if material.required and not material.may_follow)
