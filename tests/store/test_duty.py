"""The duty roster round the clock: published whole or not at all, its gaps announced a day ahead, once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from tests import given
from tests.given import SQUAD, Town, moment
from workflow.actor import Actor, Grant
from workflow.commands.publish_roster import publish_roster
from workflow.commands.record_absence import record_absence
from workflow.commands.warn_of_gaps import warn_of_gaps
from workflow.errors import BadInput, NotAllowed, NotFound
from workflow.queries.duty import Roster, SquadDuty, duty, roster
from workflow.recipients import Place, Told
from workflow.store import duty as rosters
from workflow.store import people
from workflow.store.directory import directory_for
from workflow.store.duty import Shift
from workflow.work import Office

NOW = moment("2026-03-02", "09:00")
FIRST = moment("2026-03-03", "00:00")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Squad:
    """The squad of a town and who may be on duty in it."""

    office: Office
    town: Town
    second: Actor

    @property
    def people(self) -> list[int]:
        return [number(self.town.specialist), number(self.second), number(self.town.squad_leader)]

    def publish(
        self,
        shifts: Sequence[Shift],
        since: datetime = FIRST,
        until: datetime = FIRST + DAY,
        by: Actor | None = None,
        now: datetime = NOW,
        replace: bool = False,
        squad: str = SQUAD,
    ) -> int:
        with given.at(self.office, by or self.town.squad_leader, now) as work:
            return publish_roster(work, squad, since, until, shifts, replace=replace)

    def refused(self, shifts: Sequence[Shift], **more: object) -> list[tuple[str, str]]:
        """Field and sentence of every reason."""
        with pytest.raises(BadInput) as found:
            self.publish(shifts, **more)  # type: ignore[arg-type]
        assert all(reason.zh and "value" in reason.facts for reason in found.value.reasons)
        return [(reason.facts["field"], reason.en) for reason in found.value.reasons]

    def duty(self, now: datetime, days: int = 7) -> SquadDuty:
        with given.at(self.office, self.town.clerk, now) as work:
            return next(one for one in duty(work, days) if one.squad == SQUAD)

    def roster(self, since: datetime, until: datetime, now: datetime = NOW) -> Roster:
        with given.at(self.office, self.town.clerk, now) as work:
            return roster(work, SQUAD, since, until)

    def count(self) -> int:
        with self.office.engine.connect() as conn:
            return int(conn.execute(text("SELECT count(*) FROM duty_shifts")).scalar_one())


@pytest.fixture
def squad(office: Office) -> Squad:
    town = given.town(office)
    with office.engine.begin() as conn:
        second = given.person(conn, "specialist2", Grant("specialist", squad=SQUAD))
    return Squad(office, town, second)


def number(person: Actor) -> int:
    assert person.id is not None
    return person.id


def shift(person: int, since: float, until: float, first: datetime = FIRST) -> Shift:
    """Hours from the first moment."""
    return Shift(person, first + since * HOUR, first + until * HOUR)


def one_day(people: Sequence[int], first: datetime = FIRST) -> list[Shift]:
    return [shift(people[0], 0, 8, first), shift(people[1], 8, 20, first), shift(people[2], 20, 24, first)]


def test_who_is_on_duty_now_and_next_and_until_when(squad: Squad) -> None:
    squad.publish(one_day(squad.people))

    before, on, later = squad.duty(NOW), squad.duty(FIRST), squad.duty(FIRST + 8 * HOUR)

    assert before.now is None
    assert before.next is not None
    assert before.covered_until is None
    assert [(gap.since, gap.until) for gap in before.gaps] == [(NOW, FIRST), (FIRST + DAY, NOW + 7 * DAY)]
    assert on.now is not None
    assert on.next is not None
    assert (on.now.person.id, on.next.person.id, on.covered_until) == (squad.people[0], squad.people[1], FIRST + DAY)
    assert later.now is not None
    assert later.now.person.id == squad.people[1]
    assert on.gaps[0].words.zh == "2026年3月4日（周三） 00:00 至 2026年3月10日（周二） 00:00"


def test_a_roster_without_end_in_sight_is_covered_to_its_end(squad: Squad) -> None:
    squad.publish([shift(squad.people[0], 0, 24 * 30)], until=FIRST + 30 * DAY)

    found = squad.duty(FIRST + HOUR, days=7)

    assert (found.gaps, found.covered_until) == ((), FIRST + 30 * DAY)


def test_hours_are_counted_a_person_and_cut_at_the_period(squad: Squad) -> None:
    squad.publish(one_day(squad.people))

    found = squad.roster(FIRST + 4 * HOUR, FIRST + 22 * HOUR, now=FIRST + 40 * DAY)

    assert [(one.person.id, one.hours, one.shifts) for one in found.hours] == [
        (squad.people[1], 12.0, 1),
        (squad.people[0], 4.0, 1),
        (squad.people[2], 2.0, 1),
    ]
    assert found.gaps == ()


def test_every_overlap_gap_and_shift_outside_is_named_at_once(squad: Squad) -> None:
    one, two, three = squad.people
    said = squad.refused(
        [shift(one, -1, 8), shift(two, 7, 10), shift(three, 12, 25), shift(one, 13, 14), shift(two, 20, 20)]
    )

    assert [field for field, _ in said] == [
        "shifts.0",
        "shifts.2",
        "shifts.4.until",
        "shifts.1.since",
        "shifts.3.since",
        "shifts",
    ]
    assert "is not inside the period from Tue 3 Mar 2026 00:00 to Wed 4 Mar 2026 00:00" in said[0][1]
    assert "overlaps shift 1" in said[3][1]
    assert "overlaps shift 3" in said[4][1]
    assert said[5][1] == "shifts: nobody is on duty from Tue 3 Mar 2026 10:00 to Tue 3 Mar 2026 12:00"
    assert squad.count() == 0


def test_gaps_at_the_beginning_and_at_the_end_are_gaps(squad: Squad) -> None:
    said = squad.refused([shift(squad.people[0], 1, 23)])

    assert [sentence for _, sentence in said] == [
        "shifts: nobody is on duty from Tue 3 Mar 2026 00:00 to Tue 3 Mar 2026 01:00",
        "shifts: nobody is on duty from Tue 3 Mar 2026 23:00 to Wed 4 Mar 2026 00:00",
    ]


def test_nobody_unknown_closed_foreign_or_away_is_rostered(squad: Squad) -> None:
    one, two, three = squad.people
    with given.at(squad.office, squad.town.admin, NOW) as work:
        record_absence(work, two, one, FIRST + 10 * HOUR, FIRST + 12 * HOUR, "年休假")
        work.conn.execute(text("UPDATE people SET active = false WHERE id = :id"), {"id": three})
    officer = number(squad.town.officers["QX"])

    said = squad.refused(
        [
            shift(999_999, 0, 4),
            shift(three, 4, 8),
            shift(officer, 8, 11),
            shift(two, 11, 12),
            shift(two, 12, 24),
        ]
    )

    assert [field for field, _ in said] == ["shifts.0.person", "shifts.1.person", "shifts.2.person", "shifts.3.person"]
    assert "no open account" in said[1][1]
    assert "neither a specialist nor the leader" in said[2][1]
    assert "is away from Tue 3 Mar 2026 10:00" in said[3][1]


def test_a_specialist_is_of_the_squad_of_the_project(squad: Squad) -> None:
    with squad.office.engine.begin() as conn:
        elsewhere = given.project(conn, squad.town.project.company, 10002, squad="tenders")
        other = given.person(conn, "specialist3", Grant("specialist", project_id=elsewhere.id))
        anywhere = given.person(conn, "specialist4", Grant("specialist"))

    [(field, _)] = squad.refused([shift(number(other), 0, 24)])
    assert field == "shifts.0.person"
    squad.publish([shift(number(anywhere), 0, 24)])


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        (FIRST, FIRST, "until"),
        (NOW - timedelta(microseconds=1), FIRST + DAY, "since"),
        (FIRST, FIRST + 367 * DAY, "until"),
    ],
)
def test_a_period_lies_ahead_and_has_an_end(squad: Squad, since: datetime, until: datetime, field: str) -> None:
    assert [name for name, _ in squad.refused(one_day(squad.people), since=since, until=until)] == [field]


def test_what_is_in_force_gives_way_only_where_that_is_said(squad: Squad) -> None:
    one, two, _ = squad.people
    squad.publish(one_day(squad.people))

    said = squad.refused([shift(two, 6, 9)], since=FIRST + 6 * HOUR, until=FIRST + 9 * HOUR)
    assert [field for field, _ in said] == ["shifts.0", "shifts.0"]
    assert "replace: true" in said[0][1]

    given_way = squad.publish(
        [shift(two, 6, 9)], since=FIRST + 6 * HOUR, until=FIRST + 9 * HOUR, replace=True, now=FIRST + 5 * HOUR
    )

    assert given_way == 2
    found = squad.roster(FIRST, FIRST + DAY)
    assert found.gaps == ()
    assert [(round((s.since - FIRST) / HOUR), round((s.until - FIRST) / HOUR), s.person.id) for s in found.shifts][
        :3
    ] == [
        (0, 6, one),
        (6, 9, two),
        (9, 20, two),
    ]
    # what gave way is kept, with who replaced it
    with squad.office.engine.connect() as conn:
        kept = conn.execute(text("SELECT replaced_by FROM duty_shifts WHERE replaced_at IS NOT NULL")).scalars().all()
    assert kept == [squad.town.squad_leader.id] * 2


def test_the_past_of_a_roster_never_changes(squad: Squad) -> None:
    squad.publish(one_day(squad.people))
    now = FIRST + 7 * HOUR

    assert [field for field, _ in squad.refused(one_day(squad.people), now=now, replace=True)] == ["since"]
    squad.publish([shift(squad.people[1], 7, 24)], since=now, now=now, replace=True)

    assert [(one.person.id, one.until) for one in squad.roster(FIRST, now, now=now).shifts] == [(squad.people[0], now)]


def test_a_roster_is_published_by_who_answers_for_the_squad(squad: Squad) -> None:
    town = squad.town
    for who in (town.specialist, town.clerk, town.directors["ZJ"], town.supervisor, town.applicant):
        with pytest.raises(NotAllowed):
            squad.publish(one_day(squad.people), by=who)
    with pytest.raises(NotFound):
        squad.publish([], squad="night")
    with pytest.raises(NotAllowed):
        squad.publish([], squad="tenders")
    squad.publish(one_day(squad.people), by=town.directors["QX"])
    squad.publish(one_day(squad.people), by=town.admin, replace=True)


def test_two_publish_at_once_and_one_of_them_is_in_force(squad: Squad) -> None:
    def publish(_: int) -> str:
        try:
            squad.publish(one_day(squad.people))
        except BadInput:
            return "refused"
        return "published"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(publish, range(4))) == ["published", "refused", "refused", "refused"]
    assert squad.count() == 3


# ── gaps announced ────────────────────────────────────────────────────────────────────────────────────────────────────


def announced(squad: Squad, now: datetime) -> list[tuple[str, str | None]]:
    """What the outbox holds of gaps, after a look at ``now``."""
    given.time_is(squad.office.engine, now)
    warn_of_gaps(squad.office)
    with squad.office.engine.connect() as conn:
        rows = conn.execute(
            text("SELECT effect_key, body ->> 'until' FROM outbox WHERE effect_key LIKE 'duty-gap:%' ORDER BY id")
        ).all()
    return [tuple(row) for row in rows]


def test_a_gap_is_announced_a_day_ahead_and_not_before(squad: Squad) -> None:
    squad.publish(one_day(squad.people))
    gap = FIRST + DAY

    assert announced(squad, gap - DAY - 5 * timedelta(seconds=1)) == []
    assert announced(squad, gap - DAY + timedelta(seconds=1)) == [(f"duty-gap:{SQUAD}:2026-03-03T16:00:00+00:00", None)]


def test_a_gap_filled_in_time_is_not_announced(squad: Squad) -> None:
    squad.publish(one_day(squad.people))
    squad.publish([shift(squad.people[0], 24, 240)], since=FIRST + DAY, until=FIRST + 10 * DAY)

    assert announced(squad, FIRST + 23 * HOUR) == []


def test_a_gap_between_two_rosters_says_when_it_ends(squad: Squad) -> None:
    squad.publish(one_day(squad.people))
    later = FIRST + DAY + 6 * HOUR
    squad.publish([shift(squad.people[0], 30, 480)], since=later, until=FIRST + 20 * DAY)

    assert [until for _, until in announced(squad, FIRST + HOUR)] == [later.isoformat()]
    assert len(announced(squad, later + HOUR)) == 1


def test_a_gap_missed_while_nobody_looked_is_announced_late(squad: Squad) -> None:
    squad.publish(one_day(squad.people))

    assert len(announced(squad, FIRST + 5 * DAY)) == 1


def test_a_gap_over_before_anybody_looked_is_not(squad: Squad) -> None:
    squad.publish(one_day(squad.people))
    squad.publish([shift(squad.people[0], 30, 480)], since=FIRST + 30 * HOUR, until=FIRST + 20 * DAY)

    assert announced(squad, FIRST + 31 * HOUR) == []


def test_a_squad_that_never_had_a_roster_is_not_alarmed_about(squad: Squad) -> None:
    assert announced(squad, NOW) == []


def test_however_many_look_a_gap_is_announced_once(squad: Squad) -> None:
    squad.publish(one_day(squad.people))
    given.time_is(squad.office.engine, FIRST + HOUR)

    with ThreadPoolExecutor(6) as pool:
        news = list(pool.map(lambda _: warn_of_gaps(squad.office), range(24)))

    assert sum(news) == 1
    assert len(announced(squad, FIRST + 2 * HOUR)) == 1


def test_looking_for_gaps_costs_the_same_however_many_shifts_are_stored(squad: Squad) -> None:
    with squad.office.engine.begin() as conn:
        conn.execute(
            text("""
INSERT INTO duty_shifts (squad, person_id, since, until, published_at)
SELECT :squad, :person, s, s + interval '8 hours', now()
FROM generate_series(timestamptz '2016-01-01', '2035-12-31', interval '8 hours') AS s"""),
            {"squad": SQUAD, "person": squad.people[0]},
        )
    with squad.office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("ANALYZE duty_shifts"))
    given.time_is(squad.office.engine, NOW)
    with squad.office.engine.connect() as conn:
        plan = conn.execute(
            text("EXPLAIN (ANALYZE, FORMAT JSON, BUFFERS) " + rosters._GAPS_TO_ANNOUNCE.text),
            {"squads": [SQUAD, "tenders"], "ahead": DAY},
        ).scalar_one()
    assert plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"] < 200


# ── whom a request for help is told ───────────────────────────────────────────────────────────────────────────────────


def told(squad: Squad, now: datetime, project_squad: str = SQUAD) -> list[Told]:
    project = squad.town.project
    place = Place(None, "specialist", "QX", project_squad, project.id, project.company)
    with given.at(squad.office, squad.town.admin, now) as work:
        roles = ("on_duty",)
        return list(directory_for(work.conn, squad.office.catalogue, roles, [place]).reach(roles, place).told)


def test_at_any_hour_whoever_is_on_duty_is_told(squad: Squad) -> None:
    squad.publish(one_day(squad.people))

    assert told(squad, FIRST + 3 * HOUR) == [Told(squad.people[0], "on_duty")]
    assert told(squad, FIRST + 8 * HOUR) == [Told(squad.people[1], "on_duty")]
    assert told(squad, FIRST + DAY - timedelta(microseconds=1)) == [Told(squad.people[2], "on_duty")]


def test_where_nobody_is_on_duty_the_specialist_is_told_and_above_them_the_leader(squad: Squad) -> None:
    leader = squad.town.squad_leader
    with squad.office.engine.begin() as conn:
        conn.execute(text("UPDATE person_roles SET squad = 'tenders' WHERE person_id = :id"), {"id": squad.second.id})

    assert told(squad, NOW) == [Told(squad.people[0], "specialist")]
    with squad.office.engine.begin() as conn:
        conn.execute(text("UPDATE people SET active = false WHERE id = :id"), {"id": squad.people[0]})
    assert told(squad, NOW) == [Told(number(leader), "squad_leader")]


def test_on_duty_but_away_the_delegate_is_told(squad: Squad) -> None:
    squad.publish(one_day(squad.people))
    one, two, _ = squad.people
    with given.at(squad.office, squad.town.admin, NOW) as work:
        record_absence(work, one, two, FIRST, FIRST + 4 * HOUR, "病假")

    assert told(squad, FIRST + HOUR) == [Told(two, "on_duty")]
    on = squad.duty(FIRST + HOUR).now
    assert on is not None
    assert on.stands_in is not None
    assert (on.person.id, on.stands_in.id) == (one, two)
    assert told(squad, FIRST + 4 * HOUR) == [Told(one, "on_duty")]


def test_whoever_is_on_duty_sees_and_answers_a_request_of_any_project_of_the_squad(squad: Squad) -> None:
    office, town = squad.office, squad.town
    with office.engine.begin() as conn:
        elsewhere = given.project(conn, given.company(conn, 2), 10002).id
        other = given.person(conn, "night", Grant("specialist", project_id=elsewhere))
    squad.publish([Shift(number(other), FIRST, FIRST + DAY)])
    at_night = FIRST + 3 * HOUR
    no = given.help_request(office, town, at_night)
    with given.at(office, other, at_night) as work:
        on_duty = people.actor(work.conn, number(other))
    given.act(office, on_duty, at_night, no, "answer", {"text": "收到，马上核实"})
    with given.at(office, other, FIRST + DAY) as work:
        afterwards = people.actor(work.conn, number(other))
    assert [grant for grant in on_duty.grants if grant not in afterwards.grants] == [Grant("specialist", squad=SQUAD)]
