"""Pauses of a period as a picture and a table (P11): how long by reason, and which began just before an end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from api import access
from api.pages.case_names import case_name
from api.pictures.pauses import NARROW, WIDE, Held, Reason, pauses
from api.wording import _, own, short_day
from workflow.queries.pauses_begun import BegunPause


@dataclass(frozen=True, slots=True)
class PauseLine:
    """One pause in words; ``late`` says when the clock would have run out, empty for an early one."""

    pause: BegunPause
    span: str
    days: str
    late: str


@dataclass(frozen=True, slots=True)
class PauseRow:
    """The pauses of one reason, the oldest first."""

    name: str
    days: int
    reason: Reason
    lines: tuple[PauseLine, ...]


def pause_words(found: Sequence[BegunPause]) -> str:
    """The pauses in one sentence."""
    if not found:
        return _("这段时间没有暂停")
    late = sum(one.due_on is not None for one in found)
    if not late:
        return _("%(n)s 次暂停，没有到期前才开始的", n=len(found))
    return _("%(all)s 次暂停里有 %(n)s 次到期前才开始", all=len(found), n=late)


def pause_rows(found: Sequence[BegunPause], since: date, until: date, today: date) -> list[PauseRow]:
    """By reason, the most days first."""
    by_cause: dict[str, list[BegunPause]] = {}
    for one in found:
        by_cause.setdefault(one.cause, []).append(one)
    length = max(1, (until - since).days)
    rows = [_row(cause, here, since, length, today) for cause, here in by_cause.items()]
    return sorted(rows, key=lambda row: -row.days)


def pauses_drawn(rows: Sequence[PauseRow], *, wide: bool) -> Markup:
    """The picture, for a wide place or a phone."""
    return pauses([one.reason for one in rows], WIDE if wide else NARROW)


def _row(cause: str, here: Sequence[BegunPause], since: date, length: int, today: date) -> PauseRow:
    known = access.office().catalogue.causes
    name = own(known[cause].title) if cause in known else cause
    days = sum(one.days for one in here)
    lines = tuple(_line(one, today) for one in here)
    held = tuple(
        Held(
            min(max((one.since - since).days / length, 0), 1),
            one.due_on is not None,
            f"{case_name(one.title)}：{line.span}",
        )
        for one, line in zip(here, lines, strict=True)
    )
    return PauseRow(name, days, Reason(name, days, _("停 %(n)s 日", n=days), held), lines)


def _line(one: BegunPause, today: date) -> PauseLine:
    until = short_day(one.until, today) if one.until else _("至今")
    late = "" if one.due_on is None else _("原应 %(day)s 到期", day=short_day(one.due_on, today))
    span = _("%(since)s 至 %(until)s", since=short_day(one.since, today), until=until)
    return PauseLine(one, span, _("停 %(n)s 日", n=one.days), late)
