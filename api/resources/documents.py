"""Documents the office issued: whether one is genuine, for anybody; its file, for those who may see the case."""

from io import BytesIO

from flask import Response, send_file

from api import access
from api.reading import Blueprint
from api.schemas.documents import CheckedDocumentSchema, RenderedSchema
from workflow.commands.render_again import render_again
from workflow.queries.documents import CheckedDocument, check, document_file

blueprint = Blueprint("documents", __name__, url_prefix="/api/v1", description="Documents the office issued")


@blueprint.get("/documents/check/<code>")
@blueprint.response(200, CheckedDocumentSchema)
def check_document(code: str) -> CheckedDocument:
    """Whether a document is genuine, by the check code printed on it

    Tells when it was issued, about which kind of matter, and whether it still holds; nothing of the applicant or the
    project. Nobody has to sign in for this.
    """
    office = access.office()
    with office.engine.connect() as conn:
        return check(office, conn, code)


@blueprint.get("/cases/<no>/documents/<number>/file")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/pdf")
def document_pdf(no: str, number: str) -> Response:
    """The file of a document

    It is made within seconds after the document was issued; until then the answer is 404.
    """
    with access.work() as work:
        found = document_file(work, no, number)
    response = send_file(BytesIO(found.content), mimetype="application/pdf", download_name=found.filename)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.put("/cases/<no>/documents/<number>/file")
@blueprint.response(202, RenderedSchema)
def render_document_again(no: str, number: str) -> dict[str, bool]:
    """Have the file of a document made

    For one that was given up. Where the file is there nothing happens: a file never changes.
    """
    with access.work() as work:
        return {"rendered": render_again(work, no, number)}
