"""The file of one case (案卷) for somebody who may see it: everything this person may see, and nothing else.

What it says is read in one snapshot; uploads and documents, which never change, are fetched one at a time afterwards.
The same state of the case, read on the same legal day, gives the same bytes.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import text

from workflow.actor import Actor
from workflow.case import Case
from workflow.case_file.archive import Archive
from workflow.case_file.manifest import NAME, Cover, manifest
from workflow.case_file.names import Names
from workflow.case_file.plain import as_bytes, plain
from workflow.case_file.reading import history_page
from workflow.change import canonical
from workflow.clock.days import local_day, start_of_day
from workflow.clock.proof_csv import write_csv
from workflow.errors import Refused
from workflow.queries.case import CaseView, DocumentView
from workflow.queries.case import case as read_case
from workflow.queries.documents import document_file
from workflow.queries.history import history
from workflow.queries.materials import MaterialView, material_file
from workflow.queries.paging import LARGEST_PAGE, Paging
from workflow.queries.proof import ClockProof, clock_proof
from workflow.queries.verify import event_from
from workflow.reading import visible_case
from workflow.visibility import shows_names
from workflow.work import Office, Work, begin_work, read_now

MOST_BYTES = 1024 * 1024 * 1024
"""Of uploads: what is larger goes out file by file."""
# A reading of the moment, or told in a member of its own.
_NOT_OF_THE_CASE = frozenset(
    {"actions", "clocks", "documents", "light", "materials", "relatives", "parent", "state", "wanted"}
)
_OF_THE_MOMENT = frozenset({"due_words", "light", "next_rung", "remaining", "remaining_unit", "words"})


@dataclass(frozen=True, slots=True)
class _Told:
    """Everything of the case but its files, as of one snapshot."""

    case: Case
    view: CaseView
    written_at: datetime
    cover: Cover
    lines: list[dict[str, Any]]
    chain: list[dict[str, Any]]
    proofs: list[ClockProof]


def case_file(office: Office, actor: Actor, no: str, out: BinaryIO) -> None:
    """Write the archive of the case ``no`` to ``out``; raises NotFound, and Refused where its uploads are too many."""
    told = _read(office, actor, no)
    _check_size(told.view)
    names, archive = Names(), Archive(out, told.written_at)
    names.give("", NAME)
    _add_words(archive, names, told)
    missing = _add_documents(archive, names, told, office, actor)
    _add_materials(archive, names, told, office, actor)
    members = list(archive.members)
    archive.add(NAME, manifest(told.cover, members, missing), "manifest")
    archive.close()


def _read(office: Office, actor: Actor, no: str) -> _Told:
    with office.engine.connect() as plain_conn:
        conn = plain_conn.execution_options(isolation_level="REPEATABLE READ")
        with conn.begin():
            work = Work(office, conn, read_now(conn), actor)
            found = visible_case(work, no).case
            events = conn.execute(_EVENTS, {"id": found.id}).scalars().all()
            written_at = datetime.fromisoformat(events[-1]["recorded_at"])
            # What still runs is read as at the beginning of the day, so that it does not change with every minute.
            work.read_at = max(written_at, start_of_day(local_day(work.now)))
            view = read_case(work, no)
            return _Told(
                case=found,
                view=view,
                written_at=written_at,
                cover=_cover(work, found),
                lines=_lines(work, no),
                chain=_chain(found, events) if shows_names(actor) else [],
                proofs=[clock_proof(work, no, clock.name, clock.round) for clock in view.clocks],
            )


_EVENTS = text(
    "SELECT to_json(e) FROM (SELECT *, encode(hash, 'hex') AS link FROM events WHERE case_id = :id) e ORDER BY e.seq"
)


def _cover(work: Work, case: Case) -> Cover:
    ended = all(not clock.running for clock in case.clocks)
    # What has stopped is read as of the day it stopped, whenever that is done.
    day = local_day(case.ended_at) if ended and case.ended_at else local_day(work.now)
    return Cover(case.no, case.version, case.seq, case.chain_head.hex(), day, shows_names(work.actor))


def _lines(work: Work, no: str) -> list[dict[str, Any]]:
    """The whole history, oldest first, in the shape of the API."""
    found: list[Any] = []
    cursor: str | None = None
    while True:
        # The cursor goes nowhere: it is sealed and opened in this very loop.
        page = history(work, no, Paging("case file", LARGEST_PAGE, cursor))
        found += page.rows
        if page.next_cursor is None:
            return [plain(line) for line in reversed(found)]
        cursor = page.next_cursor


def _chain(case: Case, events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"event": json.loads(canonical(event_from(case.no, row))), "hash": row["link"]} for row in events]


def _check_size(view: CaseView) -> None:
    total = sum(one.size for one in view.materials)
    if total > MOST_BYTES:
        most, is_ = MOST_BYTES // 1024**2, total // 1024**2
        raise Refused(
            "case_file_too_large",
            f"本件材料共 {is_} MB，案卷一次最多 {most} MB，请逐个下载材料",
            f"The uploads of this case come to {is_} MB, a case file holds {most} MB: take them one by one",
            extra={"field": "materials", "value": total, "accepted": MOST_BYTES},
        )


def _add_words(archive: Archive, names: Names, told: _Told) -> None:
    view = told.view
    archive.add(names.give("", "case.json"), as_bytes(_case(view)), "the case 办件")
    archive.add(names.give("", "history.json"), as_bytes(told.lines), "history 办理记录")
    page = history_page(view.no, view.title, told.lines)
    archive.add(names.give("", "history.html"), page, "history to read 办理记录（可读）")
    if told.chain:
        lines = "".join(json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n" for one in told.chain)
        archive.add(names.give("", "chain.jsonl"), lines.encode(), "chain of hashes 哈希链")
    for proof in told.proofs:
        name = f"{proof.clock.name}-{proof.clock.round}"
        archive.add(
            names.give("clocks", f"{name}.json"), as_bytes(_proof(proof)), f"proof 时限证明：{proof.clock.title.zh}"
        )
        days = io.StringIO()
        write_csv(proof.proof.days, days)
        content = ("\ufeff" + days.getvalue()).encode()
        archive.add(names.give("clocks", f"{name}.csv"), content, f"day by day 逐日：{proof.clock.title.zh}")


def _case(view: CaseView) -> dict[str, Any]:
    body = {name: value for name, value in plain(view).items() if name not in _NOT_OF_THE_CASE}
    relatives = [*([view.parent] if view.parent else []), *view.relatives]
    return {
        **body,
        "state": {"name": view.state.name, "title": plain(view.state.title)},
        "relatives": [{n: v for n, v in plain(one).items() if n != "light"} for one in relatives],
    }


def _proof(proof: ClockProof) -> dict[str, Any]:
    body: dict[str, Any] = plain(proof)
    body["clock"] = {name: value for name, value in body["clock"].items() if name not in _OF_THE_MOMENT}
    return body


def _add_documents(archive: Archive, names: Names, told: _Told, office: Office, actor: Actor) -> list[str]:
    """Every document that may be seen, its facts and its file; returns the numbers of those without a file."""
    for document in told.view.documents:
        path = names.give("documents", f"{document.no}.json")
        archive.add(path, as_bytes(document), f"facts of document 文书要素：{document.no}")
        if document.rendered:
            content = _document(office, actor, told.view.no, document)
            archive.add(names.give("documents", f"{document.no}.pdf"), content, f"document 文书：{document.no}")
    return [one.no for one in told.view.documents if not one.rendered]


def _add_materials(archive: Archive, names: Names, told: _Told, office: Office, actor: Actor) -> None:
    placed: list[dict[str, Any]] = []
    for material in sorted(told.view.materials, key=lambda one: one.id):
        path = names.give(f"materials/{material.code}", material.filename)
        archive.add(path, _material(office, actor, told.view.no, material), f"material 材料：{material.title.zh}")
        placed.append({**plain(material), "path": path})
    archive.add(names.give("", "materials.json"), as_bytes(placed), "list of materials 材料清单")


def _document(office: Office, actor: Actor, no: str, document: DocumentView) -> bytes:
    with begin_work(office, actor) as work:
        return document_file(work, no, document.no).content


def _material(office: Office, actor: Actor, no: str, material: MaterialView) -> bytes:
    with begin_work(office, actor) as work:
        return material_file(work, no, material.id).content
