"""Choosing items by questions: the whole catalogue, every reason, every refusal, and that nothing needed is missing."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given as given_that
from hypothesis import settings as limits_of_the_test
from hypothesis import strategies as st

from tests import shipped
from workflow.catalogue import Catalogue, load_catalogue
from workflow.choosing import (
    Choice,
    Horizon,
    Told,
    choose,
    compile_list,
    plan_questions,
    sheets_saved,
    told_by_answers,
    told_by_project,
    with_answers,
)
from workflow.clock.calendar import published_calendar
from workflow.errors import BadInput, ConfigFaults, Fault
from workflow.planning import plan
from workflow.prerequisites_view import applies
from workflow.settings import default_config_folder

CONFIG = default_config_folder()
CATALOGUE = shipped.catalogue()
CALENDAR = published_calendar()
MONDAY = date(2026, 3, 2)
WHOLE = {
    "splclx": "1",
    "funding": "government",
    "land": "allocated",
    "start_on_land": "no",
    "stability": "yes",
    "energy": "yes",
    "regional_assessment": "no",
    "minerals": "yes",
    "forest": "yes",
    "flood": "yes",
    "water": "yes",
    "heritage": "yes",
    "trees": "many",
    "civil_defence": "yes",
    "height": "yes",
    "eia": "report",
    "soil": "commitment",
    "design": "large",
    "fire": "special",
    "tender": "yes",
    "phased": "yes",
    "roads": "yes",
    "waste": "yes",
    "sewage": "yes",
    "utilities": "yes",
    "special_checks": "yes",
}
FACTORY = {"splclx": "6", "basis": "filing", "land": "sold", "fire": "ordinary"}


def chosen(also: tuple[str, ...] = (), **answers: object) -> Choice:
    return choose(CATALOGUE, told_by_answers(CATALOGUE, answers), MONDAY, also)


def refused(**answers: object) -> BadInput:
    with pytest.raises(BadInput) as caught:
        told_by_answers(CATALOGUE, answers)
    return caught.value


# Items


def test_a_government_project_with_everything_needs_all_but_the_items_of_enterprises() -> None:
    found = chosen(**WHOLE)
    assert set(CATALOGUE.items) - set(found.chosen) == {"LX03", "LX04", "JG03"}
    assert found.questions == ()
    assert {one.status for one in found.items if not one.chosen} == {"not_needed"}


def test_every_item_can_be_asked_for_by_some_answers() -> None:
    enterprise = chosen(**WHOLE | {"splclx": "3", "funding": "enterprise", "basis": "verification"})
    filed = chosen(**FACTORY)
    assert set(chosen(**WHOLE).chosen) | set(enterprise.chosen) | set(filed.chosen) == set(CATALOGUE.items)


def test_without_answers_what_every_project_needs_is_needed_and_the_rest_is_open() -> None:
    found = chosen()
    assert {"GC03", "SG05", "JG08", "JG09"} <= set(found.chosen)
    assert found.item("LX01").status == found.item("SG11").status == "open"
    assert found.item("SG11").reason.zh == "取决于：环境影响评价属于哪一类？"
    assert {"splclx", "funding", "basis", "eia"} <= set(found.questions)
    assert "start_on_land" not in found.questions
    assert "investment" not in found.questions


def test_a_question_that_can_change_nothing_any_more_is_not_asked() -> None:
    assert "basis" in chosen(splclx="3").questions
    assert "basis" not in chosen(splclx="1", funding="government").questions
    assert "funding" not in chosen(splclx="3", basis="filing").questions
    assert "design" in chosen().questions


def test_every_reason_is_in_both_languages_and_says_why() -> None:
    found = chosen(**FACTORY, regional_assessment="yes", flood="yes", eia="none", phased="no")
    assert all(one.reason.zh and one.reason.en for one in found.items)
    assert (found.item("LX11").status, found.item("LX11").reason.zh) == ("waived", "已完成区域评估，不再办理")
    assert found.item("SG11").reason.zh == "项目不涉及：应编制环境影响报告书或报告表"
    assert found.item("LX04").reason.zh == "实行备案的企业投资项目"
    assert (found.item("SG05a").status, found.item("LX06").status) == ("optional", "optional")
    linear = chosen(splclx="2")
    assert linear.item("JG10").reason.zh == "不需办理：线性工程（道路、管线等）"


def test_land_sold_with_a_design_waives_the_review_of_the_design_and_what_waits_for_it() -> None:
    found = chosen(splclx="5", basis="filing")
    assert found.item("GC01").status == "waived"
    assert "GC01" not in found.item("GC03").after
    assert found.item("LX08").instead == ("land_contract",)


def test_land_already_held_needs_no_land_permit_and_a_paper_stands_in() -> None:
    found = chosen(splclx="6", basis="filing", land="existing")
    assert found.item("LX08").status == "not_needed"
    assert found.item("GC03").instead == ("land_document",)
    assert "land_document" in found.item("SG05").instead


def test_an_optional_item_is_taken_in_where_it_is_asked_for() -> None:
    found = chosen(("LX06",), **FACTORY)
    assert found.item("LX06").chosen
    assert "LX06" in found.waves[0]


def test_what_runs_in_parallel_is_reported_beside_the_stages() -> None:
    found = chosen(**WHOLE)
    assert {one.item.code for one in found.items if one.stage == 5} == {
        *("LX09", "LX11", "LX12", "GC05", "GC06", "GC07", "SG06", "SG07", "SG08", "SG11", "SG12", "SG13")
    }
    assert [one.stage for one in found.items] == sorted(one.stage for one in found.items)
    # Nothing that a stage waits for is reported beside it.
    awaited = {code for one in found.items if one.stage != 5 for code in one.after}
    assert not awaited & {one.item.code for one in found.items if one.stage == 5}


def test_an_item_stands_in_a_later_wave_than_everything_it_waits_for() -> None:
    found = chosen(**WHOLE)
    for one in found.items:
        assert all(found.item(before).wave < one.wave for before in one.after if one.chosen)  # type: ignore[operator]
    assert sorted(code for wave in found.waves for code in wave) == sorted(found.chosen)
    last = [one.wave for one in found.items if one.chosen and one.item.stage == 4]
    others = [one.wave for one in found.items if one.chosen and one.item.stage != 4]
    assert min(last) > max(others)  # type: ignore[type-var]
    assert "SG05" in found.item("SG04").beside


def test_what_may_be_reviewed_before_the_land_is_obtained_is_marked() -> None:
    found = chosen(**FACTORY)
    assert {one.item.code for one in found.items if one.may_simulate} == {"GC01", "GC03", "SG01", "SG05"}


def test_an_answer_chooses_the_form_of_its_item() -> None:
    found = chosen(**WHOLE)
    assert {one.item.code: one.variant for one in found.items if one.variant} == {
        "SG11": "report",
        "SG12": "commitment",
        "SG01": "large",
    }


# Hints


def test_a_threshold_gives_a_hint_and_refuses_nothing() -> None:
    found = chosen(investment=30, area=300.0, works_contract=400, goods_contract=199.9)
    assert [(hint.question, hint.items) for hint in found.hints] == [
        ("investment", ("SG05", "SG05a", "SG05b", "SG05c")),
        ("area", ("SG05", "SG05a", "SG05b", "SG05c")),
        ("works_contract", ("SG03",)),
    ]
    assert found.item("SG05").chosen
    assert "仅为提示" in found.hints[0].words.zh
    assert chosen(investment=30.01).hints == ()


def test_an_answer_may_bring_a_hint() -> None:
    assert [hint.question for hint in chosen(splclx="7", trees="ancient").hints] == ["splclx", "trees"]


# Refusals


@pytest.mark.parametrize(
    ("question", "answer", "accepted"),
    [
        ("colour", "red", "splclx"),
        ("splclx", "11", "10"),
        ("splclx", 3, "3"),
        ("forest", True, "yes"),
        ("forest", None, "no"),
        ("investment", "20", None),
        ("investment", -1, None),
        ("investment", float("nan"), None),
        ("investment", float("inf"), None),
        ("investment", True, None),
        ("area", 10**9, None),
    ],
)
def test_an_unknown_question_or_answer_is_refused_by_name(question: str, answer: object, accepted: str | None) -> None:
    (reason,) = refused(**{question: answer}).reasons
    assert reason.facts["field"] == f"answers.{question}"
    assert question in reason.zh
    assert accepted is None or accepted in reason.facts["accepted"]
    json.dumps(reason.facts, allow_nan=False)


def test_all_faults_are_named_at_once() -> None:
    assert len(refused(colour="red", splclx="11", land="sold", investment=-1).reasons) == 3


@pytest.mark.parametrize(
    ("answers", "names"),
    [
        ({"splclx": "1", "funding": "enterprise"}, {"splclx", "funding"}),
        ({"funding": "government", "basis": "filing"}, {"funding", "basis"}),
        ({"splclx": "5", "land": "existing"}, {"splclx", "land"}),
        ({"splclx": "2", "linear": "no"}, {"splclx", "linear"}),
        ({"splclx": "1", "linear": "yes"}, {"splclx", "linear"}),
    ],
)
def test_answers_that_contradict_each_other_are_refused_with_both(answers: dict[str, str], names: set[str]) -> None:
    (reason,) = refused(**answers).reasons
    assert reason.code == "contradiction"
    assert {reason.facts["field"], reason.facts["contradicts"]} == {f"answers.{name}" for name in names}
    assert all(name in reason.en for name in names)


def test_an_item_that_is_not_optional_cannot_be_added() -> None:
    for code in ("LX01", "XX99", "LX11"):
        with pytest.raises(BadInput) as caught:
            chosen((code,), **FACTORY, regional_assessment="yes", flood="yes")
        (reason,) = caught.value.reasons
        assert (reason.facts["field"], reason.facts["value"]) == ("also", code)
        assert "LX06" in reason.facts["accepted"]


# Registered projects


def test_a_registered_project_tells_by_its_type_and_its_facts() -> None:
    told = told_by_project(CATALOGUE, 2, {"filing_list": False, "forest_land": True, "site_opinion": True})
    assert {"government_investment", "linear_works", "forest_land"} == told.held
    assert told.value("filing_list") is False
    assert told.value("heritage_area") is None
    assert told_by_project(CATALOGUE, 99, {}) == Told()


def test_a_recorded_fact_outweighs_what_the_type_usually_means() -> None:
    told = told_by_project(CATALOGUE, 3, {"government_investment": True, "linear_works": False})
    assert told.value("government_investment") is True
    assert told_by_project(CATALOGUE, 1, {"government_investment": False}).value("government_investment") is False


def test_an_answer_given_later_holds_where_it_differs_from_what_was_known() -> None:
    known = told_by_project(CATALOGUE, 3, {"forest_land": True})
    told = with_answers(known, told_by_answers(CATALOGUE, {"forest": "no", "basis": "filing", "investment": 20}))
    assert told.value("forest_land") is False
    assert told.value("filing_list") is True
    assert told.value("government_investment") is False
    assert set(told.answers) == {"splclx", "forest", "basis", "investment"}
    assert (told.figures, len(told.hints)) == ({"investment": 20}, 1)


# Papers


def test_sheets_saved_are_those_asked_more_than_once() -> None:
    two = sheets_saved(CATALOGUE, ["LX06", "GC03"])
    codes = [material.code for code in ("LX06", "GC03") for material in CATALOGUE.items[code].materials]
    assert (two.summed, two.once) == (len(codes), len(set(codes)))
    assert two.saved == len(codes) - len(set(codes)) > 0
    assert (two.forms_alone, two.forms_together, two.forms_saved) == (2, 2, 0)
    none = sheets_saved(CATALOGUE, [])
    assert (none.summed, none.saved, none.forms_alone) == (0, 0, 0)


def test_a_result_of_a_chosen_item_is_held_by_the_office() -> None:
    papers = {one.paper.code: one for one in sheets_saved(CATALOGUE, ["LX06", "LX03"]).papers}
    assert papers["site_opinion"].held
    assert papers["site_opinion"].issuer.zh.endswith("（建设项目用地预审与选址意见书）")
    assert not {one.paper.code: one for one in sheets_saved(CATALOGUE, ["LX03"]).papers}["site_opinion"].held
    assert papers["application_form"].issuer.zh == "申请人自备"
    assert papers["project_report"].issuer.zh == "第三方机构出具"
    assert papers["project_report"].sample.zh == "暂无样本"


# The compiled list


def test_the_compiled_list_is_plain_and_holds_everything_of_every_item() -> None:
    made = compile_list(CATALOGUE, CALENDAR, chosen(**WHOLE), MONDAY, events={"completion_acceptance": MONDAY})
    assert json.loads(json.dumps(made)) == made
    items = {item["code"]: item for item in made["items"]}
    assert list(items) == list(chosen(**WHOLE).chosen)
    for code, item in items.items():
        assert (item["version"], item["digest"]) == (CATALOGUE.items[code].version, CATALOGUE.items[code].digest)
        assert {paper["code"] for paper in item["papers"]} >= set(CATALOGUE.items[code].required_materials)
        assert all(paper["issuer"]["zh"] and paper["sample"]["zh"] and paper["formats"] for paper in item["papers"])
        assert item["promised"] or item["statutory"], code
    assert items["SG11"]["promised"]["limit"] == "10wd"
    assert items["SG11"]["form"]["zh"] == "环境影响报告书"
    assert set(items["JG01"]["prerequisites"]) == {"must_precede_decision", "must_precede_event"}
    assert items["JG09"]["duty"]["due_on"] == "2026-03-17"
    assert items["SG03"]["duty"]["due_on"] is None
    assert items["LX01"]["duty"] is None
    assert made["sheets"]["saved"] == made["sheets"]["summed"] - made["sheets"]["once"]


def test_the_compiled_list_names_what_is_waived_and_what_is_still_open() -> None:
    answers = {**FACTORY, "regional_assessment": "yes", "flood": "yes"}
    made = compile_list(CATALOGUE, CALENDAR, chosen(**answers), MONDAY, permits=["LX04"], papers=["land_contract"])
    assert [one["code"] for one in made["waived"]] == ["LX11"]
    assert "SG11" in {one["code"] for one in made["undecided"]}
    assert "eia" in made["questions"]
    edges = next(item for item in made["items"] if item["code"] == "LX08")["prerequisites"]["must_precede_decision"]
    assert [edge["standing"] for edge in edges] == ["met", "met"]


def test_a_paper_is_told_as_the_item_wishes_it() -> None:
    made = compile_list(CATALOGUE, CALENDAR, chosen(**WHOLE), MONDAY)
    wishes = {item["code"]: {one["code"]: one for one in item["papers"]} for item in made["items"]}
    assert not wishes["SG02"]["planning_permit"]["required"]
    assert wishes["SG10"]["planning_permit"]["required"]
    assert wishes["SG02"]["planning_permit"]["items"] == wishes["SG10"]["planning_permit"]["items"]


# Dates


def test_the_plan_ends_before_the_works_and_begins_again_after_them() -> None:
    found = chosen(**FACTORY)
    before, after = plan_questions(CATALOGUE, found, Horizon(MONDAY))
    assert before is not None
    assert after is None
    assert all(CATALOGUE.items[code].stage < 4 for code in before.items)
    assert plan(CATALOGUE, CALENDAR, before).ends is not None
    _, after = plan_questions(CATALOGUE, found, Horizon(MONDAY, completed=date(2027, 3, 1)))
    assert after is not None
    assert plan(CATALOGUE, CALENDAR, after).step("JG08").decision.day > date(2027, 3, 1)
    assert plan(CATALOGUE, CALENDAR, after).step("JG01").missing == ()


# Properties


@st.composite
def told_somehow(draw: st.DrawFn) -> dict[str, str]:
    """Answers to every question or to some, none contradicting those before it."""
    answers: dict[str, str] = {}
    for code, question in CATALOGUE.questions.items():
        fit = [one for one in question.answers if _fits(answers | {code: one})]
        if not fit or (code not in ("splclx", "basis", "funding", "land") and draw(st.booleans())):
            continue
        answers[code] = draw(st.sampled_from(fit))
    return answers


def _fits(answers: dict[str, str]) -> bool:
    try:
        told_by_answers(CATALOGUE, answers)
    except BadInput:
        return False
    return True


@given_that(told_somehow())
@limits_of_the_test(max_examples=150, deadline=None)
def test_chosen_items_are_closed_under_the_prerequisites_that_apply(answers: dict[str, str]) -> None:
    found = chosen(**answers)
    taken = set(found.chosen)
    for code in found.chosen:
        for edge in CATALOGUE.items[code].must_precede:
            if applies(edge, found.told.held):
                assert set(edge.satisfied_by) & taken or edge.or_document in found.item(code).instead, (code, edge)


@given_that(told_somehow())
@limits_of_the_test(max_examples=60, deadline=None)
def test_chosen_items_can_always_be_planned_and_compiled(answers: dict[str, str]) -> None:
    found = chosen(**answers)
    for question in plan_questions(CATALOGUE, found, Horizon(MONDAY, completed=MONDAY)):
        assert question is not None
        assert {step.item for step in plan(CATALOGUE, CALENDAR, question).steps} == set(question.items)
    json.dumps(compile_list(CATALOGUE, CALENDAR, found, MONDAY))


@given_that(told_somehow(), st.data())
@limits_of_the_test(max_examples=60, deadline=None)
def test_an_answer_more_never_opens_what_was_settled(answers: dict[str, str], data: st.DataObject) -> None:
    if not answers:
        return
    less = dict(answers)
    del less[data.draw(st.sampled_from(sorted(answers)))]
    known, partly = chosen(**answers), chosen(**less)
    for one in known.items:
        before = partly.item(one.item.code).status
        assert before in (one.status, "open") or (before, one.status) == ("needed", "waived")


# Files


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A configuration of one's own to break."""
    shutil.copytree(CONFIG, tmp_path / "config")
    return tmp_path / "config"


def change(config: Path, file: str, old: str, new: str) -> None:
    text = (config / file).read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    (config / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(config: Path) -> tuple[Fault, ...]:
    with pytest.raises(ConfigFaults) as caught:
        load_catalogue(config)
    return caught.value.faults


ASKED = "programme/questions.yaml"
BROKEN = [
    # file, text, its replacement, key of the fault, words of its message
    ("items/SG11.yaml", "applies: {", "# applies: {", "applies", "nobody can ever be asked for it"),
    ("items/SG11.yaml", "applies: {", "applies_if: eia_due\napplies: {", "applies", "already says when"),
    ("items/SG11.yaml", "[eia_due]", "[eia_deu]", "applies.any_of[0]", "did you mean eia_due?"),
    ("items/SG11.yaml", "[eia_due]", "[eia_due], none_of: [eia_due]", "applies", "both asks for the item and excludes"),
    ("items/SG01.yaml", "applies: {", "applies: {optional: true, ", "applies.optional", "every project needs the item"),
    ("items/JG10.yaml", "[linear_works]", "[linear_work]", "applies.none_of[0]", "did you mean linear_works?"),
    (ASKED, "yes_no: heritage_area", "yes_no: energy_review", "applies_if", "no question can give the trait"),
    (ASKED, "yes_no: forest_land", "yes_no: forest", "questions.forest.yes_no", "unknown project trait"),
    (ASKED, "sets: [filing_list]", "sets: [filing]", "questions.basis.answers.filing.sets[0]", "unknown project trait"),
    (ASKED, "clears: [greenery]", "clears: [green]", "questions.trees.answers.none.clears[0]", "unknown project trait"),
    (ASKED, "sets: [filing_list]", "sets: [filing_list, verification_list]", "questions.basis.answers.filing", "both"),
    (ASKED, "codes: splclx", "codes: splcl", "questions.splclx.codes", "unknown code list"),
    (ASKED, '"10": {', '"11": {', "questions.splclx.answers", "not the codes of splclx: 10, 11"),
    (ASKED, "[permit_free_cost]", "[permit_free]", "questions.investment.figure.thresholds[0]", "unknown threshold"),
    (ASKED, "[permit_free_cost]", "[permit_free_area]", "questions.investment.figure.thresholds[0]", "in m2"),
    (ASKED, "{SG11: report}", "{SG99: report}", "questions.eia.answers.report.variants.SG99", "unknown item"),
    (ASKED, "{SG11: report}", "{SG11: long}", "questions.eia.answers.report.variants.SG11", "offers no variant"),
    (ASKED, "yes_no: forest_land", "colour: red", "questions.forest.colour", "unknown key"),
    (ASKED, "    yes_no: forest_land\n", "", "questions.forest", "exactly one of"),
    (ASKED, "unit: m2", "unit: acre", "questions.area.figure.unit", "not one of"),
    ("items/SG10.yaml", "kind: review", "kind: review\nparallel: true", "prerequisites[0]", "JG01 waits for SG10"),
    ("rules/thresholds.yaml", "items: [SG03]", "items: [SG33]", "thresholds.tender_works.items[0]", "unknown item"),
]


@pytest.mark.parametrize(("file", "old", "new", "key", "words"), BROKEN)
def test_a_broken_question_or_rule_is_named_at_load(
    copy: Path, file: str, old: str, new: str, key: str, words: str
) -> None:
    change(copy, file, old, new)
    found = [fault for fault in faults(copy) if fault.key == key]
    assert [words in fault.message for fault in found] == [True], faults(copy)
    assert found[0].line is not None


def test_one_answer_alone_is_no_question(copy: Path) -> None:
    text = (copy / ASKED).read_text(encoding="utf-8")
    start, end = text.index("      ordinary: {zh: 中型"), text.index("  fire:")
    (copy / ASKED).write_text(text[:start] + text[end:], encoding="utf-8")
    assert [fault.message for fault in faults(copy)] == ["at least two answers are needed"]


def test_a_circle_through_a_paper_is_found(copy: Path) -> None:
    paper = "  - {code: note, zh: 某, en: Some, required: true, formats: [pdf], max_mb: 1, issued_by: GC03}\n"
    change(copy, "items/GC01.yaml", "materials:\n", "materials:\n" + paper)
    (fault,) = faults(copy)
    assert "these wait for each other: GC03 → GC01 → GC03" in fault.message or "GC01 → GC03 → GC01" in fault.message


def test_a_circle_through_a_project_event_is_found(copy: Path) -> None:
    # The fire filing comes after the completion, which waits for the planning verification.
    change(copy, "items/JG01.yaml", "any_of: [SG10]", "any_of: [SG10, JG03]")
    (fault,) = faults(copy)
    assert "these wait for each other: JG01 → JG03 → event:completion_acceptance → JG01" in fault.message
    assert fault.line is not None


def test_what_may_run_in_parallel_orders_nothing(copy: Path) -> None:
    beside = "prerequisites:\n  - {kind: may_parallel, any_of: [GC04], zh: 某, en: Some}\n"
    change(copy, "items/GC03.yaml", "prerequisites:\n", beside)
    assert isinstance(load_catalogue(copy), Catalogue)


def test_a_new_question_and_a_new_item_are_files_alone(copy: Path) -> None:
    change(
        copy,
        "programme/traits.yaml",
        "  linear_works:",
        "  lightning: {zh: 需防雷装置设计审核, en: Lightning protection due}\n  linear_works:",
    )
    change(
        copy,
        ASKED,
        "  fire:\n",
        "  lightning: {zh: 是否需防雷装置设计审核？, en: Is lightning protection due, yes_no: lightning}\n  fire:\n",
    )
    text = (copy / "items/SG06.yaml").read_text(encoding="utf-8")
    text = text.replace("code: SG06", "code: SG14").replace("[sewage_discharge]", "[lightning]")
    (copy / "items/SG14.yaml").write_text(text, encoding="utf-8")
    catalogue = load_catalogue(copy)
    found = choose(catalogue, told_by_answers(catalogue, {"lightning": "yes"}), MONDAY)
    assert found.item("SG14").status == "needed"
