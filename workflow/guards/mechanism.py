"""What a project of the war map asks for: a squad of several departments, one specialist, dates somebody owns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from workflow.clock.days import local_day
from workflow.errors import Reason
from workflow.guards.facts import Facts, Guard, NamedPerson, Relative
from workflow.guards.relatives import CHILDREN
from workflow.progress import Progress, ProgressLight, progress

PEOPLE = frozenset({"people"})
SIBLINGS = frozenset({"siblings"})
MILESTONE = "milestone"
DROPPED = "dropped"
"""The state of a milestone that counts no more."""
LEADERS = frozenset({"squad_leader", "director"})
SQUAD_ROLES = frozenset({"specialist", "squad_leader"})
"""Roles without a department: they stand in a squad where its file has a place for them."""
DONE_DAYS = ("day", "done_on", "delivered_on")
PLANNED_DAYS = ("asked_for", "planned_on", "new_date")

Row = Mapping[str, Any]


def milestone_row(data: Row, department: str) -> Row:
    """What a milestone's case keeps, as `workflow.progress` takes it."""
    return {
        "name": data["name"],
        "kind": data["kind"],
        "planned_on": data.get("planned_on"),
        "department": department,
        "person": data.get("person"),
    }


def report_rows(data: Row, milestone: str | None = None) -> list[Row]:
    """The reports a case keeps, as `workflow.progress` takes them: of the project, or of the milestone of that name.

    What was reported without a day of its own was known on the day it was written down.
    """
    about = {} if milestone is None else {"milestone": milestone}
    return [
        {**report, "day": report.get("day") or local_day(datetime.fromisoformat(report["at"])).isoformat(), **about}
        for report in data.get("reports", ())
    ]


def project_progress(facts: Facts, day: date) -> Progress:
    """The lights of the project as of ``day``, from its own reports and from the milestones under it."""
    under = [one for one in facts.children_of(MILESTONE) if one.state != DROPPED]
    rows = [milestone_row(one.data, one.department) for one in under]
    reports = [*report_rows(facts.case.data), *_reports_under(under)]
    return progress(rows, reports, day, facts.catalogue.lights)


def _reports_under(milestones: Iterable[Relative]) -> Iterator[Row]:
    for one in milestones:
        yield from report_rows(one.data, one.data["name"])


def squad_of_the_project(facts: Facts) -> Reason | None:
    """A registered project has its squad; its people see and lead this case."""
    said, own = facts.inputs["squad"], facts.case.squad
    if own in ("", said):
        return None
    title = facts.catalogue.squads[own].title if own in facts.catalogue.squads else None
    return Reason(
        "another_squad",
        f"squad：项目已登记由{title.zh if title else own}承担，不能是“{said}”",
        f"squad: the project is registered with {title.en if title else own}, not “{said}”",
        {"field": "squad", "value": said, "accepted": [own]},
    )


def responsible_people_serve(facts: Facts) -> Reason | None:
    """Whoever answers for a milestone has a post in the department that does."""
    if facts.people is None:
        return None  # opened with its project: all of them were looked at there
    rows = facts.inputs.get("milestones")
    named = [("", facts.inputs)] if rows is None else [(f"milestones.{at}.", row) for at, row in enumerate(rows)]
    found = [reason for field, row in named for reason in _misplaced(facts, field, row)]
    return found[0] if len(found) == 1 else _all_of(found)


def squad_members_serve(facts: Facts) -> Reason | None:
    """Every member has a post in the department they are named for."""
    rows = facts.inputs["members"]
    found = [reason for at, row in enumerate(rows) for reason in _misplaced(facts, f"members.{at}.", row)]
    return found[0] if len(found) == 1 else _all_of(found)


def squad_is_whole(facts: Facts) -> Reason | None:
    """Every department that has a place in this squad sends somebody (config/programme/squads.yaml)."""
    squad = facts.catalogue.squads[facts.case.data["squad"]]
    wanted = list(dict.fromkeys(place.department for place in squad.members))
    sent = {row["department"] for row in facts.inputs["members"]}
    missing = [code for code in wanted if code not in sent]
    if not missing:
        return None
    titles = [facts.catalogue.departments[code].title for code in missing]
    return Reason(
        "squad_incomplete",
        f"members：{squad.title.zh}还缺{'、'.join(title.zh for title in titles)}的成员",
        f"members: the {squad.title.en} still needs somebody of {', '.join(title.en for title in titles)}",
        {"field": "members", "value": sorted(sent), "missing": missing, "accepted": wanted},
    )


def specialist_stays_in_squad(facts: Facts) -> Reason | None:
    """Who serves the project, or was asked to, is not left out of its squad: a replacement comes first."""
    members = {row["person"] for row in facts.inputs["members"]}
    left = [
        facts.case.data[name] for name in ("specialist", "nominee") if facts.case.data.get(name) not in (None, *members)
    ]
    if not left:
        return None
    return Reason(
        "specialist_left_out",
        f"members：项目专员（编号 {left[0]}）仍在任，须先更换专员",
        f"members: the specialist (number {left[0]}) still serves: replace them first",
        {"field": "members", "value": left[0]},
    )


def nominee_in_squad(facts: Facts) -> Reason | None:
    """The specialist comes from the squad, has an open account, and is not the one there is."""
    person, known = facts.inputs["nominee"], facts.people or {}
    members = [row["person"] for row in facts.case.data.get("members", ())]
    if person not in members:
        return _about_nominee(
            "not_in_squad", person, members, "不是攻坚队成员", "is no member of the squad of this project"
        )
    if person == facts.case.data.get("specialist"):
        others = [one for one in members if one != person]
        return _about_nominee("specialist_already", person, others, "已是本项目专员", "is the specialist already")
    if person not in known or not known[person].active:
        return _about_nominee("no_account", person, members, "的账号已停用", "has no open account")
    return None


def is_the_nominee(facts: Facts) -> Reason | None:
    """Only whoever was named says yes; their delegate may say it for them."""
    nominee = facts.case.data.get("nominee")
    if nominee in (facts.actor.id, *facts.actor.stands_in_for):
        return None
    return Reason(
        "not_the_nominee",
        f"须由被指定的专员本人（编号 {nominee}）或其代理人办理",
        f"This is for the person who was named (number {nominee}), or their delegate",
        {"field": "nominee", "value": facts.actor.id, "accepted": [nominee]},
    )


def nominee_or_leader(facts: Facts) -> Reason | None:
    """Whoever was named may decline; who named them may take it back."""
    return None if facts.actor.role_on(facts.case, LEADERS) is not None else is_the_nominee(facts)


def nothing_of_the_future(facts: Facts) -> Reason | None:
    """What is reported has happened."""
    for name in DONE_DAYS:
        day = facts.inputs.get(name)
        if day is not None and day > facts.today:
            said, today = facts.day(day), facts.day(facts.today)
            return Reason(
                "day_ahead",
                f"{name}：{said.zh} 还没有到，最晚为今天（{today.zh}）",
                f"{name}: {said.en} has not come yet; today ({today.en}) at the latest",
                {"field": name, "value": day.isoformat(), "latest": facts.today.isoformat()},
            )
    return None


def new_day_ahead(facts: Facts) -> Reason | None:
    """A plan is changed to a day to come, and to another one."""
    planned = facts.case.kept("planned_on")
    for name in PLANNED_DAYS:
        day = facts.inputs.get(name)
        if day is not None and (day <= facts.today or day == planned):
            said, today = facts.day(day), facts.day(facts.today)
            return Reason(
                "no_new_day",
                f"{name}：{said.zh} 不是新的日期，应晚于今天（{today.zh}）并不同于原计划",
                f"{name}: {said.en} is no new day: after today ({today.en}), and not the day planned before",
                {"field": name, "value": day.isoformat(), "earliest": facts.today.isoformat()},
            )
    return None


def milestone_name_free(facts: Facts) -> Reason | None:
    """Reports speak of a milestone by its name."""
    name = facts.inputs["name"]
    taken = next((one for one in facts.siblings if one.flow == MILESTONE and one.data.get("name") == name), None)
    if taken is None:
        return None
    return Reason(
        "name_taken",
        f"name：已有节点“{name}”（{taken.no}）",
        f"name: there is a milestone “{name}” already ({taken.no})",
        {"field": "name", "value": name, "case": taken.no},
    )


def light_is_on(facts: Facts) -> Reason | None:
    """There is a yellow or red light to answer."""
    light = project_progress(facts, facts.today).light
    if light in (ProgressLight.YELLOW, ProgressLight.RED):
        return None
    return Reason("no_light_on", "当前没有亮黄灯或红灯", "No light is yellow or red", {"light": light.value})


def red_light_needs_a_new_date(facts: Facts) -> Reason | None:
    """督办: a red light is answered with a day by which it will be otherwise."""
    if facts.inputs.get("new_date") is not None:
        return None
    found = project_progress(facts, facts.today)
    if found.light is not ProgressLight.RED:
        return None
    return Reason(
        "new_date_needed",
        f"new_date：红灯须写明新的完成日期（{found.why.zh}）",
        f"new_date: a red light needs a new date ({found.why.en})",
        {"field": "new_date", "value": None, "light": found.light.value},
    )


def _misplaced(facts: Facts, field: str, row: Row) -> Iterator[Reason]:
    """What is wrong with naming this person for this department."""
    person, department = row["person"], row["department"]
    one, title = (facts.people or {}).get(person), facts.catalogue.departments[department].title
    if one is None or not one.active:
        yield Reason(
            "no_account",
            f"{field}person：没有编号为 {person} 的在用账号",
            f"{field}person: there is no open account with the number {person}",
            {"field": f"{field}person", "value": person},
        )
    elif not _serves(facts, one, department):
        yield Reason(
            "no_post_there",
            f"{field}person：{one.name}在{title.zh}没有岗位",
            f"{field}person: {one.name} holds no role in {title.en}",
            {"field": f"{field}person", "value": person, "department": department},
        )


def _serves(facts: Facts, person: NamedPerson, department: str) -> bool:
    code = facts.inputs.get("squad") or facts.case.data.get("squad") or facts.case.squad
    squad = facts.catalogue.squads.get(code)
    places = set() if squad is None else {(place.role, place.department) for place in squad.members}
    return any(
        held.department == department
        or (held.role in SQUAD_ROLES and held.squad in (None, code) and (held.role, department) in places)
        for held in person.roles
    )


def _all_of(reasons: Sequence[Reason]) -> Reason | None:
    """Every fault of a list at once."""
    if not reasons:
        return None
    return Reason(
        reasons[0].code,
        "；".join(one.zh for one in reasons),
        "; ".join(one.en for one in reasons),
        {"field": reasons[0].facts["field"], "faults": [dict(one.facts) for one in reasons]},
    )


def _about_nominee(code: str, person: int, accepted: Sequence[int], zh: str, en: str) -> Reason:
    return Reason(
        code,
        f"nominee：编号 {person} {zh}；可选：{'、'.join(map(str, accepted)) or '无'}",
        f"nominee: number {person} {en}; accepted: {', '.join(map(str, accepted)) or 'nobody'}",
        {"field": "nominee", "value": person, "accepted": list(accepted)},
    )


GUARDS: Mapping[str, Guard] = {
    "squad_of_the_project": Guard(squad_of_the_project, on_input=True),
    "responsible_people_serve": Guard(responsible_people_serve, PEOPLE, on_input=True),
    "squad_members_serve": Guard(squad_members_serve, PEOPLE, on_input=True),
    "squad_is_whole": Guard(squad_is_whole, on_input=True),
    "specialist_stays_in_squad": Guard(specialist_stays_in_squad, on_input=True),
    "nominee_in_squad": Guard(nominee_in_squad, PEOPLE, on_input=True),
    "is_the_nominee": Guard(is_the_nominee),
    "nominee_or_leader": Guard(nominee_or_leader),
    "nothing_of_the_future": Guard(nothing_of_the_future, on_input=True),
    "new_day_ahead": Guard(new_day_ahead, on_input=True),
    "milestone_name_free": Guard(milestone_name_free, SIBLINGS, on_input=True),
    "light_is_on": Guard(light_is_on, CHILDREN),
    "red_light_needs_a_new_date": Guard(red_light_needs_a_new_date, CHILDREN, on_input=True),
}
