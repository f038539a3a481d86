"""Results that live: permits placed by the day on which their life ends, and what their holders do until then."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from workflow.clock.deadline import deadline
from workflow.clock.limit import Limit
from workflow.demo.scenes import Beat, Days, Scene, granted_at

DELIVERED = 1
"""Working days from the submission to the delivery of such a permit."""
FOUNDATION = 6
"""Working days before that submission, on which what it stands on was submitted."""

ASKS = MappingProxyType({"reason": "施工单位进场推迟，暂不能按期开工（演示数据）"})
RENEWS = MappingProxyType({"opinion": "延期理由成立，准予延续（演示数据）"})
REFUSES = MappingProxyType({"reason": "现场已停止筹备，不符合延期条件（演示数据）", "basis": "建筑法 9"})
BEGINS = MappingProxyType(
    {
        "fact": "基坑支护已开工，总监理工程师已签发开工令（演示数据）",
        "despite": "项目备案早于本系统办结（演示数据）",
    }
)


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does with a result on the working day ``day``, counted from the making of the demo."""

    day: int
    by: str
    action: str
    inputs: MappingProxyType[str, Any]


@dataclass(frozen=True, slots=True)
class Life:
    """A permit whose life ends on the working day ``ends`` or a few days before, if nobody does anything."""

    item: str
    ends: int
    deeds: tuple[Deed, ...] = field(default=())


LIVES: tuple[Life, ...] = (
    # the reminder of 30 working days has fallen
    Life("SG05a", 22),
    # ends next week: the holder has had every reminder
    Life("SG05", 4),
    # works have begun
    Life("SG05", 9, (Deed(-21, "applicant", "report_use", BEGINS),)),
    # asked to be renewed: the officer has until the end of the life
    Life("SG05", 5, (Deed(-6, "applicant", "apply_renewal", ASKS),)),
    # renewed in time, and renewed because nobody decided (行政许可法 50 ¶2)
    Life("SG05", -11, (Deed(-27, "applicant", "apply_renewal", ASKS), Deed(-21, "officer", "renew", RENEWS))),
    Life("SG05", -13, (Deed(-26, "applicant", "apply_renewal", ASKS),)),
    # not renewed: it lives to its end
    Life("SG05", 8, (Deed(-17, "applicant", "apply_renewal", ASKS), Deed(-11, "officer", "refuse_renewal", REFUSES))),
    # neither used nor renewed: void by itself (建筑法 9)
    Life("SG05", -9),
)

EARLY_RENEWAL = (Deed(-5, "applicant", "apply_renewal", ASKS),)
"""Asked long before the end: the date of the decision lies as far ahead as the life lasts."""


def start_of(life: Life, limit: Limit, days: Days) -> int:
    """The working day of submission from which a life of ``limit`` ends on ``life.ends``, or as soon before as can be.

    Not every day is the end of a life: one in months or years begins on a working day and is moved off rest days.
    """
    wanted, delivered = days.day(life.ends), life.ends
    while (on := deadline(days.moment(delivered, 9 * 60), limit, days.calendar).on) is not None and on > wanted:
        delivered -= 1
    return delivered - DELIVERED


def lived(scene: Scene, deeds: tuple[Deed, ...] = ()) -> Iterator[Beat]:
    """Granted at once and delivered the day after; then what is done with it."""
    yield from granted_at(scene, DELIVERED - 1, DELIVERED)
    for deed in deeds:
        yield Beat(deed.day - scene.start, scene.afternoon(), deed.by, deed.action, deed.inputs)
