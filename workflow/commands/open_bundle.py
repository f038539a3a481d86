"""Joint applications: the draft, and the item cases it opens when it is submitted."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from workflow.case import Case
from workflow.catalogue import Catalogue
from workflow.change import Change, Event, case_limits, chain, plan
from workflow.choosing import sheets_saved
from workflow.choosing.choice import stage_of
from workflow.clock.days import OFFICE_ZONE, local_day
from workflow.clock.limit import parse_limit
from workflow.commands.open_case import LEAD_DEPARTMENT, blank_case, limits_at_opening, no_such_project
from workflow.commands.recorded import as_recorded
from workflow.errors import BadInput, NotAllowed, Reason
from workflow.guards import Facts
from workflow.machine import Decision
from workflow.store import births, cases, people, projects
from workflow.store.projects import Project
from workflow.timekeeping import Timing, clocks_after_move, nearest_due
from workflow.work import Work

OPENERS = frozenset({"applicant", "specialist"})
NO_VARIANTS: Mapping[str, str] = MappingProxyType({})


def open_bundle(
    work: Work,
    project_code: str,
    items: list[str],
    form: Mapping[str, Any],
    variants: Mapping[str, str] = NO_VARIANTS,
) -> Case:
    """A draft of one joint application for ``items`` on a project; raises BadInput, NotFound, NotAllowed.

    ``variants`` names the form of items that have several (``{"SG11": "report"}``); an item left out has its base form.
    """
    project = project_for(work, project_code)
    check_items(work, items)
    check_variants(work.office.catalogue, items, variants)
    title = f"{project.name}：并联申请"
    data = {"items": items, "form": dict(form), **({"variants": dict(variants)} if variants else {})}
    return _open(work, "bundle", project, title, data, LEAD_DEPARTMENT)


def project_for(work: Work, code: str) -> Project:
    """The project, if the actor may apply for it."""
    project = projects.by_code(work.conn, code)
    probe = (
        None if project is None else blank_case(work, work.office.flow("bundle"), project, "", {}, LEAD_DEPARTMENT, "")
    )
    if project is None or probe is None or not any(grant.covers(probe) for grant in work.actor.grants):
        raise no_such_project(code)
    if work.actor.role_on(probe, OPENERS) is None:
        raise NotAllowed(
            "role_required", "只有建设单位或专员可以发起申请", "Only the applicant or the specialist may apply"
        )
    return project


def check_items(work: Work, items: list[str]) -> None:
    """Every item is in the catalogue, in force today and named once."""
    catalogue, today = work.office.catalogue, local_day(work.now)
    unknown = [item for item in items if item not in catalogue.items or not catalogue.in_force(item, today)]
    doubled = sorted({item for item in items if items.count(item) > 1})
    reasons = [
        Reason(
            "bad_field",
            f"items：今天没有可申请的事项“{item}”",
            f"items: there is no item “{item}” to apply for today",
            {"field": "items", "value": item},
        )
        for item in unknown
    ] + [
        Reason(
            "bad_field", f"items：事项“{item}”重复", f"items: “{item}” stands twice", {"field": "items", "value": item}
        )
        for item in doubled
    ]
    if reasons:
        known = sorted(code for code in catalogue.items if catalogue.in_force(code, today))
        raise BadInput(
            "bad_input",
            "；".join(reason.zh for reason in reasons),
            "; ".join(reason.en for reason in reasons),
            reasons=reasons,
            extra={"accepted": known},
        )


def check_variants(catalogue: Catalogue, items: Collection[str], variants: Mapping[str, str]) -> None:
    """Every form chosen is one that an item of the application offers; BadInput naming what it does."""
    reasons = [
        reason
        for item, variant in sorted(variants.items())
        if (reason := _variant_fault(catalogue, items, item, variant)) is not None
    ]
    if reasons:
        raise BadInput(
            "bad_input",
            "；".join(reason.zh for reason in reasons),
            "; ".join(reason.en for reason in reasons),
            reasons=reasons,
        )


def _variant_fault(catalogue: Catalogue, items: Collection[str], item: str, variant: str) -> Reason | None:
    said = {"field": f"variants.{item}", "value": variant}
    if item not in items:
        return Reason(
            "bad_field",
            f"variants：本申请没有事项“{item}”",
            f"variants: the application has no item “{item}”",
            {**said, "accepted": sorted(items)},
        )
    offered = [one.code for one in catalogue.items[item].offered_variants]
    if variant in offered:
        return None
    return Reason(
        "bad_field",
        f"variants：事项“{item}”没有可选的情形“{variant}”；可选：{'、'.join(offered) or '无'}，不填为一般情形",
        f"variants: the item “{item}” offers no form “{variant}”; accepted: {', '.join(offered) or 'none'}, "
        "or nothing for the base form",
        {**said, "accepted": offered},
    )


def with_sheets(bundle: Change, catalogue: Catalogue) -> Change:
    """The submission with what it saves the applicant and the stages it touches, kept as they are on that day."""
    codes = [code for code in bundle.after.data.get("items", ()) if code in catalogue.items]
    saved = sheets_saved(catalogue, codes)
    sheets = {
        "summed": saved.summed,
        "once": saved.once,
        "saved": saved.saved,
        "held": saved.held,
        "forms_alone": saved.forms_alone,
        "forms_together": saved.forms_together,
    }
    stages = sorted({stage_of(catalogue.items[code]) for code in codes})
    after = replace(bundle.after, data={**bundle.after.data, "sheets": sheets, "stages": stages})
    return replace(bundle, after=after)


def open_items(work: Work, bundle: Change) -> list[str]:
    """The item cases of a bundle just submitted, each by the action of the same name, at the same instant: received,
    or taken up for a review by simulation. Returns their numbers."""
    flow, catalogue = work.office.flow("item"), work.office.catalogue
    codes: list[str] = list(bundle.after.data["items"])
    variants: Mapping[str, str] = bundle.after.data.get("variants", NO_VARIANTS)
    project = projects.by_id(work.conn, bundle.after.project_id)
    clerk = people.least_loaded(work.conn, "clerk", "", bundle.after.id)
    numbers = births.next_numbers(work.conn, len(codes), work.now.astimezone(OFFICE_ZONE))
    reading = cases.read(work.conn, case_id=bundle.after.id, groups=frozenset({"materials"}))
    materials = reading.materials if reading else ()
    changes = []
    for no, code in zip(numbers, codes, strict=True):
        item = catalogue.items[code]
        title = f"{project.name}：{item.title.zh}"
        variant = variants.get(code)
        data = {"variant": variant} if variant else {}
        blank = blank_case(work, flow, project, title, data, item.department, no)
        limits = case_limits(flow, catalogue, code, variant)
        case = replace(blank, item=code, parent_id=bundle.after.id, limits=limits, assignee_id=clerk)
        facts = Facts(
            case,
            work.actor,
            work.now,
            catalogue,
            work.calendar,
            project_code=project.code,
            project_name=project.name,
            company_name=project.company_name,
            materials=materials,
        )
        submit = flow.actions[bundle.event.action]
        role = work.actor.role_on(case, submit.by) or "applicant"
        decision = Decision(submit, case.state, submit.target or case.state, role, work.now)
        changes.append(as_recorded(work, plan(flow, decision, facts)))
    births.record_flow_use(work.conn, flow.name, flow.version, flow.digest, work.now)
    births.create(work.conn, changes, [catalogue.items[code].version for code in codes], project.demo)
    return numbers


def _open(work: Work, name: str, project: Project, title: str, data: dict[str, Any], department: str) -> Case:
    flow = work.office.flow(name)
    [no] = births.next_numbers(work.conn, 1, work.now.astimezone(OFFICE_ZONE))
    blank = blank_case(work, flow, project, title, data, department, no)
    case = replace(blank, limits=limits_at_opening(work, flow), seq=1)
    role = work.actor.role_on(case, OPENERS) or "applicant"
    event = Event(no, 1, "open", case.state, case.state, work.actor.id, role, work.now, work.now, data)
    head = chain(b"", event)
    limits = {name: parse_limit(text) for name, text in case.limits.items()}
    clocks = clocks_after_move(flow, case, case.state, limits, Timing(work.calendar, work.now))
    born = replace(case, clocks=clocks, chain_head=head, rev=1, version=1)
    births.record_flow_use(work.conn, flow.name, flow.version, flow.digest, work.now)
    change = as_recorded(work, Change(case, born, event, head, nearest_due(clocks), clocks=clocks))
    ids = births.create(work.conn, [change], [None], project.demo)
    return replace(change.after, id=ids[no])
