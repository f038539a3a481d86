"""Prerequisites as people read them: the same verdict as the rule that refuses, and by what."""

from datetime import date
from itertools import combinations

import pytest

from tests import shipped
from workflow.catalogue.items import EDGES
from workflow.prerequisites_view import EdgeView, edges_of

CATALOGUE = shipped.catalogue()


def edges(code: str, *traits: str, **known: object) -> tuple[EdgeView, ...]:
    return edges_of(CATALOGUE.items[code], CATALOGUE, traits, **known)  # type: ignore[arg-type]


def test_what_is_missing_is_named_with_everything_that_would_do() -> None:
    scheme, land = edges("GC03")
    assert (scheme.standing, land.standing) == ("unmet", "unmet")
    assert "设计方案联合审查" in scheme.words.zh
    assert land.words.zh.count("”或“") == 2
    assert (land.any_of, land.substitutes, land.or_document) == (("LX08",), ("LX06",), "land_document")
    assert land.simulated_ok


def test_a_permit_a_substitute_and_a_paper_each_meet_it_and_are_named() -> None:
    assert edges("GC03", permits=["LX08"])[1].words.zh == "“建设用地规划许可证”已办结"
    stand_in = edges("GC03", permits=["LX06"])[1]
    assert (stand_in.standing, stand_in.met_by) == ("met", "LX06")
    assert stand_in.words.en.endswith("stands in")
    paper = edges("GC03", papers=["land_document"])[1]
    assert (paper.standing, paper.met_by) == ("met", "land_document")


def test_a_trait_waives_and_what_the_project_has_not_is_waived_too() -> None:
    scheme = edges("GC03", "land_with_scheme")[0]
    assert (scheme.standing, scheme.words.zh) == ("waived", "带方案出让用地，免除该前置条件")
    fire = edges("SG05")[-1]
    assert (fire.standing, fire.words.zh) == ("waived", "项目不涉及：特殊建设工程（消防）")
    assert edges("SG05", "special_fire_works")[-1].standing == "unmet"
    assert edges("SG12", "regional_assessment")[0].standing == "waived"


def test_what_binds_an_event_is_met_by_the_item_itself() -> None:
    (before,) = edges("SG11")
    assert (before.standing, before.event) == ("unmet", "works_start")
    assert before.words.zh == "须在“开工”之前办结“建设项目环境影响评价文件审批”"
    assert edges("SG11", permits=["SG11"])[0].standing == "met"
    late = edges("SG11", events={"works_start": date(2026, 3, 2)})[0]
    assert (late.standing, "2026-03-02" in late.words.en) == ("unmet", True)


def test_what_may_run_in_parallel_binds_nothing() -> None:
    (beside,) = edges("SG04")
    assert (beside.kind, beside.standing, beside.met_by) == ("may_parallel", "parallel", None)


def test_every_kind_of_edge_and_every_qualifier_of_the_fact_book_is_used() -> None:
    every = [edge for item in CATALOGUE.items.values() for edge in item.prerequisites]
    assert {edge.kind for edge in every} == set(EDGES)
    assert any(edge.waived_if for edge in every)
    assert any(edge.substitutes for edge in every)
    assert any(edge.or_document for edge in every)
    waived = {code for code, item in CATALOGUE.items.items() if item.waived_if == "regional_assessment"}
    assert waived == {"LX09", "LX11", "SG12"}


def test_what_stages_two_and_three_decide_may_be_reviewed_by_simulation() -> None:
    simulated = {
        code
        for code, item in CATALOGUE.items.items()
        if item.must_precede and all(edge.simulated_ok for edge in item.must_precede)
    }
    on_site = {"SG10"}
    binding = {code for code, item in CATALOGUE.items.items() if item.stage in (2, 3) and item.must_precede}
    assert simulated == binding - on_site


@pytest.mark.parametrize("code", sorted(CATALOGUE.items))
def test_every_edge_is_told_in_both_languages_whatever_is_known(code: str) -> None:
    item = CATALOGUE.items[code]
    traits = {edge.applies_if for edge in item.prerequisites} | {edge.waived_if for edge in item.prerequisites}
    named = sorted(trait for trait in traits if trait)
    for size in range(len(named) + 1):
        for held in combinations(named, size):
            for permits in ((), tuple(CATALOGUE.items)):
                told = edges(code, *held, permits=permits)
                assert [edge.title for edge in told] == [edge.title for edge in item.prerequisites]
                assert all(edge.words.zh and edge.words.en for edge in told)
                if permits:
                    assert not [edge for edge in told if edge.standing == "unmet"]
