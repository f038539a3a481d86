"""The rules of the district as frozen data (config/rules): pauses, lights and cards, how time is counted, thresholds,
help, escalation, ratings and areas."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Literal

from workflow.clock.hours import OfficeHours
from workflow.clock.limit import Limit, Unit
from workflow.definition import Title

Stops = Literal["statutory", "promised"]
Counted = Literal["full_months", "calendar_months"]
Holder = Literal["office", "applicant", "other_body", "exempt", "items"]

STOPS: tuple[Stops, ...] = ("statutory", "promised")
COUNTED: tuple[Counted, ...] = ("full_months", "calendar_months")
PAUSE_HOLDERS: tuple[Holder, ...] = ("office", "applicant", "other_body", "exempt")
AREA_KINDS = ("above_m2", "below_m2", "civil_defence_m2")
"""The areas that a permit, its buildings and its segments have (3.0 of the exchange: 地上、地下、人防)."""


@dataclass(frozen=True, slots=True)
class PauseCause:
    """A lawful reason to pause. ``stops`` names the clocks it stops; ``cap`` is the longest pause; ``alarm`` is how
    long before the cap the alarm falls; ``approval`` is the role that must agree, or None; ``notice``: the applicant
    is told in writing how long it takes (行政许可法 45); ``exchange`` is TBCX of the national exchange; ``resets``: the
    budget starts anew afterwards (an interruption), instead of going on; ``holder``: whose time it is, None: by
    the clocks it stops (see `workflow.time_use`).
    """

    code: str
    title: Title
    basis: str
    stops: frozenset[Stops]
    cap: Limit
    alarm: Limit
    opened_by: tuple[str, ...]
    approval: str | None
    notice: bool
    exchange: str
    resets: bool = False
    assumed: bool = False
    holder: Holder | None = None


@dataclass(frozen=True, slots=True)
class TwoLevels:
    """At ``yellow`` the light turns yellow, at ``red`` red; the unit is the field's."""

    yellow: int
    red: int


@dataclass(frozen=True, slots=True)
class MilestoneKind:
    """When a milestone of this kind turns yellow and red, in months behind its plan, and how these are counted."""

    code: str
    title: Title
    yellow: int
    red: int
    counted: Counted


@dataclass(frozen=True, slots=True)
class Lights:
    """When cards fall on a case clock, and the lights of the war map (months late; percentage points behind).

    ``notice_left`` and ``yellow_left`` are what is left of the limit, ``red_after`` how long after it. A project is
    red on months from ``months_late.red`` on, on points only beyond ``points_behind.red``. ``milestones``: the kinds
    with figures of their own instead of ``months_late``.
    """

    notice_left: Limit
    yellow_left: Limit
    red_after: Limit
    months_late: TwoLevels
    points_behind: TwoLevels
    milestones: Mapping[str, MilestoneKind]


@dataclass(frozen=True, slots=True)
class JointHandling:
    """统一、联合、集中办理 (行政许可法 42 ¶2): its limit, and the one extension by the head of the government."""

    limit: Limit
    extension_days: int
    extension_role: str
    basis: str


@dataclass(frozen=True, slots=True)
class Conventions:
    """How time is counted here (fact book, U12 and U19), and the limits of law that hold for every item.

    ``office_hours`` holds the spans and ``day_ends``, as the calendar takes them. ``late_entry`` is how many working
    days back a deed may be dated (补录).
    """

    zone: str
    day_ends: str
    office_hours: OfficeHours
    pause_counting: str
    rung_time: time
    deemed_acceptance_time: time
    pause_cap: Limit
    pause_alarm: Limit
    completeness: Limit
    delivery: Limit
    pre_review: Limit
    joint: JointHandling
    late_entry: Limit


@dataclass(frozen=True, slots=True)
class Threshold:
    """An amount (yuan, m2) that decides a duty; ``at_most``: freed up to it, ``at_least``: bound from it. A hint.

    ``items`` are the approval items it is a hint for.
    """

    code: str
    title: Title
    compare: Literal["at_most", "at_least"]
    amount: int
    unit: Literal["yuan", "m2"]
    basis: str
    assumed: bool = False
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Help:
    """Response times of the 7×24 help service; day hours are [day_from, day_to) in Asia/Shanghai."""

    day_from: time
    day_to: time
    first_response_day: Limit
    first_response_night: Limit
    first_plan: Limit
    resolution: Limit
    visit: Limit


@dataclass(frozen=True, slots=True)
class TimeUsePolicy:
    """What of a case's time is shown apart (fact book, 10): nothing here blocks anything.

    ``backfill_after``: a step is back-filled (补录) when it was recorded more working days after it took effect.
    ``quick_decision``: 秒办 is a decision within that time of the acceptance. ``late_rung_after``: a rung that fired
    later than that after its moment is marked.
    """

    backfill_after: Limit
    quick_decision: Limit
    late_rung_after: Limit


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """By card: the time within which somebody must have seen an alert; None where it may wait."""

    notice: Limit | None
    yellow: Limit | None
    red: Limit | None


@dataclass(frozen=True, slots=True)
class Escalation:
    """By when an alert that nobody acknowledged goes to the next person (config/rules/escalation.yaml).

    ``round_the_clock`` is for alerts of clocks of hours and minutes, ``answer_within`` for all others. What somebody is
    told in one of the roles of ``may_wait`` waits, whatever its card.
    """

    answer_within: AnswerTimes
    round_the_clock: AnswerTimes
    may_wait: tuple[str, ...]

    def limit(self, card: str, unit: str) -> Limit | None:
        """The time for an alert of ``card`` that a clock of ``unit`` raised; None where it may wait."""
        times = self.round_the_clock if unit in (Unit.HOUR, Unit.MINUTE) else self.answer_within
        return {"notice": times.notice, "yellow": times.yellow, "red": times.red}[card]


@dataclass(frozen=True, slots=True)
class RuleLimit:
    """A limit that flows name and no law fixes (config/rules/limits.yaml)."""

    title: Title
    limit: Limit
    basis: str


@dataclass(frozen=True, slots=True)
class RatingLevel:
    """One level of 好差评. ``bad``: a real-name rating of it is called back. ``codes``: its number in each channel."""

    code: str
    title: Title
    bad: bool
    codes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AreaTolerance:
    """How far areas of one kind that must add up may differ: ``percent`` of them, ``at_least_m2`` in any case."""

    code: str
    title: Title
    percent: int
    at_least_m2: int

    def allows(self, expected: float, found: float) -> bool:
        """Whether ``found`` square metres may stand for ``expected``."""
        # To two places, as areas are typed: a sum of floats is off by less than any of them.
        return round(abs(found - expected), 2) <= max(expected * self.percent / 100, self.at_least_m2)
