"""Leave: the delegate takes over with the first moment and hands back with the last, in deeds and in messages."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from tests import given
from tests.given import Town, moment
from workflow.actor import Actor, Grant
from workflow.commands.end_absence import end_absence
from workflow.commands.record_absence import record_absence
from workflow.commands.take_action import take_action
from workflow.errors import BadInput, Conflict, NotAllowed, NotFound
from workflow.queries.absences import AbsenceFilters, absences
from workflow.queries.paging import Paging
from workflow.recipients import Place, Told
from workflow.store import people
from workflow.store.directory import directory_for
from workflow.work import Office

NOW = moment("2026-03-02", "09:00")
SINCE, UNTIL = moment("2026-03-03", "00:00"), moment("2026-03-06", "00:00")
DURING = moment("2026-03-04", "10:00")
SECRET = "s" * 32


@pytest.fixture
def town(office: Office) -> Town:
    return given.town(office)


def away(
    office: Office,
    by: Actor,
    person: Actor,
    delegate: Actor,
    since: datetime = SINCE,
    until: datetime = UNTIL,
    now: datetime = NOW,
) -> int:
    with given.at(office, by, now) as work:
        return record_absence(work, number(person), number(delegate), since, until, "年休假").id


def number(person: Actor) -> int:
    assert person.id is not None
    return person.id


def as_of(office: Office, person: Actor, now: datetime) -> Actor:
    with given.at(office, person, now) as work:
        return people.actor(work.conn, number(person))


def reached(office: Office, town: Town, now: datetime, *roles: str, assignee: Actor | None = None) -> list[Told]:
    place = Place(
        None if assignee is None else number(assignee),
        "officer",
        "QX",
        given.SQUAD,
        town.project.id,
        town.project.company,
    )
    with given.at(office, town.admin, now) as work:
        return list(directory_for(work.conn, office.catalogue, roles, [place]).reach(roles, place).told)


def refused(office: Office, by: Actor, *leave: object, **more: datetime) -> dict[str, list[str]]:
    """The sentences by field."""
    with pytest.raises(BadInput) as found:
        away(office, by, *leave, **more)  # type: ignore[arg-type]
    by_field: dict[str, list[str]] = {}
    for reason in found.value.reasons:
        by_field.setdefault(reason.facts["field"], []).append(reason.en)
    return by_field


def test_a_delegate_holds_the_roles_from_the_first_moment_to_the_last(office: Office, town: Town) -> None:
    officer, delegate = town.officers["QX"], town.officers["ZJ"]
    away(office, officer, officer, delegate)
    lent = Grant("officer", department="QX", on_behalf_of=officer.id)

    just_before, first = SINCE - timedelta(microseconds=1), SINCE
    assert as_of(office, delegate, just_before).grants == delegate.grants
    assert as_of(office, delegate, first).grants == (*delegate.grants, lent)
    assert as_of(office, delegate, UNTIL - timedelta(microseconds=1)).stands_in_for == (officer.id,)
    assert as_of(office, delegate, UNTIL).grants == delegate.grants
    assert as_of(office, officer, DURING).grants == officer.grants


def test_nobody_becomes_an_administrator_by_standing_in(office: Office, town: Town) -> None:
    away(office, town.admin, town.admin, town.clerk)

    assert as_of(office, town.clerk, DURING).grants == town.clerk.grants


def test_the_roles_of_a_closed_account_are_nobody_s(office: Office, town: Town) -> None:
    officer, delegate = town.officers["QX"], town.officers["ZJ"]
    away(office, officer, officer, delegate)
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE people SET active = false WHERE id = :id"), {"id": officer.id})

    assert as_of(office, delegate, DURING).grants == delegate.grants


def test_a_role_of_one_s_own_goes_before_a_delegated_one(office: Office, town: Town) -> None:
    away(office, town.directors["ZJ"], town.directors["ZJ"], town.directors["QX"])

    assert [grant.on_behalf_of for grant in as_of(office, town.directors["QX"], DURING).grants] == [
        None,
        town.directors["ZJ"].id,
    ]


def test_a_delegate_acts_where_only_the_absent_clerk_could(office: Office, town: Town) -> None:
    no = next(iter(given.application(office, town, NOW).cases.values()))
    away(office, town.clerk, town.clerk, town.supervisor)

    with pytest.raises(NotAllowed), given.at(office, as_of(office, town.supervisor, NOW), NOW) as work:
        take_action(work, no, "accept")
    with given.at(office, as_of(office, town.supervisor, DURING), DURING) as work:
        take_action(work, no, "accept")

    with office.engine.connect() as conn:
        line = conn.execute(
            text("""
SELECT e.actor_id, e.actor_role FROM events e JOIN cases c ON c.id = e.case_id
WHERE c.no = :no AND e.action = 'accept'"""),
            {"no": no},
        ).one()
    assert tuple(line) == (town.supervisor.id, "clerk")


def test_while_away_one_is_told_nothing_and_the_delegate_everything(office: Office, town: Town) -> None:
    officer, delegate = town.officers["QX"], town.officers["ZJ"]
    away(office, officer, officer, delegate)
    away(office, town.specialist, town.specialist, town.squad_leader)

    assert reached(office, town, NOW, "officer", "specialist") == [
        Told(number(officer), "officer"),
        Told(number(town.specialist), "specialist"),
    ]
    assert reached(office, town, DURING, "officer", "specialist") == [
        Told(number(delegate), "officer"),
        Told(number(town.squad_leader), "specialist"),
    ]
    assert reached(office, town, UNTIL, "officer") == [Told(number(officer), "officer")]


def test_the_delegate_is_told_in_the_assignee_s_place(office: Office, town: Town) -> None:
    officer, delegate = town.officers["QX"], town.officers["ZJ"]
    away(office, officer, officer, delegate)

    assert reached(office, town, NOW, "assignee", assignee=officer) == [Told(number(officer), "assignee")]
    assert reached(office, town, DURING, "assignee", assignee=officer) == [Told(number(delegate), "assignee")]


def test_somebody_told_twice_by_standing_in_is_told_once(office: Office, town: Town) -> None:
    away(office, town.directors["QX"], town.directors["QX"], town.squad_leader)

    assert reached(office, town, DURING, "squad_leader", "director") == [
        Told(number(town.squad_leader), "squad_leader")
    ]


def test_where_the_delegate_has_left_too_the_one_above_is_told(office: Office, town: Town) -> None:
    officer, delegate = town.officers["QX"], town.officers["ZJ"]
    away(office, officer, officer, delegate)
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE people SET active = false WHERE id = :id"), {"id": delegate.id})

    assert reached(office, town, DURING, "officer") == [Told(number(town.squad_leader), "squad_leader")]
    assert reached(office, town, DURING, "assignee", assignee=officer) == [
        Told(number(town.directors["QX"]), "director")
    ]


def test_a_new_case_is_given_to_somebody_who_is_there(office: Office, town: Town) -> None:
    with office.engine.begin() as conn:
        second = given.person(conn, "clerk2", Grant("clerk"))
    away(office, town.clerk, town.clerk, town.supervisor)

    with given.at(office, town.admin, DURING) as work:
        assert {people.least_loaded(work.conn, "clerk", "", salt) for salt in range(20)} == {second.id}
    away(office, second, second, town.district_leader)
    with given.at(office, town.admin, DURING) as work:
        assert {people.least_loaded(work.conn, "clerk", "", salt) for salt in range(20)} == {
            town.supervisor.id,
            town.district_leader.id,
        }


def test_back_early_the_roles_return_at_once(office: Office, town: Town) -> None:
    officer, delegate = town.officers["QX"], town.officers["ZJ"]
    leave = away(office, officer, officer, delegate)
    with given.at(office, delegate, DURING) as work:
        ended = end_absence(work, leave)

    assert (ended.until, ended.planned_until, ended.ended_by) == (DURING, UNTIL, delegate.id)
    assert as_of(office, delegate, DURING).stands_in_for == ()
    assert reached(office, town, DURING, "officer") == [Told(number(officer), "officer")]
    with given.at(office, officer, DURING) as work, pytest.raises(Conflict) as found:
        end_absence(work, leave)
    assert found.value.code == "absence_over"


def test_a_leave_called_off_before_it_begins_never_was(office: Office, town: Town) -> None:
    officer, delegate = town.officers["QX"], town.officers["ZJ"]
    leave = away(office, officer, officer, delegate)
    with given.at(office, officer, NOW) as work:
        ended = end_absence(work, leave)
        [view] = absences(work, AbsenceFilters(), Paging(SECRET)).rows
        assert absences(work, AbsenceFilters(open=True), Paging(SECRET)).rows == ()

    assert (ended.since, ended.until, view.state, view.may_end) == (SINCE, SINCE, "called_off", False)
    assert as_of(office, delegate, DURING).stands_in_for == ()
    assert away(office, officer, officer, town.officers["HB"]) > leave


def test_a_leave_over_another_one_is_refused_by_name(office: Office, town: Town) -> None:
    officer = town.officers["QX"]
    away(office, officer, officer, town.officers["ZJ"])

    said = refused(
        office, officer, officer, town.officers["HB"], since=UNTIL - timedelta(hours=1), until=UNTIL + timedelta(days=1)
    )

    assert list(said) == ["since"]
    assert f"{officer.name} is away already from Tue 3 Mar 2026 00:00 to Fri 6 Mar 2026 00:00" in said["since"][0]
    assert town.officers["ZJ"].name in said["since"][0]
    assert away(office, officer, officer, town.officers["HB"], since=UNTIL, until=UNTIL + timedelta(days=1))


def test_delegates_make_neither_a_chain_nor_a_circle(office: Office, town: Town) -> None:
    one, two, three = (town.officers[code] for code in ("QX", "ZJ", "HB"))
    away(office, one, one, two)

    circle = refused(office, two, two, one)
    chain = refused(office, two, two, three)
    other_end = refused(office, three, three, one)

    assert set(circle) == {"delegate", "person"}
    assert "is away from Tue 3 Mar" in circle["delegate"][0]
    assert f"stands in for {one.name}" in chain["person"][0]
    assert list(other_end) == ["delegate"]
    assert away(office, two, two, three, since=UNTIL, until=UNTIL + timedelta(days=1))


def test_every_fault_of_a_leave_is_named_at_once(office: Office, town: Town) -> None:
    yesterday = moment("2026-03-01", "12:00")
    with given.at(office, town.admin, NOW) as work, pytest.raises(BadInput) as found:
        record_absence(work, 999_999, 999_998, yesterday, yesterday, " ")

    fields = [reason.facts["field"] for reason in found.value.reasons]
    assert fields == ["since", "until", "person", "delegate", "reason"]
    assert all(reason.zh and "value" in reason.facts for reason in found.value.reasons)


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        (moment("2026-03-01", "23:59"), UNTIL, "since"),
        (moment("2026-03-02", "00:00"), moment("2026-03-02", "08:00"), "until"),
        (SINCE, SINCE, "until"),
        (SINCE, SINCE + timedelta(days=366, seconds=1), "until"),
    ],
)
def test_a_leave_has_its_time(office: Office, town: Town, since: datetime, until: datetime, field: str) -> None:
    said = refused(office, town.clerk, town.clerk, town.supervisor, since=since, until=until)

    assert list(said) == [field]


def test_a_leave_may_begin_this_morning(office: Office, town: Town) -> None:
    assert away(office, town.clerk, town.clerk, town.supervisor, since=moment("2026-03-02", "00:00"))


def test_the_office_and_an_applicant_never_stand_in_for_each_other(office: Office, town: Town) -> None:
    with office.engine.begin() as conn:
        colleague = given.person(conn, "applicant2", Grant("applicant", company=town.project.company))
        stranger = given.person(conn, "applicant3", Grant("applicant", company=given.company(conn, 2)))
        nobody = given.person(conn, "nobody")
        both = given.person(conn, "both", Grant("clerk"), Grant("applicant", company=town.project.company))

    for person, delegate in (
        (town.clerk, town.applicant),
        (town.applicant, town.clerk),
        (town.applicant, stranger),
        (town.clerk, nobody),
        (town.clerk, both),
        (town.clerk, town.clerk),
    ):
        assert list(refused(office, town.admin, person, delegate)) == ["delegate"]
    assert away(office, town.applicant, town.applicant, colleague)


def test_a_leave_is_entered_by_oneself_or_by_whom_one_works_under(office: Office, town: Town) -> None:
    officer, other = town.officers["ZG"], town.officers["HB"]

    for who in (town.clerk, town.specialist, town.squad_leader, town.directors["HB"], town.supervisor, town.applicant):
        with pytest.raises(NotAllowed):
            away(office, who, officer, other)
    assert away(office, town.directors["ZG"], officer, other)
    assert away(office, town.admin, town.clerk, other)
    assert away(office, town.squad_leader, town.specialist, other)
    # the department that leads the squad answers for its leader
    assert away(office, town.directors["QX"], town.squad_leader, other)


def test_a_leave_is_ended_by_no_stranger_and_shown_to_none(office: Office, town: Town) -> None:
    officer = town.officers["ZG"]
    leave = away(office, officer, officer, town.officers["HB"])

    for who, refusal in ((town.clerk, NotFound), (town.directors["HB"], NotFound), (town.supervisor, NotAllowed)):
        with given.at(office, who, NOW) as work, pytest.raises(refusal):
            end_absence(work, leave)
    for who, rows, may_end in (
        (town.clerk, 0, []),
        (town.directors["HB"], 0, []),
        (town.supervisor, 1, [False]),
        (town.admin, 1, [True]),
        (officer, 1, [True]),
        (town.officers["HB"], 1, [True]),
        (town.directors["ZG"], 1, [True]),
    ):
        with given.at(office, who, NOW) as work:
            found = absences(work, AbsenceFilters(), Paging(SECRET)).rows
        assert ([one.may_end for one in found], len(found)) == (may_end, rows), who.name


def test_what_a_delegate_does_says_in_history_whose_role_it_was(office: Office, town: Town) -> None:
    no = given.application(office, town, NOW, ["LX01"]).cases["LX01"]
    away(office, town.admin, town.clerk, town.officers["QX"])
    delegate = as_of(office, town.officers["QX"], DURING)
    given.act(office, delegate, DURING, no, "accept")
    given.act(office, delegate, DURING, no, "grant", {"opinion": "符合要求"})
    with office.engine.connect() as conn:
        lines = conn.execute(
            text("""
SELECT e.action, e.actor_id, e.input ->> 'on_behalf_of' AS absent FROM events e JOIN cases c ON c.id = e.case_id
WHERE c.no = :no AND e.action IN ('accept', 'grant') ORDER BY e.seq"""),
            {"no": no},
        ).all()
    assert [tuple(line) for line in lines] == [
        ("accept", number(delegate), str(number(town.clerk))),
        ("grant", number(delegate), None),
    ]
