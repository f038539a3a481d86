"""What a change of the calendar moves, in words: figures, days that differ, and old and new date of every clock."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from api.access import office
from api.pages.case_names import case_name
from api.pages.names import department_name, holiday_name
from api.pictures.moved_dates import Moved, moved_dates
from api.wording import N_, _, lang, own
from workflow.clock.days import Day
from workflow.clock.words import date_words
from workflow.queries.moves import CaseMoves, Move, Preview

RULES: Mapping[str, str] = {
    "workday": N_("工作日"),
    "weekend": N_("周末"),
    "holiday": N_("放假"),
    "make_up": N_("调休上班"),
    "closure": N_("停止办公"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a preview."""

    words: str
    number: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """Days on end that count otherwise, in the same way."""

    words: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One clock of one case; ``first`` is the case's first line, ``old`` and ``new`` are days in words."""

    first: bool
    href: str
    title: str
    no: str
    place: str
    turns: str | None
    clock: str
    old: str
    old_unsure: bool
    new: str
    new_unsure: bool
    change: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A preview ready for the page.

    ``left`` says what the table does not name, ``past`` what has passed already; ``mark`` is what a signer gives back.
    """

    sentence: str
    figures: tuple[Figure, ...]
    cases: int
    lines: tuple[Line, ...]
    left: str
    changed: tuple[ChangedDay, ...]
    past: str
    old_version: str
    new_version: str
    mark: str
    drawing: str | None = None


def shown(preview: Preview, today: date) -> Shown:
    """``preview`` in words, as of ``today``."""
    return Shown(
        sentence=_sentence(preview),
        figures=figures(preview.figures()),
        cases=preview.cases,
        lines=tuple(line for row in preview.rows for line in _lines(row, today)),
        left=_left(preview),
        changed=tuple(_changed(preview.changed, today)),
        past=_("其中 %(n)s 天已经过去，有的日期会移到今天以前。", n=preview.past_days) if preview.past_days else "",
        old_version=preview.old_version,
        new_version=preview.new_version,
        mark=preview.mark,
        drawing=moved_dates([one for row in preview.rows for one in _moved(row)]),
    )


def figures(counted: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Figures in words; those that an older amendment did not keep are left out."""
    return tuple(
        Figure(_(words), counted[name], _(note) if note and counted[name] else "")
        for name, (words, note) in FIGURES.items()
        if isinstance(counted.get(name), int) and (counted[name] or name in ALWAYS)
    )


FIGURES: Mapping[str, tuple[str, str]] = {
    "later": (N_("推后"), ""),
    "earlier": (N_("提前"), ""),
    "firm": (N_("去掉“预计”"), N_("成为正式日期")),
    "unsure": (N_("变回“预计”"), N_("放假安排不再有依据")),
    "newly_overdue": (N_("因此超期"), N_("签发前请先看这几件")),
    "newly_warning": (N_("因此变成预警"), ""),
    "newly_safe": (N_("不再超期"), ""),
    "failed": (N_("无法重算"), N_("日期不会变动，须先查明原因")),
}
ALWAYS = frozenset({"later", "earlier", "firm", "newly_overdue", "newly_warning"})


def rule_words(day: Day) -> str:
    """What the calendar says of a day: 放假（春节）."""
    words = _(RULES[day.rule])
    return f"{words}（{holiday_name(day.name)}）" if day.name and day.rule in ("holiday", "closure") else words


def _sentence(preview: Preview) -> str:
    moving = preview.later + preview.earlier
    parts = [
        _("%(n)s 个截止日期会变成正式日期", n=preview.firm) if preview.firm else "",
        _("%(n)s 个变回“预计”", n=preview.unsure) if preview.unsure else "",
        _("%(n)s 个日期移动", n=moving) if moving else "",
    ]
    return "，".join(part for part in parts if part) or _unmoving(preview)


def _unmoving(preview: Preview) -> str:
    return _("%(n)s 件改变，没有日期移动", n=preview.cases) if preview.cases else _("没有日期变动")


def _left(preview: Preview) -> str:
    if not preview.counted:
        return _("办件太多，没有数完：以上数字是至少的数。")
    if len(preview.rows) < preview.cases:
        return _("表中列出最急的 %(n)s 件，数字包括全部。", n=len(preview.rows))
    return ""


def _lines(row: CaseMoves, today: date) -> Iterator[Line]:
    if not row.moves:
        yield _unmoved(row)
    for place, move in enumerate(row.moves):
        yield Line(
            first=place == 0,
            href=url_for("pages.case", no=row.no),
            title=case_name(row.title),
            no=row.no,
            place=department_name(row.department) if row.department else row.company,
            turns=row.turns,
            clock=_clock(row, move) + (_("（第 %(n)s 次）", n=move.round) if move.round > 1 else ""),
            old=_on(move.old_on, today),
            old_unsure=move.old_provisional,
            new=_on(move.new_on, today),
            new_unsure=move.new_provisional,
            change=_change(move),
        )


def _moved(row: CaseMoves) -> Iterator[Moved]:
    """What of a case can be drawn: the clocks that have a last day before and after."""
    for move in row.moves:
        if move.old_on is not None and move.new_on is not None:
            yield Moved(case_name(row.title), move.old_on, move.new_on, _change(move))


def _unmoved(row: CaseMoves) -> Line:
    """A case that changes and keeps its dates: its clock has not started, or only its flow version is another."""
    return Line(
        first=True,
        href=url_for("pages.case", no=row.no),
        title=case_name(row.title),
        no=row.no,
        place=department_name(row.department) if row.department else row.company,
        turns=row.turns,
        clock="—",
        old="—",
        old_unsure=False,
        new="—",
        new_unsure=False,
        change=_("日期不变"),
    )


def _clock(row: CaseMoves, move: Move) -> str:
    known = office().flow(row.flow, row.flow_version).clocks
    return own(known[move.clock].title) if move.clock in known else move.clock


def _on(day: date | None, today: date) -> str:
    return date_words(day, today, lang()) if day else _("暂停中，未定")


def _change(move: Move) -> str:
    if move.old_on is None or move.new_on is None or move.old_at is None or move.new_at is None:
        return "—"
    days = (move.new_on - move.old_on).days
    if days:
        return _("推后 %(n)s 天 →", n=days) if days > 0 else _("← 提前 %(n)s 天", n=-days)
    if move.moves:
        return _("推后 →") if move.new_at > move.old_at else _("← 提前")
    return _("不变")


def _changed(days: Sequence[tuple[Day, Day]], today: date) -> Iterator[ChangedDay]:
    """Days on end that change from the same to the same as one line."""
    runs: list[list[tuple[Day, Day]]] = []
    for pair in days:
        if runs and _continues(runs[-1][-1], pair):
            runs[-1].append(pair)
        else:
            runs.append([pair])
    for run in runs:
        first, last, (old, new) = run[0][1].date, run[-1][1].date, run[0]
        before = rule_words(old)
        words = date_words(first, today, lang())
        if len(run) > 1:
            words = _("%(first)s 至 %(last)s，%(n)s 天", first=words, last=date_words(last, first, lang()), n=len(run))
        yield ChangedDay(
            words=words,
            before=_("推算为%(what)s", what=before) if old.provisional else before,
            after=rule_words(new),
        )


def _continues(last: tuple[Day, Day], pair: tuple[Day, Day]) -> bool:
    next_day = (pair[0].date - last[0].date).days == 1
    return next_day and all((a.rule, a.name) == (b.rule, b.name) for a, b in zip(last, pair, strict=True))
