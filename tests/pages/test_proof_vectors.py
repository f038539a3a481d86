"""Strip, wall, list and sentence of one clock agree to the day, over a pause and into a year not yet published.

The numbers are those of the design: accepted 2026-10-29, expert review 11-11 to 11-17, read on 2026-11-23.
"""

from datetime import date

import pytest

from api.pages import proofs
from api.pages.strips import cells
from tests import given
from workflow.case import ClockRecord, PauseRecord
from workflow.clock.deadline import deadline
from workflow.clock.limit import Limit, Unit
from workflow.clock.pauses import Pause
from workflow.clock.proof import proof
from workflow.queries.clocks import clock_view
from workflow.queries.proof import ClockProof, PauseProof
from workflow.work import Office

TODAY = date(2026, 11, 23)
NOW = given.moment("2026-11-23", "09:30")
START = given.moment("2026-10-29", "14:02")
REVIEW = Pause(date(2026, 11, 11), date(2026, 11, 17), "expert_review")


def _found(office: Office, name: str, days: int) -> ClockProof:
    calendar, limit = office.base_calendar, Limit(days, Unit.WORKING_DAY)
    rule = office.flow("item", 3).clocks[name]
    due = deadline(START, limit, calendar, [REVIEW])
    record = ClockRecord(
        1, name, 1, START, limit, 0, "armed", 0, 0, (), due.on, due.at, due.provisional, calendar.version
    )
    pause = PauseRecord(
        1,
        "expert_review",
        "行政许可法 45",
        ("statutory", "promised"),
        REVIEW.since,
        REVIEW.until,
        date(2026, 11, 17),
        date(2026, 12, 9),
        "专家评审",
        given.moment("2026-11-11"),
        None,
        given.moment("2026-11-17"),
    )
    proved = proof(START, limit, calendar, [REVIEW], 0, TODAY)
    title = office.catalogue.causes["expert_review"].title
    stops = (PauseProof("expert_review", title, "行政许可法 45", REVIEW.since, REVIEW.until, False, None, title),)
    view = clock_view(rule, record, [pause], calendar, NOW)
    of_calendar = tuple(calendar.day(day.date) for day in proved.days)
    return ClockProof("LS2026-000731", view, proved, of_calendar, True, None, stops, None)


@pytest.mark.parametrize(
    ("name", "limit", "left", "due", "provisional", "sentence"),
    [
        ("promised", 15, 2, date(2026, 11, 25), False, "11月25日（周三）：已用 13 日，暂停 4 日，还剩 2 日"),
        ("statutory", 45, 32, date(2027, 1, 7), True, "已用 13 日，暂停 4 日，还剩 32 日"),
    ],
)
def test_strip_wall_list_and_sentence_agree(
    configuration: Office, name: str, limit: int, left: int, due: date, provisional: bool, sentence: str
) -> None:
    found = _found(configuration, name, limit)
    assert (found.clock.used, found.clock.paused, found.clock.remaining) == (13, 4, left)
    assert (found.clock.due_on, found.clock.provisional) == (due, provisional)
    assert sentence in found.proof.sentence_zh
    strip = [cell.tone.split() for cell in cells(found.proof, TODAY, left)]
    days = zip(found.proof.days, found.days, strict=True)
    lines = [proofs._line(day, other, found, TODAY, configuration.catalogue, {}) for day, other in days]
    wall = [one for _, week in proofs._weeks(lines) for one in week if one is not None]
    assert wall == lines
    for tone, count in (("s-used", 13), ("s-pause", 4), ("s-left", left)):
        assert sum(tone in cell for cell in strip) == count, tone
        assert sum(tone in line.tone.split() for line in lines) == count, tone
    assert max(line.number or 0 for line in lines) == limit
    last = next(line for line in lines if "is-due" in line.tone.split())
    assert (last.day, last.number) == (due, limit)
    assert "is-due" in strip[-1]
    dotted = [line.day for line in lines if "s-prov" in line.tone.split()]
    assert bool(dotted) is provisional
    assert all(day.year == 2027 for day in dotted)
    assert sum("s-prov" in cell for cell in strip) == len(dotted)


def test_the_day_a_pause_begins_still_counts_and_says_so(configuration: Office) -> None:
    found = _found(configuration, "promised", 15)
    days = zip(found.proof.days, found.days, strict=True)
    lines = {
        line.day: line for line in (proofs._line(*both, found, TODAY, configuration.catalogue, {}) for both in days)
    }
    assert lines[REVIEW.since].number == 9
    assert "开始，当天仍计" in lines[REVIEW.since].why
    assert lines[date(2026, 11, 18)].number == 10
