"""Past imports as the administrator reads them."""

from workflow.errors import NotAllowed
from workflow.queries.paging import Listing, Page, Paging, page, position
from workflow.store import imports as store
from workflow.store.imports import PastImport
from workflow.work import Work

__all__ = ["PastImport", "imports"]


def imports(work: Work, paging: Paging) -> Page[PastImport]:
    """One page of the imports, newest first; raises BadInput (cursor) and NotAllowed for all but administrators."""
    if not work.actor.holds("admin"):
        raise NotAllowed("role_required", "导入记录只对系统管理员开放", "Imports are shown to administrators only")
    listing = Listing("imports", work.actor.id, {})
    after = position(paging, listing)
    found = store.newest(work.conn, after[0] if after else 2**31 - 1, paging.size + 1)
    return page(paging, listing, found, [[one.id] for one in found])
