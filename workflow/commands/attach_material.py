"""Hand in one paper: checked by content, kept once, the older one superseded, the line in the history."""

import hashlib
from collections.abc import Mapping
from typing import Any

from workflow.case import Case
from workflow.commands.add_line import add_line, busy, hold
from workflow.commands.file_types import CONTENT_TYPES, EXTENSIONS, extension_of, fault_of, plain_name, type_of
from workflow.commands.open_bundle import OPENERS
from workflow.definition import State
from workflow.errors import BadInput, Conflict, NotAllowed, Reason, Refused
from workflow.guards import Facts
from workflow.papers import Paper, may_come_now, papers_of
from workflow.reading import facts_of, visible_case
from workflow.store import materials
from workflow.store.materials import Current, NewMaterial
from workflow.work import Work

MIB = 1024 * 1024
GROUPS = frozenset({"materials"})
NOTHING: frozenset[str] = frozenset()


class TooLarge(Refused):
    """A file above the limit of its paper (413)."""

    status = 413


def attach_material(work: Work, no: str, code: str, filename: str, content: bytes) -> dict[str, Any]:
    """Attach ``content`` to the case ``no`` as its paper ``code``.

    Returns the upload as JSON values, with the id of the one it ``superseded``; handing in the very bytes that count
    already, on the case or on its bundle, changes nothing (``unchanged``, and the upload is the one that stays).
    Raises NotFound, NotAllowed, BadInput (a code no item asks for, a name or a content that is not accepted),
    TooLarge, and Conflict where the paper cannot be handed in now; nothing is written.
    """
    name = plain_name(filename)
    digest = hashlib.sha256(content).digest()
    hold(work, visible_case(work, no, groups=NOTHING).case.id)
    reading = visible_case(work, no, groups=GROUPS)
    case, facts = reading.case, facts_of(work, reading)
    role = _role(work, case)
    paper = _paper(facts, code)
    _check_time(facts, paper, _state(work, case))
    type_ = _check_file(paper, name, content)
    current = materials.current(work.conn, [case.id, case.parent_id or case.id], code)
    if current is not None and current.sha256 == digest:
        return _told(case, code, len(content), current, None, unchanged=True)
    material = NewMaterial(case.id, code, name, CONTENT_TYPES[type_], digest, content, work.actor.id, work.now)
    said = {"code": code, "filename": name, "size": len(content), "sha256": digest.hex()}
    promised = "gaps_until" in case.data and "gaps_filled" not in case.data
    if add_line(work, case, case, "attach", role, said, looks=promised) is None:
        raise busy(no)
    kept = materials.keep(work.conn, material)
    there = Current(kept.id, case.no, name, material.content_type, digest, work.now)
    return _told(case, code, len(content), there, kept.superseded, unchanged=False)


def _role(work: Work, case: Case) -> str:
    role = work.actor.role_on(case, OPENERS)
    if role is None:
        raise NotAllowed(
            "role_required",
            "材料由建设单位或其专员提交",
            "Materials are handed in by the applicant or its specialist",
            extra={"roles": sorted(OPENERS)},
        )
    return role


def _state(work: Work, case: Case) -> State:
    return work.office.flow(case.flow, case.flow_version).states[case.state]


def _paper(facts: Facts, code: str) -> Paper:
    asked = papers_of(facts.items, facts.catalogue)
    if code in asked:
        return asked[code]
    known = sorted(asked)
    raise _bad(
        "code",
        code,
        f"本件的事项不需要材料“{code}”；可用：{'、'.join(known) or '无'}",
        f"no item of this case asks for “{code}”; accepted: {', '.join(known) or 'none'}",
        known,
    )


def _check_time(facts: Facts, paper: Paper, state: State) -> None:
    now = may_come_now(facts, state)
    if paper.code in now:
        return
    raise Conflict(
        "not_now",
        f"“{state.title.zh}”环节不能提交“{paper.title.zh}”；现在可提交：{'、'.join(sorted(now)) or '无'}",
        f"“{paper.title.en}” cannot be handed in while the case is: {state.title.en}; "
        f"accepted now: {', '.join(sorted(now)) or 'none'}",
        extra={"field": "code", "value": paper.code, "state": state.name, "accepted": sorted(now)},
    )


def _check_file(paper: Paper, name: str, content: bytes) -> str:
    """The format of the file, which its name, its content and the paper agree about."""
    accepted = ", ".join(paper.formats)
    extension = extension_of(name)
    named = EXTENSIONS.get(extension)
    if named is None or named not in paper.formats:
        raise _bad(
            "file",
            name,
            f"“{paper.title.zh}”接受 {accepted}，文件名“{name}”的扩展名是“{extension or '无'}”",
            f"“{paper.title.en}” takes {accepted}; the name “{name}” ends in “{extension or 'nothing'}”",
            list(paper.formats),
        )
    if len(content) > paper.max_mb * MIB:
        raise TooLarge(
            "too_large",
            f"“{paper.title.zh}”最大 {paper.max_mb} MiB，该文件为 {len(content) / MIB:.1f} MiB",
            f"“{paper.title.en}” may have {paper.max_mb} MiB, this file has {len(content) / MIB:.1f} MiB",
            extra={"field": "file", "limit_bytes": paper.max_mb * MIB, "sent_bytes": len(content)},
        )
    if type_of(content) != named:
        fault = fault_of(content, named)
        raise _bad(
            "file",
            name,
            f"文件“{name}”{fault.zh}；“{paper.title.zh}”接受 {accepted}",
            f"“{name}” {fault.en}; “{paper.title.en}” takes {accepted}",
            list(paper.formats),
        )
    return named


def _told(
    case: Case, code: str, size: int, kept: Current, superseded: int | None, *, unchanged: bool
) -> dict[str, Any]:
    return {
        "id": kept.id,
        "case": kept.case_no,
        "code": code,
        "filename": kept.filename,
        "content_type": kept.content_type,
        "size": size,
        "sha256": kept.sha256.hex(),
        "uploaded_at": kept.uploaded_at,
        "superseded": superseded,
        "unchanged": unchanged,
        "version": case.version,
    }


def _bad(field: str, value: str, zh: str, en: str, accepted: list[str]) -> BadInput:
    facts: Mapping[str, Any] = {"field": field, "value": value[:200], "accepted": accepted}
    reason = Reason("bad_field", f"{field}：{zh}", f"{field}: {en}", dict(facts))
    return BadInput("bad_input", reason.zh, reason.en, reasons=[reason])
