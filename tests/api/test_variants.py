"""An item with several forms: chosen at the application, kept with the case, and its limits are those of the form."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from tests.given import Town
from workflow.actor import Actor
from workflow.commands.take_action import take_action
from workflow.queries.verify import verify
from workflow.store import cases
from workflow.work import Office

Callers = Callable[[Actor], Caller]
NOW = given.moment("2026-03-02")


@pytest.fixture
def applicant(engine: Engine, by_token: Callers, town: Town) -> Caller:
    given.time_is(engine, NOW)
    return by_token(town.applicant)


def drafted(caller: Caller, town: Town, items: list[str], variants: object = None) -> Any:
    body = {"project": town.project.code, "items": items}
    return caller("POST", "/api/v1/bundles", json=body if variants is None else body | {"variants": variants})


def submitted(office: Office, town: Town, no: str, item: str) -> str:
    """Hand in the papers of the draft and submit it at NOW; the number of its case of ``item``, accepted."""
    case_id = given.case_id(office.engine, no)
    with given.at(office, town.applicant, NOW) as work:
        given.attach_required(work, case_id, [item])
        take_action(work, no, "submit")
        found = work.conn.execute(text("SELECT no FROM cases WHERE parent_id = :id"), {"id": case_id}).scalar_one()
    given.act(office, town.clerk, NOW, found, "accept")
    return str(found)


@pytest.mark.parametrize(
    ("variants", "title", "statutory", "promised"),
    [
        # thirty days from receipt, and five working days
        (None, "环境影响报告表", date(2026, 4, 1), date(2026, 3, 9)),
        # sixty days end on 1 May and roll over the holiday (民法典 203)
        ({"SG11": "report"}, "环境影响报告书", date(2026, 5, 6), date(2026, 3, 16)),
    ],
)
def test_an_impact_assessment_takes_thirty_or_sixty_days_by_its_form(
    office: Office,
    applicant: Caller,
    town: Town,
    variants: dict[str, str] | None,
    title: str,
    statutory: date,
    promised: date,
) -> None:
    answer = drafted(applicant, town, ["SG11"], variants)
    assert (answer.status_code, answer.get_json()["variants"]) == (201, variants or {})
    no = submitted(office, town, answer.get_json()["no"], "SG11")
    told = applicant("GET", f"/api/v1/cases/{no}").get_json()
    assert (told["variant"], told["variant_title"]["zh"]) == ((variants or {}).get("SG11"), title)
    with office.engine.connect() as conn:
        reading = cases.read(conn, no=no)
    assert reading is not None
    due = {clock.name: clock.due_on for clock in reading.case.running_clocks}
    assert due == {"statutory": statutory, "promised": promised}
    assert verify(office).breaches == ()


@pytest.mark.parametrize(
    ("items", "variants", "accepted"),
    [
        (["SG11"], {"SG11": "book"}, ["report"]),
        (["LX01"], {"LX01": "report"}, []),
        (["SG11"], {"SG01": "large"}, ["SG11"]),
        # it is drawn by lot after the filing
        (["JG03"], {"JG03": "inspection"}, []),
    ],
)
def test_a_form_that_the_application_does_not_offer_is_refused_with_what_it_does(
    office: Office, applicant: Caller, town: Town, items: list[str], variants: dict[str, str], accepted: list[str]
) -> None:
    answer = drafted(applicant, town, items, variants)
    [reason] = answer.get_json()["reasons"]
    [(item, variant)] = variants.items()
    assert answer.status_code == 400
    facts = reason["facts"]
    assert (facts["field"], facts["value"], facts["accepted"]) == (f"variants.{item}", variant, accepted)
    with office.engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM cases")).scalar_one() == 0


@pytest.mark.parametrize("variants", [[], "report", {"SG11": 1}, {"SG11": None}, {"": "report"}])
def test_what_is_no_choice_of_forms_at_all_is_refused(applicant: Caller, town: Town, variants: object) -> None:
    assert drafted(applicant, town, ["SG11"], {} if variants is None else variants).status_code == 400


def test_a_draft_changes_its_form_and_loses_it_with_its_item(applicant: Caller, town: Town) -> None:
    made = drafted(applicant, town, ["SG11"], {"SG11": "report"}).get_json()
    path = f"/api/v1/bundles/{made['no']}"
    more = applicant("PATCH", path, json={"version": 1, "items": ["SG11", "SG01"]}).get_json()
    assert more["variants"] == {"SG11": "report"}
    other = applicant("PATCH", path, json={"version": 2, "variants": {"SG01": "large"}}).get_json()
    assert other["variants"] == {"SG01": "large"}
    gone = applicant("PATCH", path, json={"version": 3, "items": ["SG11"]}).get_json()
    assert (gone["items"], gone["variants"]) == (["SG11"], {})
    wrong = applicant("PATCH", path, json={"version": 4, "variants": {"SG01": "large"}})
    assert wrong.status_code == 400


def test_an_item_with_one_form_has_none_to_name(office: Office, applicant: Caller, town: Town) -> None:
    no = submitted(office, town, drafted(applicant, town, ["LX01"]).get_json()["no"], "LX01")
    told = applicant("GET", f"/api/v1/cases/{no}").get_json()
    assert (told["variant"], told["variant_title"]) == (None, None)
