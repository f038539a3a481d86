"""The second version of the item flow: what it keeps of the first, its limits as data, an interruption, its faults."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests import given
from tests.given import Town, moment
from workflow.case import Case
from workflow.catalogue import Catalogue, load_catalogue
from workflow.change import case_limits
from workflow.commands.fire_rungs import sweep
from workflow.definition import Flow
from workflow.errors import ConfigFaults, Refused
from workflow.loading import latest, load_flow, load_flows
from workflow.queries.verify import verify
from workflow.settings import default_config_folder
from workflow.store import cases
from workflow.work import Office

CONFIG = default_config_folder()
SHIPPED = (CONFIG / "flows" / "item.v2.yaml").read_text(encoding="utf-8")
RECEIVED = moment("2026-03-02")
INCOMPLETE = {"cause": "documents_incomplete", "until": "2026-03-16", "reason": "缺中标通知书"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(CONFIG)


@pytest.fixture(scope="module")
def flows(catalogue: Catalogue) -> dict[tuple[str, int], Flow]:
    return dict(load_flows(CONFIG / "flows", catalogue))


@pytest.fixture
def town(office: Office) -> Town:
    return given.town(office)


@pytest.fixture
def permit(office: Office, town: Town) -> str:
    """A construction permit received on 2 March 2026 and accepted at once: seven working days from receipt."""
    no = given.application(office, town, RECEIVED, ["SG05"]).cases["SG05"]
    given.act(office, town.clerk, moment("2026-03-02", "11:00"), no, "accept")
    return no


def case_of(office: Office, no: str) -> Case:
    with office.engine.connect() as conn:
        reading = cases.read(conn, no=no)
    assert reading is not None
    return reading.case


def due(case: Case) -> dict[str, date | None]:
    return {clock.name: clock.due_on for clock in case.running_clocks}


def test_new_cases_begin_with_the_newest_version_and_the_earlier_ones_stay(flows: dict[tuple[str, int], Flow]) -> None:
    assert latest(flows, "item").version > 2
    assert {("item", 1), ("item", 2)} <= flows.keys()


def test_every_state_action_and_clock_of_the_first_version_is_in_the_second(
    flows: dict[tuple[str, int], Flow],
) -> None:
    first, second = flows["item", 1], flows["item", 2]
    assert first.states.items() <= second.states.items()
    assert first.actions.keys() <= second.actions.keys()
    assert first.clocks.items() <= second.clocks.items()


def test_every_decision_asks_for_a_reason_where_the_promise_is_missed(flows: dict[tuple[str, int], Flow]) -> None:
    deciding = [action for action in flows["item", 2].actions.values() if action.marks == "decided_at"]
    assert {action.name for action in deciding} == {"grant", "grant_with_gaps", "refuse"}
    assert all("promise_kept_or_explained" in action.needs for action in deciding)
    assert all("late_reason" in {ask.name for ask in action.asks} for action in deciding)


def test_what_may_be_entered_late_is_what_an_office_does_on_paper(flows: dict[tuple[str, int], Flow]) -> None:
    late = {action.name for action in flows["item", 2].actions.values() if action.late_entry}
    assert late == {"accept", "start_special", "end_special", "grant", "grant_with_gaps", "refuse", "deliver"}


@pytest.mark.parametrize(
    ("item", "variant", "limits"),
    [
        ("SG05", None, {"statutory": "7wd", "statutory.from": "received", "lifetime": "3mo", "renewed_life": "3mo"}),
        ("SG05a", None, {"statutory": "7wd", "statutory.from": "received", "lifetime": "2mo"}),
        (
            "SG11",
            None,
            {
                "statutory": "30cd",
                "statutory.from": "received",
                "promised": "5wd",
                "recheck": "5y",
                "recheck.from": "decided",
            },
        ),
        ("SG11", "report", {"statutory": "60cd", "statutory.from": "received", "promised": "10wd"}),
        ("SG01", "large", {"statutory": "15wd", "promised": "5wd"}),
        ("SG02", None, {"statutory": "15wd", "statutory.from": "accepted"}),
        ("LX03", None, {"statutory": "20wd", "lifetime": "2y", "lifetime.from": "decided", "renewed_life": "1y"}),
        ("LX08", None, {"lifetime": "1y", "renewed_life": "6mo"}),
        ("GC03", None, {"lifetime": "1y", "renewed_life": "6mo"}),
        ("JG02", None, {"statutory": "15wd"}),
        ("JG10", None, {"statutory": "30wd"}),
        ("LX01", None, {"statutory": "20wd", "delivery": "10wd", "completeness": "5wd"}),
    ],
)
def test_the_limits_of_the_fact_book_are_those_of_a_new_case(
    catalogue: Catalogue,
    flows: dict[tuple[str, int], Flow],
    item: str,
    variant: str | None,
    limits: dict[str, str],
) -> None:
    assert limits.items() <= case_limits(flows["item", 2], catalogue, item, variant).items()


def test_an_item_has_the_clocks_of_its_life_and_no_others(
    catalogue: Catalogue, flows: dict[tuple[str, int], Flow]
) -> None:
    def lives(item: str) -> set[str]:
        kept = case_limits(flows["item", 2], catalogue, item)
        return {"lifetime", "lifetime.from", "renewed_life", "recheck"} & kept.keys()

    assert (lives("LX01"), lives("SG05a")) == (set(), {"lifetime"})
    assert (lives("SG05"), lives("SG11")) == ({"lifetime", "renewed_life"}, {"recheck"})


def test_a_life_from_the_decision_is_kept_as_such(catalogue: Catalogue, flows: dict[tuple[str, int], Flow]) -> None:
    item = catalogue.items["SG05a"]
    assert item.lifetime is not None
    decided = replace(item, lifetime=replace(item.lifetime, base="decision"))
    changed = replace(catalogue, items={**catalogue.items, "SG05a": decided})
    assert case_limits(flows["item", 2], changed, "SG05a")["lifetime.from"] == "decided"


def test_verification_may_be_extended_by_forty_days_and_the_others_by_ten(catalogue: Catalogue) -> None:
    longest = {code: item.extension.days for code, item in catalogue.items.items() if item.extension}
    assert longest.pop("LX03") == 40
    assert set(longest.values()) == {10}


def test_only_construction_permits_start_anew_once_their_papers_are_complete(catalogue: Catalogue) -> None:
    assert catalogue.causes["documents_incomplete"].resets
    using = {code for code, item in catalogue.items.items() if "documents_incomplete" in item.pauses}
    assert using == {"SG05", "SG05a", "SG05b", "SG05c"}


def test_the_seven_days_of_a_construction_permit_start_anew_once_the_papers_are_complete(
    office: Office, town: Town, permit: str
) -> None:
    assert due(case_of(office, permit))["statutory"] == date(2026, 3, 11)
    officer = town.officers["QX"]
    given.act(office, officer, moment("2026-03-02", "15:00"), permit, "start_special", INCOMPLETE)
    paused = case_of(office, permit)
    assert {paused.clock(name).state for name in ("statutory", "promised")} == {"paused"}  # type: ignore[union-attr]
    given.act(office, officer, moment("2026-03-12"), permit, "end_special", {"result": "已补齐"})
    case = case_of(office, permit)
    assert [pause.resets for pause in case.pauses] == [True]
    # Suspended it would end on 23 March as well, nothing being used on the first day: so the second round below.
    assert due(case) == {"statutory": date(2026, 3, 23), "promised": date(2026, 3, 13)}
    assert verify(office).breaches == ()


def test_an_interruption_gives_the_whole_time_again_where_a_suspension_gives_the_rest(
    office: Office, town: Town, permit: str
) -> None:
    officer = town.officers["QX"]
    given.act(office, officer, moment("2026-03-09"), permit, "start_special", INCOMPLETE)
    given.act(office, officer, moment("2026-03-12"), permit, "end_special", {"result": "已补齐"})
    case = case_of(office, permit)
    # five of the seven days were used: going on would end it on 16 March
    assert due(case)["statutory"] == date(2026, 3, 23)
    # the promise had ended before the interruption and stays missed
    assert due(case)["promised"] == date(2026, 3, 3)
    given.time_is(office.engine, moment("2026-03-24", "12:00"))
    sweep(office)
    assert verify(office).breaches == ()


def test_an_interruption_is_not_for_other_items(office: Office, town: Town) -> None:
    no = given.application(office, town, RECEIVED, ["LX01"]).cases["LX01"]
    given.act(office, town.clerk, RECEIVED, no, "accept")
    with pytest.raises(Refused) as refusal:
        given.act(office, town.officers["QX"], moment("2026-03-03"), no, "start_special", INCOMPLETE)
    assert refusal.value.code == "cause_not_for_this_item"


EFFECTIVE_ON = "      effective_on: {zh: 实际办理日（补录）, en: Done on (late entry), type: date, required: false}\n"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("marks_as: life_end", "marks_as: life_start", "unknown moment 'life_start'"),
        ("    marks: issued_at\n    marks_as", "    marks_as", "marks is missing"),
        ("limit: life.running", "limit: life.left", "life.running"),
        ("limit: item.recheck", "limit: item.lifetime", "has its name"),
        ("  remaining_life:\n", "  rest_of_it:\n", "has its name"),
        (EFFECTIVE_ON, EFFECTIVE_ON.replace("type: date", "type: text"), "is a day"),
        (EFFECTIVE_ON, EFFECTIVE_ON.replace("required: false", "required: true"), "left out, it is done now"),
        ("required_materials_attached, late_entry_lawful]", "required_materials_attached]", "asked but not checked"),
        ("needs: [result_has_a_life]", "needs: [late_entry_lawful]", "which is not asked"),
        ("{at: due, act: renew_by_silence}", "{at: due, act: renew}", "not an action of the clock"),
        ("{at: due, act: renew_by_silence}", "{at: due, act: lapse}", "not possible in every state"),
    ],
)
def test_a_mistake_in_the_life_or_in_late_entry_is_named(
    catalogue: Catalogue, tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in SHIPPED
    path = tmp_path / "item.v2.yaml"
    path.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigFaults) as refused:
        load_flow(path, catalogue)
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("rules/clocks", "late_entry: 10wd", "late_entry: 10cd", "late entry goes back working days"),
        (
            "items/SG11",
            "lapses: false",
            "lapses: false\n  renewal: {times: 1, limit: 1y}",
            "does not lapse has no life to renew",
        ),
        ("items/SG11", "lapses: false", "renewal: {times: 1, limit: 1y, apply_before: 6y}", "working or calendar days"),
        (
            "items/SG11",
            "lapses: false",
            "renewal: {times: 1, limit: 1y, apply_before: 3000cd}",
            "lies before its start",
        ),
    ],
)
def test_a_mistake_in_the_data_of_it_is_named(tmp_path: Path, name: str, old: str, new: str, expected: str) -> None:
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    file = folder / f"{name}.yaml"
    file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigFaults) as refused:
        load_catalogue(folder)
    assert expected in str(refused.value)


def test_a_pause_that_ends_at_its_cap_by_itself_is_nobodys_late_work(office: Office) -> None:
    town = given.town(office)
    no = given.application(office, town, moment("2026-03-02", "09:30"), ["SG11"]).cases["SG11"]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    pause = {"cause": "expert_review", "until": "2026-04-01", "reason": "专家评审"}
    given.act(office, town.officers["HB"], moment("2026-03-04"), no, "start_special", pause)
    given.time_is(office.engine, moment("2026-04-02", "00:06"))
    sweep(office)
    with office.engine.connect() as conn:
        found = cases.read(conn, no=no)
    assert found is not None
    assert found.case.state == "in_review"
    for name in ("pause_cap", "special_procedure"):
        clock = found.case.clock(name)
        assert clock is not None
        assert clock.settled_at is not None
        assert clock.due_at is not None
        assert clock.settled_at < clock.due_at
    assert verify(office).breaches == ()
