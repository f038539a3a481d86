"""The periods of a tender as a table on its page: the rule with its article, this project's days, and how it stands."""

from dataclasses import dataclass
from datetime import date

from api.pages.tender_ribbon import Ribbon, tender_ribbon
from api.wording import N_, _, lang, own, short_day
from workflow.clock.days import local_day
from workflow.clock.limit import parse_limit
from workflow.clock.words import limit_words
from workflow.queries.case import CaseView
from workflow.queries.tender import PeriodRow, Result, tender
from workflow.work import Work

RESULT_WORDS: dict[Result, tuple[str, str, str]] = {
    "ok": ("done", "t-done", N_("符合")),
    "too_short": ("no", "t-bad", N_("不足")),
    "late": ("no", "t-bad", N_("已逾期")),
    "too_few": ("no", "t-bad", N_("少于规定个数")),
    "open": ("todo", "t-todo", N_("尚未完成")),
}
"""By result: its shape, its tone and its word."""
BOUND_WORDS = {"min": N_("最早 %(day)s"), "max": N_("最晚 %(day)s"), "latest": N_("最晚 %(day)s")}
LIMIT_WORDS = {
    "min": N_("不少于 %(limit)s"),
    "max": N_("不超过 %(limit)s"),
    "latest": N_("截止前至少 %(limit)s"),
    "amount": N_("不超过 %(limit)s"),
    "count": N_("%(limit)s 个"),
}


@dataclass(frozen=True, slots=True)
class PeriodWords:
    """One period in words; ``case`` is the objection or complaint it is about. ``shape`` and ``tone`` are those of its
    result; ``provisional``: its day lies beyond the published calendar.
    """

    title: str
    rule: str
    days: str
    result: str
    shape: str
    tone: str
    provisional: bool
    case: str | None


@dataclass(frozen=True, slots=True)
class TenderPanel:
    """A tender: its sentence, its ribbon, and every period that applies to it; ``silent`` counts those that do not."""

    sentence: str
    round: int
    ribbon: Ribbon
    rows: tuple[PeriodWords, ...]
    silent: int


def tender_panel(work: Work, case: CaseView) -> TenderPanel | None:
    """The periods of the tender; None for every other case."""
    if case.flow != "tender":
        return None
    found, today = tender(work, case.no), local_day(work.now)
    shown = [row for row in found.periods if row.result != "not_applicable"]
    return TenderPanel(
        sentence=own(found.sentence),
        round=found.round,
        ribbon=tender_ribbon(case, found, {row.name: _limit(row) for row in found.periods}, work.calendar, today),
        rows=tuple(_row(row, today) for row in shown),
        silent=len(found.periods) - len(shown),
    )


def _row(row: PeriodRow, today: date) -> PeriodWords:
    shape, tone, result = RESULT_WORDS[row.result]
    return PeriodWords(
        title=own(row.title),
        rule="，".join(part for part in (_limit(row), row.basis) if part),
        days=_days(row, today),
        result=_(result),
        shape=shape,
        tone=tone,
        provisional=row.provisional and row.result == "open",
        case=row.case,
    )


def _limit(row: PeriodRow) -> str:
    if row.limit is None or row.type not in LIMIT_WORDS:
        return ""
    limit = row.limit if row.type in ("amount", "count") else limit_words(parse_limit(row.limit), lang())
    return _(LIMIT_WORDS[row.type], limit=limit)


def _days(row: PeriodRow, today: date) -> str:
    """``3月2日至3月23日，共 21 天；最早 3月22日``: as much of it as there is."""
    base, target = (None if day is None else short_day(day, today) for day in (row.base_on, row.target_on))
    span = "" if base is None else base if target is None or row.days is None else _("%(a)s至%(b)s", a=base, b=target)
    length = "" if row.days is None else _("，共 %(n)s 天", n=row.days)
    bound = ""
    if row.bound_on is not None and row.type in BOUND_WORDS:
        bound = _(BOUND_WORDS[row.type], day=short_day(row.bound_on, today))
    return "；".join(part for part in (span + length, bound) if part) or "—"
