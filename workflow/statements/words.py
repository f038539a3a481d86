"""What was typed or kept, in Chinese words as a document prints them: text, or a table of rows."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from workflow.case import ClockRecord
from workflow.catalogue import Catalogue
from workflow.clock.days import OFFICE_ZONE
from workflow.clock.words import limit_words
from workflow.definition import Action, Field, Flow

Words = str | dict[str, list[Any]]
"""Text, ``{"lines": […]}`` or ``{"heads": […], "rows": [[…], …]}``."""

NOTHING: tuple[object, ...] = (None, "", [], {})


def day_words(day: date, provisional: bool = False) -> str:
    """``2026年3月2日``, and whether the calendar of its year is not published yet."""
    return f"{day.year}年{day.month}月{day.day}日" + ("（暂定）" if provisional else "")


def instant_words(instant: datetime) -> str:
    """``2026年3月2日 10:00`` in the office's zone."""
    local = instant.astimezone(OFFICE_ZONE)
    return f"{day_words(local.date())} {local:%H:%M}"


def end_words(clock: ClockRecord) -> str:
    """The end of a running clock: its last day, of a clock of hours the minute as well; empty while it is paused."""
    if clock.due_on is None:
        return ""
    if clock.limit.unit.counts_days or clock.due_at is None:
        return day_words(clock.due_on, clock.provisional)
    return instant_words(clock.due_at)


def clock_words(title: str, clock: ClockRecord) -> str:
    """``法定时限：20 个工作日，2026年3月30日届满``."""
    end = end_words(clock) or "暂停计算"
    return f"{title}：{limit_words(clock.limit, 'zh', clock.extension)}，{end}{'届满' if clock.due_on else ''}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Words | None:
    """Rows of cells under their heads; None where there is no row."""
    return {"heads": list(heads), "rows": [list(row) for row in rows]} if rows else None


def value_words(asked: Field | None, value: Any, catalogue: Catalogue) -> Words | None:
    """A value, as JSON keeps it, in the words of the field it was typed into; None where it says nothing."""
    if value in NOTHING:
        return None
    match asked.type if asked else "text":
        case "date":
            return day_words(date.fromisoformat(value))
        case "moment":
            return instant_words(datetime.fromisoformat(value))
        case "yes_no":
            return "是" if value else "否"
        case "choice":
            assert asked is not None
            return next((title.zh for name, title in asked.choices if name == value), str(value))
        case "word":
            return _named(catalogue, asked, value)
        case "words":
            return "、".join(_named(catalogue, asked, one) for one in value)
        case "pause_cause":
            return catalogue.causes[value].title.zh if value in catalogue.causes else str(value)
        case "faults":
            return table(("材料", "问题", "补正要求"), [_fault(one, catalogue) for one in value])
        case "rows":
            assert asked is not None
            return rows_words(asked.columns, value, catalogue)
        case "person":
            return None  # accounts have names only in the database, and no document needs one
        case _:
            return _plain_words(value)


def rows_words(columns: Sequence[Field], rows: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> Words | None:
    """Records as a table; a column that no record fills is left out."""
    used = [column for column in columns if any(row.get(column.name) not in NOTHING for row in rows)]
    cells = [[_cell(column, row.get(column.name), catalogue) for column in used] for row in rows]
    return table([column.title.zh for column in used], cells)


def field_of(flow: Flow, action: Action | None, name: str) -> Field | None:
    """The field ``name`` of the action, or of the first action (or the opening) of the flow that asks it."""
    opening = [flow.opening.action] if flow.opening else []
    actions = [action] if action else [*flow.actions.values(), *opening]
    return next((ask for one in actions for ask in (*one.asks, *one.makes) if ask.name == name), None)


def collected_by(flow: Flow, name: str) -> Action | None:
    """The action that collects the list ``name``."""
    return next((action for action in flow.actions.values() if action.collects == name), None)


def _cell(column: Field, value: Any, catalogue: Catalogue) -> str:
    words = value_words(column, value, catalogue)
    return words if isinstance(words, str) else ""


def _named(catalogue: Catalogue, asked: Field | None, word: Any) -> str:
    of = asked.of if asked else None
    known = catalogue.words(of) if of else {}
    title = known.get(str(word))
    return title.zh if title else str(word)


def _fault(one: Mapping[str, str], catalogue: Catalogue) -> list[str]:
    material = catalogue.materials.get(one["material"])
    return [material.title.zh if material else one["material"], one["problem"], one["fix"]]


def _plain_words(value: Any) -> Words | None:
    if isinstance(value, list):
        lines = [str(one) for one in value if isinstance(one, str | int | float)]
        return {"lines": lines} if lines else None
    return str(value).strip() or None if isinstance(value, str | int | float) else None
