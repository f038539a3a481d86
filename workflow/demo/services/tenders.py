"""The tenders of the 79: every one runs the whole way from the day it was begun, and stands today where that has led.

The living ones are placed by hand so that each step, each dispute and each failing stands somewhere; the closed ones
follow one another through the months before. Waiting times are those of the law, counted on the calendar of the day
(fact book, 5), so that no step comes too early in any year.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

from workflow.demo.codes import company_code
from workflow.demo.files import DemoFiles, DemoProject
from workflow.demo.scenes import Days
from workflow.demo.steps import Step

BIDS_PREPARED, ON_SALE, APPLIED, CLARIFIED, OBJECTED = 20, 5, 5, 15, 10
"""Calendar days of B3, B1, B2, B4 and B6."""
DEADLINE_AT = "09:30"
FIRST_BIDDER = 4000
"""Numbers of invented companies from here on bid: none of them applies for a project."""
BIDDERS = tuple(f"青岛示例建工{word}有限公司" for word in ("一建", "二建", "三建", "四建", "五建", "六建", "七建", "八建"))
KINDS = (("施工总承包", "works"), ("施工一标段", "works"), ("设备采购", "goods"), ("监理", "services"), ("施工", "works"))
NOTE = "（演示数据）"
DAY_END = 1


@dataclass(frozen=True, slots=True)
class Course:
    """How one tender goes. Working days count from the making of the demo, before it for a negative one.

    ``begun``: the day it is begun; ``opens``: that of the bid deadline, as soon as the law lets it where there is none.
    ``bidders`` of the first round: with fewer than three it fails and is held anew, unless it is ``left`` there.
    ``reports``, ``refunds``: working days after the winner, after the contract; None: forgotten.
    ``stops``: the last step of the ordinary way. ``beside``: what else happens.
    """

    begun: int
    opens: int | None = None
    prequalified: int | None = None
    bidders: int = 4
    left: bool = False
    reports: int | None = 3
    refunds: int | None = 2
    stops: str | None = None
    beside: "tuple[Beside, ...]" = ()


@dataclass(frozen=True, slots=True)
class Lot:
    """One tender of one project with its course, and a random source of its own."""

    site: int
    project: DemoProject
    days: Days
    rng: Random
    course: Course
    second: bool = field(default=False)

    @property
    def thread(self) -> str:
        return f"{self.project.name}/tender"

    @property
    def estimate(self) -> int:
        return max(self.project.investment_wan * 7 // 10, 400)

    @property
    def deposit(self) -> float:
        return min(round(self.estimate * 0.015, 2), 80)

    def date(self, day: int) -> str:
        return self.days.day(day).isoformat()

    def after(self, day: int, calendar_days: int) -> int:
        """The first working day that lies at least so many calendar days after ``day``."""
        wanted = self.days.day(day) + timedelta(days=calendar_days)
        found = day + 1
        while self.days.day(found) < wanted:
            found += 1
        return found

    def does(self, day: int, minute: int, action: str, inputs: Mapping[str, Any], **others: Any) -> Step:
        """By the applicant, where nobody else is named."""
        return Step(self.thread, self.site, day, minute, others.pop("by", "applicant"), action, None, inputs, **others)


Beside = Callable[[Lot, "Dates"], Iterator[Step]]


@dataclass(frozen=True, slots=True)
class Dates:
    """The working days of the ordinary way: documents issued, bids opened, candidates published, and so on."""

    issued: int
    opened: int
    evaluated: int
    published: int
    determined: int
    noticed: int
    contracted: int


def steps(files: DemoFiles, days: Days, seed: int) -> Iterator[Step]:
    """Every step of every tender up to the day the demo is made."""
    sites = [index for index, project in enumerate(files.projects) if project.needs_tender]
    order = [*sites[0::3], *sites[1::3], *sites[2::3]]
    for site, course in zip(order, [*LIVING, *CLOSED], strict=False):
        project = files.projects[site]
        lot = Lot(site, project, days, Random(f"{seed}/{project.name}/tender"), course)
        yield from (step for step in _whole(lot) if step.day <= 0)


def _whole(lot: Lot) -> Iterator[Step]:
    course, dates = lot.course, _dates(lot)
    yield _begin(lot, course.begun)
    yield from _prequalification(lot)
    yield _issue(lot, dates.issued, dates.opened)
    for beside in course.beside:
        yield from beside(lot, dates)
    if course.bidders < 3:
        yield from _failed(lot, dates.opened)
        if not course.left:
            yield from _second_round(lot, dates.opened + 2)
        return
    yield from _award(lot, dates)


def _dates(lot: Lot) -> Dates:
    course = lot.course
    issued = course.begun + 2 if course.prequalified is None else _qualified(lot) + 2
    opened = lot.after(issued, BIDS_PREPARED) if course.opens is None else course.opens
    return _dates_from(issued, opened)


def _dates_from(issued: int, opened: int) -> Dates:
    return Dates(issued, opened, opened + 1, opened + 2, opened + 6, opened + 7, opened + 12)


# ── the ordinary way ───────────────────────────────────────────────────────────────────────────────────────────────


def _begin(lot: Lot, day: int) -> Step:
    name, kind = lot.rng.choice(KINDS)
    inputs = {
        "lot": name,
        "kind": kind,
        "method": "public",
        "estimate_wan": lot.estimate,
        "prequalification": lot.course.prequalified is not None,
    }
    minute = lot.rng.randint(9 * 60, 11 * 60)
    return Step(lot.thread, lot.site, day, minute, "applicant", begins="tender", inputs=inputs)


def _prequalification(lot: Lot) -> Iterator[Step]:
    announced, passed = lot.course.begun + 1, lot.course.prequalified
    if passed is None:
        return
    until, deadline = _applications(lot)
    inputs = {
        "prequal_from": lot.date(announced),
        "prequal_until": lot.date(until),
        "prequal_deadline": f"{lot.date(deadline)}T17:00",
    }
    yield lot.does(announced, 10 * 60, "announce_prequalification", inputs)
    applicants = [row | {"passed": number < passed} for number, row in enumerate(_companies(lot, max(passed, 3)))]
    action = "record_prequalified" if passed >= 3 else "fail_prequalification"
    yield lot.does(_qualified(lot), 15 * 60, action, {"applicants": applicants})


def _applications(lot: Lot) -> tuple[int, int]:
    """The end of the sale of the prequalification documents, and the deadline of the applications."""
    until = lot.after(lot.course.begun + 1, ON_SALE)
    return until, lot.after(until, APPLIED)


def _qualified(lot: Lot) -> int:
    return _applications(lot)[1] + 2


def _issue(lot: Lot, day: int, opens: int) -> Step:
    valid = 90
    inputs = {
        "sale_from": lot.date(day),
        "sale_until": lot.date(lot.after(day, ON_SALE)),
        "bid_deadline": _deadline(lot, opens),
        "opening_place": "区公共资源交易中心开标一室",
        "bid_valid_days": valid,
        "deposit_wan": lot.deposit,
        "deposit_valid_days": valid,
    }
    return lot.does(day, 9 * 60 + 40, "issue_documents", inputs)


def _award(lot: Lot, dates: Dates) -> Iterator[Step]:
    """From the opening on; every step is dated to the day on which it is done."""
    for step in _award_steps(lot, dates):
        yield step
        if step.does == lot.course.stops:
            return


def _award_steps(lot: Lot, dates: Dates) -> Iterator[Step]:
    course, candidates = lot.course, _candidates(lot)
    price = candidates[0]["price_wan"]
    bidders = [
        row | {"deposit_wan": lot.deposit, "price_wan": round(price * (1 + number / 50), 2)}
        for number, row in enumerate(_companies(lot, max(course.bidders, 3)))
    ]
    yield lot.does(dates.opened, 11 * 60, "record_opening", {"bidders": bidders})
    evaluated = {"evaluated_on": lot.date(dates.evaluated), "candidates": candidates}
    yield lot.does(dates.evaluated, 16 * 60, "record_evaluation", evaluated)
    public = {"published_on": lot.date(dates.published), "publication_until": lot.date(dates.published + 3)}
    yield lot.does(dates.published, 9 * 60 + 30, "publish_candidates", public)
    yield lot.does(dates.determined, 10 * 60, "determine_winner", {"winner": candidates[0]["name"]})
    yield lot.does(dates.noticed, 15 * 60, "issue_notice", {"noticed_on": lot.date(dates.noticed)})
    if course.reports is not None:
        day = dates.determined + course.reports
        yield lot.does(day, 16 * 60, "report", {"reported_on": lot.date(day)})
    signed = {"contracted_on": lot.date(dates.contracted), "contract_wan": price, "bond_wan": round(price / 20, 2)}
    yield lot.does(dates.contracted, 10 * 60 + 30, "sign_contract", signed)
    if course.refunds is None:
        return
    day = dates.contracted + course.refunds
    interest = lot.rng.randint(80, 900)
    yield lot.does(day, 11 * 60, "return_deposits", {"returned_on": lot.date(day), "interest_yuan": interest})
    if course.reports is not None:
        yield lot.does(max(day, dates.determined + course.reports) + 1, 15 * 60, "close", {})


def _failed(lot: Lot, opened: int) -> Iterator[Step]:
    yield lot.does(opened, 11 * 60, "fail_opening", {"bidders": _companies(lot, lot.course.bidders)})


def _second_round(lot: Lot, day: int) -> Iterator[Step]:
    yield lot.does(day, 9 * 60, "restart", {"reason": f"投标人少于三个，重新招标{NOTE}"})
    opened = lot.after(day + 1, BIDS_PREPARED)
    yield _issue(lot, day + 1, opened)
    yield from _award(lot, _dates_from(day + 1, opened))


def _companies(lot: Lot, count: int) -> list[dict[str, Any]]:
    first = lot.site % len(BIDDERS)
    numbers = [(first + number) % len(BIDDERS) for number in range(count)]
    return [{"name": BIDDERS[number], "credit_code": company_code(FIRST_BIDDER + number)} for number in numbers]


def _candidates(lot: Lot) -> list[dict[str, Any]]:
    price = round(lot.estimate * 0.93, 2)
    return [
        {"rank": number + 1, "name": row["name"], "price_wan": round(price * (1 + number / 50), 2)}
        for number, row in enumerate(_companies(lot, 3))
    ]


def _deadline(lot: Lot, day: int) -> str:
    return f"{lot.date(day)}T{DEADLINE_AT}"


# ── what happens beside ────────────────────────────────────────────────────────────────────────────────────────────


def clarified(on: int) -> Beside:
    """A clarification on that day; the deadline moves to fifteen days after it."""

    def beside(lot: Lot, dates: Dates) -> Iterator[Step]:
        moved = max(lot.after(on, CLARIFIED), dates.opened)
        said = {"clarified_on": lot.date(on), "text": f"调整工程量清单第三章，投标截止时间相应顺延{NOTE}"}
        yield lot.does(on, 14 * 60, "clarify", said | {"bid_deadline": _deadline(lot, moved)})

    return beside


def bid_withdrawn(on: int, refunded: int | None = None) -> Beside:
    """A bid taken back on that day; its deposit goes back on the other."""

    def beside(lot: Lot, dates: Dates) -> Iterator[Step]:
        [bid] = _companies(replace(lot, site=lot.site + 5), 1)
        said = {"bidder": bid["name"], "credit_code": bid["credit_code"], "withdrawn_on": lot.date(on)}
        yield lot.does(on, 10 * 60, "withdraw_bid", said | {"deposit_wan": lot.deposit})
        if refunded is not None:
            back = {"refunded_on": lot.date(refunded)}
            yield lot.does(refunded, 10 * 60 + 20, "refund", back, child="bid_withdrawal")

    return beside


def objected(on: int, answered: int | None = None, withdrawn: int | None = None) -> Beside:
    """An objection to the documents: the tender stands still until it is answered or taken back."""

    def beside(lot: Lot, dates: Dates) -> Iterator[Step]:
        yield _objection(lot, on, "object", "documents", "评分办法设置不合理，排斥潜在投标人")
        if answered is not None:
            yield _answer(lot, answered)
        if withdrawn is not None:
            why = {"reason": f"异议人书面说明已无异议{NOTE}"}
            yield lot.does(withdrawn, 11 * 60, "withdraw", why, child="objection", by="specialist")

    return beside


def held_up(on: int, settled: bool) -> Beside:
    """An objection answered so late that the old deadline is no longer lawful; ``settled``: a new one is set."""

    def beside(lot: Lot, dates: Dates) -> Iterator[Step]:
        slack = (lot.days.day(dates.opened) - lot.days.day(dates.issued)).days - BIDS_PREPARED
        answered = on + 1
        while (lot.days.day(answered) - lot.days.day(on)).days <= slack:
            answered += 1
        yield _objection(lot, on, "object", "documents", "技术标准引用有误")
        yield _answer(lot, answered)
        if settled:
            stopped = (lot.days.day(answered) - lot.days.day(on)).days + DAY_END
            opens = lot.after(dates.issued, BIDS_PREPARED + stopped + DAY_END)
            yield lot.does(answered, 15 * 60, "set_deadline", {"bid_deadline": _deadline(lot, opens)})

    return beside


def candidates_objected(after: int, answered: int | None = None) -> Beside:
    """An objection to the candidates, so many working days after they were published."""

    def beside(lot: Lot, dates: Dates) -> Iterator[Step]:
        yield _objection(lot, dates.published + after, "object_candidates", "candidates", "第一候选人业绩存疑")
        if answered is not None:
            yield _answer(lot, dates.published + answered)

    return beside


def objected_at_opening() -> Beside:
    """Raised, answered and recorded on the spot."""

    def beside(lot: Lot, dates: Dates) -> Iterator[Step]:
        said = {"objector": _companies(lot, 2)[1]["name"], "matter": "投标文件密封情况", "answer": f"当众核对无误{NOTE}"}
        yield lot.does(dates.opened, 10 * 60, "object_at_opening", said)

    return beside


def complained(on: int, *deeds: tuple[int, str, Mapping[str, Any]], by: str = "zj1") -> Beside:
    """A complaint received on that day, then what its officer does: (day, action, inputs); dates by day count as {0}."""

    def beside(lot: Lot, dates: Dates) -> Iterator[Step]:
        said = {
            "department": "ZJ",
            "complainant": _companies(lot, 3)[2]["name"],
            "kind": "other",
            "knew_on": lot.date(on - 1),
            "received_on": lot.date(on),
            "matter": f"反映投标人之间存在串通投标嫌疑{NOTE}",
        }
        yield Step(
            lot.thread, lot.site, on, 14 * 60, by, begins="complaint", inputs=said, under=True, alias="complaint"
        )
        for number, (day, action, inputs) in enumerate(deeds):
            dated = {name: lot.date(value) if isinstance(value, int) else value for name, value in inputs.items()}
            yield lot.does(day, 15 * 60 + number, action, dated, by="officer", alias="complaint")

    return beside


def abandoned(on: int) -> Beside:
    """Given up: what hangs under it ends with it."""

    def beside(lot: Lot, dates: Dates) -> Iterator[Step]:
        yield lot.does(on, 16 * 60, "abandon", {"reason": f"建设内容重大调整，终止招标{NOTE}"})

    return beside


def _objection(lot: Lot, on: int, action: str, kind: str, matter: str) -> Step:
    said = {
        "kind": kind,
        "objector": _companies(lot, 3)[2]["name"],
        "received_on": lot.date(on),
        "matter": f"{matter}{NOTE}",
    }
    return lot.does(on, 10 * 60, action, said, by="zj2")


def _answer(lot: Lot, on: int) -> Step:
    said = {"result": "rejected", "answer": f"经复核，异议不成立，理由已书面答复{NOTE}"}
    return lot.does(on, 11 * 60, "answer", said, child="objection")


# ── which tenders there are ────────────────────────────────────────────────────────────────────────────────────────

NEVER = 10_000
DECISION = {
    "result": "rejected",
    "facts": f"经核查，投诉事项缺乏事实依据{NOTE}",
    "decision": f"驳回投诉{NOTE}",
    "basis": "招标投标法实施条例 61",
}
WITHDRAWS = {"reason": f"投诉人书面撤回{NOTE}"}
ORDER = {"suspension_ordered_on": -1, "reason": f"投诉处理期间暂停{NOTE}"}
EXPERTS = {"cause": "expert_review", "until": 6, "reason": f"委托专家复核电子投标文件{NOTE}"}

LIVING: tuple[Course, ...] = (
    # the bids are due tomorrow at half past nine; two of them were taken back
    Course(-21, opens=1, beside=(bid_withdrawn(-6, -4), bid_withdrawn(-2))),
    # begun, and held up with no documents yet
    Course(-1),
    Course(-9, opens=NEVER, stops="begin"),
    # prequalification: announced, to be reviewed, done, and fewer than three passed
    Course(-3, prequalified=4),
    Course(-12, prequalified=5),
    Course(-15, prequalified=4),
    Course(-18, prequalified=2),
    # on sale; bidding with four and nine working days left
    Course(-4, opens=14),
    Course(-18, opens=4, beside=(bid_withdrawn(-1),)),
    Course(-13, opens=9),
    # a clarification that moved the deadline
    Course(-17, beside=(clarified(-2),)),
    # suspended by an objection; one answered, and bidding goes on; one answered too late, and a new deadline set
    Course(-8, opens=16, beside=(objected(-1),)),
    Course(-14, opens=12, beside=(objected(-6, answered=-5),)),
    Course(-11, beside=(held_up(-7, settled=False),)),
    Course(-14, beside=(held_up(-10, settled=True),)),
    # opened this week, evaluated, published
    Course(-22, opens=-1, stops="begin", beside=(objected_at_opening(),)),
    Course(-23, opens=-2, stops="record_opening"),
    Course(-26, opens=-4, stops="record_evaluation"),
    Course(-25, opens=-4),
    Course(-25, opens=-4, beside=(candidates_objected(1),)),
    # the winner determined, notice given, contract signed: the next is due
    Course(-28, opens=-8, stops="determine_winner"),
    Course(-32, opens=-10, stops="report"),
    Course(-36, opens=-14, reports=2, refunds=None),
    # the report is late (B14), the deposits are (B15)
    Course(-42, opens=-21, reports=None),
    Course(-40, opens=-19, refunds=None),
    # fewer than three bidders, not opened; another in its second round
    Course(-25, opens=-3, bidders=2, left=True),
    Course(-36, opens=-10, bidders=1),
    # complaints: suspended by order, experts at work, just received
    Course(-30, opens=-8, stops="determine_winner", beside=(
        complained(-3, (-2, "accept", {}), (-1, "order_suspension", ORDER)),
    )),
    Course(-28, opens=-4, beside=(complained(-3, (-2, "accept", {}), (-1, "examine", EXPERTS)),)),
    Course(-29, opens=-5, beside=(complained(-1),)),
    # given up while an objection and a complaint were open
    Course(-20, opens=NEVER, beside=(objected(-8), complained(-7, (-6, "accept", {})), abandoned(-6))),
)


def _closed() -> Iterator[Course]:
    """Those that are over: one begun every working day or two, some with a dispute that was settled."""
    for number in range(34):
        begun = -83 + number
        opens = None
        beside: tuple[Beside, ...] = ()
        match number:
            case 4:
                beside = (complained(begun + 20, (begun + 21, "accept", {}), (begun + 30, "decide", DECISION)),)
            case 9:
                beside = (complained(begun + 19, (begun + 20, "not_accept", {"reason": f"不属于受理范围{NOTE}"})),)
            case 13:
                beside = (complained(begun + 19, (begun + 20, "withdraw", WITHDRAWS)),)
            case 17:
                opens, beside = begun + 26, (objected(begun + 6, withdrawn=begun + 7),)
            case 22:
                opens, beside = begun + 26, (objected(begun + 5, answered=begun + 6), bid_withdrawn(begun + 10, begun + 12))
            case 25:
                beside = (candidates_objected(1, answered=2),)
        yield Course(begun, opens, bidders=3 + number % 4, refunds=1 + number % 3, beside=beside)


CLOSED = tuple(_closed())
