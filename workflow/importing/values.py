"""One cell as the value it stands for: forgiving about how it was typed, never about what it says."""

import difflib
import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from workflow.clock.days import OFFICE_ZONE, office_time
from workflow.clock.ladder import OFFICE_OPENS
from workflow.definition import Title
from workflow.importing.faults import Wrong
from workflow.importing.tables import Value

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
EXCEL_EPOCH = date(1899, 12, 30)
EXACT_DIGITS = 1e15
"""Above it Excel has rounded a number: a code typed as one has lost its last digits."""
YES = frozenset({"是", "有", "y", "yes", "true", "1", "√", "✓"})
NO = frozenset({"否", "无", "n", "no", "false", "0", "×", "x"})
NONE_WORDS = frozenset({"无", "none", "-", "—"})
"""What clears an optional word; an empty cell leaves it as it is."""
SUGGESTED = 0.5
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})")


def words_of(value: Value) -> str:
    """Any cell as text without blanks at its ends: what Excel made a number of is written as it was typed."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_DIGITS:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return str("" if value is None else value).translate(_INVISIBLE).strip()


def half_width(value: Value) -> str:
    """Text with full-width letters and digits made ordinary, and no blanks at its ends."""
    return unicodedata.normalize("NFKC", words_of(value)).strip()


def text(value: Value, longest: int) -> str:
    """Words as they were typed."""
    said = words_of(value)
    if any(unicodedata.category(char) == "Cc" and char not in "\n\t" for char in said) or _halves(said):
        raise Wrong("control_characters", "含有不可见的控制字符", "holds control characters")
    if len(said) > longest:
        raise Wrong("too_long", f"超过 {longest} 字", f"is longer than {longest} characters")
    return said


def _halves(said: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in said)


def code_text(value: Value) -> str:
    """A code: never a number that Excel has rounded."""
    if isinstance(value, float | int) and not isinstance(value, bool) and abs(value) >= EXACT_DIGITS:
        raise Wrong(
            "rounded_code",
            "被 Excel 当作数字，末位已丢失；请把单元格设为“文本”后重新填写",
            "was made a number by Excel and lost its last digits; format the cell as text and type it again",
        )
    return half_width(value)


def number(value: Value, least: float, most: float) -> float:
    """A decimal number to two places."""
    found: float | None = None
    if isinstance(value, int | float) and not isinstance(value, bool):
        found = float(value)
    else:
        said = half_width(value).replace(",", "").replace(" ", "")
        found = float(said) if re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,10})?", said, re.ASCII) else None
    if found is None or not math.isfinite(found):
        raise Wrong("not_a_number", "应为数字，如 12000 或 12000.50", "must be a number such as 12000 or 12000.50")
    if not least <= found <= most:
        raise Wrong("out_of_range", f"应在 {least:g} 到 {most:g} 之间", f"must lie in {least:g} to {most:g}")
    return round(found, 2) + 0.0


def whole(value: Value, least: int, most: int) -> int:
    """A whole number within bounds."""
    said = half_width(value).removesuffix("年")
    if not re.fullmatch(r"\d{1,9}", said, re.ASCII) or not least <= int(said) <= most:
        raise Wrong("out_of_range", f"应为 {least} 到 {most} 的整数", f"must be a whole number from {least} to {most}")
    return int(said)


def yes_no(value: Value) -> bool:
    """是 or 否, in the ways people write it."""
    said = half_width(value).casefold()
    if said in YES or said in NO:
        return said in YES
    raise Wrong("not_yes_or_no", "应为“是”或“否”", "must be 是 (yes) or 否 (no)", ("是", "否"))


def day(value: Value) -> date:
    """A date, as a date cell, as Excel's serial number, or written as people do."""
    found = _day_of(value)
    if found is None:
        raise Wrong("not_a_date", "应为日期，如 2026-03-02", "must be a date such as 2026-03-02")
    if not FIRST_DAY <= found <= LAST_DAY:
        raise Wrong("out_of_range", f"应在 {FIRST_DAY} 到 {LAST_DAY} 之间", f"must lie in {FIRST_DAY} to {LAST_DAY}")
    return found


def _day_of(value: Value) -> date | None:
    if isinstance(value, datetime):
        return value.date() if value.time() == datetime.min.time() else None
    if isinstance(value, date):
        return value
    said = half_width(value).removesuffix(" 00:00:00").removesuffix(" 00:00")
    serial = re.fullmatch(r"\d{5}", said, re.ASCII)
    if serial is not None:
        return EXCEL_EPOCH + timedelta(days=int(said))
    match = _DAY.fullmatch(said)
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups() if part is not None))
    except ValueError:
        return None


def instant(value: Value) -> datetime:
    """A moment in the office's zone, unless it names its own; a day alone is the opening of the office on it."""
    wrong = Wrong("not_a_moment", "应为时间，如 2026-03-02 09:30", "must be a moment such as 2026-03-02 09:30")
    found: datetime | None = value if isinstance(value, datetime) else None
    if found is None and (on := _day_of(value)) is not None:
        found = office_time(on, OFFICE_OPENS)
    if found is None:
        said = half_width(value).replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "")
        try:
            found = datetime.fromisoformat(said)
        except ValueError:
            raise wrong from None
    found = found.replace(tzinfo=OFFICE_ZONE) if found.tzinfo is None else found
    if not FIRST_DAY <= found.date() <= LAST_DAY:
        raise Wrong("out_of_range", f"应在 {FIRST_DAY} 到 {LAST_DAY} 之间", f"must lie in {FIRST_DAY} to {LAST_DAY}")
    return found


def choice(value: Value, known: Mapping[str, Title], clearable: bool = False) -> str:
    """A word of a list, by its code or its name; ``clearable``: 无 stands for none of them."""
    said = half_width(value).casefold()
    if clearable and said in NONE_WORDS:
        return ""
    names = {
        unicodedata.normalize("NFKC", name).casefold(): code
        for code, title in known.items()
        for name in (title.zh, title.en, code)
    }
    if said in names:
        return names[said]
    near = difflib.get_close_matches(said, names, 1, SUGGESTED)
    hint = known[names[near[0]]] if near else None
    accepted = tuple(title.zh for title in known.values())
    raise Wrong(
        "unknown_word",
        "不在可用值之内" + (f"，是否“{hint.zh}”？" if hint else "") + f"；可用：{'、'.join(accepted)}",
        "is not in the list" + (f", did you mean “{hint.zh}”?" if hint else "") + f"; accepted: {', '.join(accepted)}",
        accepted,
    )
