"""The file of one case as one archive."""

from flask import Response

from api import access
from api.outgoing import outgoing, sent
from api.reading import Blueprint
from workflow.queries.case_file import case_file

blueprint = Blueprint("case_file", __name__, url_prefix="/api/v1/cases", description="The file of a case")


@blueprint.get("/<no>/file.zip")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/zip")
def case_archive(no: str) -> Response:
    """The file of a case (案卷) as one ZIP

    Its history, clocks with their proofs day by day, documents and materials, as far as you may see them, and
    `manifest.json` with size and SHA-256 of every member, the end of the case's chain, and how to check both. The same
    state of the case on the same day gives the same bytes.
    """
    office, actor = access.office(), access.me().actor
    # A snapshot is taken, and every file fetched, in transactions of their own.
    access.release(None)
    with outgoing() as file:
        case_file(office, actor, no, file)
    response = sent(file, "application/zip", f"{no}.zip")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
