"""The daily digest: once, to whom something stands open, and to nobody else."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, event

from tests import given
from tests.given import Town, moment
from tests.workers.telling import Line, pass_all, rows, write
from tests.workers.waiting import number
from workflow.commands.contact_points import choose
from workflow.commands.fire_rungs import sweep
from workflow.commands.outgoing import Channel
from workflow.commands.record_absence import record_absence
from workflow.commands.send_digests import send_digests
from workflow.definition import Title
from workflow.letters import load_templates, write_letter
from workflow.work import Office

FILED = moment("2026-03-02")
MORNING = moment("2026-03-06", "08:30")
DIGESTS = "SELECT count(*) FROM outbox WHERE channel = 'tell' AND effect_key LIKE 'digest:%'"


@pytest.fixture
def town(office: Office) -> Town:
    """One person of every role, with addresses."""
    given.time_is(office.engine, FILED)
    return given.town(office, mail=True)


def all_digests(office: Office) -> None:
    while send_digests(office):
        pass


def accepted_cases(office: Office, town: Town, count: int) -> None:
    """Cases in review, each assigned to the officer of its department."""
    for item, no in given.application(office, town, FILED, list(office.catalogue.items)[:count]).cases.items():
        given.act(office, town.clerk, FILED, no, "accept")
        assert item


def test_on_a_working_day_from_half_past_eight_everybody_with_something_due_gets_one_digest(
    office: Office, town: Town
) -> None:
    accepted_cases(office, town, 12)
    given.time_is(office.engine, moment("2026-03-06", "08:29"))
    assert send_digests(office) == 0
    given.time_is(office.engine, MORNING)
    all_digests(office)
    told = {
        row.person_id for row in rows(office.engine, "SELECT person_id FROM outbox WHERE effect_key LIKE 'digest:%'")
    }
    expected = {
        row.assignee_id
        for row in rows(
            office.engine,
            "SELECT DISTINCT assignee_id FROM cases WHERE ended_at IS NULL AND assignee_id IS NOT NULL"
            " AND due_at <= cast('2026-03-11 00:00+08' AS timestamptz)",
        )
    }
    assert expected
    assert expected <= told
    assert send_digests(office) == 0
    assert number(office.engine, DIGESTS) == len(told)


def test_a_digest_says_what_is_late_what_is_due_and_what_was_not_read(office: Office, town: Town) -> None:
    given.application(office, town, FILED, list(office.catalogue.items)[:3])
    given.time_is(office.engine, moment("2026-03-06", "09:00"))
    sweep(office)
    all_digests(office)
    lines: dict[str, Channel] = {"email": Line(), "log": Line()}
    pass_all(office, lines)
    line = lines["email"]
    assert isinstance(line, Line)
    [digest] = [one for one in line.heard if one.message == "digest" and one.person_id == town.clerk.id]
    assert "其他未读预警 3" in digest.facts["summary"].zh
    assert "3 other unread alerts" in digest.facts["summary"].en
    link = Title("http://x", "http://x")
    letter = write_letter(load_templates(office.config)["digest"], {**digest.facts, "link": link})
    assert letter.subject.startswith("3月6日（周五） 待办摘要：")
    assert number(office.engine, "SELECT count(*) FROM notices WHERE message = 'digest'") > 0


def test_who_has_nothing_open_gets_nothing(office: Office, town: Town) -> None:
    given.time_is(office.engine, MORNING)
    all_digests(office)
    assert number(office.engine, DIGESTS) == 0
    assert number(office.engine, "SELECT count(*) FROM digests") == number(office.engine, "SELECT count(*) FROM people")


def test_on_a_day_off_nobody_gets_any(office: Office, town: Town) -> None:
    given.application(office, town, FILED, ["LX01"])
    given.time_is(office.engine, moment("2026-03-07", "10:00"))
    assert send_digests(office) == 0


def test_who_turned_it_off_gets_none(office: Office, town: Town) -> None:
    given.application(office, town, FILED, ["LX01"])
    given.time_is(office.engine, moment("2026-03-06", "09:00"))
    sweep(office)
    with given.at(office, town.clerk, FILED) as work:
        choose(work, {"digest": False})
    all_digests(office)
    told = rows(office.engine, "SELECT person_id FROM outbox WHERE effect_key LIKE 'digest:%'")
    assert told
    assert town.clerk.id not in {row.person_id for row in told}


def test_while_somebody_is_away_the_delegate_gets_what_is_theirs(office: Office, town: Town) -> None:
    accepted_cases(office, town, 12)
    away, delegate = town.officers["QX"], town.clerk
    with given.at(office, town.directors["QX"], FILED) as work:
        record_absence(work, away.id or 0, delegate.id or 0, moment("2026-03-05"), moment("2026-03-20"), "年休假")
    given.time_is(office.engine, MORNING)
    all_digests(office)
    told = {
        row.person_id: row.body
        for row in rows(office.engine, "SELECT person_id, body FROM outbox WHERE effect_key LIKE 'digest:%'")
    }
    theirs = rows(
        office.engine,
        "SELECT no FROM cases WHERE assignee_id = :away AND ended_at IS NULL"
        " AND due_at <= cast('2026-03-11 00:00+08' AS timestamptz)",
        away=away.id,
    )
    assert away.id not in told
    assert theirs
    assert all(row.no in told[delegate.id]["lines"][0] for row in theirs)


def test_a_digest_reaches_whoever_is_away_where_their_delegate_is_away_as_well(office: Office, town: Town) -> None:
    accepted_cases(office, town, 12)
    away, delegate = town.officers["QX"], town.clerk
    until = moment("2026-03-20")
    with given.at(office, town.directors["QX"], FILED) as work:
        record_absence(work, away.id or 0, delegate.id or 0, moment("2026-03-05"), until, "年休假")
    write(
        office.engine,
        """INSERT INTO absences (person_id, delegate_id, since, until, planned_until, reason, recorded_by, recorded_at)
SELECT delegate_id, :other, since, until, planned_until, reason, recorded_by, recorded_at FROM absences""",
        other=town.officers["ZG"].id,
    )
    given.time_is(office.engine, MORNING)
    all_digests(office)
    told = {
        row.person_id for row in rows(office.engine, "SELECT person_id FROM outbox WHERE effect_key LIKE 'digest:%'")
    }
    assert away.id in told


def test_several_workers_at_once_send_each_digest_once(office: Office, town: Town) -> None:
    given.application(office, town, FILED, list(office.catalogue.items)[:8])
    given.time_is(office.engine, moment("2026-03-06", "09:00"))
    sweep(office)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: all_digests(office), range(4)))
    keys = rows(office.engine, "SELECT effect_key FROM outbox WHERE effect_key LIKE 'digest:%' AND channel = 'tell'")
    assert len(keys) == len({row.effect_key for row in keys}) > 1


def test_digests_of_many_people_cost_as_many_queries_as_of_few(office: Office, town: Town, engine: Engine) -> None:
    given.application(office, town, FILED, list(office.catalogue.items)[:8])
    given.time_is(office.engine, moment("2026-03-06", "09:00"))
    sweep(office)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    send_digests(office)
    assert number(engine, DIGESTS) > 3
    assert len(asked) < 16
