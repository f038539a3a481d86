"""A limit changed by law, or a newer flow version for running cases: typed, looked at, and only then proposed."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Response, request, url_for

from api import access
from api.pages.amendments import ROWS_SHOWN, may_propose, titled
from api.pages.blueprint import pages
from api.pages.faults import Fault, at_its_field
from api.pages.frame import show
from api.pages.moves import Shown, shown
from api.pages.once import Done, lead_on, once
from api.pages.reading import half_width, read_day
from api.wording import N_, _, own
from workflow.amending.kinds import KINDS
from workflow.clock.days import local_day
from workflow.commands.amend import propose
from workflow.errors import Reason, Refused
from workflow.work import Work

RUNNING: Mapping[str, str] = {
    "old": N_("旧时限：在办办件不变"),
    "new": N_("新时限：在办办件也按新时限"),
    "favourable": N_("从有利：两者中先到期的一个"),
}
CLOCKS: Mapping[str, str] = {"statutory": N_("法定时限"), "promised": N_("承诺时限")}
FIELDS: Mapping[str, tuple[str, ...]] = {
    "limit": ("item", "variant", "clock", "limit", "from", "running", "document"),
    "flow": ("flow", "from_version", "to_version", "at_rest", "document"),
}


@pages.get("/amendments/new-limit")
def new_limit() -> Response:
    """The form for a limit changed by law."""
    return _form("limit", {})


@pages.post("/amendments/new-limit")
def limit_preview() -> Response:
    """What it would move, with nothing saved; or ``step=propose``: propose it."""
    return _taken("limit")


@pages.get("/amendments/new-flow")
def new_flow() -> Response:
    """The form for moving running cases to a newer flow version."""
    return _form("flow", {})


@pages.post("/amendments/new-flow")
def flow_preview() -> Response:
    """What it would move, with nothing saved; or ``step=propose``: propose it."""
    return _taken("flow")


def _taken(kind: str) -> Response:
    typed = {name: request.form.get(name, "").strip() for name in FIELDS[kind]}
    step = request.form.get("step", "preview")
    if step == "edit":
        return _form(kind, typed)
    content = _limit_content(typed) if kind == "limit" else _flow_content(typed)
    try:
        with access.work() as work:
            if step != "propose":
                return _preview(kind, typed, *_imagined(work, kind, content, typed["document"]))
            done = once(work, lambda: _proposed(work, kind, content, typed["document"]))
    except Refused as refusal:
        return _form(kind, typed, _faults(refusal, kind), refusal.status)
    return lead_on(done)


def _limit_content(typed: Mapping[str, str]) -> dict[str, Any]:
    since = read_day(typed["from"], local_day(access.me().now))
    content: dict[str, Any] = {name: typed[name] for name in ("item", "clock", "running")}
    content["limit"] = half_width(typed["limit"])
    content["from"] = since.isoformat() if since else typed["from"]
    return content | ({"variant": typed["variant"]} if typed["variant"] else {})


def _flow_content(typed: Mapping[str, str]) -> dict[str, Any]:
    versions = {name: _whole(half_width(typed[name])) for name in ("from_version", "to_version")}
    return {"flow": typed["flow"], **versions, "at_rest": typed["at_rest"] == "yes"}


def _whole(text: str) -> int | str:
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else text


def _imagined(work: Work, kind: str, content: Mapping[str, Any], document: str) -> tuple[Shown, str]:
    """What would move, and what the amendment would be called."""
    today = local_day(work.now)
    kept = KINDS[kind].read(work, kind, content, document)
    return shown(KINDS[kind].preview(work, kind, kept, ROWS_SHOWN), today), titled(kind, kept, today)


def _proposed(work: Work, kind: str, content: Mapping[str, Any], document: str) -> Done:
    made = propose(work, kind, content, document)
    said = _("已提交，待另一位管理员签发。在办办件还没有变。")
    return Done(url_for("pages.amendment", number=made.id), said)


def _preview(kind: str, typed: Mapping[str, str], found: Shown, what: str) -> Response:
    if found.old_version == found.new_version:
        return _form(kind, typed, [Fault("", _("没有一件在办办件会因此改变"))], 400)
    return show("change_preview.html", kind=kind, what=what, typed=typed, shown=found, here=_here(kind))


def _form(kind: str, typed: Mapping[str, str], faults: list[Fault] | None = None, status: int = 200) -> Response:
    office = access.office()
    versions = {flow.name: own(flow.title) for flow in office.flows.values()}
    return show(
        "change_new.html",
        status,
        kind=kind,
        typed=dict.fromkeys(FIELDS[kind], "") | dict(typed),
        items=[(item.code, f"{item.code} {own(item.title)}") for item in office.catalogue.items.values()],
        clocks=[(name, _(words)) for name, words in CLOCKS.items()],
        rules=[(name, _(words)) for name, words in RUNNING.items()],
        flows=sorted(versions.items()),
        may=may_propose(access.me().actor),
        problems=faults or (),
        here=_here(kind),
    )


def _here(kind: str) -> str:
    return url_for("pages.new_limit" if kind == "limit" else "pages.new_flow")


def _faults(refusal: Refused, kind: str) -> list[Fault]:
    """Every reason at the field that can put it right, in the words of the form."""
    return [_fault(reason, kind) for reason in refusal.reasons] or [Fault("", own(refusal))]


def _fault(reason: Reason, kind: str) -> Fault:
    field = str(reason.facts.get("field", ""))
    return Fault(field if field in FIELDS[kind] else "", at_its_field(reason, field))
