"""The faults of a notice as refusals in two languages.

The clock engine words them for the configuration file, in English; here each of its sentences has a Chinese one.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from workflow.errors import BadInput, Fault, Reason

_DAY = r"(\d{4}-\d{2}-\d{2})"
_ZH: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"is not a mapping", "应为一个对象"),
        (r"unknown key", "没有这个字段"),
        (r"(.+): a year from (\d+) to (\d+) is accepted", "{0} 不是年份，应为 {1} 至 {2}"),
        (r"(.+) is not a kind of notice", "{0} 不是通知的种类"),
        (r"(.+): a whole number of days from 0 to (\d+) is accepted", "{0} 应为 0 至 {1} 的整数天数"),
        (r"(.+): the title and number of the notice is accepted", "{0} 应为通知的标题和文号"),
        (r"is empty: the title and number of the notice is accepted", "不能为空：请填写通知的标题和文号"),
        (r"has no day: at least one day off is accepted", "至少应有一个放假日"),
        (r"(.+): 0 or more is accepted, and only for a whole year", "{0} 应为 0 以上，且只用于全年通知"),
        (r"(.+) has not the form of days off", "{0} 不是放假日的写法"),
        (r"(.+): the name of the holiday is accepted", "{0} 应为节假日名称"),
        (_DAY + r" has no name: .*", "{0} 缺少节假日名称"),
        (r"(.+): a list is accepted", "{0} 应为列表"),
        (r"(\S+)\.\.(\S+) is (-?\d+) days long: 1 to (\d+) are accepted", "{0} 至 {1} 共 {2} 天，应为 1 至 {3} 天"),
        (r"(.+) is not a day of the calendar: .*", "{0} 不是日历上的日期，写法如 2026-02-28"),
        (_DAY + r" stands twice under \w+", "{0} 重复列出"),
        (_DAY + r" is outside the notice's year: (\d+) and .*", "{0} 不在通知年度内，应为 {1} 年或上一年 12 月"),
        (_DAY + r" is a (\w+): a Saturday or Sunday is accepted", "{0} 是{1}，调休上班日应为周六或周日"),
        (_DAY + r" is a day off as well: .*", "{0} 同时列为放假日，一天只能是其中之一"),
        (_DAY + r" \((.*)\) is missing: every statutory day is off", "缺少法定节假日 {0}（{1}）"),
        (
            r"(\d+) days off on Monday to Friday do not add up: (\d+) are accepted, which are (\d+) statutory days, "
            r"(\d+) make-up days and (\d+) extra",
            "周一至周五放假 {0} 天，天数不平：应为 {1} 天（法定 {2} 天、调休上班 {3} 天、另加 {4} 天）",
        ),
        (_DAY + r" \((.*)\) is a rest day already: a working day is accepted", "{0}（{1}）本来就是休息日，应为工作日"),
        (_DAY + r" is worked already: a rest day is accepted", "{0} 本来就上班，应为休息日"),
        (_DAY + r" is off here and a make-up day in (.*?): a day .*", "{0} 此处放假，而“{1}”定为调休上班"),
        (_DAY + r" is a make-up day here and off \((.*)\) in (.*?): a day .*", "{0} 此处上班，而“{2}”定为放假（{1}）"),
        (r"(\d+) leaves a gap: (\d+) to (\d+) are accepted", "{0} 年与已公布年度之间有空缺，应为 {1} 至 {2} 年"),
        (r"not YAML: .*", "不是完整的 YAML：括号、引号或缩进没有写完，或写错了"),
        (r".*two notices for one year.*", "同一年度有两份通知"),
    )
)
_WEEKDAYS = dict(
    zip(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), "一二三四五六日", strict=True)
)
_QUOTED = re.compile(r"[\"']?(\d{4}-\d{2}-\d{2})")


def reasons_of(faults: Iterable[Fault], content: Any) -> list[Reason]:
    """Every fault of a notice read from ``content``, with its field, the value there and what is accepted."""
    return [_reason(fault, content) for fault in faults]


def reason(field: str, value: Any, zh: str, en: str, accepted: Iterable[Any] = ()) -> Reason:
    """One fault of one field."""
    known = list(accepted)
    facts: dict[str, Any] = {"field": field, "value": value} | ({"accepted": known} if known else {})
    more_zh = f"；可用：{'、'.join(map(str, known))}" if known else ""
    more_en = f"; accepted: {', '.join(map(str, known))}" if known else ""
    return Reason("bad_field", f"{field}：{zh}{more_zh}", f"{field}: {en}{more_en}", facts)


def bad_input(reasons: list[Reason]) -> BadInput:
    """One refusal for all of them."""
    return BadInput("bad_input", "；".join(r.zh for r in reasons), "; ".join(r.en for r in reasons), reasons=reasons)


def in_chinese(message: str) -> str:
    """The Chinese of a fault's sentence; one that nobody has translated is quoted."""
    for pattern, words in _ZH:
        if found := pattern.fullmatch(message):
            parts = (f"周{_WEEKDAYS[part]}" if part in _WEEKDAYS else part for part in found.groups())
            return words.format(*parts)
    return f"不符合要求（{message}）"


def _reason(fault: Fault, content: Any) -> Reason:
    field = "content" if fault.key == "(file)" else fault.key
    # A rule between the parts names its day at the start of its sentence; else the value is what stands there.
    value = _value_at(content, fault.key)
    day = _QUOTED.match(fault.message)
    if day and not isinstance(value, str):
        value = day[1]
    return reason(field, value, in_chinese(fault.message), fault.message, fault.known)


def _value_at(content: Any, key: str) -> Any:
    found = content
    for step in re.findall(r"[^.\[\]]+", key):
        if isinstance(found, Mapping) and step in found:
            found = found[step]
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return str(found)[:200] if isinstance(found, (Mapping, list)) else found
