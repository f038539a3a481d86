"""Notices newer than the published tables, from `config/calendar/`, a form or a request (form: the README there)."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from workflow.clock.days import FIRST_YEAR, LAST_YEAR, Notice, NoticeKind
from workflow.clock.notice_rules import notice_faults, years_with
from workflow.clock.published import published_years
from workflow.errors import ConfigFaults, Fault

if TYPE_CHECKING:
    from workflow.strict_yaml import Document, Place

KEYS = ("year", "kind", "source", "off", "make_up", "extra")
KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)
OFF_FORMS = ("{date, name}", "{from, to, name}")
# The longest break ever ordered was under two weeks; a range beyond this is a typing error in a month or year.
LONGEST_BREAK = 60


def load_notices(folder: Path) -> tuple[Notice, ...]:
    """Every notice in ``folder``, by file name; none if the folder is missing. ConfigFaults lists every fault found."""
    if not folder.is_dir():
        return ()
    # The YAML parser costs more to import than the clock itself, and most callers have no notice to read.
    from workflow.strict_yaml import load, relative_name

    faults: list[Fault] = []
    notices: dict[str, Notice] = {}
    for path in sorted((*folder.glob("*.yaml"), *folder.glob("*.yml"))):
        try:
            document = load(path)
            notices[relative_name(path)] = _NoticeReader(document, named_by_year=True).notice()
        except ConfigFaults as found:
            faults.extend(found.faults)
    # A gap or a second notice may only seem so while a file cannot be read.
    faults.extend([] if faults else _year_faults(notices))
    if faults:
        raise ConfigFaults(faults)
    return tuple(notices.values())


def load_notice(path: Path) -> Notice:
    """One notice from a YAML file of any name; ConfigFaults lists every fault found, with its line."""
    from workflow.strict_yaml import load

    return _NoticeReader(load(path)).notice()


def notice_from(data: Any, file: str = "notice") -> Notice:
    """The notice that plain data (parsed JSON or YAML; days as text) describes; ``file`` is what its faults call it.

    ConfigFaults lists every fault found; those of the day rules name the day in their message.
    """
    from workflow.strict_yaml import Document

    return _NoticeReader(Document(path=Path(file), file=file, data=data, lines={})).notice()


def notice_data(notice: Notice) -> dict[str, Any]:
    """A notice as plain JSON values, days one by one; `notice_from` makes an equal one of it."""
    return {
        "year": notice.year,
        "kind": notice.kind,
        "source": notice.source,
        "off": [{"date": day.isoformat(), "name": name} for day, name in sorted(notice.off.items())],
        "make_up": [day.isoformat() for day in sorted(notice.make_up)],
        "extra": notice.extra,
    }


def _year_faults(notices: dict[str, Notice]) -> Iterator[Fault]:
    yearly = [(notice.year, file) for file, notice in notices.items() if notice.kind == "year"]
    files: dict[int, str] = {}
    run = published_years()
    for year, file in sorted(yearly):
        if files.setdefault(year, file) != file:
            yield Fault(file, "year", f"{year} has a notice already, in {files[year]}")
        try:
            run = years_with(run, year)
        except ValueError as error:
            yield Fault(file, "year", str(error))


class _NoticeReader:
    """Reads one document, gathering its faults; every day remembers its place so that a fault knows its line.

    ``named_by_year``: the file's name must begin with the notice's year.
    """

    def __init__(self, document: "Document", named_by_year: bool = False) -> None:
        self.document = document
        self.named_by_year = named_by_year
        self.faults: list[Fault] = []
        self.places: dict[tuple[str, date], Place] = {}

    def notice(self) -> Notice:
        data = self.document.data
        if not isinstance(data, Mapping):
            raise ConfigFaults([self.document.fault((), "is not a mapping", KEYS)])
        for key in data:
            if key not in KEYS:
                self.refuse((key,), "unknown key", KEYS)
        notice = Notice(
            year=self.year(data.get("year")),
            off=self.off(data.get("off")),
            make_up=self.make_up(data.get("make_up", [])),
            source=self.source(data.get("source")),
            kind=self.kind(data.get("kind", "year")),
            extra=self.extra(data.get("extra", 0)),
        )
        # The rules between the parts only mean something once every part could be read.
        if not self.faults:
            for fault in notice_faults(notice):
                place = self.places.get((fault.key, fault.day), (fault.key,)) if fault.day else (fault.key,)
                self.refuse(place, fault.message)
        if self.faults:
            raise ConfigFaults(self.faults)
        return notice

    def year(self, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not FIRST_YEAR <= value <= LAST_YEAR:
            self.refuse(("year",), f"{value!r}: a year from {FIRST_YEAR} to {LAST_YEAR} is accepted")
            return FIRST_YEAR
        if self.named_by_year and not re.match(rf"{value}(?!\d)", self.document.path.name):
            self.refuse(("year",), f"{value}: the file's name begins with another year or with none")
        return value

    def kind(self, value: Any) -> NoticeKind:
        for kind in KINDS:
            if value == kind:
                return kind
        self.refuse(("kind",), f"{value!r} is not a kind of notice", KINDS)
        return "year"

    def extra(self, value: Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LONGEST_BREAK:
            return value
        self.refuse(("extra",), f"{value!r}: a whole number of days from 0 to {LONGEST_BREAK} is accepted")
        return 0

    def source(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        self.refuse(("source",), f"{value!r}: the title and number of the notice is accepted")
        return ""

    def off(self, value: Any) -> dict[date, str]:
        off: dict[date, str] = {}
        for index, entry in enumerate(self.entries("off", value)):
            place: Place = ("off", index)
            if not isinstance(entry, Mapping) or set(entry) not in ({"date", "name"}, {"from", "to", "name"}):
                self.refuse(place, f"{entry!r} has not the form of days off", OFF_FORMS)
                continue
            if not isinstance(entry["name"], str):
                self.refuse((*place, "name"), f"{entry['name']!r}: the name of the holiday is accepted")
                continue
            for day in self.days_of(place, entry):
                if self.is_first("off", day, place):
                    off[day] = entry["name"]
        return off

    def make_up(self, value: Any) -> frozenset[date]:
        found: set[date] = set()
        for index, entry in enumerate(self.entries("make_up", value)):
            day = self.day(("make_up", index), entry)
            if day and self.is_first("make_up", day, ("make_up", index)):
                found.add(day)
        return frozenset(found)

    def entries(self, key: str, value: Any) -> list[Any]:
        if isinstance(value, list):
            return value
        self.refuse((key,), f"{value!r}: a list is accepted")
        return []

    def days_of(self, place: "Place", entry: Mapping[str, Any]) -> list[date]:
        if "date" in entry:
            day = self.day((*place, "date"), entry["date"])
            return [day] if day else []
        first, last = self.day((*place, "from"), entry["from"]), self.day((*place, "to"), entry["to"])
        if first is None or last is None:
            return []
        length = (last - first).days + 1
        if not 1 <= length <= LONGEST_BREAK:
            self.refuse(place, f"{first}..{last} is {length} days long: 1 to {LONGEST_BREAK} are accepted")
            return []
        return [first + timedelta(days=n) for n in range(length)]

    def day(self, place: "Place", value: Any) -> date | None:
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
                raise ValueError
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self.refuse(place, f"{value!r} is not a day of the calendar: the form 2026-02-28 is accepted")
            return None

    def is_first(self, key: str, day: date, place: "Place") -> bool:
        if self.places.setdefault((key, day), place) == place:
            return True
        self.refuse(place, f"{day.isoformat()} stands twice under {key}")
        return False

    def refuse(self, place: "Place", message: str, known: tuple[str, ...] = ()) -> None:
        self.faults.append(self.document.fault(place, message, known))
