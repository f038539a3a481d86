"""The item list of a project: what its papers lack, and the application that coaching came before."""

from collections.abc import Mapping
from typing import Any

from workflow.errors import Reason
from workflow.guards.facts import Facts, Guard

MATERIALS, PROJECT = frozenset({"materials"}), frozenset({"project"})
BUNDLE = "bundle"


def listed_papers_there(facts: Facts) -> Reason | None:
    """Before filing: everything that has to be brought is there; what is missing is named all at once."""
    missing = missing_papers(facts)
    if not missing:
        return None
    names = [paper["title"] for paper in missing]
    return Reason(
        "papers_missing",
        f"还缺 {len(missing)} 份材料：{'、'.join(name['zh'] for name in names)}",
        f"{len(missing)} papers are missing: {', '.join(name['en'] for name in names)}",
        {"field": "materials", "missing": [paper["code"] for paper in missing]},
    )


def every_missing_paper_named(facts: Facts) -> Reason | None:
    """All faults at once (行政许可法 32(4)): a notice that leaves a missing paper out would be the first of several."""
    named = {fault["material"] for fault in facts.inputs.get("faults", ())}
    left_out = [paper for paper in missing_papers(facts) if paper["code"] not in named]
    if not left_out:
        return None
    return Reason(
        "fault_left_out",
        f"一次告知应列全，还有未列的缺件：{'、'.join(paper['title']['zh'] for paper in left_out)}",
        f"Everything is told at once; missing and not named: {', '.join(paper['title']['en'] for paper in left_out)}",
        {"field": "faults", "value": sorted(named), "missing": [paper["code"] for paper in left_out]},
    )


def something_handed_in(facts: Facts) -> Reason | None:
    """There is something to look at."""
    if facts.materials:
        return None
    return Reason("nothing_handed_in", "尚未提交任何材料", "No paper has been handed in yet", {"field": "materials"})


def application_of_this_project(facts: Facts) -> Reason | None:
    """Coaching leads to an application of the same project."""
    named = facts.inputs.get("bundle")
    known = sorted(no for no, one in facts.project.items() if one.flow == BUNDLE and one.state != "draft")
    if named in known:
        return None
    return Reason(
        "no_such_application",
        f"本项目没有已提交的申请 {named}；可用：{'、'.join(known) or '无'}",
        f"The project has no application {named} that was filed; accepted: {', '.join(known) or 'none'}",
        {"field": "bundle", "value": named, "accepted": known},
    )


def missing_papers(facts: Facts) -> list[dict[str, Any]]:
    """The papers of the list in force that must be there before filing and are not, each once.

    Results of other items on the list are the office's own, and papers that may follow come under a promise.
    """
    attached = {material.code for material in facts.materials}
    data = facts.case.data
    in_force = [one["compiled"] for one in data.get("versions", ()) if one["compiled"]["version"] == data.get("version")]
    wanted = {paper["code"]: paper for compiled in in_force for item in compiled["items"] for paper in item["papers"]}
    return [
        paper
        for code, paper in wanted.items()
        if paper["required"] and not paper["held"] and not paper["may_follow"] and code not in attached
    ]


GUARDS: Mapping[str, Guard] = {
    "listed_papers_there": Guard(listed_papers_there, MATERIALS),
    "every_missing_paper_named": Guard(every_missing_paper_named, MATERIALS, on_input=True),
    "something_handed_in": Guard(something_handed_in, MATERIALS),
    "application_of_this_project": Guard(application_of_this_project, PROJECT, on_input=True),
}
