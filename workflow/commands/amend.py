"""Amendments: one person proposes what changes the dates of many cases, another one signs it.

Nothing moves before the signature; it puts the calendar, the limit or the flow version in force in its own transaction,
and the workers move the dates afterwards, in batches.
"""

from collections.abc import Mapping
from typing import Any

from workflow.amending.fault_words import bad_input, reason
from workflow.amending.kinds import KINDS, Kind
from workflow.amending.preview import Preview
from workflow.clock.days import OFFICE_ZONE
from workflow.commands.adopt_calendar import adopt_first
from workflow.errors import BadInput, Conflict, NotAllowed, NotFound
from workflow.store import amendments, calendars
from workflow.store.amendments import Amendment
from workflow.work import Work

__all__ = ["Amendment", "propose", "refuse", "sign"]

LONGEST_NOTE = 500
NO_ROWS = 0
STATES = {
    "in_force": ("已生效", "in force"),
    "refused": ("已否决", "refused"),
    "withdrawn": ("已撤回", "withdrawn"),
}


def propose(work: Work, kind: str, content: Mapping[str, Any], document: str) -> Amendment:
    """Write a proposal down with the figures of its preview; nothing moves yet.

    ``content`` is for a year or a closure the notice (the keys of a file of `config/calendar`), for a withdrawal
    ``{"amendment": id, "reason": text}``, for a limit and a flow what `workflow.amending` reads; ``document`` the title
    and number of the paper that says so. Raises NotAllowed for anybody but an administrator, BadInput with every fault,
    also where it would change nothing.
    """
    _require_admin(work)
    known = _kind(kind)
    adopt_first(work.office, work.conn)
    kept = known.read(work, kind, content, document)
    old, new = known.versions(work, kind, kept)
    if old == new:
        raise _changes_nothing()
    figures = known.preview(work, kind, kept, NO_ROWS).figures()
    made = amendments.add(work.conn, kind, kept, document.strip(), _person(work), figures, work.now)
    return _amendment(work, made)


def sign(work: Work, amendment_id: int, note: str = "", seen: str | None = None) -> Amendment:
    """Put a proposal in force, as somebody else than who proposed it.

    ``seen`` is the mark of the preview that was looked at (`Preview.mark`); without it, the one kept with the proposal
    counts. Raises NotAllowed (no administrator, own proposal), NotFound, BadInput (it does not fit any more), Conflict
    for one already decided and for a preview that another calendar has made stale: then look at the new one first.
    """
    _require_admin(work)
    found = _amendment(work, amendment_id)
    if found.proposed_by_id == work.actor.id:
        raise NotAllowed(
            "second_person",
            "本人提出的变动须由另一人签发",
            "An amendment is signed by another person than the one who proposed it",
            extra={"amendment": amendment_id},
        )
    known = _kind(found.kind)
    if len(note) > LONGEST_NOTE:
        raise _bad_note(note)
    # A preview looked at later than the proposal's own is made before anything is locked: it may take a while.
    fresh = _fresh_preview(work, known, found, seen)
    amendments.lock(work.conn, amendment_id)
    calendars.hold(work.conn)
    adopt_first(work.office, work.conn)
    # What holds now may be another calendar than the one this unit of work began under.
    work.calendar_version = None
    found = _still_proposed(work, amendment_id)
    versions = known.versions(work, found.kind, dict(found.content))
    figures = fresh.figures() if fresh else dict(found.preview)
    if versions[0] == versions[1]:
        raise _changes_nothing()
    if versions != (figures["old_version"], figures["new_version"]):
        raise _stale_preview(amendment_id, versions)
    amendments.decide(work.conn, amendment_id, "in_force", _person(work), note.strip(), figures, work.now)
    known.enact(work, found)
    work.calendar_version = None
    return _amendment(work, amendment_id)


def refuse(work: Work, amendment_id: int, note: str) -> Amendment:
    """Refuse a proposal, or take one's own back; nothing ever moved. ``note`` says why.

    Raises NotAllowed for anybody but an administrator, NotFound, BadInput (no reason), Conflict for one decided.
    """
    _require_admin(work)
    if not note.strip() or len(note) > LONGEST_NOTE:
        raise _bad_note(note)
    amendments.lock(work.conn, amendment_id)
    found = _still_proposed(work, amendment_id)
    own = found.proposed_by_id == work.actor.id
    person = None if own else _person(work)
    amendments.decide(work.conn, amendment_id, "refused", person, note.strip(), found.preview, work.now)
    return _amendment(work, amendment_id)


def no_such_amendment(amendment_id: int) -> NotFound:
    """The one answer to a wrong number."""
    return NotFound(
        "no_such_amendment",
        f"没有第 {amendment_id} 号变动",
        f"There is no amendment {amendment_id}",
        extra={"amendment": amendment_id},
    )


def _require_admin(work: Work) -> None:
    if not work.actor.holds("admin"):
        raise NotAllowed(
            "role_required",
            "变动由系统管理员提出和签发",
            "Amendments are proposed and signed by administrators",
            extra={"roles": ["admin"]},
        )


def _person(work: Work) -> int:
    assert work.actor.id is not None, "machines amend nothing"
    return work.actor.id


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise bad_input([reason("kind", kind, "没有这种变动", "there is no such amendment", KINDS)])
    return KINDS[kind]


def _amendment(work: Work, amendment_id: int) -> Amendment:
    found = amendments.by_id(work.conn, amendment_id)
    if found is None:
        raise no_such_amendment(amendment_id)
    return found


def _still_proposed(work: Work, amendment_id: int) -> Amendment:
    found = _amendment(work, amendment_id)
    if found.state == "proposed":
        return found
    assert found.decided_at is not None
    when = f"{found.decided_at.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}"
    zh, en = STATES[found.state]
    raise Conflict(
        "already_decided",
        f"变动第 {amendment_id} 号{zh}（{found.decided_by}，{when}）",
        f"Amendment {amendment_id} is {en} already ({found.decided_by}, {when})",
        extra={
            "amendment": amendment_id,
            "state": found.state,
            "by": found.decided_by,
            "at": found.decided_at.isoformat(),
        },
    )


def _fresh_preview(work: Work, known: Kind, found: Amendment, seen: str | None) -> Preview | None:
    """The preview that was looked at, made again, where it is not the one kept with the proposal."""
    kept = f"{found.preview['old_version']}..{found.preview['new_version']}"
    if seen is None or seen == kept or found.state != "proposed":
        return None
    versions = known.versions(work, found.kind, dict(found.content))
    if seen != "..".join(versions):
        raise _stale_preview(found.id, versions)
    return known.preview(work, found.kind, dict(found.content), NO_ROWS)


def _stale_preview(amendment_id: int, versions: tuple[str, str]) -> Conflict:
    return Conflict(
        "stale_preview",
        "日历在预览之后已变更，或现行的时限、流程已不同，请先查看新的预览再签发",
        "What is in force has changed after the preview: look at the new preview first, then sign",
        extra={"amendment": amendment_id, "old_version": versions[0], "new_version": versions[1]},
    )


def _changes_nothing() -> BadInput:
    zh, en = "与现行的相同，没有任何变化", "it changes nothing: what it says is so already"
    return bad_input([reason("content", None, zh, en)])


def _bad_note(note: str) -> BadInput:
    zh, en = f"请用 1 至 {LONGEST_NOTE} 字说明理由", f"a reason of 1 to {LONGEST_NOTE} characters is accepted"
    return bad_input([reason("note", note[:80], zh, en)])
