"""What a unit of work that tells the past writes: effective then, recorded now, sent to nobody."""

from dataclasses import replace
from datetime import timedelta

from workflow.change import Change, chain
from workflow.side_lines import IMPORTED
from workflow.work import Work

RENDER = "render"


def as_recorded(work: Work, change: Change) -> Change:
    """The change as it is to be written: itself, or in an import (``work.recorded_at``) marked as brought in.

    The lines of one case are a microsecond apart, since what was opened by a line is found again by its moment. Nobody
    here did it: it has no actor of ours. Messages about the past are not sent; documents are still rendered.
    """
    if work.recorded_at is None:
        return change
    at = work.recorded_at + timedelta(microseconds=change.event.seq)
    said = {**change.event.input, IMPORTED: True}
    event = replace(change.event, recorded_at=at, actor_id=None, input=said)
    link = chain(change.before.chain_head, event)
    opened = (replace(one, opened_at=at) if one.id is None else replace(one, closed_at=at) for one in change.pauses)
    return replace(
        change,
        event=event,
        hash=link,
        after=replace(change.after, chain_head=link),
        pauses=tuple(opened),
        messages=tuple(one for one in change.messages if one.channel == RENDER),
    )
