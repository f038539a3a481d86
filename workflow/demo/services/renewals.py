"""The renewal projects beside the war map: each with its target, its milestones, its squad and its specialist.

Cheap on purpose: entered some weeks ago, so that no report is due yet. Those that began in the first quarter are
entered with that milestone reached.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from workflow.demo.files import DemoFiles
from workflow.demo.scenes import Days
from workflow.demo.services.mechanisms import NOTE, Entry, Milestone, accept, appoint, enter, form
from workflow.demo.steps import Step

FIRST_ENTRY = -17


def first_quarter(today: date) -> tuple[date, date]:
    """The newest first quarter that was over before the works of the war map began: its first and its last day."""
    year = today.year if today >= date(today.year, 7, 1) else today.year - 1
    return date(year, 1, 1), date(year, 3, 31)


def steps(files: DemoFiles, days: Days, seed: int) -> Iterator[Step]:
    """Every step of every renewal project that is not on the war map."""
    specialists = files.of_role("specialist")
    for number, project in enumerate(files.renewals):
        site = len(files.projects) + number
        rng = Random(f"{seed}/{project.name}/mechanism")
        specialist = specialists[site % len(specialists)].username
        yield from _project(Entry(site, project, specialist, days, rng, FIRST_ENTRY + number % 4))


def _project(entry: Entry) -> Iterator[Step]:
    first, last = first_quarter(entry.today)
    begun = first + timedelta(days=entry.rng.randrange((last - first).days + 1))
    start = begun if entry.project.first_quarter else entry.today + timedelta(weeks=entry.project.start_weeks)
    milestones = (
        Milestone("开工", "start", start, "ZJ", "zj2"),
        Milestone("竣工", "completion", entry.today + timedelta(weeks=entry.project.start_weeks + 70), "QX", "qx2"),
    )
    target = f"完成年度更新改造任务，投资{entry.project.investment_wan / 10000:.2f}亿元{NOTE}"
    yield enter(entry, [one.row for one in milestones], target, last.year)
    if entry.project.first_quarter:
        reached = {"done_on": begun.isoformat(), "note": f"列入时已开工{NOTE}"}
        yield entry.does(entry.entered, "officer", "reach", reached, child="milestone", department="ZJ", at_once=True)
    yield form(entry, entry.entered)
    yield appoint(entry, entry.entered)
    yield accept(entry, entry.entered + 1)
