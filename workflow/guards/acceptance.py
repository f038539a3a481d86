"""One segment of an acceptance and its cells: what must be there to begin, the order of law, one list, one opinion."""

from collections.abc import Iterable, Mapping
from typing import Any

from workflow.catalogue import Catalogue, Discipline
from workflow.catalogue.rules import AREA_KINDS
from workflow.clock.days import local_day
from workflow.definition import Title
from workflow.errors import Reason
from workflow.guards.cutting import FILED, areas_reason, live_segments
from workflow.guards.facts import Facts, Guard, Relative

CHECK = "check"
PASSED = ("passed", "conditional")
UNSEEN = ("documents", "site")
"""States of a cell whose department has not said yet what it found."""
UNFIXED = ("faulty", "rectifying")
ENTRY_CONDITIONS: Mapping[str, Title] = {
    "independent": Title("具备独立使用功能", "works by itself"),
    "separated": Title("与在建区域有效隔离", "separated from the works"),
    "fire_lanes": Title("消防车道可用", "fire lanes usable"),
    "water": Title("供水可用", "water usable"),
    "power": Title("供电可用", "power usable"),
    "drainage": Title("排水可用", "drainage usable"),
    "planning_verified": Title("分期规划核实已通过", "planning of this part verified"),
    "five_party_report": Title("五方竣工验收报告已签署", "report of the five parties signed"),
    "quality_report": Title("质量监督报告已出具", "quality supervision reported"),
    "survey": Title("多测合一成果已提交", "all surveys in one handed in"),
}
"""What a part must have to be accepted before the rest (国办发〔2022〕35号; fact book, 4.2 and 4.3)."""


def disciplines_of(
    catalogue: Catalogue, traits: Mapping[str, Any], last: bool, left_out: Iterable[str] = ()
) -> tuple[Discipline, ...]:
    """The columns that a segment has, in the order of the file: those of the whole project only in the last one."""
    gone = set(left_out)
    return tuple(
        one
        for one in catalogue.disciplines.values()
        if (one.applies_if is None or traits.get(one.applies_if))
        and (last or not one.whole_project)
        and one.code not in gone
    )


def cells(cases: Iterable[Relative]) -> list[Relative]:
    return [one for one in cases if one.flow == CHECK]


def entry_conditions_met(facts: Facts) -> Reason | None:
    """Every condition is confirmed; one that is not is named."""
    missing = [name for name in ENTRY_CONDITIONS if facts.inputs.get(name) is not True]
    if not missing:
        return None
    titles = [ENTRY_CONDITIONS[name] for name in missing]
    return Reason(
        "entry_conditions_unmet",
        f"本段尚不具备条件：{'、'.join(one.zh for one in titles)}",
        f"This segment does not have yet: {', '.join(one.en for one in titles)}",
        {"field": missing[0], "unmet": missing, "value": False, "accepted": [True]},
    )


def planning_before_completion(facts: Facts) -> Reason | None:
    """城乡规划法 45: without the verification nobody may hold the completion acceptance; both lie in the past."""
    planning, completed = facts.inputs["planning_verified_on"], facts.inputs["completed_on"]
    if planning <= completed <= facts.today:
        return None
    first, second, today = facts.day(planning), facts.day(completed), facts.day(facts.today)
    return Reason(
        "planning_after_completion",
        f"规划核实（{first.zh}）应先于竣工验收（{second.zh}），且不晚于今天（{today.zh}）：城乡规划法 45",
        f"Planning is verified ({first.en}) before the completion acceptance ({second.en}), and that not after today "
        f"({today.en})",
        {"field": "completed_on", "value": str(completed), "earliest": str(planning), "latest": str(facts.today)},
    )


def surveyed_areas_fit(facts: Facts) -> Reason | None:
    """What was surveyed is what the buildings of the segment were said to have."""
    rows = facts.case.data.get("buildings", ())
    expected = {kind: round(sum(row.get(kind) or 0 for row in rows), 2) for kind in AREA_KINDS}
    return areas_reason(facts, expected, [[facts.inputs]], "本段单体", "its buildings")


def disciplines_may_be_left_out(facts: Facts) -> Reason | None:
    """What others wait for, what is of the whole project, and what does not apply anyway cannot be left out."""
    last = bool(facts.case.data.get("last"))
    due = disciplines_of(facts.catalogue, facts.project_facts, last)
    awaited = {earlier for one in due for earlier in one.after}
    free = [one.code for one in due if one.code not in awaited and not one.whole_project]
    wrong = [row["discipline"] for row in facts.inputs.get("left_out", ()) if row["discipline"] not in free]
    if not wrong:
        return None
    return Reason(
        "discipline_not_left_out",
        f"专项不能略去：{_titles(facts, wrong, 'zh')}；可略去：{_titles(facts, free, 'zh')}",
        f"Not to be left out: {_titles(facts, wrong, 'en')}; accepted: {_titles(facts, free, 'en')}",
        {"field": "left_out", "value": wrong, "accepted": free},
    )


def papers_looked_at(facts: Facts) -> Reason | None:
    """Every department has looked at the papers."""
    return _waiting(facts, [one for one in cells(facts.children) if one.state == "documents"], "papers_open")


def every_department_has_looked(facts: Facts) -> Reason | None:
    """One list means everything: it waits for those who have not said yet what they found."""
    return _waiting(facts, [one for one in cells(facts.children) if one.state in UNSEEN], "departments_still_looking")


def visit_on_its_day(facts: Facts) -> Reason | None:
    """A visit is recorded when it was: after the segment was accepted, and not before it took place."""
    visited = facts.inputs["visited_on"]
    earliest = local_day(facts.case.accepted_at) if facts.case.accepted_at else visited
    if earliest <= visited <= facts.today:
        return None
    day, first, last = facts.day(visited), facts.day(earliest), facts.day(facts.today)
    return Reason(
        "visit_outside_bounds",
        f"现场验收日期 {day.zh} 应在受理日 {first.zh} 至今天 {last.zh} 之间",
        f"The visit of {day.en} must lie between the acceptance, {first.en}, and today, {last.en}",
        {"field": "visited_on", "value": str(visited), "earliest": str(earliest), "latest": str(facts.today)},
    )


def list_not_sent_yet(facts: Facts) -> Reason | None:
    """Once means once: a second list in the same application is refused."""
    lists = facts.case.data.get("lists") or ()
    if not lists:
        return None
    return Reason(
        "list_sent_already",
        "本次申请的一次性整改告知单已发出，不得再次告知",
        "The one list of this application has been sent: there is no second one",
        {"field": "problems", "sent_at": lists[0].get("at")},
    )


def some_problem_found(facts: Facts) -> Reason | None:
    if any(one.state == "faulty" for one in cells(facts.children)):
        return None
    return Reason("nothing_found", "各部门均未登记问题", "No department has recorded a problem")


def nothing_left_to_fix(facts: Facts) -> Reason | None:
    """Everything on the list was reported as put right."""
    return _waiting(facts, [one for one in cells(facts.children) if one.state in UNFIXED], "still_to_fix")


def something_to_fix(facts: Facts) -> Reason | None:
    """A cell is being put right again."""
    if any(one.state == "rectifying" for one in cells(facts.children)):
        return None
    return Reason("nothing_to_fix", "没有整改中的专项", "Nothing is being put right")


def every_check_passed(facts: Facts) -> Reason | None:
    """One opinion for the segment, once every cell of it has passed."""
    blocking = [one for one in cells(facts.children) if one.outcome not in PASSED]
    if not blocking and not cells(facts.children):
        return Reason("no_checks", "尚未推送专项验收", "No check has been opened yet")
    return _waiting(facts, blocking, "checks_open")


def some_check_failed(facts: Facts) -> Reason | None:
    if any(one.outcome == "failed" for one in cells(facts.children)):
        return None
    return Reason("no_check_failed", "没有未通过的专项", "No check has failed")


def no_project_wide_fault(facts: Facts) -> Reason | None:
    """A fault in a column of the whole project blocks every segment; of each column its newest cell counts."""
    newest = {
        str(one.data.get("discipline")): one
        for one in cells(facts.nieces)
        if facts.catalogue.disciplines[str(one.data.get("discipline"))].whole_project
    }
    return _waiting(facts, [one for one in newest.values() if _at_fault(one)], "project_wide_fault")


def _at_fault(cell: Relative) -> bool:
    if cell.outcome in PASSED:
        return False
    return cell.state in (*UNFIXED, "recheck", "failed") or bool(cell.data.get("problems"))


def filing_number_unused(facts: Facts) -> Reason | None:
    """A filing number of its own for every segment."""
    number = str(facts.inputs["filing_no"]).strip()
    used = next((one for one in facts.siblings if str(one.data.get("filing_no", "")).strip() == number), None)
    if used is None:
        return None
    return Reason(
        "filing_number_used",
        f"备案号 {number} 已用于分段 {used.data.get('segment')}",
        f"The filing number {number} is that of segment {used.data.get('segment')}",
        {"field": "filing_no", "value": number, "case": used.no},
    )


def last_waits_for_the_others(facts: Facts) -> Reason | None:
    """The last segment is filed when no other is open and no building of the permit is in none."""
    if not facts.case.data.get("last"):
        return None
    others = live_segments(facts.siblings)
    waiting = [str(one.data.get("segment")) for one in others if one.outcome != FILED]
    cut = {row["code"] for data in (facts.case.data, *(one.data for one in others)) for row in data["buildings"]}
    left = [row["code"] for row in _permit(facts).get("buildings", ()) if row["code"] not in cut]
    if not waiting and not left:
        return None
    return Reason(
        "last_segment_waits",
        f"最后分段须待其他分段全部备案：未备案 {'、'.join(waiting) or '—'}；未划分单体 {'、'.join(left) or '—'}",
        f"The last segment waits for the others: not filed {', '.join(waiting) or '—'}; buildings in none "
        f"{', '.join(left) or '—'}",
        {"segments": waiting, "buildings": left},
    )


def totals_closed(facts: Facts) -> Reason | None:
    """With the last segment the surveyed areas of all of them make up the permit's."""
    if not facts.case.data.get("last") or last_waits_for_the_others(facts) is not None:
        return None
    filed = [one.data for one in live_segments(facts.siblings) if one.outcome == FILED]
    return areas_reason(facts, _permit(facts), [[facts.case.data, *filed]], "许可证", "the permit")


def earlier_disciplines_passed(facts: Facts) -> Reason | None:
    """山东省城乡规划条例 53–54 and the order of the file: a discipline passes after those before it."""
    own = facts.catalogue.disciplines.get(str(facts.case.data.get("discipline")))
    beside = {str(one.data.get("discipline")): one for one in cells(facts.siblings)}
    before = [beside[code] for code in (own.after if own else ()) if code in beside]
    return _waiting(facts, [one for one in before if one.outcome not in PASSED], "order_of_law")


def list_not_sent_above(facts: Facts) -> Reason | None:
    """Nothing new is found once the list has gone out."""
    if facts.parent is None or not facts.parent.data.get("lists"):
        return None
    return Reason(
        "list_sent_already",
        "一次性整改告知单已发出，不得再登记新的问题；可通过、有条件通过或不予通过",
        "The one list has been sent: no new problems; pass, pass with conditions, or fail",
        {"field": "problems"},
    )


def list_sent_above(facts: Facts) -> Reason | None:
    if facts.parent is not None and facts.parent.data.get("lists"):
        return None
    return Reason("list_not_sent", "一次性整改告知单尚未发出", "The one list has not been sent yet")


def _permit(facts: Facts) -> Mapping[str, Any]:
    return {} if facts.parent is None else facts.parent.data


def _titles(facts: Facts, codes: Iterable[str], lang: str) -> str:
    known = facts.catalogue.disciplines
    names = [known[code].title.in_(lang) if code in known else code for code in codes]
    return ("、" if lang == "zh" else ", ").join(names) or "—"


_WORDS: Mapping[str, Title] = {
    "papers_open": Title("资料审查尚未完成", "Papers still under review"),
    "departments_still_looking": Title("尚未登记核验结果", "Have not said yet what they found"),
    "still_to_fix": Title("尚未整改完毕", "Still to be put right"),
    "checks_open": Title("专项尚未通过", "Not passed yet"),
    "project_wide_fault": Title("全项目专项存在问题", "At fault for the whole project"),
    "order_of_law": Title("须先通过（城乡规划法 45，山东省城乡规划条例 53–54）", "Must pass before this one"),
}


def _waiting(facts: Facts, waiting: Iterable[Relative], code: str) -> Reason | None:
    found = list(waiting)
    if not found:
        return None
    codes = [str(one.data.get("discipline")) for one in found]
    return Reason(
        code,
        f"{_WORDS[code].zh}：{_titles(facts, codes, 'zh')}",
        f"{_WORDS[code].en}: {_titles(facts, codes, 'en')}",
        {"disciplines": codes, "cases": [one.no for one in found]},
    )


CHILDREN, SIBLINGS, PARENT = frozenset({"children"}), frozenset({"siblings"}), frozenset({"parent"})
GUARDS: Mapping[str, Guard] = {
    "entry_conditions_met": Guard(entry_conditions_met, on_input=True),
    "planning_before_completion": Guard(planning_before_completion, on_input=True),
    "surveyed_areas_fit": Guard(surveyed_areas_fit, on_input=True),
    "disciplines_may_be_left_out": Guard(disciplines_may_be_left_out, on_input=True),
    "papers_looked_at": Guard(papers_looked_at, CHILDREN),
    "every_department_has_looked": Guard(every_department_has_looked, CHILDREN),
    "visit_on_its_day": Guard(visit_on_its_day, on_input=True),
    "list_not_sent_yet": Guard(list_not_sent_yet),
    "some_problem_found": Guard(some_problem_found, CHILDREN),
    "nothing_left_to_fix": Guard(nothing_left_to_fix, CHILDREN),
    "something_to_fix": Guard(something_to_fix, CHILDREN),
    "every_check_passed": Guard(every_check_passed, CHILDREN),
    "some_check_failed": Guard(some_check_failed, CHILDREN),
    "no_project_wide_fault": Guard(no_project_wide_fault, frozenset({"nieces"})),
    "filing_number_unused": Guard(filing_number_unused, SIBLINGS, on_input=True),
    "last_waits_for_the_others": Guard(last_waits_for_the_others, SIBLINGS | PARENT),
    "totals_closed": Guard(totals_closed, SIBLINGS | PARENT),
    "earlier_disciplines_passed": Guard(earlier_disciplines_passed, SIBLINGS),
    "list_not_sent_above": Guard(list_not_sent_above, PARENT),
    "list_sent_above": Guard(list_sent_above, PARENT),
}
