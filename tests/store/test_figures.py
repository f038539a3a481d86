"""The leader's figures as they are kept: folded by differences, whatever happens meanwhile, and never left wrong."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.given import Town, moment
from tests.workers.waiting import number as number_of
from tests.workers.waiting import until
from workflow.actor import Actor, Grant
from workflow.catalogue import FigureDefinition
from workflow.cli import UNUSABLE, main
from workflow.commands.fold_figures import fold_figures, rebuild_figures
from workflow.errors import BadInput, NotAllowed, Unusable
from workflow.queries import operations
from workflow.queries.figure_cases import CountedCases, figure_cases
from workflow.queries.figure_check import figure_breaches
from workflow.queries.figure_scope import Ask
from workflow.queries.figures import Figures, Part, figures
from workflow.queries.paging import Paging
from workflow.queries.verify import verify
from workflow.store import figures as store
from workflow.store import readers, stream
from workflow.work import Office

SECRET = "a secret of thirty-two characters"
MARCH = Ask(date(2026, 3, 1), date(2026, 3, 31))
LEADER = Actor(None, "分管区领导", (Grant("district_leader"),))
ITEMS = ["LX10", "LX06", "LX12"]


@pytest.fixture
def town(office: Office) -> Town:
    """People of every role and a project; it is 16 March 2026."""
    given.time_is(office.engine, moment("2026-03-16"))
    return given.town(office)


@pytest.fixture
def cases(office: Office, town: Town) -> dict[str, str]:
    """Received on 2 March and accepted on the 4th; the first was granted on the 5th."""
    made = given.application(office, town, moment("2026-03-02"), ITEMS).cases
    for no in made.values():
        given.act(office, town.clerk, moment("2026-03-04"), no, "accept")
    grant(office, town, made[ITEMS[0]], "2026-03-05")
    return dict(made)


def grant(office: Office, town: Town, no: str, day: str) -> None:
    with office.engine.connect() as conn:
        department = conn.execute(text("SELECT department FROM cases WHERE no = :no"), {"no": no}).scalar_one()
    given.act(
        office, town.officers[department], moment(day, "11:00"), no, "refuse", {"reason": "不符合", "basis": "38"}
    )


def sequenced(engine: Engine) -> None:
    with engine.begin() as conn:
        while stream.sequence(conn):
            pass


def folded(office: Office) -> None:
    sequenced(office.engine)
    while fold_figures(office):
        pass


def asked(office: Office, ask: Ask = MARCH, actor: Actor = LEADER) -> Figures:
    with given.at(office, actor, moment("2026-03-16")) as work:
        return figures(work, ask)


def number(found: Figures, figure: str, part: str) -> Part:
    one = found.figure(figure).whole.part(part)
    assert one is not None
    return one


def behind(office: Office, figure: str, part: str, ask: Ask = MARCH, size: int = 100) -> list[str]:
    """The numbers of all cases behind a figure, page by page."""
    found: list[str] = []
    cursor = None
    while True:
        with given.at(office, LEADER, moment("2026-03-16")) as work:
            page: CountedCases = figure_cases(work, figure, part, ask, Paging(SECRET, size, cursor))
        found += [row.no for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            assert len(found) == page.part.n
            return found


def everything(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as conn:
        rows = conn.execute(
            text("SELECT * FROM figure_totals ORDER BY dimension, value, grain, figure, version, at, part")
        )
        return [tuple(row) for row in rows]


def test_a_decision_is_folded_in_and_its_case_stands_behind_the_number(
    office: Office, town: Town, cases: dict[str, str]
) -> None:
    folded(office)
    found = asked(office)
    assert (found.behind, found.complete) == (0, True)
    assert number(found, "early_finish", "counted").n == number(found, "early_finish", "early").n == 1
    assert behind(office, "early_finish", "early") == [cases[ITEMS[0]]]
    assert number(found, "net_days", "1").n == 1
    grant(office, town, cases[ITEMS[1]], "2026-03-06")
    assert number(asked(office), "early_finish", "counted").n == 1
    assert asked(office).behind > 0
    folded(office)
    assert behind(office, "early_finish", "counted") == [cases[ITEMS[1]], cases[ITEMS[0]]]
    assert verify(office).breaches == ()


def test_lights_turn_with_time_alone_though_no_worker_folds(office: Office, cases: dict[str, str]) -> None:
    folded(office)
    open_cases = set(behind(office, "lights", "red")) | set(behind(office, "lights", "green"))
    with given.at(office, LEADER, moment("2026-03-04")) as work:
        early = figures(work, MARCH).figure("lights").whole
    with given.at(office, LEADER, moment("2026-06-30")) as work:
        late = figures(work, MARCH).figure("lights").whole
    assert sum(part.n for part in early.parts) == sum(part.n for part in late.parts) > 0
    red_early, red_late = early.part("red"), late.part("red")
    assert red_early is not None
    assert red_late is not None
    assert (red_early.n, red_late.n >= 2) == (0, True)
    assert len(open_cases) >= 1


def test_pages_of_one_row_list_the_same_cases_as_one_page(office: Office, cases: dict[str, str]) -> None:
    folded(office)
    found = asked(office)
    for figure in found.figures:
        for part in figure.whole.parts:
            whole = behind(office, figure.code, part.code)
            assert behind(office, figure.code, part.code, size=1) == whole, (figure.code, part.code)


def test_two_folders_at_once_and_officers_between_end_at_what_a_fresh_count_gives(
    office: Office, town: Town, cases: dict[str, str], open_another_engine: Callable[[], Engine]
) -> None:
    others = [replace(office, engine=open_another_engine()) for _ in range(2)]
    stop = threading.Event()

    def fold(one: Office) -> None:
        while not stop.is_set():
            with one.engine.begin() as conn:
                stream.sequence(conn)
            fold_figures(one)

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(fold, one) for one in others]
        for place, item in enumerate(ITEMS[1:]):
            grant(office, town, cases[item], f"2026-03-{6 + 3 * place:02}")
            given.application(office, town, moment("2026-03-10"), [ITEMS[0]])
        stop.set()
        for one in running:
            one.result()
    folded(office)
    kept = everything(office.engine)
    assert list(figure_breaches(office)) == []
    rebuild_figures(office)
    assert everything(office.engine) == kept
    assert number(asked(office), "early_finish", "counted").n == 3


def test_a_project_that_moves_to_another_street_takes_its_cases_along(
    office: Office, town: Town, cases: dict[str, str]
) -> None:
    folded(office)
    there = Ask(MARCH.since, MARCH.until, "street", "beizhai")
    assert number(asked(office, there), "decisions", "decided").n == 0
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE projects SET street = 'beizhai' WHERE id = :id"), {"id": town.project.id})
    folded(office)
    assert number(asked(office, there), "decisions", "decided").n == 1
    assert behind(office, "decisions", "decided", there) == [cases[ITEMS[0]]]
    assert list(figure_breaches(office)) == []


def test_a_newer_definition_counts_every_case_anew_and_an_older_process_leaves_it_alone(
    office: Office, cases: dict[str, str]
) -> None:
    folded(office)
    newer = with_definition(office, version=2)
    assert number(asked(newer), "early_finish", "counted").n == 0
    folded(newer)
    found = asked(newer)
    assert (found.figure("early_finish").version, number(found, "early_finish", "counted").n) == (2, 1)
    assert list(figure_breaches(newer)) == []
    assert fold_figures(office) == 0
    with office.engine.connect() as conn:
        versions = conn.execute(
            text("SELECT version FROM figure_definitions WHERE figure = 'early_finish' ORDER BY version")
        )
        assert list(versions.scalars()) == [1, 2]


def test_a_definition_changed_without_a_new_version_is_refused_by_name(office: Office, cases: dict[str, str]) -> None:
    folded(office)
    with pytest.raises(Unusable, match="early_finish changed without a new version"):
        fold_figures(with_definition(office, unit="projects"))


def test_who_comes_while_another_folds_waits_and_takes_what_that_one_has_not_seen(
    office: Office, town: Town, cases: dict[str, str], open_another_engine: Callable[[], Engine]
) -> None:
    folded(office)
    other = replace(office, engine=open_another_engine())
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%stream_readers%'"
    with ThreadPoolExecutor(1) as pool:
        with other.engine.begin() as conn:
            assert store.alone(conn)
            # As if it had looked already: what gets its position now is for the next pass.
            grant(office, town, cases[ITEMS[1]], "2026-03-06")
            sequenced(office.engine)
            done = pool.submit(fold_figures, office)
            until("the second one waits", lambda: number_of(office.engine, waiting) == 1)
        assert done.result() > 0
    assert asked(office).behind == 0


def test_one_case_that_cannot_be_worked_out_is_put_aside_by_name_and_keeps_no_other_waiting(
    office: Office, town: Town, cases: dict[str, str]
) -> None:
    folded(office)
    bad, good = cases[ITEMS[1]], cases[ITEMS[2]]
    known = version_of(office, bad, 99)
    noted = "INSERT INTO stream_pending (kind, case_id, seq) SELECT 'event', id, seq FROM cases WHERE no = :no"
    with office.engine.begin() as conn:
        conn.execute(text(noted), {"no": bad})
    grant(office, town, good, "2026-03-09")
    folded(office)
    found = asked(office)
    assert (found.behind, found.aside, number(found, "decisions", "decided").n) == (0, 1, 2)
    assert bad in behind(office, "lights", "red") + behind(office, "lights", "green"), "what it added before stands"
    with office.engine.connect() as conn:
        [fault] = readers.faults(conn, "figures", 10)
        assert operations.put_aside(conn) == {"figures": 1, "exchange": 0}
    assert (fault.no, fault.attempts) == (bad, 1)
    assert fault.error.startswith("Unusable (")
    [breach] = figure_breaches(office)
    assert (breach.case_no, "cannot be worked out" in breach.what) == (bad, True)
    assert fold_figures(office) == 0, "it is not tried again at once"
    version_of(office, bad, known)
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE reader_faults SET next_at = now()"))
    folded(office)
    assert asked(office).aside == 0
    assert list(figure_breaches(office)) == []


def test_a_case_that_can_never_be_counted_does_not_stop_the_first_count(
    office: Office, town: Town, cases: dict[str, str]
) -> None:
    version_of(office, cases[ITEMS[0]], 99)
    folded(office)
    found = asked(office)
    assert (found.complete, found.aside) == (True, 1)
    assert number(found, "backfilled", "ended").n == 0
    assert set(behind(office, "lights", "red") + behind(office, "lights", "green")) >= {
        cases[ITEMS[1]],
        cases[ITEMS[2]],
    }


def version_of(office: Office, no: str, version: int) -> int:
    """Put the case under another version of its flow; returns the one it had."""
    with office.engine.begin() as conn:
        had = conn.execute(text("SELECT flow_version FROM cases WHERE no = :no"), {"no": no}).scalar_one()
        conn.execute(text("UPDATE cases SET flow_version = :v WHERE no = :no"), {"v": version, "no": no})
    return int(had)


def test_two_processes_with_other_configurations_do_not_undo_each_others_count(
    office: Office, cases: dict[str, str]
) -> None:
    folded(office)
    help_ = replace(office.catalogue.help, day_from=time(9))
    newer = replace(office, catalogue=replace(office.catalogue, help=help_))
    folded(newer)
    with office.engine.connect() as conn:
        since = conn.execute(text("SELECT since FROM figure_state")).scalar_one()
    for one in (office, newer, office):
        assert fold_figures(one) == 0
    with office.engine.begin() as conn:
        assert conn.execute(text("SELECT since FROM figure_state")).scalar_one() == since
        conn.execute(text("UPDATE reader_rules SET seen_at = now() - interval '2 minutes'"))
    assert fold_figures(office) > 0, "the newer one is gone: the upgrade was taken back"


def with_definition(office: Office, **changes: object) -> Office:
    known = dict(office.catalogue.figures)
    changed: FigureDefinition = replace(known["early_finish"], **changes)  # type: ignore[arg-type]
    return replace(office, catalogue=replace(office.catalogue, figures=known | {"early_finish": changed}))


def test_verify_names_a_fact_that_its_case_does_not_give_and_a_sum_that_is_none(
    office: Office, cases: dict[str, str]
) -> None:
    folded(office)
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE figure_facts SET amount = amount + 1 WHERE figure = 'net_days'"))
        conn.execute(text("UPDATE figure_totals SET n = n + 1 WHERE figure = 'decisions' AND dimension = 'all'"))
    told = [(breach.case_no, breach.what) for breach in verify(office).breaches]
    assert any(no == cases[ITEMS[0]] and "lacks net_days v1 / 1: 1 (1)" in what for no, what in told)
    assert any(no == "figures" and "decisions v1 / decided" in what and "add up to 1" in what for no, what in told)
    rebuild_figures(office)
    assert verify(office).breaches == ()


def test_what_is_not_folded_in_yet_is_late_and_not_wrong(office: Office, town: Town, cases: dict[str, str]) -> None:
    folded(office)
    grant(office, town, cases[ITEMS[1]], "2026-03-06")
    assert list(figure_breaches(office)) == []
    sequenced(office.engine)
    assert list(figure_breaches(office)) == []


def test_a_director_is_given_the_own_department_and_no_other(office: Office, town: Town, cases: dict[str, str]) -> None:
    folded(office)
    director = town.directors["QX"]
    own = asked(office, MARCH, director)
    assert (own.scope.dimension, own.scope.values) == ("department", ("QX",))
    with pytest.raises(BadInput, match="accepted: QX"):
        asked(office, Ask(dimension="department", value="ZG"), director)
    with pytest.raises(NotAllowed, match="department"):
        asked(office, Ask(dimension="street", value="beizhai"), director)
    squad = asked(office, MARCH, town.squad_leader)
    assert (squad.scope.dimension, squad.scope.values) == ("squad", (given.SQUAD,))
    with pytest.raises(NotAllowed):
        asked(office, MARCH, town.applicant)


def test_two_dimensions_at_once_are_refused_with_the_reason(office: Office, cases: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="one dimension at a time"):
        asked(office, Ask(dimension="department", value="QX", by="street"))
    for ask in (Ask(dimension="colour", value="red"), Ask(dimension="street", value="nowhere"), Ask(by="week")):
        with pytest.raises(BadInput, match="accepted: "):
            asked(office, ask)
    with pytest.raises(BadInput, match="must not lie after"):
        asked(office, Ask(date(2026, 3, 2), date(2026, 3, 1)))


@pytest.mark.parametrize("by", ["department", "street", "stage", "squad", "front", "item", "month"])
def test_a_breakdown_adds_up_to_the_whole(office: Office, cases: dict[str, str], by: str) -> None:
    folded(office)
    whole, cut = asked(office), asked(office, replace(MARCH, by=by))
    for figure in whole.figures:
        broken = cut.figure(figure.code)
        for part in figure.whole.parts:
            if broken.groups:
                assert sum(one.n for group in broken.groups for one in group.parts if one.code == part.code) == part.n


@pytest.mark.parametrize("since", ["2026-02-27", "2026-03-01", "2026-03-05", "2026-03-06"])
@pytest.mark.parametrize("until", ["2026-03-06", "2026-03-31", "2026-05-02", "2027-01-01"])
def test_any_period_counts_what_falls_into_its_days(
    office: Office, cases: dict[str, str], since: str, until: str
) -> None:
    folded(office)
    ask = Ask(date.fromisoformat(since), date.fromisoformat(until))
    assert number(asked(office, ask), "decisions", "decided").n == (1 if since <= "2026-03-05" else 0)


def test_the_command_counts_anew_and_prints_every_number_with_its_version(
    office: Office,
    cases: dict[str, str],
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("WUGEYI_HOME", str(tmp_path))
    period = ["--since", "2026-03-01", "--until", "2026-03-31"]
    assert main(["figures", "--rebuild", *period]) == 0
    told = capsys.readouterr().out
    assert "Finished early (v1, cases)" in told
    assert "Promised cases: 1 (0)" in told
    assert main(["figures", "--dimension", "colour", *period]) == UNUSABLE
    assert "accepted: department" in capsys.readouterr().err
    with office.engine.begin() as conn:
        case_id = conn.execute(text("SELECT id FROM cases WHERE no = :no"), {"no": cases[ITEMS[0]]}).scalar_one()
        readers.put_aside(conn, "figures", readers.Ref("case", case_id), "KeyError (x.py:1 y)")
        conn.execute(
            text("UPDATE figure_definitions SET content = content || '{\"unit\": \"x\"}' WHERE figure = 'landing'")
        )
    assert main(["figures", *period]) == 1
    told = capsys.readouterr().out
    assert f"✗ {cases[ITEMS[0]]} is not counted anew since" in told
    assert "✗ nothing is counted: landing changed without a new version" in told
