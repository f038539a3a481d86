"""The leader's figures through the API: numbers, definitions, CSV, the cases behind, and who may ask."""

import csv
import io
from collections.abc import Callable

import pytest
from sqlalchemy import text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town, moment
from workflow.actor import Actor
from workflow.commands.fold_figures import rebuild_figures
from workflow.figures import FIGURES
from workflow.store import stream
from workflow.work import Office

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
ITEMS = ["LX10", "LX06", "LX12"]

ByToken = Callable[[Actor], Caller]


@pytest.fixture
def cases(office: Office, town: Town) -> dict[str, str]:
    """Received on 2 March, accepted on the 4th, all but the last refused on the 5th; counted."""
    made = given.application(office, town, moment("2026-03-02"), ITEMS).cases
    for item, no in made.items():
        given.act(office, town.clerk, moment("2026-03-04"), no, "accept")
        if item != ITEMS[2]:
            officer = town.officers[office.catalogue.items[item].department]
            given.act(office, officer, moment("2026-03-05"), no, "refuse", {"reason": "不符合", "basis": "38"})
    given.time_is(office.engine, moment("2026-03-16"))
    with office.engine.begin() as conn:
        stream.sequence(conn)
    rebuild_figures(office)
    return dict(made)


def test_every_figure_comes_with_its_definition_and_version(
    by_token: ByToken, town: Town, cases: dict[str, str]
) -> None:
    told = by_token(town.district_leader)("GET", "/api/v1/figures", query_string=MARCH).json
    assert (told["from"], told["to"], told["dimension"], told["values"]) == ("2026-03-01", "2026-03-31", "all", None)
    assert (told["behind"], told["complete"]) == (0, True)
    assert [one["code"] for one in told["figures"]] == list(FIGURES)
    early = told["figures"][0]
    assert (early["version"], early["definition"]["unit"]) == (1, "cases")
    assert early["definition"]["excluded"]["zh"].startswith("即办件、撤件")
    assert early["definition"]["validity"]["assumed"] is True
    assert [(one["code"], one["n"]) for one in early["whole"]["parts"]] == [("counted", 2), ("early", 2)]
    [share] = early["whole"]["ratios"]
    assert (share["numerator"], share["denominator"], share["value"]) == (2, 2, 1.0)


def test_a_number_opens_its_cases_a_page_at_a_time(by_token: ByToken, town: Town, cases: dict[str, str]) -> None:
    leader = by_token(town.district_leader)
    first = leader("GET", "/api/v1/figures/early_finish/cases", query_string=MARCH | {"part": "early", "limit": 1}).json
    asked = MARCH | {"part": "early", "limit": 1, "cursor": first["next_cursor"]}
    second = leader("GET", "/api/v1/figures/early_finish/cases", query_string=asked).json
    assert first["part"]["n"] == 2
    assert second["next_cursor"] is None
    assert {row["no"] for row in first["items"] + second["items"]} == {cases[ITEMS[0]], cases[ITEMS[1]]}


def test_the_definitions_are_for_everybody_who_is_signed_in(by_token: ByToken, town: Town, anyone: Caller) -> None:
    told = by_token(town.applicant)("GET", "/api/v1/figures/definitions").json
    assert [one["code"] for one in told["items"]] == list(FIGURES)
    assert all(one["validity"]["source"] for one in told["items"])
    assert anyone("GET", "/api/v1/figures/definitions").status_code == 401


def test_a_director_sees_the_own_department_and_others_are_refused(
    by_token: ByToken, town: Town, cases: dict[str, str]
) -> None:
    director = by_token(town.directors["QX"])
    told = director("GET", "/api/v1/figures", query_string=MARCH).json
    assert (told["dimension"], told["values"]) == ("department", ["QX"])
    other = director("GET", "/api/v1/figures", query_string=MARCH | {"dimension": "street", "value": "beizhai"})
    assert (other.status_code, other.json["code"]) == (403, "figures_not_yours")
    assert by_token(town.applicant)("GET", "/api/v1/figures", query_string=MARCH).status_code == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"dimension": "colour"}, "dimension"),
        ({"value": "QX"}, "value"),
        ({"dimension": "department", "value": "nobody"}, "value"),
        ({"dimension": "department", "value": "QX", "by": "street"}, "by"),
        ({"by": "week"}, "by"),
        ({"from": "2026-04-01", "to": "2026-03-01"}, "from"),
    ],
)
def test_what_cannot_be_asked_for_is_named(by_token: ByToken, town: Town, query: dict[str, str], field: str) -> None:
    answer = by_token(town.district_leader)("GET", "/api/v1/figures", query_string=query)
    assert answer.status_code == 400
    assert answer.json["reasons"][0]["facts"]["field"] == field


def test_an_unknown_figure_or_part_is_named(by_token: ByToken, town: Town) -> None:
    leader = by_token(town.district_leader)
    for path, part, field in (("early_finish", "late", "part"), ("luck", "early", "figure")):
        answer = leader("GET", f"/api/v1/figures/{path}/cases", query_string={"part": part})
        assert (answer.status_code, answer.json["reasons"][0]["facts"]["field"]) == (400, field)


def test_the_csv_has_a_row_a_number_and_no_cell_is_a_formula(
    by_token: ByToken, town: Town, cases: dict[str, str], office: Office
) -> None:
    with office.engine.begin() as conn:
        # A street that somebody imported with a name no catalogue has.
        conn.execute(text("UPDATE projects SET street = '=HYPERLINK(\"http://x\")'"))
    rebuild_figures(office)
    answer = by_token(town.district_leader)("GET", "/api/v1/figures.csv", query_string=MARCH | {"by": "street"})
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    early = [row for row in rows if row["指标"] == "提前办结率" and row["项"] == "提前办结"]
    assert [row["数量"] for row in early] == ["2", "2"]
    assert early[0]["口径版本"] == "1"
    assert not [cell for row in rows for cell in row.values() if cell.startswith("=")]
    assert any("HYPERLINK" in row["分组"] for row in rows)
