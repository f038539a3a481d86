"""Every page there is, by a name of its own: who looks at it, and where it stands in a small district."""

from collections.abc import Callable

from tests.pages.world import World

PAGES: dict[str, tuple[str, Callable[[World], str]]] = {
    "sign-in": ("", lambda _: "/login"),
    "accessibility": ("", lambda _: "/accessibility"),
    "my cases": ("applicant", lambda _: "/my"),
    "new application": ("applicant", lambda _: "/apply"),
    "draft": ("applicant", lambda world: f"/apply/{world.draft}"),
    "progress of a bundle": ("applicant", lambda world: f"/cases/{world.bundle}"),
    "progress while correcting": ("applicant", lambda world: f"/cases/{world.correcting}"),
    "progress while paused": ("applicant", lambda world: f"/cases/{world.paused}"),
    "progress of an ended case": ("applicant", lambda world: f"/cases/{world.delivered}"),
    "withdrawing": ("applicant", lambda world: f"/cases/{world.paused}/actions/withdraw"),
    "help asked for": ("applicant", lambda world: f"/cases/{world.help}"),
    "asking": ("applicant", lambda _: "/help/new"),
    "worklist": ("officer_qx", lambda _: "/work?tab=department"),
    "worklist filtered": ("clerk", lambda _: "/work?tab=all&light=overdue"),
    "worklist empty": ("clerk", lambda _: "/work?tab=all&q=NOTHING"),
    "whole district": ("supervisor", lambda _: "/work"),
    "case received": ("clerk", lambda world: f"/cases/{world.received}"),
    "case paused": ("officer_qx", lambda world: f"/cases/{world.paused}"),
    "case overdue": ("director_qx", lambda world: f"/cases/{world.overdue}"),
    "bundle": ("director_qx", lambda world: f"/cases/{world.bundle}"),
    "one-time notice": ("clerk", lambda world: f"/cases/{world.received}/actions/ask_correction"),
    "pausing": ("officer_qx", lambda world: f"/cases/{world.overdue}/actions/start_special"),
    "granting": ("officer_qx", lambda world: f"/cases/{world.overdue}/actions/grant"),
    "closed action": ("officer_qx", lambda world: f"/cases/{world.overdue}/actions/grant_with_gaps"),
    "document": ("officer_qx", lambda world: f"/cases/{world.delivered}/documents/{world.document}"),
    "proof": ("officer_qx", lambda world: f"/cases/{world.paused}/clocks/statutory"),
    "proof of a clock for help": ("applicant", lambda world: f"/cases/{world.help}/clocks/resolution"),
    "alerts": ("director_qx", lambda _: "/alerts"),
    "alerts seen": ("director_qx", lambda _: "/alerts?show=all"),
    "help desk": ("specialist", lambda _: "/help"),
}
