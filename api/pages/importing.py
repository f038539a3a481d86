"""Data in: a file is chosen, tried with every fault by sheet and cell, and then confirmed; and what came in before."""

import hashlib
from collections.abc import Mapping
from io import BytesIO

from flask import Response, request, send_file, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.faults import Fault
from api.pages.frame import show
from api.pages.lists import cursor, paging, with_query
from api.pages.once import Done, lead_on, once
from api.resources.imports import check_kind
from api.wording import N_, _, own
from workflow.commands.bring_in import Outcome, check_may_import
from workflow.commands.import_file import IMPORTS, template
from workflow.errors import Refused
from workflow.importing.archive import XLSX
from workflow.queries.imports import imports
from workflow.store import imports as store
from workflow.store.imports import Draft
from workflow.work import Work

KINDS: Mapping[str, str] = {
    "projects": N_("项目和作战图"),
    "people": N_("人员和角色"),
    "case": N_("在办件及其经过"),
}
DIGEST_LENGTH = 64


@pages.get("/imports", endpoint="imports")
def all_imports() -> Response:
    """The form, and past imports with the newest first."""
    return _form(_kind())


@pages.get("/imports/templates/<kind>")
def import_template(kind: str) -> Response:
    """The workbook to fill in."""
    check_kind(kind)
    name, content = template(access.office(), kind)
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@pages.post("/imports")
def new_import() -> Response:
    """``step=try``: what a file would do, with nothing written; ``step=confirm``: the file that was tried."""
    kind = _kind()
    try:
        return _confirmed(kind) if request.form.get("step") == "confirm" else _tried(kind)
    except Refused as refusal:
        return _form(kind, [Fault("file", own(refusal))], refusal.status)


def _kind() -> str:
    kind = request.args.get("kind", "projects")
    return kind if kind in KINDS else "projects"


def _form(kind: str, faults: list[Fault] | None = None, status: int = 200) -> Response:
    with access.work() as work:
        found = imports(work, paging(cursor=cursor()))
    return show(
        "imports.html",
        status,
        kind=kind,
        kinds=[(name, _(words)) for name, words in KINDS.items()],
        names={name: _(words) for name, words in KINDS.items()},
        rows=found.rows,
        problems=faults or (),
        here=url_for("pages.imports", kind=kind),
        next_page=with_query("pages.imports", cursor=found.next_cursor) if found.next_cursor else None,
    )


def _tried(kind: str) -> Response:
    file = request.files.get("file")
    if file is None or not file.filename:
        return _form(kind, [Fault("file", _("请选择文件"))], 400)
    content = file.stream.read()
    digest = hashlib.sha256(content)
    with access.work() as work:
        outcome = IMPORTS[kind](work, file.filename, content, True)
        person = work.actor.id
        if not outcome.faults and person is not None:
            store.keep_draft(work.conn, person, Draft(kind, file.filename, digest.digest(), content))
    return _outcome(kind, outcome, file.filename, digest.hexdigest())


def _confirmed(kind: str) -> Response:
    told: list[Outcome] = []
    with access.work() as work:
        done = once(work, lambda: _imported(work, kind, told))
    if told and told[0].secrets:
        return _outcome(kind, told[0], "", "")
    return lead_on(done)


def _imported(work: Work, kind: str, told: list[Outcome]) -> Done:
    check_may_import(work)
    back = url_for("pages.imports", kind=kind)
    draft = store.take_draft(work.conn, work.actor.id or 0, _digest())
    if draft is None or draft.kind != kind:
        raise Refused(
            "draft_gone", "试读的文件已不在，请重新选择文件", "The file that was tried is gone: choose it again"
        )
    outcome = IMPORTS[kind](work, draft.filename, draft.body, False)
    told.append(outcome)
    said = _(
        "已导入：新增 %(created)s，变更 %(changed)s，未变 %(same)s。",
        created=outcome.created,
        changed=outcome.changed,
        same=outcome.same,
    )
    return Done(back, said)


def _digest() -> bytes:
    text = request.form.get("digest", "")
    try:
        return bytes.fromhex(text) if len(text) == DIGEST_LENGTH else b""
    except ValueError:
        return b""


def _outcome(kind: str, outcome: Outcome, filename: str, digest: str) -> Response:
    return show(
        "import_outcome.html",
        kind=kind,
        name=_(KINDS[kind]),
        outcome=outcome,
        filename=filename,
        digest=digest,
        here=url_for("pages.imports", kind=kind),
    )
