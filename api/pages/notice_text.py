"""Reads a holiday notice as an administrator has it: the notice's own sentences, one line a holiday, or YAML.

    元旦：1月1日（周五）至3日（周日）放假调休，共3天。
    春节 2027-02-05 至 2027-02-11
    调休 2027-01-31、2027-02-20

Forgiving about the form, strict about what it says: a weekday that is not that day's, a count that does not add up
and whatever else cannot be read are named by their line. Whether the days may be used is for the core to say.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from api.pages.wording import N_, _
from workflow.clock.words import WEEKDAYS_ZH
from workflow.errors import ConfigFaults
from workflow.strict_yaml import load_text

LONGEST = 20_000
LONGEST_RANGE = 60
KEYS = ("year", "kind", "source", "off", "make_up", "extra")
FORM = N_("每行一个节日，如“元旦 2027-01-01 至 2027-01-03”；调休上班写“调休 2027-01-31、2027-02-20”")

_YAML = re.compile(rf"^(?:{'|'.join(KEYS)})\s*:", re.MULTILINE)
_NUMBERING = re.compile(r"^(?:[一二三四五六七八九十]+、|\d{1,2}[.、)](?!\d))\s*")
_NAME = re.compile(r"^([^\d\s:()]{1,20})[\s:]*")
_WORKED = ("调休", "上班", "班", "补班", "调休上班")
_TOKEN = re.compile(
    r"""(?P<day>(?:(?P<year>\d{4})\s*[-/.年]\s*)?(?P<month>\d{1,2})\s*[-/.月]\s*(?P<mday>\d{1,2})\s*日?(?!\d)
      |(?P<only>\d{1,2})\s*日
      |(?P<packed>\d{8}))
    |\(?\s*(?:周|星期)(?P<weekday>[一二三四五六日天])\s*\)?
    |(?P<to>至|到|\.\.|~|-+|—+|–)
    |共\s*(?P<count>\d{1,2})\s*天
    |(?P<work>上班|补班)
    |(?P<rest>放假(?:调休)?|休息)
    |(?P<stop>[。;])
    |(?P<noise>调休|与周末连休|\d{1,2}天|[、,:()\s和及])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class LineFault:
    """What cannot be read, and in which line (from 1; 0: no line)."""

    line: int
    text: str

    def __str__(self) -> str:
        return _("第 %(n)s 行：%(what)s", n=self.line, what=self.text) if self.line else self.text


@dataclass(slots=True)
class _Days:
    """Days met and not yet known to be off or worked; a range is open after 至."""

    found: list[list[date]] = field(default_factory=list)
    open: bool = False

    def take(self) -> list[list[date]]:
        found, self.found = self.found, []
        return found


@dataclass(slots=True)
class _Reading:
    """What has been read so far, in the form of ``config/calendar``."""

    year: int
    off: list[dict[str, str]] = field(default_factory=list)
    make_up: list[str] = field(default_factory=list)
    faults: list[LineFault] = field(default_factory=list)


def read_notice(text: str, year: int) -> tuple[dict[str, Any], list[LineFault]]:
    """The notice as plain data (the keys of ``config/calendar``), and everything that cannot be read.

    ``year`` belongs to days that are written without one.
    """
    if not text.strip():
        return {}, [LineFault(0, _("请填写放假安排：%(form)s", form=_(FORM)))]
    if len(text) > LONGEST:
        return {}, [LineFault(0, _("放假安排不能超过 %(most)s 字", most=LONGEST))]
    if _YAML.search(text):
        return _from_yaml(text)
    reading = _Reading(year)
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            _read_line(reading, number, unicodedata.normalize("NFKC", line).strip())
    return {"off": reading.off, "make_up": reading.make_up}, reading.faults


def as_lines(notice: dict[str, Any]) -> str:
    """A notice as lines that `read_notice` reads."""
    lines = [
        f"{one['name']} {one['date']}" if "date" in one else f"{one['name']} {one['from']} 至 {one['to']}"
        for one in notice.get("off", ())
    ]
    if notice.get("make_up"):
        lines.append("调休 " + "、".join(notice["make_up"]))
    return "\n".join(lines)


def _from_yaml(text: str) -> tuple[dict[str, Any], list[LineFault]]:
    try:
        data = load_text(text, "").data
    except ConfigFaults as found:
        return {}, [LineFault(fault.line or 0, f"{fault.key}: {fault.message}") for fault in found.faults]
    except RecursionError:
        return {}, [LineFault(0, _("层次太深，不是放假安排"))]
    if not isinstance(data, dict):
        return {}, [LineFault(0, _("应为 %(keys)s 这几项", keys="、".join(KEYS)))]
    return data, []


def _read_line(reading: _Reading, number: int, line: str) -> None:
    line = _NUMBERING.sub("", line)
    named = _NAME.match(line)
    if named is None:
        reading.faults.append(LineFault(number, _("没有节日名称。%(form)s", form=_(FORM))))
        return
    name, at = named[1], named.end()
    days, last, rest = _Days(), None, 0
    worked = name in _WORKED
    while at < len(line):
        token = _TOKEN.match(line, at)
        if token is None:
            reading.faults.append(LineFault(number, _("“%(what)s”读不懂。%(form)s", what=line[at : at + 20], form=_(FORM))))
            return
        at = token.end()
        if token["day"]:
            last = _day(token, last, reading.year)
            if last is None:
                reading.faults.append(LineFault(number, _("“%(what)s”不是日历上的日子", what=token["day"])))
                return
            if fault := _add(days, last):
                reading.faults.append(LineFault(number, fault))
                return
        elif token["weekday"] and last and not _is_weekday(last, token["weekday"]):
            what = _("%(day)s 是周%(right)s，不是周%(wrong)s", day=last, right=_weekday(last), wrong=token["weekday"])
            reading.faults.append(LineFault(number, what))
        elif token["to"]:
            days.open = bool(days.found)
        elif token["work"]:
            reading.make_up += [day.isoformat() for group in days.take() for day in group]
        elif token["rest"]:
            rest += _put_off(reading, name, days)
        elif token["count"]:
            rest += _put_off(reading, name, days)
            if rest != int(token["count"]):
                what = _("写明共 %(said)s 天，日期却有 %(found)s 天", said=token["count"], found=rest)
                reading.faults.append(LineFault(number, what))
        elif token["stop"] and not worked:
            rest += _put_off(reading, name, days)
    if worked:
        reading.make_up += [day.isoformat() for group in days.take() for day in group]
    else:
        rest += _put_off(reading, name, days)
    if last is None:
        reading.faults.append(LineFault(number, _("没有日期。%(form)s", form=_(FORM))))


def _day(token: re.Match[str], last: date | None, year: int) -> date | None:
    try:
        if token["packed"]:
            return date.fromisoformat(token["packed"])
        if token["only"]:
            return last.replace(day=int(token["only"])) if last else None
        written = int(token["year"]) if token["year"] else last.year if last else year
        return date(written, int(token["month"]), int(token["mday"]))
    except ValueError:
        return None


def _add(days: _Days, day: date) -> str:
    """Put ``day`` to the days met; after 至 everything from the day before it on. What is wrong with that, if so."""
    if not days.open:
        days.found.append([day])
        return ""
    days.open = False
    first = days.found[-1][-1]
    length = (day - first).days
    if not 1 <= length < LONGEST_RANGE:
        return _("%(first)s 至 %(last)s 不是一段假期", first=first, last=day)
    days.found[-1] += [first + timedelta(days=n) for n in range(1, length + 1)]
    return ""


def _put_off(reading: _Reading, name: str, days: _Days) -> int:
    groups = days.take()
    for group in groups:
        first, last = group[0].isoformat(), group[-1].isoformat()
        span = {"date": first} if first == last else {"from": first, "to": last}
        reading.off.append({**span, "name": name})
    return sum(len(group) for group in groups)


def _weekday(day: date) -> str:
    return WEEKDAYS_ZH[day.weekday()]


def _is_weekday(day: date, written: str) -> bool:
    return _weekday(day) == written.replace("天", "日")
