"""Ask for the file of a document once more: it was given up, or, in a demonstration, never made."""

from workflow.errors import NotFound
from workflow.reading import visible_case
from workflow.store import documents, outbox
from workflow.work import Work


def render_again(work: Work, no: str, number: str) -> bool:
    """Have the courier render the document ``number`` of the case ``no`` again; True where its file is there already.

    Raises NotFound where the case has no such document, or one issued before there were templates.
    """
    reading = visible_case(work, no)
    found = documents.issued(work.conn, number)
    if found is None or found.case_id != reading.case.id:
        raise NotFound(
            "no_such_document",
            f"办件 {no} 没有可生成文件的文书“{number}”",
            f"The case {no} has no document “{number}” to set",
        )
    if not found.rendered:
        outbox.once_more(work.conn, f"document:{number}")
    return found.rendered
