"""Giving several cases to somebody else: a page that names them and the effect, then each case by its own deed.

Every case is a transaction of its own, with the version that stood on the page: where a colleague acted first, that
case stays as it is and says so, and the others go.
"""

from dataclasses import dataclass

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.faults import Fault
from api.pages.frame import show
from api.pages.names import department_name
from api.pages.once import Done, lead_on, once
from api.pages.reading import half_width
from api.wording import _, own
from workflow.commands.take_action import take_action
from workflow.errors import Refused
from workflow.queries.reassigning import MOST, Moving
from workflow.queries.reassigning import reassigning as read_moving
from workflow.work import Work

DEED = "assign"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case; ``why`` is empty where it went."""

    no: str
    why: str


@pages.get("/worklist/assign", endpoint="reassigning")
def reassigning() -> Response:
    """The page that asks whether it is meant."""
    return _page(_chosen(request.args.getlist("no")))


@pages.post("/worklist/assign")
def reassign() -> Response:
    """Give every chosen case to the person; a case that cannot go stays, and the page tells why."""
    numbers = list(dict.fromkeys(request.form.getlist("no")))[:MOST]
    person = half_width(request.form.get("assignee", ""))
    if not person.isdigit():
        return _page(_chosen(numbers), problems=[Fault("assignee", _("请选择由谁经办"))], status=400)
    results = [_given(no, int(person)) for no in numbers]
    left = [one for one in results if one.why]
    gone = len(results) - len(left)
    if left:
        return _page(_chosen([one.no for one in left]), left, gone, person, 409)
    said = _("已改派 %(n)s 件，新的经办人会收到提醒。", n=gone)
    return lead_on(Done(url_for("pages.worklist", tab="department"), said))


def _given(no: str, person: int) -> Result:
    seen = half_width(request.form.get(f"version.{no}", ""))
    try:
        with access.work() as work:
            once(work, lambda: _done(work, no, person, int(seen) if seen.isdigit() else None), part=no)
    except Refused as refusal:
        return Result(no, "；".join(own(reason) for reason in refusal.reasons) or own(refusal))
    return Result(no, "")


def _done(work: Work, no: str, person: int, version: int | None) -> Done:
    take_action(work, no, DEED, {"assignee": person}, version)
    return Done("", "")


def _chosen(numbers: list[str]) -> Moving:
    with access.work() as work:
        return read_moving(work, numbers[:MOST])


def _page(
    moving: Moving,
    left: list[Result] | None = None,
    gone: int = 0,
    person: str = "",
    status: int = 200,
    problems: list[Fault] | None = None,
) -> Response:
    why = {one.no: one.why for one in left or ()}
    faults = list(problems or ())
    if left:
        faults.append(Fault("", _("已改派 %(n)s 件，下面的没有改派，原因写在各件后面。", n=gone)))
    return show(
        "reassign.html",
        status,
        rows=[(one, department_name(one.department), why.get(one.no, "")) for one in moving.cases],
        choices=[
            (one.value, f"{own(one.title)}（{own(one.note)}）" if one.note else own(one.title)) for one in moving.people
        ],
        person=person,
        problems=faults,
        here=url_for("pages.reassigning", no=[one.no for one in moving.cases]),
    )
