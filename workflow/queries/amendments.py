"""Amendments as people read them: the list, one of them, and what it would move now."""

from workflow.amending.kinds import KINDS
from workflow.amending.preview import Preview
from workflow.errors import Conflict, NotAllowed, NotFound
from workflow.queries.paging import Listing, Page, Paging, page, position
from workflow.store import amendments as store
from workflow.store.amendments import Amendment
from workflow.visibility import shows_names
from workflow.work import Work

__all__ = ["Amendment", "amendment", "amendment_preview", "amendments"]


def amendment(work: Work, amendment_id: int) -> Amendment:
    """One amendment; raises NotFound, and NotAllowed for applicants."""
    _require_office(work)
    found = store.by_id(work.conn, amendment_id)
    if found is None:
        raise NotFound(
            "no_such_amendment",
            f"没有第 {amendment_id} 号变动",
            f"There is no amendment {amendment_id}",
            extra={"amendment": amendment_id},
        )
    return found


def amendments(work: Work, paging: Paging) -> Page[Amendment]:
    """One page of the amendments, newest first; raises BadInput (cursor) and NotAllowed for applicants."""
    _require_office(work)
    listing = Listing("amendments", work.actor.id, {})
    after = position(paging, listing)
    found = store.newest(work.conn, after[0] if after else 2**31 - 1, paging.size + 1)
    return page(paging, listing, found, [[one.id] for one in found])


def amendment_preview(work: Work, amendment_id: int, most: int = 200) -> Preview:
    """What a proposal would move if it were signed now, against the calendar in force; ``Preview.mark`` is what a
    signer gives back.

    Raises NotFound, NotAllowed, Conflict for one that is decided already, BadInput where it does not fit any more.
    """
    found = amendment(work, amendment_id)
    if found.state != "proposed":
        raise Conflict(
            "already_decided",
            f"变动第 {amendment_id} 号已有决定，不再预览",
            f"Amendment {amendment_id} is decided already: there is nothing left to preview",
            extra={"amendment": amendment_id, "state": found.state},
        )
    return KINDS[found.kind].preview(work, found.kind, dict(found.content), most)


def _require_office(work: Work) -> None:
    if not shows_names(work.actor):
        raise NotAllowed("role_required", "变动只对工作人员开放", "Amendments are shown to people of the office only")
