"""What a person may do to a case now, and what not and why, ready for the page."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.access import office
from api.pages.names import document_name, told_words
from api.wording import _, own
from workflow.definition import LATE_ENTRY, Action, Flow
from workflow.queries.actions import ActionView
from workflow.queries.case import CaseView
from workflow.queries.onward import FORWARD, STAYS, leading_rank

# What these lead to is hard to undo, so they are confirmed on a page of their own even where nothing is asked.
GRAVE = frozenset(
    {
        "withdraw",
        "withdraw_all",
        "abandon",
        "remove",
        "revoke",
        "recall",
        "cancel",
        "call_off",
        "drop",
        "terminate",
        "close",
    }
)
# Beside the way: what these do leaves the main thing still to be done.
ASIDE = frozenset({"pause", "extend", "assign"})


@dataclass(frozen=True, slots=True)
class Deed:
    """One action; ``why`` says what keeps it closed, ``at_once`` that pressing its button is all, ``late`` that it may
    also be entered for an earlier day, on a page of its own; ``leads`` that it brings the case on its way.
    """

    name: str
    title: str
    why: str
    at_once: bool
    late: bool = False
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Deeds:
    """All actions of a state: open to this person, closed for a reason they can do something about, for others.

    ``grave`` ones are open too, and stand last.
    """

    open: tuple[Deed, ...]
    closed: tuple[Deed, ...]
    grave: tuple[Deed, ...]
    others: tuple[Deed, ...]


def deeds(actions: Iterable[ActionView], flow: Flow, state: str) -> Deeds:
    """The actions of a case as the page groups them: what leads on first, in the order of the flow."""
    views = sorted(actions, key=lambda view: (_aside(view), leading_rank(flow, state, view.action)))
    closed = [view for view in views if not view.allowed]
    return Deeds(
        open=tuple(_deed(view, flow, state) for view in views if view.allowed and view.action.name not in GRAVE),
        closed=tuple(_deed(view, flow, state) for view in closed if not _for_others(view)),
        grave=tuple(_deed(view, flow, state) for view in views if view.allowed and view.action.name in GRAVE),
        others=tuple(_deed(view, flow, state) for view in closed if _for_others(view)),
    )


ASK = "ask_correction"
"""The one notice of everything that is missing; it goes out from the check of papers."""


def may_check(case: CaseView) -> bool:
    """Whether the papers of the case are being checked, and this reader is one of those who check them."""
    mine = {view.action.name for view in case.actions if not _for_others(view)}
    return case.item is not None and case.state.name == "received" and ASK in mine


def find(actions: Iterable[ActionView], name: str) -> ActionView | None:
    """The action of that name, where the present state knows it."""
    return next((view for view in actions if view.action.name == name), None)


def effects(view: ActionView) -> list[str]:
    """What taking an action brings about, told before it is taken."""
    action = view.action
    told = told_words(action)
    return [
        *([_("本件转为“%(state)s”", state=own(view.target))] if view.target else []),
        *_on_clocks(action),
        *([_("发起“%(flow)s”", flow=own(office().flow(action.opens.flow).title))] if action.opens else []),
        *[_("出具《%(name)s》", name=document_name(kind)) for kind in action.issues],
        *([_("告知：%(people)s", people=told)] if told else []),
    ]


def _on_clocks(action: Action) -> list[str]:
    match action.effect.kind if action.effect else None:
        case "pause":
            return [_("暂停该事由所停的时限，当天仍计，次日起不计")]
        case "resume":
            return [_("恢复计时，今天之后重新计入")]
        case "extend":
            return [_("延长时限，只能延长一次")]
    return []


def _deed(view: ActionView, flow: Flow, state: str) -> Deed:
    return Deed(
        name=view.action.name,
        title=own(view.action.title),
        why="；".join(own(reason) for reason in view.reasons),
        at_once=_asks_nothing_else(view.action) and view.action.name not in GRAVE,
        late=view.action.late_entry and _asks_nothing_else(view.action),
        leads=not _aside(view) and _leads(view.action, flow, state),
    )


def _leads(action: Action, flow: Flow, state: str) -> bool:
    """Whether the deed brings the case on, or is what is to be done while it stays where it is."""
    rank = leading_rank(flow, state, action)[0]
    return rank == FORWARD or (rank == STAYS and flow.states[state].turn in action.by)


def _asks_nothing_else(action: Action) -> bool:
    """Nothing must be typed where all that is asked is another day than today."""
    return all(ask.name == LATE_ENTRY for ask in action.asks)


def _aside(view: ActionView) -> bool:
    return view.action.effect is not None and view.action.effect.kind in ASIDE


def _for_others(view: ActionView) -> bool:
    return any(reason.code == "role_required" for reason in view.reasons)
