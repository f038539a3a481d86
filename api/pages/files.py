"""Papers: taking them in, handing them out."""

from flask import Response, request, url_for

from api import access
from api.pages.application import draft_page
from api.pages.blueprint import pages
from api.pages.cases import case_page, read_page
from api.pages.faults import Fault, at_its_field
from api.pages.once import Done, lead_on
from api.pages.wording import _, own
from workflow.commands.attach_material import attach_material
from workflow.errors import NotFound, Refused
from workflow.queries.materials import material_file

# A page made by somebody else's file must not act in our name.
SANDBOX = "default-src 'none'; sandbox"


@pages.post("/cases/<no>/materials")
def upload(no: str) -> Response:
    """Hand in the chosen files; each stands for itself, a wrong one leaves the others alone."""
    chosen = [(code, file) for code, file in request.files.items() if file.filename]
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
    return lead_on(Done(url_for("pages.case", no=no), _("已上传 %(n)s 份材料。", n=kept)))


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
    if page.case.flow == "bundle" and page.case.state.name == "draft":
        return draft_page(page.case, page.today, faults, status, note=note)
    return case_page(page, faults, status, note)
