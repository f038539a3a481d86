"""The item list of a project: what its papers lack, and the application that coaching came before."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from workflow.clock.days import local_day
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


def told_for_the_first_time(facts: Facts) -> Reason | None:
    """行政许可法 32(4), 72(4): what was looked at before and has not changed since is not found fault with again."""
    uploaded = {material.code: material.uploaded_at for material in facts.materials}
    *earlier, _ = facts.case.data.get("filings") or [None]
    again: dict[str, str] = {}
    for fault in facts.inputs.get("faults", ()):
        code = fault["material"]
        looked_at = [one["at"] for one in earlier if code in _papers_of(facts, one["filing"])]
        if looked_at and (code not in uploaded or uploaded[code] <= datetime.fromisoformat(looked_at[-1])):
            again[code] = local_day(datetime.fromisoformat(looked_at[-1])).isoformat()
    if not again:
        return None
    names = [facts.catalogue.materials[code].title if code in facts.catalogue.materials else None for code in again]
    return Reason(
        "notice_already_given",
        f"已核对过且材料未变，不得再次告知：{'、'.join(name.zh if name else '' for name in names)}",
        f"Looked at before and unchanged, not to be told again: {', '.join(name.en if name else '' for name in names)}",
        {"field": "faults", "value": sorted(again), "handed_in_on": min(again.values())},
    )


def filed_items_listed(facts: Facts) -> Reason | None:
    """Only what stands on the list in force is filed."""
    listed = list(facts.case.data.get("items", ()))
    strange = [code for code in facts.inputs.get("filing", ()) if code not in listed]
    if not strange:
        return None
    return Reason(
        "item_not_listed",
        f"清单上没有事项 {'、'.join(strange)}；可用：{'、'.join(listed)}",
        f"Not on the list: {', '.join(strange)}; accepted: {', '.join(listed)}",
        {"field": "filing", "value": strange, "accepted": listed},
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
    """The papers that must be there before these items of the list in force are filed and are not, each once.

    Results of other items on the list are the office's own, and papers that may follow come under a promise.
    """
    attached = {material.code for material in facts.materials}
    data = facts.case.data
    compiled = [one.get("compiled") or {} for one in data.get("versions", ())]
    in_force = [one for one in compiled if one.get("version") == data.get("version")]
    filing = _filing(facts)
    papers = [
        paper for one in in_force for item in one.get("items", ()) if item["code"] in filing for paper in item["papers"]
    ]
    needed = {one["code"]: one for one in papers if one["required"] and not one["held"] and not one["may_follow"]}
    return [paper for code, paper in needed.items() if code not in attached]


def _filing(facts: Facts) -> frozenset[str]:
    """The items whose papers are being looked at."""
    return frozenset(facts.inputs.get("filing") or facts.case.data.get("filing") or ())


def _papers_of(facts: Facts, items: Iterable[str]) -> frozenset[str]:
    known = [facts.catalogue.items[code] for code in items if code in facts.catalogue.items]
    return frozenset(material.code for item in known for material in item.materials)


GUARDS: Mapping[str, Guard] = {
    "listed_papers_there": Guard(listed_papers_there, MATERIALS),
    "every_missing_paper_named": Guard(every_missing_paper_named, MATERIALS, on_input=True),
    "told_for_the_first_time": Guard(told_for_the_first_time, MATERIALS, on_input=True),
    "filed_items_listed": Guard(filed_items_listed, on_input=True),
    "something_handed_in": Guard(something_handed_in, MATERIALS),
    "application_of_this_project": Guard(application_of_this_project, PROJECT, on_input=True),
}
