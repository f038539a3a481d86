"""One step of a service in the demo, as plain data: who opens which case, or does what to it, at which moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """``thread`` is the case the step belongs to, by a name of the story; ``site`` the project, by its place in the
    war map.

    ``day``: working days from the making of the demo (before it for a negative one), ``minute`` of that day. ``by`` is
    a role, or a username. A step ``begins`` a case of a flow, on the project or ``under`` the thread's case (then it
    is known as ``thread/<alias>``), or ``does`` an action to the thread's case, to the one with that ``alias``, or to
    the newest ``child`` of a flow anywhere under it: of one ``department`` where one is named, and holding ``where``
    (``{"segment": "A", "discipline": "fire"}``: the check of fire in segment A), in its own data or in that of a case
    between. In ``inputs`` a text such as ``@wang`` stands for the person of that username, one such as ``#road/first``
    for the number of the case remembered by that name.

    ``papers`` are handed in to the case before anything is done. ``ago``: minutes before the making of the demo,
    instead of day and minute. ``at_once``: in the same moment as the step of the thread before it.
    """

    thread: str
    site: int
    day: int
    minute: int
    by: str
    does: str | None = None
    begins: str | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    under: bool = False
    alias: str = ""
    child: str | None = None
    department: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    papers: tuple[str, ...] = ()
    ago: int | None = None
    at_once: bool = False

    @property
    def named(self) -> str:
        """The name under which the number of its case is remembered."""
        return f"{self.thread}/{self.alias}" if self.alias else self.thread
