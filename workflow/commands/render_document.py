"""Renders a document the office issued into its file; the action that issued it never waits for this."""

import hashlib

from workflow.catalogue import DocumentKind
from workflow.statements import seal_of
from workflow.store import documents
from workflow.store.documents import Issued
from workflow.typesetting import Sheet, Unprintable, typeset
from workflow.work import Office


def render_document(office: Office, no: str) -> bool:
    """Set the document ``no`` and keep its file; False where it has one already. Running twice does no harm.

    :raises Unprintable: where its template is gone, was changed or cannot be set, or its facts are not what the seal
        says.
    """
    with office.engine.begin() as conn:
        found = documents.issued(conn, no)
    if found is None:
        raise Unprintable(f"there is no document {no} with a template")
    if found.rendered:
        return False
    content = set_anew(office, found)
    with office.engine.begin() as conn:
        return documents.keep_file(conn, found.id, hashlib.sha256(content).digest(), content)


def set_anew(office: Office, document: Issued) -> bytes:
    """The file of a document, made from what the database keeps of it. Raises Unprintable."""
    if seal_of(document.template, document.no, document.facts) != document.seal:
        raise Unprintable(f"what {document.no} states is not what its seal covers")
    sheet = Sheet(
        kind=_template(office, document),
        number=document.no,
        words=document.facts["words"],
        titles=document.facts["titles"],
        seal=document.seal,
        check_code=document.check_code,
        issued_at=document.issued_at,
        public_url=office.public_url,
    )
    return typeset(office.config, sheet)


def _template(office: Office, document: Issued) -> DocumentKind:
    """The very template it was issued with: another text would say another thing under the same seal."""
    kind = office.catalogue.documents.get(document.kind)
    versions = (kind, *kind.former) if kind else ()
    found = next((one for one in versions if one.template == document.template), None)
    if found is None:
        there = ", ".join(one.template for one in versions) or "none"
        raise Unprintable(
            f"{document.no} was issued with {document.template}; there are: {there}. Put the file back "
            "(an older version beside the new one, as <kind>.v<N>.typ)"
        )
    return found
