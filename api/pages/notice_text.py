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

from api.wording import N_, _
from workflow.amending.fault_words import in_chinese
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
    |(?P<noise>调休|与周末连休|农历[^\d()、,;。]+|\d{1,2}天|[、,:()\s和及])""",
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
        return {}, [LineFault(fault.line or 0, in_chinese(fault.message)) for fault in found.faults]
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
    one, at = _Line(reading, named[1]), named.end()
    fault = ""
    while at < len(line) and not fault:
        token = _TOKEN.match(line, at)
        fault = one.take(token) if token else _("“%(what)s”读不懂。%(form)s", what=line[at : at + 20], form=_(FORM))
        at = token.end() if token else at
    one.end()
    if not fault and one.last is None:
        fault = _("没有日期。%(form)s", form=_(FORM))
    if fault:
        reading.faults.append(LineFault(number, fault))


class _Line:
    """One line, read from left to right: days wait until a word says whether they are off or worked."""

    def __init__(self, reading: _Reading, name: str) -> None:
        self.reading = reading
        self.name = name
        self.last: date | None = None
        self.waiting: list[list[date]] = []
        self.ranging = False
        self.rest = 0

    def take(self, token: re.Match[str]) -> str:
        """The next word; what is wrong with it, if anything is."""
        match token.lastgroup:
            case "day":
                return self._day(token)
            case "weekday":
                return self._weekday(token["weekday"])
            case "to":
                self.ranging = bool(self.waiting)
            case "work":
                self._put_worked()
            case "rest":
                self._put_off()
            case "stop":
                self.end()
            case "count":
                return self._count(int(token["count"]))
        return ""

    def end(self) -> None:
        """The end of a sentence: what waits is what the line is about."""
        if self.name in _WORKED:
            self._put_worked()
        else:
            self._put_off()

    def _day(self, token: re.Match[str]) -> str:
        day = self._date(token)
        if day is None:
            return _("“%(what)s”不是日历上的日子", what=token["day"])
        self.last = day
        if not self.ranging:
            self.waiting.append([day])
            return ""
        self.ranging = False
        first = self.waiting[-1][-1]
        length = (day - first).days
        if not 1 <= length < LONGEST_RANGE:
            return _("%(first)s 至 %(last)s 不是一段假期", first=first, last=day)
        self.waiting[-1] += [first + timedelta(days=n) for n in range(1, length + 1)]
        return ""

    def _date(self, token: re.Match[str]) -> date | None:
        try:
            if token["packed"]:
                return date.fromisoformat(token["packed"])
            if token["only"]:
                return self.last.replace(day=int(token["only"])) if self.last else None
            year = int(token["year"]) if token["year"] else self.last.year if self.last else self.reading.year
            return date(year, int(token["month"]), int(token["mday"]))
        except ValueError:
            return None

    def _weekday(self, written: str) -> str:
        if self.last is None or WEEKDAYS_ZH[self.last.weekday()] == written.replace("天", "日"):
            return ""
        right = WEEKDAYS_ZH[self.last.weekday()]
        return _("%(day)s 是周%(right)s，不是周%(wrong)s", day=self.last, right=right, wrong=written)

    def _count(self, said: int) -> str:
        self._put_off()
        return "" if said == self.rest else _("写明共 %(said)s 天，日期却有 %(n)s 天", said=said, n=self.rest)

    def _put_off(self) -> None:
        for days in self.waiting:
            first, last = days[0].isoformat(), days[-1].isoformat()
            span = {"date": first} if first == last else {"from": first, "to": last}
            self.reading.off.append({**span, "name": self.name})
            self.rest += len(days)
        self.waiting = []

    def _put_worked(self) -> None:
        self.reading.make_up += [day.isoformat() for days in self.waiting for day in days]
        self.waiting = []
