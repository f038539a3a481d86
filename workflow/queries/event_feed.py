"""The event feed: what happened, in one order without gaps, as far as the caller may see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from workflow.errors import BadInput, Reason
from workflow.event_kinds import PublicEvent, events_of, kept_inside
from workflow.store import feed
from workflow.visibility import shows_names, visible_cases, visible_projects
from workflow.work import Work

PAGE_SIZE = 100
LARGEST_PAGE = 500


@dataclass(frozen=True, slots=True)
class Feed:
    """Events in their order; go on with ``next_after``. The end is reached where that is ``head``."""

    events: tuple[PublicEvent, ...]
    next_after: int
    head: int


def event_feed(work: Work, after: int, limit: int = PAGE_SIZE, kinds: Sequence[str] = ()) -> Feed:
    """What came behind the position ``after``: of at most ``limit`` entries of the stream those of ``kinds`` (all,
    where none is named). Raises BadInput for a position that lies ahead.

    A page may hold few events, or none, and yet not be the last: what the caller may not see is passed over.
    """
    cases, parameters = visible_cases(work.actor)
    projects, more = visible_projects(work.actor)
    found = feed.page(work.conn, after, limit, cases, projects, {**parameters, **more})
    if after > found.head:
        raise _ahead(after, found.head)
    office = work.office
    # As with the documents of a case: what the office writes to itself is not for applicants.
    without = () if shows_names(work.actor) else kept_inside(office.catalogue)
    events = [
        event
        for entry in found.entries
        for event in events_of(
            entry, None if entry.flow is None else office.flow(entry.flow, entry.flow_version), without
        )
        if not kinds or event.kind in kinds
    ]
    return Feed(tuple(events), found.next_after, found.head)


def _ahead(after: int, head: int) -> BadInput:
    reason = Reason(
        "bad_field",
        f"after：{after} 超过最新位置，应为 0 到 {head}；如果系统恢复过备份，请从该位置重新读取",
        f"after: {after} lies ahead of the newest position, accepted: 0 to {head}; after a restore read on from there",
        {"field": "after", "value": after, "accepted": [0, head]},
    )
    return BadInput("bad_input", reason.zh, reason.en, reasons=[reason])
