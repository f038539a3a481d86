"""The system looks at a case: whatever automatic action has become possible is taken, each as its own unit of work.

An item case that ends never locks its bundle: it leaves a message, and the bundle is looked at here afterwards.
"""

from collections.abc import Mapping
from typing import Any

from workflow.actor import SYSTEM
from workflow.commands.take_action import take_action
from workflow.definition import Action
from workflow.errors import Refused
from workflow.logs import facts, logger
from workflow.store import cases
from workflow.work import Office, begin_work

log = logger("system")


def look_around(office: Office, message: Mapping[str, Any]) -> None:
    """What a message to the system asks for: look at one case, or at the open ones under another.

    Where some of them cannot be looked at the others are all the same; the first failure is raised then, so that the
    message comes again.
    """
    if "case_id" in message:
        look_at(office, int(message["case_id"]))
        return
    with office.engine.connect() as conn:
        children = cases.open_children(conn, int(message["children_of"]))
    failures: list[Exception] = []
    for case_id in children:
        try:
            look_at(office, case_id)
        except Exception as failure:  # whatever is wrong with this one
            log.warning("a case could not be looked at", exc_info=True)
            failures.append(failure)
    if failures:
        raise failures[0]


def look_at(office: Office, case_id: int) -> tuple[str, ...]:
    """Take the automatic actions of the case ``case_id``, in the order of its flow, until none applies any more.

    Returns their names. A refusal is the normal answer here. Raises Conflict("busy") where the case is written to all
    the time; what was taken before stays taken.
    """
    taken: list[str] = []
    tried: set[tuple[str, str]] = set()
    while True:
        no, state, actions = _automatic(office, case_id)
        # An action that leaves the state alone would otherwise apply for ever.
        fresh = [action for action in actions if (state, action.name) not in tried]
        tried.update((state, action.name) for action in fresh)
        action = next((action.name for action in fresh if _take(office, no, action.name)), None)
        if action is None:
            return tuple(taken)
        taken.append(action)


def _automatic(office: Office, case_id: int) -> tuple[str, str, list[Action]]:
    with office.engine.connect() as conn:
        reading = cases.read(conn, case_id=case_id)
    assert reading is not None, f"no case has the id {case_id}"
    case = reading.case
    actions = office.flow(case.flow, case.flow_version).actions_from(case.state)
    return case.no, case.state, [action for action in actions if "system" in action.by]


def _take(office: Office, no: str, action: str) -> bool:
    try:
        with begin_work(office, SYSTEM) as work:
            take_action(work, no, action)
    except Refused as refusal:
        if refusal.code == "busy":
            raise
        log.info("an automatic action does not apply yet", extra=facts(case=no, action=action, code=refusal.code))
        return False
    log.info("an automatic action was taken", extra=facts(case=no, action=action))
    return True
