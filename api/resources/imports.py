"""Data in: files of projects, people and running cases, tried and taken, and the workbooks to fill in."""

from io import BytesIO
from typing import Any

from flask import Response, current_app, send_file

from api import access, once
from api.reading import Blueprint
from api.resources.answers import paging
from api.schemas.imports import (
    ImportAnswerSchema,
    ImportOutcomeSchema,
    ImportQuerySchema,
    PastImportsQuerySchema,
    PastImportsSchema,
)
from api.schemas.materials import UploadFileSchema
from workflow.commands.bring_in import Outcome
from workflow.commands.import_file import IMPORTS, template
from workflow.errors import NotFound
from workflow.importing.archive import XLSX
from workflow.queries.imports import PastImport, imports
from workflow.queries.paging import Page

blueprint = Blueprint("imports", __name__, url_prefix="/api/v1/imports", description="Data brought in from files")


@blueprint.get("")
@blueprint.arguments(PastImportsQuerySchema, location="query")
@blueprint.response(200, PastImportsSchema)
def list_imports(query: dict[str, Any]) -> Page[PastImport]:
    """Past imports (administrators)

    Newest first, with counts only: what a file said is not kept.
    """
    with access.work() as work:
        return imports(work, paging(query))


@blueprint.get("/templates/<kind>")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type=XLSX)
def import_template(kind: str) -> Response:
    """The workbook to fill in: `projects`, `people` or `case` (administrators)"""
    check_kind(kind)
    name, content = template(access.office(), kind)
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@blueprint.post("/<kind>")
@blueprint.arguments(ImportQuerySchema, location="query")
@blueprint.arguments(UploadFileSchema, location="files")
@blueprint.response(200, ImportAnswerSchema)
def new_import(query: dict[str, Any], files: dict[str, Any], kind: str) -> Response:
    """Bring in a file of `projects`, `people` or `case` (administrators)

    .xlsx or .csv, for cases .json too. All of it or nothing: a file with faults is refused (`import_refused`) with a
    reason for every cell; with `dry_run` they are listed in the answer. By project code, user name or the number
    elsewhere: what is there already is changed or left alone. First passwords of new accounts stand in the first
    answer only, not in one that is repeated by its Idempotency-Key.
    """
    check_kind(kind)
    upload = files["file"]
    content = upload.read()
    upload.seek(0)  # `once` reads the file as well
    told: list[Outcome] = []
    with access.work() as work:

        def do() -> Outcome:
            told.append(IMPORTS[kind](work, upload.filename or "", content, query["dry_run"]))
            return told[0]

        # Without the secrets: an answer that is kept for repeating must not keep them.
        answer = once.answer(work, ImportOutcomeSchema(), do)
    if told and told[0].secrets:
        body = {**(answer.get_json() or {}), "secrets": dict(told[0].secrets)}
        answer.set_data(current_app.json.dumps(body))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def check_kind(kind: str) -> None:
    """Refuse an import there is none of."""
    if kind not in IMPORTS:
        known = ", ".join(IMPORTS)
        raise NotFound(
            "no_such_import",
            f"没有名为“{kind}”的导入；可用：{known}",
            f"There is no import “{kind}”; accepted: {known}",
            extra={"accepted": list(IMPORTS)},
        )
