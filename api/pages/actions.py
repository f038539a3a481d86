"""Taking an action by hand: the form made from what the flow asks, and what is kept when it is refused."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response, request, url_for

from api import access
from api.pages.application import draft_page
from api.pages.blueprint import pages
from api.pages.cases import CasePage, read_page
from api.pages.correction import answers_notice, correction_page
from api.pages.deeds import effects, find
from api.pages.drafts import is_draft, read_draft, seen_version
from api.pages.faults import Fault, faults_of, labels_of
from api.pages.frame import is_staff, local, show
from api.pages.names import material_name
from api.pages.once import Done, lead_on, once
from api.pages.reading import pairs, read_inputs, typed
from api.pages.slots import Slot
from api.wording import _, own
from workflow.clock.days import local_day
from workflow.clock.words import Light
from workflow.commands.take_action import take_action
from workflow.definition import Action, Field
from workflow.errors import Conflict, NotFound, Refused
from workflow.queries.actions import ActionView, Ask
from workflow.reading import visible_case
from workflow.work import Work

# The condition that a missed promise is explained (优化营商环境条例 36).
EXPLAINED = "promise_kept_or_explained"


@pages.get("/cases/<no>/actions/<name>")
def deed(no: str, name: str) -> Response:
    """The form of one action, and what taking it brings about."""
    with access.work() as work:
        page = read_page(work, no)
    _known(page, name)
    action = access.office().flow(page.case.flow, page.case.flow_version).actions[name]
    return correction_page(page, action) if answers_notice(page, action) else _form(page, name)


@pages.post("/cases/<no>/actions/<name>")
def take(no: str, name: str) -> Response:
    """Take the action; a refusal shows the form again, with what was typed, and so does asking for more lines."""
    if "more" in request.form:
        with access.work() as work:
            page = read_page(work, no)
        _known(page, name)
        flow = access.office().flow(page.case.flow, page.case.flow_version)
        return _form(page, name, values=typed(flow.actions[name].asks, request.form))
    try:
        with access.work() as work:
            done = once(work, lambda: _taken(work, no, name))
    except NotFound:
        raise
    except Refused as refusal:
        with access.work() as work:
            page = read_page(work, no)
        return _refused(page, name, refusal)
    return lead_on(done)


def _taken(work: Work, no: str, name: str) -> Done:
    action = _action(work, no, name)
    inputs = read_inputs(action.asks, request.form, local_day(work.now))
    change = take_action(work, no, name, inputs, seen_version())
    state = work.office.flow(change.after.flow, change.after.flow_version).states[change.after.state]
    said = _("已办理“%(deed)s”。", deed=own(action.title))
    if change.after.state != change.before.state:
        said += _("本件现为“%(state)s”。", state=own(state.title))
    if change.documents:
        said += _("已出具 %(n)s 份文书。", n=len(change.documents))
    # The help desk answers beside its list, and stays there.
    return Done(local(request.form.get("back")) or url_for("pages.case", no=no), said)


def _action(work: Work, no: str, name: str) -> Action:
    case = visible_case(work, no).case
    action = work.office.flow(case.flow, case.flow_version).actions.get(name)
    if action is None or action.automatic:
        raise _no_such_action(no, name)
    return action


def _known(page: CasePage, name: str) -> None:
    flow = access.office().flow(page.case.flow, page.case.flow_version)
    if name not in flow.actions or flow.actions[name].automatic:
        raise _no_such_action(page.case.no, name)


def _no_such_action(no: str, name: str) -> NotFound:
    return NotFound("no_such_action", f"办件 {no} 没有动作“{name}”", f"The case {no} has no action “{name}”")


def _refused(page: CasePage, name: str, refusal: Refused) -> Response:
    flow = access.office().flow(page.case.flow, page.case.flow_version)
    action = flow.actions[name]
    sent = read_inputs(action.asks, request.form, page.today)
    faults = faults_of(refusal, labels_of(action.asks), sent)
    stale = refusal if isinstance(refusal, Conflict) else None
    if is_draft(page.case) and not action.asks and (found := read_draft(page.case.no)) is not None:
        return draft_page(found, faults, refusal.status)
    if answers_notice(page, action):
        return correction_page(page, action, faults, refusal.status)
    return _form(page, name, [] if stale else faults, typed(action.asks, request.form), refusal.status, stale)


def _form(
    page: CasePage,
    name: str,
    faults: list[Fault] | None = None,
    values: Mapping[str, Any] | None = None,
    status: int = 200,
    stale: Conflict | None = None,
) -> Response:
    flow = access.office().flow(page.case.flow, page.case.flow_version)
    view = find(page.case.actions, name)
    return show(
        "deed.html",
        status,
        page=page,
        case=page.case,
        action=flow.actions[name],
        view=view,
        effects=effects(view) if view else [],
        asks=_asked(flow.actions[name], page),
        values=values or {},
        choices=_choices(view, page, values or {}) if view else {},
        kept=_kept(flow.actions[name], values or {}),
        problems=faults or (),
        stale=stale,
        staff=is_staff(access.me().actor),
        here=url_for("pages.deed", no=page.case.no, name=name),
    )


def _asked(action: Action, page: CasePage) -> list[Field]:
    """What the form asks: the public reason for a missed promise only where it was missed, and then always."""
    if EXPLAINED not in action.needs:
        return list(action.asks)
    late = any(one.view.name == "promised" and one.view.light is Light.OVERDUE for one in page.panels)
    kept = [ask for ask in action.asks if late or ask.name != "late_reason"]
    return [replace(ask, required=True) if ask.name == "late_reason" else ask for ask in kept]


def _choices(view: ActionView, page: CasePage, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        ask.field.name: _rows(ask, page, values.get(ask.field.name, ())) if ask.field.type == "faults" else pairs(ask)
        for ask in view.asks
    }


def _rows(ask: Ask, page: CasePage, typed_rows: Any) -> list[dict[str, str]]:
    """One row a paper: its name, whether it is there, and what was typed about it."""
    by_code = {row["material"]: row for row in typed_rows}
    there = {slot.code: slot for slot in page.slots}
    return [
        {
            "material": choice.value,
            "title": own(choice.title),
            "note": _paper_note(there.get(choice.value)),
            "problem": by_code.get(choice.value, {}).get("problem", ""),
            "fix": by_code.get(choice.value, {}).get("fix", ""),
        }
        for choice in ask.choices
    ]


def _paper_note(slot: Slot | None) -> str:
    if slot is None or slot.upload is None:
        return _("还没有上传")
    return _("%(file)s（%(when)s）", file=slot.upload.filename, when=slot.upload.when)


def _kept(action: Action, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was typed, for copying where the form itself can no longer be filled in."""
    kept = [(own(ask.title), values[ask.name]) for ask in action.asks if values.get(ask.name)]
    words = [(label, value) for label, value in kept if isinstance(value, str) and value.strip()]
    lists = [(ask, values[ask.name]) for ask in action.asks if isinstance(values.get(ask.name), list)]
    rows = [row for ask, value in lists if ask.type == "faults" for row in value if row["problem"] or row["fix"]]
    words += [
        (own(ask.title), "；".join("，".join(filter(None, row.values())) for row in value))
        for ask, value in lists
        if ask.type == "rows"
    ]
    return words + [(material_name(row["material"]), f"{row['problem']}\n{row['fix']}".strip()) for row in rows]
