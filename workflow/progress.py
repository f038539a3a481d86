"""The lights of the war map (fact book, 6.3): how late each milestone of a project is, how far its progress is behind.

Pure: milestones and reports as a case keeps them, a day, the rules of ``config/rules/lights.yaml``. Percentages are
reckoned exactly, since 70.1 − 40.1 is 30 points and no more.

    milestones  {"name", "kind", "planned_on": "2026-03-15" or None, "department", "person"}
    reports     {"day": "2026-04-01", "milestone"?, "done_on"?, "planned_pct"?, "actual_pct"?, …}

Of several reports that say something of one thing, the one of the latest day holds, of the same day the last. A report
that names a milestone speaks of that milestone, any other of the project as a whole. What was reported after the day
asked for is not known yet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from workflow.catalogue import Lights
from workflow.clock.deadline import add_months
from workflow.clock.words import date_words
from workflow.definition import Title

Row = Mapping[str, Any]


class ProgressLight(StrEnum):
    """Green; yellow and red by the rules; done, for a milestone that was reached; none, where nothing was planned."""

    NONE = "none"
    DONE = "done"
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


SEVERITY = tuple(ProgressLight)
"""From the mildest to the worst."""


@dataclass(frozen=True, slots=True)
class MilestoneProgress:
    """One milestone as of a day. ``months_late`` as its kind counts them, up to the day it was reached or the day asked
    for; ``points_behind`` is planned minus actual percent, None where nobody reported; ``why`` says what made
    the light.
    """

    name: str
    kind: str
    planned_on: date | None
    done_on: date | None
    department: str | None
    person: int | None
    months_late: int
    points_behind: Decimal | None
    light: ProgressLight
    why: Title


@dataclass(frozen=True, slots=True)
class Progress:
    """A project as of a day: the worst of its milestones and of its progress as a whole; ``reported_on`` is the day of
    the newest report."""

    light: ProgressLight
    why: Title
    points_behind: Decimal | None
    reported_on: date | None
    milestones: tuple[MilestoneProgress, ...]


def progress(milestones: Sequence[Row], reports: Sequence[Row], day: date, lights: Lights) -> Progress:
    """The lights of a project as of ``day`` (Asia/Shanghai)."""
    known = _in_order(reports, day)
    found = tuple(_milestone(row, known, day, lights) for row in milestones)
    points = _points(report for report in known if not report.get("milestone"))
    judged = [(one.light, _named(one)) for one in found]
    if points is not None:
        judged.append((_points_light(points, lights), _points_words(points)))
    light = max((one for one, _ in judged), key=SEVERITY.index, default=ProgressLight.NONE)
    reported_on = _day(known[-1]["day"]) if known else None
    return Progress(light, _why(light, judged), points, reported_on, found)


def months_late(planned_on: date, day: date, counted: str) -> int:
    """Whole months from the plan to ``day``, 0 while there is none: full_months are over on the corresponding day
    (民法典 202), calendar_months with the last day of a month."""
    months = (day.year - planned_on.year) * 12 + day.month - planned_on.month
    if counted == "full_months" and months > 0 and day < add_months(planned_on, months):
        months -= 1
    return max(months, 0)


def _in_order(reports: Sequence[Row], day: date) -> list[Row]:
    """Those known on ``day``, oldest first; `sorted` keeps the order of a day's own."""
    dated = [(said, report) for report in reports if (said := _day(report["day"])) is not None and said <= day]
    return [report for _, report in sorted(dated, key=lambda pair: pair[0])]


def _milestone(row: Row, reports: Sequence[Row], day: date, lights: Lights) -> MilestoneProgress:
    said = [report for report in reports if report.get("milestone") == row["name"]]
    planned_on, done_on, points = _day(row.get("planned_on")), _newest_done(said, day), _points(said)
    kind = lights.milestones.get(row["kind"])
    levels = lights.months_late if kind is None else kind
    counted = "full_months" if kind is None else kind.counted
    late = 0 if planned_on is None else months_late(planned_on, done_on or day, counted)
    if done_on is not None:
        light, why = ProgressLight.DONE, _done_words(planned_on, done_on, late)
    else:
        light, why = _open_light(planned_on, day, late, (levels.yellow, levels.red))
        if points is not None and SEVERITY.index(_points_light(points, lights)) > SEVERITY.index(light):
            light, why = _points_light(points, lights), _points_words(points)
    return MilestoneProgress(
        name=row["name"],
        kind=row["kind"],
        planned_on=planned_on,
        done_on=done_on,
        department=row.get("department"),
        person=row.get("person"),
        months_late=late,
        points_behind=points,
        light=light,
        why=why,
    )


def _open_light(planned_on: date | None, day: date, late: int, levels: tuple[int, int]) -> tuple[ProgressLight, Title]:
    """``levels``: the months from which on it is yellow, and red."""
    if planned_on is None:
        return ProgressLight.NONE, Title("没有计划日期", "no planned day")
    zh, en = (date_words(planned_on, day, lang) for lang in ("zh", "en"))
    yellow, red = levels
    if late >= yellow:
        light = ProgressLight.RED if late >= red else ProgressLight.YELLOW
        return light, Title(f"计划 {zh}，未完成，已晚 {late} 个月", f"planned for {en}, not done, {_months(late)} late")
    if day > planned_on:
        past = (day - planned_on).days
        said = Title(
            f"计划 {zh}，已过 {past} 天，未到预警期限", f"planned for {en}, {_days(past)} past, no warning yet"
        )
        return ProgressLight.GREEN, said
    return ProgressLight.GREEN, Title(f"计划 {zh}，未到期", f"planned for {en}, not past yet")


def _done_words(planned_on: date | None, done_on: date, late: int) -> Title:
    zh, en = (date_words(done_on, planned_on or done_on, lang) for lang in ("zh", "en"))
    if planned_on is None:
        return Title(f"{zh}完成，没有计划日期", f"done {en}, no planned day")
    days = (done_on - planned_on).days
    if days == 0:
        return Title(f"{zh}按期完成", f"done {en}, on the planned day")
    if days < 0:
        return Title(f"{zh}完成，提前 {-days} 天", f"done {en}, {_days(-days)} early")
    months = Title(f"（{late} 个月）", f" ({_months(late)})") if late else Title("", "")
    return Title(f"{zh}完成，晚 {days} 天{months.zh}", f"done {en}, {_days(days)} late{months.en}")


def _points_light(points: Decimal, lights: Lights) -> ProgressLight:
    """Yellow from the first level on, red only beyond the second."""
    if points > lights.points_behind.red:
        return ProgressLight.RED
    return ProgressLight.YELLOW if points >= lights.points_behind.yellow else ProgressLight.GREEN


def _points_words(points: Decimal) -> Title:
    amount = f"{abs(points).normalize():f}"
    if points > 0:
        return Title(f"进度落后 {amount} 个百分点", f"progress {amount} points behind")
    if points < 0:
        return Title(f"进度超前 {amount} 个百分点", f"progress {amount} points ahead")
    return Title("进度与计划一致", "progress as planned")


def _newest_done(reports: Sequence[Row], day: date) -> date | None:
    """The day the newest report names; one after ``day`` was only announced."""
    named = [_day(report["done_on"]) for report in reports if report.get("done_on")]
    newest = named[-1] if named else None
    return newest if newest is not None and newest <= day else None


def _points(reports: Iterable[Row]) -> Decimal | None:
    said = [(report.get("planned_pct"), report.get("actual_pct")) for report in reports]
    whole = [(planned, actual) for planned, actual in said if planned is not None and actual is not None]
    return Decimal(str(whole[-1][0])) - Decimal(str(whole[-1][1])) if whole else None


def _named(one: MilestoneProgress) -> Title:
    return Title(f"{one.name}：{one.why.zh}", f"{one.name}: {one.why.en}")


def _why(light: ProgressLight, judged: Sequence[tuple[ProgressLight, Title]]) -> Title:
    """Every reason for a yellow or red light, else the sentence for all."""
    if light is ProgressLight.NONE:
        return Title("没有计划节点，也没有进度报告", "neither a planned milestone nor a report of progress")
    if light is ProgressLight.DONE:
        return Title("计划内的节点已全部完成", "every planned milestone is done")
    if light is ProgressLight.GREEN:
        return Title("按计划推进", "going as planned")
    reasons = [why for one, why in judged if one is light]
    return Title("；".join(why.zh for why in reasons), "; ".join(why.en for why in reasons))


def _day(said: Any) -> date | None:
    """A day, also as the text in which a case keeps it."""
    return date.fromisoformat(said) if isinstance(said, str) else said


def _months(count: int) -> str:
    return f"{count} month{'' if count == 1 else 's'}"


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"
