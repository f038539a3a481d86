"""Papers: taking them in, handing them out."""

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.cases import case_page, read_page
from api.pages.correction import answering, correction_page
from api.pages.draft_papers import papers_page
from api.pages.drafts import is_draft, read_draft
from api.pages.faults import Fault, at_its_field
from api.pages.frame import lead
from api.pages.once import Done, lead_on
from api.wording import _, own
from workflow.commands.attach_material import attach_material
from workflow.errors import NotFound, Refused
from workflow.queries.materials import material_file

# A page made by somebody else's file must not act in our name.
SANDBOX = "default-src 'none'; sandbox"


@pages.post("/cases/<no>/materials")
def upload(no: str) -> Response:
    """Hand in the chosen files; each stands for itself, a wrong one leaves the others alone."""
    chosen = [(code, file) for code, file in request.files.items() if file.filename]
    if not chosen and _goes_on():
        return lead(_where(no))
    if not chosen:
        return _back(no, [Fault("", _("还没有选择文件，请先在要交的材料下选择"))], 400)
    faults, kept, status = [], 0, 422
    for code, file in chosen:
        try:
            with access.work() as work:
                attach_material(work, no, code, file.filename or "", file.stream.read())
            kept += 1
        except NotFound:
            raise
        except Refused as refusal:
            words = at_its_field(refusal.reasons[0], "file") if refusal.reasons else own(refusal)
            faults.append(Fault(code, words))
            status = refusal.status
    if faults:
        return _back(no, faults, status, _("其他 %(n)s 份已上传。", n=kept) if kept else "")
    return lead_on(Done(_where(no), _("已上传 %(n)s 份材料。", n=kept)))


@pages.get("/cases/<no>/materials/<int:number>")
def material(no: str, number: int) -> Response:
    """One file that was handed in, as a download."""
    with access.work() as work:
        found = material_file(work, no, number)
    response = Response(found.content, content_type=found.content_type)
    response.headers.set("Content-Disposition", "attachment", filename=found.filename)
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _back(no: str, faults: list[Fault], status: int, note: str = "") -> Response:
    with access.work() as work:
        page = read_page(work, no)
    if is_draft(page.case) and (found := read_draft(no)) is not None:
        return papers_page(found, faults, status, note)
    if (action := answering(page)) is not None and request.form.get("back") == "deed":
        return correction_page(page, action, faults, status, note)
    return case_page(page, faults, status, note)


def _goes_on() -> bool:
    """Whether the reader leaves the page of the slots: what is chosen there goes along."""
    return request.form.get("then") == "next"


def _where(no: str) -> str:
    """The page the slots stood on, or of a draft the list of its tasks for who goes on."""
    with access.work() as work:
        page = read_page(work, no)
    if is_draft(page.case):
        return url_for("pages.draft" if _goes_on() else "pages.draft_papers", no=no)
    if (action := answering(page)) is not None and request.form.get("back") == "deed":
        return url_for("pages.deed", no=no, name=action.name)
    return url_for("pages.case", no=no)
