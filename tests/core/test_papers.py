"""Which papers a case wants, each once, and when they may come."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests import given
from workflow.actor import Actor, Grant
from workflow.case import Case
from workflow.guards import AttachedMaterial, Facts
from workflow.papers import may_come_now, papers_of
from workflow.work import Office

NOW = given.moment("2026-03-02")


def case(state: str, item: str | None, items: list[str], accepted: datetime | None, decided: datetime | None) -> Case:
    """A case in that state."""
    return Case(
        id=1,
        no="LS2026-000001",
        flow="item" if item else "bundle",
        flow_version=1,
        title="",
        item=item,
        project_id=1,
        parent_id=None,
        company="",
        department="QX",
        squad="",
        assignee_id=None,
        state=state,
        outcome=None,
        version=1,
        rev=1,
        seq=1,
        chain_head=b"",
        data={"items": items},
        limits={},
        opened_at=NOW,
        received_at=NOW,
        accepted_at=accepted,
        decided_at=decided,
        entered_at=NOW,
        ended_at=None,
    )


def facts(office: Office, one: Case, *attached: str) -> Facts:
    """The case with these papers on it."""
    return Facts(
        case=one,
        actor=Actor(1, "", (Grant("applicant"),)),
        now=NOW,
        catalogue=office.catalogue,
        calendar=office.base_calendar,
        materials=tuple(AttachedMaterial(code, NOW) for code in attached),
    )


def test_a_paper_two_items_ask_for_is_one_paper(configuration: Office) -> None:
    items = configuration.catalogue.items
    both = papers_of([items["SG05"], items["GC03"]], configuration.catalogue)

    assert both["application_form"].items == ("SG05", "GC03")
    assert set(both) >= set(items["SG05"].required_materials) | set(items["GC03"].required_materials)


def test_the_strictest_wish_of_any_item_counts(configuration: Office) -> None:
    catalogue = configuration.catalogue
    for code, shared in catalogue.materials.items():
        items = [catalogue.items[item] for item in shared.items]
        wishes = [material for item in items if (material := item.material(code)) is not None]
        paper = papers_of(items, catalogue)[code]
        assert paper.required == any(wish.required for wish in wishes)
        assert paper.max_mb == min(wish.max_mb for wish in wishes)
        assert paper.may_follow == all(wish.may_follow for wish in wishes if wish.required) or not paper.required


def test_a_paper_that_stands_in_for_a_permit_may_be_handed_in_and_is_never_required(configuration: Office) -> None:
    catalogue = configuration.catalogue
    for item in catalogue.items.values():
        papers = papers_of([item], catalogue)
        for edge in item.must_precede:
            if edge.or_document:
                own = item.material(edge.or_document)
                assert papers[edge.or_document].required == (own is not None and own.required)


@pytest.mark.parametrize(("flow", "state"), [("bundle", "draft"), ("item", "draft"), ("item", "correcting")])
def test_everything_may_come_while_it_is_the_applicants_turn(configuration: Office, flow: str, state: str) -> None:
    one = case(state, "SG05" if flow == "item" else None, ["SG05"], None, None)
    asked = papers_of([configuration.catalogue.items["SG05"]], configuration.catalogue)

    come = may_come_now(facts(configuration, one, "identity"), configuration.flow(flow).states[state])

    assert come == frozenset(asked)


def test_in_review_only_what_is_promised_or_stands_in_for_a_permit_may_come(configuration: Office) -> None:
    states = configuration.flow("item").states
    one = case("in_review", "SG05", [], NOW, None)

    assert may_come_now(facts(configuration, one), states["in_review"]) == {
        "land_document",
        "construction_contract",
        "drawing_certificate",
    }
    assert may_come_now(facts(configuration, one, "construction_contract"), states["in_review"]) == {
        "land_document",
        "drawing_certificate",
    }


def test_after_the_decision_only_gaps_are_filled_and_after_the_end_nothing(configuration: Office) -> None:
    states = configuration.flow("item").states
    item = next(
        item for item in configuration.catalogue.items.values() if any(paper.may_follow for paper in item.materials)
    )
    gaps = {paper.code for paper in item.materials if paper.may_follow}
    one = case("granted_with_gaps", item.code, [], NOW, NOW)

    assert may_come_now(facts(configuration, one), states["granted_with_gaps"]) == gaps
    assert may_come_now(facts(configuration, one, *gaps), states["granted_with_gaps"]) == frozenset()
    for state in ("delivered", "refused", "withdrawn"):
        assert may_come_now(facts(configuration, replace(one, state=state)), states[state]) == frozenset()


def test_a_request_for_help_wants_no_papers(configuration: Office) -> None:
    one = case("requested", None, [], None, None)

    assert may_come_now(facts(configuration, one), configuration.flow("assistance").states["requested"]) == frozenset()
