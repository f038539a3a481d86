"""Materials: what a case wants, handing a paper in, taking a file out."""

from io import BytesIO
from typing import Any

from flask import Response, send_file

from api import access, once
from api.reading import Blueprint
from api.resources.answers import tagged
from api.schemas.materials import PapersSchema, UploadedSchema, UploadFileSchema, UploadFormSchema
from workflow.commands.attach_material import attach_material
from workflow.queries.materials import Papers, material_file, papers

blueprint = Blueprint("materials", __name__, url_prefix="/api/v1/cases", description="Materials of a case")


@blueprint.get("/<no>/materials")
@blueprint.response(200, PapersSchema)
def list_materials(no: str) -> Papers:
    """The materials of a case and its bundle, and what its items ask for"""
    with access.work() as work:
        return papers(work, no)


@blueprint.post("/<no>/materials")
@blueprint.arguments(UploadFormSchema, location="form")
@blueprint.arguments(UploadFileSchema, location="files")
@blueprint.response(201, UploadedSchema)
def new_material(form: dict[str, Any], files: dict[str, Any], no: str) -> Response:
    """Hand in one paper

    Checked by its content, which its extension has to agree with; kept once by its SHA-256. An older upload of the
    same code is superseded, never deleted.
    """
    upload = files["file"]
    content = upload.read()
    upload.seek(0)  # `once` reads the file as well
    with access.work() as work:
        kept: dict[str, Any] = {}

        def do() -> dict[str, Any]:
            kept.update(attach_material(work, no, form["code"], upload.filename or "", content))
            return kept

        answer = once.answer(work, UploadedSchema(), do, 201)
    return tagged(answer, kept["version"]) if kept else answer


@blueprint.get("/<no>/materials/<int:material_id>")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
def material_content(no: str, material_id: int) -> Response:
    """One file, always as a download"""
    with access.work() as work:
        found = material_file(work, no, material_id)
    response = send_file(
        BytesIO(found.content), mimetype=found.content_type, as_attachment=True, download_name=found.filename
    )
    # somebody else's file must never run as a page of ours, nor stay in a shared cache
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
