"""A limit changed by law on a date: what each running case is kept on, and that every change can be explained."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from threading import Thread
from types import MappingProxyType
from typing import Any

import pytest

from tests import given
from tests.given import moment
from tests.hall import Hall, case, expect_sound, held, open_hall, said
from tests.hall import clock as clock_of
from workflow.actor import SYSTEM
from workflow.case import ClockRecord
from workflow.clock.limit import parse_limit
from workflow.commands.amend import propose
from workflow.commands.fire_rungs import sweep
from workflow.commands.settle_dates import Settled, settle_batches, settle_calendar
from workflow.errors import BadInput, Conflict, NotAllowed, Refused
from workflow.queries.amendments import Amendment, amendment, amendment_preview
from workflow.queries.history import history
from workflow.queries.paging import Paging
from workflow.queries.proof import clock_proof
from workflow.store import amendments, timers
from workflow.work import Office

RECEIVED = moment("2026-03-02", "09:30")
SIGNED = moment("2026-03-04", "16:00")
AFTER = moment("2026-03-04", "16:30")
CONTENT: dict[str, Any] = {"item": "LX01", "clock": "promised", "limit": "2wd", "from": "2026-03-04", "running": "new"}
"""LX01 promises 3 working days: accepted on Monday 2026-03-02 it is due on Thursday, then on Wednesday."""


@pytest.fixture
def hall(office: Office) -> Hall:
    """An office whose item files say already what the law will."""
    return open_hall(saying(office, "2wd"))


def saying(office: Office, promised: str, item: str = "LX01") -> Office:
    """The same office with another promise in the file of an item."""
    own = office.catalogue.items[item]
    assert own.promised is not None
    changed = replace(own, promised=replace(own.promised, limit=parse_limit(promised)))
    items = MappingProxyType({**office.catalogue.items, item: changed})
    return replace(office, catalogue=replace(office.catalogue, items=items))


@pytest.fixture
def before(hall: Hall, office: Office) -> Hall:
    """The same hall, opening cases under the old file."""
    return replace(hall, office=office)


def opened(hall: Hall, on: datetime = RECEIVED) -> str:
    return given.application(hall.office, hall.town, on, ["LX01"]).cases["LX01"]


def accepted(hall: Hall, on: datetime = RECEIVED) -> str:
    no = opened(hall, on)
    given.act(hall.office, hall.town.clerk, on, no, "accept")
    return no


def put(hall: Hall, at: datetime = SIGNED, **content: Any) -> Amendment:
    """Proposed and signed, and it is a little later."""
    signed = hall.sign(hall.propose("limit", CONTENT | content, at).id, at)
    given.time_is(hall.office.engine, AFTER)
    return signed


def clock(hall: Hall, no: str, name: str = "promised") -> ClockRecord:
    return clock_of(hall, no, name)


def lines(hall: Hall, no: str) -> list[dict[str, Any]]:
    return said(hall, no, "limit_changed")


def read(hall: Hall, amendment_id: int) -> Amendment:
    with given.at(hall.office, hall.first, AFTER) as work:
        return amendment(work, amendment_id)


def waiting(hall: Hall) -> list[int]:
    with hall.office.engine.connect() as conn:
        return [one.id for one in amendments.to_settle(conn)]


def refused(do: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        do()
    return caught.value


def test_running_cases_come_under_the_new_limit_and_say_so_once(hall: Hall, before: Hall) -> None:
    no = accepted(before)
    assert clock(hall, no).due_on == date(2026, 3, 5)
    made = put(hall)
    assert clock(hall, no).due_on == date(2026, 3, 5)
    assert settle_calendar(hall.office).moved == 1
    assert (clock(hall, no).due_on, str(clock(hall, no).limit)) == (date(2026, 3, 4), "2wd")
    assert case(hall, no).limits["promised"] == "2wd"
    [said] = lines(hall, no)
    assert {name: said[name] for name in ("clock", "old", "new", "rule", "amendment", "basis")} == {
        "clock": "promised",
        "old": "3wd",
        "new": "2wd",
        "rule": "new",
        "amendment": made.id,
        "basis": made.document,
    }
    [moved] = said["moves"]
    assert (moved["clock"], moved["old"], moved["new"]) == ("promised", "2026-03-05", "2026-03-04")
    assert settle_calendar(hall.office) == Settled()
    settled = read(hall, made.id)
    assert (settled.moved, settled.settled_at is not None) == (1, True)
    expect_sound(hall)


def test_the_statutory_clock_beside_it_stays(hall: Hall, before: Hall) -> None:
    no = accepted(before)
    was = clock(hall, no, "statutory")
    put(hall)
    settle_calendar(hall.office)
    assert clock(hall, no, "statutory") == was


def test_the_old_rule_leaves_running_cases_alone(hall: Hall, before: Hall) -> None:
    no = accepted(before)
    was = case(hall, no)
    made = put(hall, running="old")
    assert settle_calendar(hall.office).moved == 0
    assert case(hall, no) == was
    assert read(hall, made.id).settled_at is not None


@pytest.mark.parametrize(("limit", "expected"), [("2wd", date(2026, 3, 4)), ("8wd", date(2026, 3, 5))])
def test_the_more_favourable_limit_is_the_one_that_ends_earlier(
    office: Office, before: Hall, limit: str, expected: date
) -> None:
    hall = replace(before, office=saying(office, limit))
    no = accepted(before)
    put(hall, limit=limit, running="favourable")
    settle_calendar(hall.office)
    assert clock(hall, no).due_on == expected
    expect_sound(hall)


def test_a_case_not_accepted_yet_starts_its_clock_with_the_new_limit(hall: Hall, before: Hall) -> None:
    no = opened(before)
    put(hall)
    assert settle_calendar(hall.office).moved == 1
    assert lines(hall, no)[0]["moves"] == []
    given.act(hall.office, hall.town.clerk, AFTER, no, "accept")
    assert clock(hall, no).due_on == date(2026, 3, 6)
    expect_sound(hall)


def test_a_decided_case_keeps_what_it_was_measured_by(hall: Hall, before: Hall) -> None:
    no, other = accepted(before), accepted(before)
    officer = hall.town.officers[hall.office.catalogue.items["LX01"].department]
    given.act(before.office, officer, moment("2026-03-03"), no, "grant", {"opinion": "同意"})
    put(hall)
    settle_calendar(hall.office)
    assert (case(hall, no).limits["promised"], lines(hall, no)) == ("3wd", [])
    assert case(hall, other).limits["promised"] == "2wd"
    expect_sound(hall)


def test_a_case_received_from_that_day_on_comes_under_the_new_limit_whatever_the_rule(hall: Hall, before: Hall) -> None:
    late, early = accepted(before, moment("2026-03-04", "09:00")), accepted(before)
    put(hall, running="old")
    settle_calendar(hall.office)
    assert (str(clock(hall, late).limit), str(clock(hall, early).limit)) == ("2wd", "3wd")
    expect_sound(hall)


def test_what_was_opened_after_the_signature_follows_a_newer_file(hall: Hall, before: Hall) -> None:
    accepted(before)
    put(hall)
    newer = replace(hall, office=saying(hall.office, "5wd"))
    no = accepted(newer, moment("2026-03-04", "16:20"))
    settle_calendar(newer.office)
    assert str(clock(hall, no).limit) == "5wd"


def test_nothing_moves_before_the_day_has_come(hall: Hall, before: Hall) -> None:
    no = accepted(before)
    made = put(hall, **{"from": "2026-03-05"})
    assert settle_calendar(hall.office) == Settled()
    assert waiting(hall) == []
    given.time_is(hall.office.engine, moment("2026-03-05", "00:00"))
    assert waiting(hall) == [made.id]
    with hall.office.engine.connect() as conn:
        assert timers.probe(conn).unsettled
    assert settle_calendar(hall.office).moved == 1
    assert str(clock(hall, no).limit) == "2wd"
    assert waiting(hall) == []


def test_what_moves_is_what_the_preview_said(hall: Hall, before: Hall) -> None:
    accepted_no, received_no = accepted(before), opened(before)
    given.time_is(hall.office.engine, SIGNED)
    made = hall.propose("limit", CONTENT, SIGNED)
    with given.at(hall.office, hall.second, SIGNED) as work:
        seen = amendment_preview(work, made.id)
    assert {row.no: len(row.moves) for row in seen.rows} == {accepted_no: 1, received_no: 0}
    assert (seen.cases, seen.clocks, seen.earlier, seen.later) == (2, 1, 1, 0)
    assert (made.preview["cases"], made.preview["earlier"]) == (2, 1)
    hall.sign(made.id, SIGNED, seen.mark)
    given.time_is(hall.office.engine, AFTER)
    assert settle_calendar(hall.office).moved == 2


def test_the_rungs_of_a_longer_limit_wait_again_and_fire_once_more(office: Office, before: Hall) -> None:
    hall = replace(before, office=saying(office, "8wd"))
    no = accepted(before)
    given.time_is(hall.office.engine, SIGNED)
    assert sweep(hall.office).fired == 2
    was = clock(hall, no)
    put(hall, limit="8wd")
    settle_calendar(hall.office)
    now = clock(hall, no)
    assert (was.rung, now.rung, now.epoch) == (2, 0, was.epoch + 1)
    given.time_is(hall.office.engine, moment("2026-03-11", "10:00"))
    assert sweep(hall.office).fired >= 1
    expect_sound(hall)


def test_a_shorter_limit_passes_over_warnings_that_lie_before_its_start(office: Office, before: Hall) -> None:
    hall = replace(before, office=saying(office, "1wd"))
    no = accepted(before, moment("2026-03-04", "09:30"))
    put(hall, limit="1wd")
    settle_calendar(hall.office)
    assert clock(hall, no).rung == 2
    expect_sound(hall)


def test_the_proof_of_an_earlier_day_knows_the_earlier_limit(hall: Hall, before: Hall) -> None:
    no = accepted(before)
    put(hall)
    settle_calendar(hall.office)
    with given.at(hall.office, hall.first, moment("2026-03-05")) as work:
        then = clock_proof(work, no, "promised", at=moment("2026-03-04", "12:00"))
        now = clock_proof(work, no, "promised")
    assert (then.proof.due, now.proof.due, now.fresh) == (date(2026, 3, 5), date(2026, 3, 4), True)


def test_the_line_has_its_name_in_the_history(hall: Hall, before: Hall) -> None:
    no = accepted(before)
    put(hall)
    settle_calendar(hall.office)
    with given.at(hall.office, SYSTEM, AFTER) as work:
        newest = history(work, no, Paging("s")).rows[0]
    assert (newest.action, newest.title.zh, newest.role) == ("limit_changed", "法定时限调整，重算时限", "system")


def test_a_case_that_somebody_holds_is_taken_by_the_next_pass(hall: Hall, before: Hall) -> None:
    one, other = accepted(before), accepted(before)
    made = put(hall)
    with held(hall, one):
        assert settle_calendar(hall.office).moved == 1
    assert read(hall, made.id).settled_at is None
    assert (len(lines(hall, one)), len(lines(hall, other))) == (0, 1)
    assert settle_calendar(hall.office).moved == 1
    settled = read(hall, made.id)
    assert (settled.moved, settled.settled_at is not None) == (2, True)


def test_what_was_interrupted_goes_on_where_it_was(hall: Hall, before: Hall) -> None:
    numbers = [accepted(before) for _ in range(3)]
    made = put(hall)
    assert next(settle_batches(hall.office, 1)).moved == 1
    assert read(hall, made.id).moved == 1
    assert settle_calendar(hall.office, 1).moved == 2
    assert [len(lines(hall, no)) for no in numbers] == [1, 1, 1]
    expect_sound(hall)


def test_several_workers_at_once_change_every_case_once(hall: Hall, before: Hall) -> None:
    numbers = [accepted(before) for _ in range(4)]
    made = put(hall)
    done: list[Settled] = []
    threads = [Thread(target=lambda: done.append(settle_calendar(hall.office, 2))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.append(settle_calendar(hall.office))
    assert sum(one.moved for one in done) == 4
    assert [len(lines(hall, no)) for no in numbers] == [1, 1, 1, 1]
    assert read(hall, made.id).settled_at is not None
    expect_sound(hall)


def test_a_later_law_waits_for_the_earlier_one(hall: Hall, before: Hall, office: Office) -> None:
    no, free = accepted(before), accepted(before)
    put(hall)
    newer = replace(hall, office=saying(office, "5wd"))
    put(newer, limit="5wd", at=moment("2026-03-04", "16:10"))
    with held(hall, no):
        settle_calendar(newer.office)
    assert (str(clock(hall, no).limit), str(clock(hall, free).limit)) == ("3wd", "2wd")
    settle_calendar(newer.office)
    assert [str(clock(hall, one).limit) for one in (no, free)] == ["5wd", "5wd"]
    assert [[(one["old"], one["new"]) for one in lines(hall, name)] for name in (no, free)] == [
        [("3wd", "2wd"), ("2wd", "5wd")]
    ] * 2
    expect_sound(hall)


def test_a_signature_is_refused_while_the_items_file_says_something_else(hall: Hall, before: Hall) -> None:
    accepted(before)
    made = before.propose("limit", CONTENT, SIGNED)
    found = refused(lambda: before.sign(made.id, SIGNED))
    assert "config/items/LX01.yaml 写的是 3wd" in found.zh
    assert "says 3wd" in found.en
    assert read(hall, made.id).state == "proposed"
    assert hall.sign(made.id, SIGNED).state == "in_force"


def test_nobody_signs_a_limit_he_proposed_himself(hall: Hall, before: Hall) -> None:
    accepted(before)
    made = hall.propose("limit", CONTENT, SIGNED)
    found = refused(lambda: replace(hall, second=hall.first).sign(made.id, SIGNED))
    assert (type(found), found.code) == (NotAllowed, "second_person")


def test_a_preview_made_stale_by_another_limit_is_looked_at_again_first(hall: Hall, before: Hall) -> None:
    accepted(before)
    one = hall.propose("limit", CONTENT, SIGNED)
    put(replace(hall, office=saying(hall.office, "5wd")), limit="5wd")
    settle_calendar(hall.office)
    found = refused(lambda: hall.sign(one.id, AFTER))
    assert (type(found), found.code) == (Conflict, "stale_preview")


def test_a_limit_that_every_running_case_has_changes_nothing(hall: Hall, before: Hall) -> None:
    accepted(before)
    found = refused(lambda: before.propose("limit", CONTENT | {"limit": "3wd"}, SIGNED))
    assert "没有任何变化" in found.zh
    assert hall.count("amendments") == 0


@pytest.mark.parametrize(
    ("content", "field", "zh"),
    [
        ({"item": "XX99"}, "item", "没有这个事项"),
        ({"item": ["LX01"]}, "item", "没有这个事项"),
        ({"clock": "delivery"}, "clock", "可用：statutory、promised"),
        ({"item": "GC01", "clock": "statutory"}, "clock", "没有这个时限"),
        ({"limit": "15 days"}, "limit", "如 20wd"),
        ({"limit": "0wd"}, "limit", "至少为 1"),
        ({"limit": "72h"}, "limit", "单位：wd、cd、mo、y"),
        ({"limit": 3}, "limit", "应为整数加单位"),
        ({"from": "2026-02-30"}, "from", "写法如 2026-12-01"),
        ({"from": "1066-10-14"}, "from", "应为 1900 至 2100 年"),
        ({"running": "best"}, "running", "可用：old、new、favourable"),
        ({"variant": "report"}, "variant", "没有这种情形"),
        ({"colour": "red"}, "colour", "没有这个字段"),
    ],
)
def test_nonsense_is_refused_by_its_field(hall: Hall, content: dict[str, Any], field: str, zh: str) -> None:
    found = refused(lambda: hall.propose("limit", CONTENT | content, SIGNED))
    assert isinstance(found, BadInput)
    assert [(one.facts["field"], zh in one.zh) for one in found.reasons] == [(field, True)], found.zh
    assert hall.count("amendments") == 0


def test_everything_that_is_missing_is_named_at_once(hall: Hall) -> None:
    with pytest.raises(BadInput) as caught, given.at(hall.office, hall.first, SIGNED) as work:
        propose(work, "limit", {}, " ")
    fields = {one.facts["field"] for one in caught.value.reasons}
    assert fields == {"document", "item", "clock", "limit", "from", "running"}
