"""Reads what a person typed into a form: forgiving about digits and dates, silent about rules, which are the core's.

What cannot be read is passed on as typed, so that the core refuses it by name and the field keeps it.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from api.wording import own
from workflow.definition import Field
from workflow.queries.actions import Ask

Form = MultiDict[str, str]

LAST_HOUR, LAST_MINUTE = 23, 59
FAULT_PARTS = ("problem", "fix")
_DAY = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SHORT_DAY = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


def half_width(text: str) -> str:
    """Full-width digits and separators as the plain ones, without spaces around."""
    return unicodedata.normalize("NFKC", text).strip()


def read_day(text: str, today: date) -> date | None:
    """2026-11-25, 2026/11/25, 20261125, 2026年11月25日, in full-width digits too, and 11月25日 for the next such day.

    None where the text is no day.
    """
    plain = half_width(text).replace("—", "-").replace("–", "-").replace("。", ".")
    try:
        if found := _COMPACT_DAY.fullmatch(plain) or _DAY.fullmatch(plain):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _SHORT_DAY.fullmatch(plain):
            this_year = date(today.year, int(found[1]), int(found[2]))
            return this_year if this_year >= today else this_year.replace(year=today.year + 1)
    except ValueError:
        return None
    return None


def read_moment(text: str, today: date) -> str | None:
    """2026-11-25 09:30, 11月25日 9:30 and the like, as ``2026-11-25T09:30``; None where the text is no moment."""
    found = re.fullmatch(r"(.+?)[\sT日]+(\d{1,2})[:时点.](\d{2})分?", half_width(text).replace("：", ":"))
    day = read_day(found[1], today) if found else None
    if found is None or day is None or int(found[2]) > LAST_HOUR or int(found[3]) > LAST_MINUTE:
        return None
    return f"{day.isoformat()}T{int(found[2]):02d}:{found[3]}"


def read_inputs(asks: Sequence[Field], form: Form, today: date) -> dict[str, Any]:
    """What an action asks for, as the core takes it; fields left empty are left out."""
    read = {ask.name: _value(ask, form, today) for ask in asks}
    return {name: value for name, value in read.items() if value not in ("", None, [])}


def typed(asks: Sequence[Field], form: Form) -> dict[str, Any]:
    """The same fields as they were typed, for showing the form again."""
    return {ask.name: _as_typed(ask, form) for ask in asks}


def _as_typed(ask: Field, form: Form) -> Any:
    match ask.type:
        case "faults":
            return fault_rows(form, ask.name)
        case "rows":
            return [row for row in record_rows(ask, form) if any(row.values())]
        case "words":
            return form.getlist(ask.name)
        case _:
            return form.get(ask.name, "")


def record_rows(ask: Field, form: Form) -> list[dict[str, str]]:
    """The lines of a table of records as they were typed, blank ones included, in their order."""
    name = re.compile(rf"{ask.name}\.(\d{{1,3}})\.")
    places = sorted({int(found[1]) for key in form if (found := name.match(key))})
    return [
        {column.name: form.get(f"{ask.name}.{place}.{column.name}", "").strip() for column in ask.columns}
        for place in places
    ]


def _value(ask: Field, form: Form, today: date) -> Any:
    if ask.type == "faults":
        return [row for row in fault_rows(form, ask.name) if any(row[part] for part in FAULT_PARTS)]
    if ask.type == "words":
        return form.getlist(ask.name)
    if ask.type == "rows":
        filled = [MultiDict(row) for row in record_rows(ask, form) if any(row.values())]
        return [read_inputs(ask.columns, row, today) for row in filled]
    text = form.get(ask.name, "")
    match ask.type:
        case "integer" | "person":
            plain = half_width(text)
            return int(plain) if re.fullmatch(r"-?[0-9]{1,9}", plain) else plain
        case "number":
            plain = half_width(text).replace(",", "")
            return float(plain) if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,4})?", plain) else plain
        case "yes_no":
            return {"yes": True, "no": False}.get(text, text)
        case "moment":
            return read_moment(text, today) or half_width(text)
        case "date":
            day = read_day(text, today)
            return day.isoformat() if day else half_width(text)
        case "choice" | "pause_cause" | "word":
            return text
        case _:
            return _lines(text)


def fault_rows(form: Form, name: str) -> list[dict[str, str]]:
    """One row per material the form lists (the repeated hidden field ``name``), filled in or not."""
    return [
        {"material": code} | {part: _lines(form.get(f"{name}.{code}.{part}", "")) for part in FAULT_PARTS}
        for code in dict.fromkeys(form.getlist(name))
    ]


def _lines(text: str) -> str:
    # Browsers send CRLF; a history line is the same whatever typed it.
    return text.replace("\r\n", "\n").strip()


def pairs(ask: Ask) -> Any:
    """The choices of a field as (value, words) pairs; of a record, those of its columns by name."""
    if ask.columns:
        return {column.field.name: pairs(column) for column in ask.columns}
    return [
        (choice.value, f"{own(choice.title)}（{own(choice.note)}）" if choice.note else own(choice.title))
        for choice in ask.choices
    ]
