"""Whether a document is genuine: the page its QR code leads to. For anybody; nothing of the case stands on it."""

from collections.abc import Mapping
from datetime import date

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.faults import Fault
from api.pages.frame import lead, show
from api.wording import N_, _, own, short_day
from workflow.errors import NotFound
from workflow.queries.documents import CheckedDocument, as_printed, check

STANDINGS: Mapping[str, str] = {
    "valid": N_("有效"),
    "revoked": N_("所准予的许可已撤销"),
    "cancelled": N_("所准予的许可已注销"),
    "lapsed": N_("所准予的许可已失效"),
}


@pages.get("/check")
def check_form() -> Response:
    """The form; a code that was typed leads on to its page."""
    code = as_printed(request.args.get("code", ""))
    if code:
        return lead(url_for("pages.checked", code=code[:40]))
    problems = [Fault("code", _("请填写核验码"))] if "code" in request.args else []
    return _page("", None, problems, 400 if problems else 200)


@pages.get("/check/<code>")
def checked(code: str) -> Response:
    """What the code tells."""
    office = access.office()
    try:
        with office.engine.connect() as conn:
            found = check(office, conn, code)
    except NotFound as unknown:
        return _page(code[:40], None, [Fault("code", own(unknown))], 404)
    return _page(found.check_code, found, [], 200)


def _page(code: str, found: CheckedDocument | None, problems: list[Fault], status: int) -> Response:
    standing = _(STANDINGS[found.standing]) if found else ""
    # Always with its year: a paper is compared, perhaps years later.
    issued = short_day(found.issued_on, date.min) if found else ""
    return show("check.html", status, code=code, found=found, standing=standing, issued=issued, problems=problems)
