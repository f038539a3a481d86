"""一套机制 in the demo: every project of the war map with its squad, specialist, milestones and monthly reports.

Most go as they should; which ones do not is placed by hand, so that every light and every state stands somewhere.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from workflow.clock.deadline import add_months
from workflow.demo.files import DemoFiles, DemoProject
from workflow.demo.scenes import Days
from workflow.demo.steps import Step

NOTE = "（演示数据）"
ADMIN = "guanli"
FIRST_ENTRY = -93
REPORT_EVERY = timedelta(days=26)
"""Between two reports: the next is due within a month."""
NO_REPORT = frozenset({40, 72, 111})
"""The newest report is late."""
SPECIALISTS = 6

LATE_TO_FORM = frozenset({4, 23, 61, 92})
"""The specialist was appointed after the working day there is for it: the card climbed."""
DECLINED, REPLACED = 7, 31
ENTERED, FORMED, WAITING, HANDING_OVER = 128, 127, 126, 125
"""Entered yesterday; the squad formed; the specialist to accept; the specialist changing."""
DELIVERED = (94, 97, 112, 115, 118)
"""The last of them is delivered, its squad not dissolved yet."""
BEHIND = {9: 15, 17: 22, 25: 12, 36: 28, 57: 18, 66: 14, 74: 25, 85: 11, 100: 17, 107: 29}
"""Points behind the plan in the newest report: a yellow light."""
FAR_BEHIND = {13: 38, 63: 35, 89: 42}
"""A red one; the last is not answered yet."""
MONTH_LATE = frozenset({10, 28, 45, 70, 77, 102, 120})
"""The preparations are one or two months late: yellow."""
MONTHS_LATE = (47, 83)
"""Three months late: red, and called for. The second has a measure and a new day since."""
NEW_PLAN_ASKED, NEW_PLAN_GRANTED = 20, 33


@dataclass(frozen=True, slots=True)
class Entry:
    """One project on the war map. ``today`` is the day the demo is made; ``entered`` a working day counted from it."""

    site: int
    project: DemoProject
    specialist: str
    days: Days
    rng: Random
    entered: int

    @property
    def thread(self) -> str:
        return f"{self.project.name}/mechanism"

    @property
    def today(self) -> date:
        return self.days.base

    @property
    def leader(self) -> str:
        return "duizhang2" if self.project.needs_tender else "duizhang1"

    @property
    def another(self) -> str:
        """A specialist of the same squad who is not the one of this project."""
        return f"zhuanyuan{(self.site + 1) % SPECIALISTS + 1}"

    def does(self, day: int, by: str, action: str, inputs: dict[str, Any], **others: Any) -> Step:
        """At a minute of the working day that is drawn."""
        minute = self.rng.randint(9 * 60, 16 * 60)
        return Step(self.thread, self.site, day, minute, by, action, None, inputs, **others)

    def day_of(self, wanted: date) -> int:
        """The last working day on or before ``wanted``, counted from today; not before the entry."""
        found = self.entered + 1
        while self.days.day(found + 1) <= wanted:
            found += 1
        return found


@dataclass(frozen=True, slots=True)
class Milestone:
    """``reached``: how many days after the plan, None where it is not."""

    name: str
    kind: str
    planned_on: date
    department: str
    person: str
    reached: int | None = None

    @property
    def row(self) -> dict[str, str]:
        return {
            "name": self.name,
            "kind": self.kind,
            "planned_on": self.planned_on.isoformat(),
            "department": self.department,
            "person": f"@{self.person}",
            "unit": "建设单位工程部（演示数据）",
        }


def steps(files: DemoFiles, days: Days, seed: int) -> Iterator[Step]:
    """Every step of every project of the war map."""
    for site, project in enumerate(files.projects):
        yield from _project(_entry(files, site, project, days, seed))


def entered_on(site: int) -> int:
    """The working day on which a project of the war map entered it."""
    return {ENTERED: -1, FORMED: -1, WAITING: -2}.get(site, FIRST_ENTRY + site % 6)


def _entry(files: DemoFiles, site: int, project: DemoProject, days: Days, seed: int) -> Entry:
    specialists = files.of_role("specialist")
    specialist = specialists[site % len(specialists)].username
    return Entry(site, project, specialist, days, Random(f"{seed}/{project.name}/mechanism"), entered_on(site))


def _project(entry: Entry) -> Iterator[Step]:
    milestones = _milestones(entry)
    yield enter(
        entry, [one.row for one in milestones], f"{entry.days.base.year}年完成年度投资计划{NOTE}", entry.today.year
    )
    if entry.site == ENTERED:
        return
    formed = entry.entered + (2 if entry.site in LATE_TO_FORM else 0)
    yield form(entry, formed)
    if entry.site == FORMED:
        return
    running = yield from _specialist(entry, formed + (1 if entry.site == WAITING else 0))
    if running is None:
        return
    yield from _reached(entry, milestones)
    yield from _plans(entry)
    if entry.site in DELIVERED:
        yield from _delivered(entry, running)
        return
    yield from _reports(entry, running)


def enter(entry: Entry, milestones: list[dict[str, str]], target: str, year: int) -> Step:
    """The project enters the war map, with its milestones."""
    squad = "tenders" if entry.project.needs_tender else "permits"
    inputs = {"target": target, "year": year, "squad": squad, "milestones": milestones}
    minute = 9 * 60 + 30 + entry.site % 7 * 10
    return Step(entry.thread, entry.site, entry.entered, minute, ADMIN, begins="mechanism", inputs=inputs)


def form(entry: Entry, day: int) -> Step:
    """The squad, every department with a place in it, and two specialists, of whom one will serve."""
    officers = ("zj1", "fg1") if entry.project.needs_tender else ("qx1", "zg1", "zj1", "hb1", "cg1")
    members = [{"department": name[:2].upper(), "person": f"@{name}"} for name in officers]
    members += [{"department": "QX", "person": f"@{name}"} for name in (entry.specialist, entry.another)]
    minute = 11 * 60 + entry.rng.randint(0, 40)
    return Step(entry.thread, entry.site, day, minute, "squad_leader", "form_squad", None, {"members": members})


def appoint(entry: Entry, day: int, minute: int = 14 * 60, nominee: str | None = None) -> Step:
    """The specialist is named."""
    inputs = {"nominee": f"@{nominee or entry.specialist}"}
    return Step(entry.thread, entry.site, day, minute, "squad_leader", "appoint", None, inputs)


def accept(entry: Entry, day: int, nominee: str | None = None) -> Step:
    """Whoever was named says yes the morning after."""
    minute = entry.rng.randint(9 * 60, 11 * 60)
    return Step(entry.thread, entry.site, day, minute, nominee or entry.specialist, "accept")


def _specialist(entry: Entry, formed: int) -> Generator[Step, None, int | None]:
    """Until a specialist has accepted; returns on which working day, None where nobody has yet."""
    if entry.site == DECLINED:
        yield appoint(entry, formed, nominee=entry.another)
        reason = {"reason": f"在手项目较多，建议由熟悉该片区的同事承担{NOTE}"}
        yield Step(entry.thread, entry.site, formed + 1, 10 * 60, entry.another, "decline", None, reason)
        yield appoint(entry, formed + 1)
        yield accept(entry, formed + 2)
        return formed + 2
    if entry.site == REPLACED:
        yield appoint(entry, formed, nominee=entry.another)
        yield accept(entry, formed + 1, entry.another)
        yield _replace(entry, formed + 4, entry.specialist)
        yield accept(entry, formed + 5)
        return formed + 5
    yield appoint(entry, formed)
    if entry.site == WAITING:
        return None
    yield accept(entry, formed + 1)
    if entry.site == HANDING_OVER:
        yield _replace(entry, -1, entry.another)
    return formed + 1


def _replace(entry: Entry, day: int, nominee: str) -> Step:
    inputs = {
        "nominee": f"@{nominee}",
        "reason": f"岗位调整{NOTE}",
        "handover_note": f"节点计划、问题清单和联系人已移交，待办见清单{NOTE}",
    }
    return entry.does(day, "squad_leader", "replace", inputs)


# ── milestones ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _milestones(entry: Entry) -> tuple[Milestone, ...]:
    first, second = ("FG", "fg1") if entry.project.needs_tender else ("ZG", "zg2")
    start = entry.today + timedelta(weeks=entry.project.start_weeks)
    prepared_after: int | None
    prepared, prepared_after = start - timedelta(weeks=8), entry.rng.randint(-6, 9)
    finished, started_after, done = start + timedelta(weeks=60), entry.rng.randint(0, 6), None
    if entry.site in MONTH_LATE:
        prepared, prepared_after = entry.today - timedelta(days=entry.rng.randint(36, 54)), None
        start = max(start, entry.today + timedelta(weeks=3))
    if entry.site in MONTHS_LATE:
        on = 2 if entry.site == MONTHS_LATE[0] else 12
        prepared, prepared_after = add_months(entry.today - timedelta(days=on), -3), None
        start = entry.today + timedelta(weeks=6)
    if entry.site in DELIVERED:
        prepared, start, finished = (entry.today - timedelta(days=days) for days in (105, 80, 14))
        prepared_after, started_after, done = 2, 1, -1
    if entry.site in (ENTERED, FORMED, WAITING):
        prepared, start = entry.today + timedelta(weeks=6), entry.today + timedelta(weeks=14)
    if entry.site in (NEW_PLAN_ASKED, NEW_PLAN_GRANTED):
        prepared, start = entry.today - timedelta(days=60), entry.today + timedelta(days=20)
    return (
        Milestone("前期手续办结", "progress", prepared, first, second, prepared_after),
        Milestone("开工", "start", start, "ZJ", "zj2", started_after),
        Milestone("竣工", "completion", finished, "QX", "qx2", done),
    )


def _reached(entry: Entry, milestones: tuple[Milestone, ...]) -> Iterator[Step]:
    """Those that were reached before today; none is before the project is on the war map."""
    for one in milestones:
        if one.reached is None:
            continue
        done = one.planned_on + timedelta(days=one.reached)
        day = entry.day_of(done)
        if day < -1:
            inputs = {"done_on": entry.days.day(day).isoformat(), "note": f"{one.name}，资料已归集{NOTE}"}
            yield entry.does(day, "officer", "reach", inputs, child="milestone", department=one.department)


def _plans(entry: Entry) -> Iterator[Step]:
    """Plans that change: asked for, granted, and after a red light."""
    new = (entry.today + timedelta(days=45)).isoformat()
    where: dict[str, Any] = {"child": "milestone", "department": "ZJ"}
    asked = {"asked_for": new, "asked_because": f"管线迁改较计划推迟{NOTE}"}
    if entry.site == NEW_PLAN_ASKED:
        yield entry.does(-1, "officer", "ask_change", asked, **where)
    if entry.site == NEW_PLAN_GRANTED:
        yield entry.does(-9, "officer", "ask_change", asked, **where)
        yield entry.does(-8, "squad_leader", "approve_change", {"note": f"同意调整{NOTE}"}, **where)
    if entry.site == MONTHS_LATE[1]:
        measure = {"measure": f"每周调度，专班驻点推进权属核查{NOTE}", "planned_on": new}
        where["department"] = "FG"
        yield entry.does(-5, "squad_leader", "take_measure", measure, **where)


# ── reports ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _reports(entry: Entry, running: int) -> Iterator[Step]:
    """One every month; the newest says how far it is behind. A red light is answered by the squad leader."""
    planned = entry.rng.randint(8, 15)
    reports = _report_days(entry, running)
    if entry.site in NO_REPORT:
        reports = reports[:-1]
    for number, day in enumerate(reports):
        planned += entry.rng.randint(11, 15)
        last = number == len(reports) - 1
        behind = BEHIND.get(entry.site, FAR_BEHIND.get(entry.site)) if last else None
        points = entry.rng.randint(0, 5) if behind is None else behind
        inputs = {
            "day": entry.days.day(day).isoformat(),
            "planned_pct": planned,
            "actual_pct": planned - points,
            "note": f"按计划推进{NOTE}" if behind is None else f"受管线迁改影响，进度滞后{NOTE}",
        }
        yield entry.does(day, "specialist", "report", inputs)
        if last and entry.site in list(FAR_BEHIND)[:-1]:
            new = {"new_date": (entry.today + timedelta(days=40)).isoformat()}
            measure = {"measure": f"增加作业面，按周调度{NOTE}"} | new
            yield entry.does(day + 1, "squad_leader", "answer_light", measure)


def _report_days(entry: Entry, running: int) -> list[int]:
    found = [entry.day_of(entry.days.day(running) + REPORT_EVERY)]
    while (day := entry.day_of(entry.days.day(found[-1]) + REPORT_EVERY)) < 0:
        found.append(day)
    return [day for day in found if day < 0]


def _delivered(entry: Entry, running: int) -> Iterator[Step]:
    last = entry.site == DELIVERED[-1]
    day = -1 if last else -5
    inputs = {"delivered_on": entry.days.day(day).isoformat(), "note": f"已移交使用单位{NOTE}"}
    for number, told in enumerate(day_told for day_told in _report_days(entry, running) if day_told < day):
        percent = min(30 * (number + 1), 100)
        said = {"day": entry.days.day(told).isoformat(), "note": f"按计划推进{NOTE}"}
        yield entry.does(told, "specialist", "report", said | {"planned_pct": percent, "actual_pct": percent})
    yield entry.does(day, "specialist", "deliver", inputs)
    if not last:
        summary = {"summary": f"专班按节点完成全部任务，问题清单清零，予以解散{NOTE}"}
        yield entry.does(day + 2, "squad_leader", "dissolve", summary)
