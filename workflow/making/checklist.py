"""The item list of a project from the answers of its applicant, version by version."""

from collections.abc import Mapping
from typing import Any

from workflow.catalogue import Catalogue
from workflow.choosing import Told, choose, compile_list, told_by_answers, told_by_project
from workflow.choosing.sheets import NO_SAMPLE
from workflow.errors import Reason
from workflow.guards import Facts
from workflow.making.maker import Maker
from workflow.planning.question import bad_question

PERMITS = frozenset({"permits", "materials", "events"})
NO_TYPE = 0
"""No type of process: a project's own facts are asked for alone, its type stands among the answers."""


def compiled(facts: Facts) -> dict[str, Any]:
    """The list as `workflow.choosing.compile_list` has it, with its version.

    Raises BadInput for unknown questions and answers, for contradictions, and for a list that nothing is on.
    """
    told = _told(facts.catalogue, facts)
    choice = choose(facts.catalogue, told, facts.today, facts.inputs.get("also", ()))
    papers = [material.code for material in facts.materials]
    found = compile_list(facts.catalogue, facts.calendar, choice, facts.today, facts.permits, papers, facts.events)
    if not found["items"]:
        zh, en = "answers：按这些答案没有需要办理的事项", "answers: nothing has to be applied for with these answers"
        raise bad_question([Reason("nothing_needed", zh, en, {"field": "answers", "value": [*found["answers"]]})])
    return {**found, "version": next_version(facts)}


def next_version(facts: Facts) -> int:
    """The first is 1; a version that was sent back keeps its number."""
    return len(facts.case.data.get("versions", ())) + 1


def proposed(facts: Facts) -> dict[str, Any] | None:
    """The newest version that was proposed."""
    versions = facts.case.data.get("versions") or ()
    return versions[-1].get("compiled") if versions else None


def agreed_version(facts: Facts) -> int | None:
    newest = proposed(facts)
    return None if newest is None else newest["version"]


def agreed_items(facts: Facts) -> list[str]:
    """The codes of the items agreed on."""
    newest = proposed(facts)
    return [] if newest is None else [item["code"] for item in newest["items"]]


def agreed_entries(facts: Facts) -> list[dict[str, Any]]:
    """The lines of the checklist sheet: item, stage, department, promised time, papers with who issues them."""
    newest = proposed(facts)
    return [] if newest is None else [_entry(item) for item in newest["items"]]


def _entry(item: Mapping[str, Any]) -> dict[str, Any]:
    papers = [
        f"{paper['title']['zh']}（{paper['issuer']['zh']}{_sample(paper)}"
        f"{'' if paper['required'] else '；可选'}{'；可容缺' if paper['may_follow'] else ''}）"
        for paper in item["papers"]
        if not paper["held"]
    ]
    return {
        "item": f"{item['code']} {item['title']['zh']}",
        "stage": str(item["stage"]),
        "department": item["department"]["code"],
        "promised": _promised(item),
        "papers": "\n".join(papers) or "无须申请人提交材料",
    }


def _sample(paper: Mapping[str, Any]) -> str:
    """Where a sample is found; that there is none the sheet says once for all papers."""
    sample = paper["sample"]["zh"]
    return "" if sample == NO_SAMPLE.zh else f"；样本：{sample}"


def _promised(item: Mapping[str, Any]) -> str:
    limit = item["promised"] or item["statutory"]
    return str(limit["words"]["zh"]) if limit else "—"


def _told(catalogue: Catalogue, facts: Facts) -> Told:
    """What the answers say, and beside them what the project itself says where no answer does."""
    given = {row["question"]: _answer(catalogue, row) for row in facts.inputs.get("answers", ())}
    said, own = told_by_answers(catalogue, given), told_by_project(catalogue, NO_TYPE, facts.project_facts)
    return Told(
        answers=said.answers,
        held=said.held | (own.held - said.denied),
        denied=said.denied | (own.denied - said.held),
        figures=said.figures,
        variants=said.variants,
        hints=said.hints,
    )


def _answer(catalogue: Catalogue, row: Mapping[str, str]) -> str | float:
    """The code of an answer, or a number where the question asks for one."""
    question, given = catalogue.questions.get(row["question"]), row["answer"].strip()
    if question is None or question.figure is None:
        return given
    try:
        return float(given)
    except ValueError:
        return given


def items_in_hand(facts: Facts) -> list[str]:
    """The items whose papers are looked at again."""
    return list(facts.case.data.get("filing", ()))


MAKERS: Mapping[str, Maker] = {
    "compiled_list": Maker(compiled, PERMITS),
    "proposed_list": Maker(proposed),
    "agreed_version": Maker(agreed_version),
    "agreed_items": Maker(agreed_items),
    "items_in_hand": Maker(items_in_hand),
    "agreed_entries": Maker(agreed_entries),
}
