"""The lights of the war map at every boundary: months behind a milestone, points behind the planned progress."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from workflow.catalogue import Lights
from workflow.progress import ProgressLight, months_late, progress
from workflow.work import Office

GREEN, YELLOW, RED = ProgressLight.GREEN, ProgressLight.YELLOW, ProgressLight.RED
NONE, DONE = ProgressLight.NONE, ProgressLight.DONE


@pytest.fixture
def lights(configuration: Office) -> Lights:
    """The rules as shipped."""
    return configuration.catalogue.lights


def milestone(kind: str = "other", planned_on: str | None = "2026-03-15", name: str = "主体封顶") -> dict[str, Any]:
    return {"name": name, "kind": kind, "planned_on": planned_on, "department": "ZJ", "person": 7}


def report(day: str, **said: Any) -> dict[str, Any]:
    return {"at": f"{day}T02:00:00+00:00", "day": day, "note": "", **said}


@pytest.mark.parametrize(
    ("kind", "planned_on", "day", "months", "light"),
    [
        # 开工: the planned month is missed as it ends, whatever the day in it
        ("start", "2026-03-15", "2026-03-14", 0, GREEN),
        ("start", "2026-03-15", "2026-03-15", 0, GREEN),
        ("start", "2026-03-15", "2026-03-16", 0, GREEN),
        ("start", "2026-03-01", "2026-03-31", 0, GREEN),
        ("start", "2026-03-31", "2026-04-01", 1, YELLOW),
        ("start", "2026-03-15", "2026-05-31", 2, YELLOW),
        ("start", "2026-03-15", "2026-06-01", 3, RED),
        ("start", "2025-12-31", "2026-01-01", 1, YELLOW),
        ("start", "2025-12-15", "2026-03-01", 3, RED),
        # 入库: full months
        ("entry", "2026-03-15", "2026-04-14", 0, GREEN),
        ("entry", "2026-03-15", "2026-04-15", 1, YELLOW),
        ("entry", "2026-03-15", "2026-05-14", 1, YELLOW),
        ("entry", "2026-03-15", "2026-05-15", 2, RED),
        ("entry", "2026-01-31", "2026-02-27", 0, GREEN),
        ("entry", "2026-01-31", "2026-02-28", 1, YELLOW),
        ("entry", "2026-01-31", "2026-03-30", 1, YELLOW),
        ("entry", "2026-01-31", "2026-03-31", 2, RED),
        # any other kind: full months, yellow from 1, red from 3
        ("other", "2026-03-15", "2026-04-14", 0, GREEN),
        ("other", "2026-03-15", "2026-04-15", 1, YELLOW),
        ("other", "2026-03-15", "2026-06-14", 2, YELLOW),
        ("other", "2026-03-15", "2026-06-15", 3, RED),
        ("other", "2024-02-29", "2025-02-28", 12, RED),
        ("anything", "2026-03-15", "2027-03-15", 12, RED),
    ],
)
def test_a_milestone_turns_yellow_and_red_by_the_months_of_its_kind(
    lights: Lights, kind: str, planned_on: str, day: str, months: int, light: ProgressLight
) -> None:
    found = progress([milestone(kind, planned_on)], [], date.fromisoformat(day), lights)

    assert (found.milestones[0].months_late, found.milestones[0].light, found.light) == (months, light, light)


@pytest.mark.parametrize(
    ("planned", "actual", "light"),
    [
        (50, 50, GREEN),
        (50, 60, GREEN),
        (50, 40.1, GREEN),
        (50, 40.01, GREEN),
        (50, 40, YELLOW),
        (50, 39.9, YELLOW),
        (60, 30, YELLOW),
        (70.1, 40.1, YELLOW),  # in floating point more than 30
        (60.1, 30, RED),
        (60, 29.99, RED),
        (100, 0, RED),
        ("45.5", "35.5", YELLOW),
        (Decimal("45.5"), Decimal("35.4"), YELLOW),
    ],
)
def test_progress_is_yellow_from_ten_points_behind_and_red_only_beyond_thirty(
    lights: Lights, planned: Any, actual: Any, light: ProgressLight
) -> None:
    of_project = progress([], [report("2026-03-01", planned_pct=planned, actual_pct=actual)], date(2026, 3, 1), lights)
    said = report("2026-03-01", milestone="主体封顶", planned_pct=planned, actual_pct=actual)
    of_milestone = progress([milestone()], [said], date(2026, 3, 1), lights)

    assert of_project.light is light
    assert (of_milestone.light, of_milestone.points_behind) == (light, None)
    assert of_milestone.milestones[0].points_behind == Decimal(str(planned)) - Decimal(str(actual))


@pytest.mark.parametrize(
    ("done_on", "planned_on", "zh", "en"),
    [
        ("2026-03-15", "2026-03-15", "3月15日（周日）按期完成", "done Sun 15 Mar 2026, on the planned day"),
        ("2026-03-14", "2026-03-15", "3月14日（周六）完成，提前 1 天", "done Sat 14 Mar 2026, 1 day early"),
        ("2026-03-17", "2026-03-15", "3月17日（周二）完成，晚 2 天", "done Tue 17 Mar 2026, 2 days late"),
        (
            "2026-06-16",
            "2026-03-15",
            "6月16日（周二）完成，晚 93 天（3 个月）",
            "done Tue 16 Jun 2026, 93 days late (3 months)",
        ),
        ("2026-03-17", None, "3月17日（周二）完成，没有计划日期", "done Tue 17 Mar 2026, no planned day"),
    ],
)
def test_what_is_done_has_no_light_any_more_but_says_how_late_it_was(
    lights: Lights, done_on: str, planned_on: str | None, zh: str, en: str
) -> None:
    said = [report(done_on, milestone="主体封顶", done_on=done_on)]
    [found] = progress([milestone(planned_on=planned_on)], said, date(2027, 1, 1), lights).milestones

    assert (found.light, found.done_on) == (DONE, date.fromisoformat(done_on))
    assert (found.why.zh, found.why.en) == (zh, en)


def test_a_milestone_without_a_plan_has_no_light(lights: Lights) -> None:
    found = progress([milestone(planned_on=None)], [], date(2026, 3, 1), lights)

    assert (found.light, found.milestones[0].light, found.milestones[0].months_late) == (NONE, NONE, 0)
    assert found.milestones[0].why.zh == "没有计划日期"


def test_a_project_without_anything_says_so(lights: Lights) -> None:
    assert progress([], [], date(2026, 3, 1), lights).why.zh == "没有计划节点，也没有进度报告"


def test_the_worst_light_is_the_project_s_with_every_reason_for_it(lights: Lights) -> None:
    rows = [milestone("entry", "2026-03-15", "入库"), milestone("start", "2026-03-15", "开工"), milestone()]
    said = [
        report("2026-04-20", planned_pct=40, actual_pct=20),
        report("2026-04-01", milestone="入库", done_on="2026-04-01"),
    ]

    found = progress(rows, said, date(2026, 5, 1), lights)

    assert [one.light for one in found.milestones] == [DONE, YELLOW, YELLOW]
    assert (found.light, found.points_behind, found.reported_on) == (YELLOW, 20, date(2026, 4, 20))
    assert found.why.zh == (
        "开工：计划 3月15日（周日），未完成，已晚 2 个月；主体封顶：计划 3月15日（周日），未完成，已晚 1 个月；"
        "进度落后 20 个百分点"
    )
    assert found.why.en.startswith("开工: planned for Sun 15 Mar 2026, not done, 2 months late; ")


def test_what_was_reported_later_is_not_known_yet(lights: Lights) -> None:
    said = [
        report("2026-05-02", milestone="主体封顶", done_on="2026-04-30"),
        report("2026-05-02", planned_pct=50, actual_pct=0),
    ]

    before, after = (progress([milestone()], said, date(2026, 5, day), lights) for day in (1, 2))

    assert (before.milestones[0].light, before.points_behind, before.reported_on) == (YELLOW, None, None)
    assert (after.milestones[0].light, after.points_behind, after.light) == (DONE, 50, RED)


def test_the_newest_report_holds_whatever_the_order_they_are_kept_in(lights: Lights) -> None:
    said: list[Mapping[str, Any]] = [
        report("2026-03-02", planned_pct=20, actual_pct=20),
        report("2026-03-01", planned_pct=90, actual_pct=0),
        report("2026-03-02", planned_pct=21, actual_pct=20),
        report("2026-03-03", note="只有说明"),
    ]

    found = progress([], said, date(2026, 3, 4), lights)

    assert (found.points_behind, found.reported_on, found.light) == (1, date(2026, 3, 3), GREEN)


def test_a_day_announced_for_later_is_not_done(lights: Lights) -> None:
    said = [report("2026-04-20", milestone="主体封顶", done_on="2026-04-25")]

    assert progress([milestone()], said, date(2026, 4, 24), lights).light is YELLOW
    assert progress([milestone()], said, date(2026, 4, 25), lights).light is DONE


def test_months_never_count_backwards() -> None:
    for counted in ("full_months", "calendar_months"):
        assert months_late(date(2026, 3, 15), date(2025, 1, 1), counted) == 0
