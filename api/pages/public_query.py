"""查进度: how far a case has come, for whoever has its number and the last four digits, or the receipt's QR code.

Nobody is signed in here, nothing personal is shown, and no search engine is to keep it.
"""

from flask import Response, request, url_for

from api import access
from api.pages.ahead import next_step, whose_turn
from api.pages.blueprint import pages
from api.pages.faults import Fault
from api.pages.frame import lead, show
from api.pages.reading import half_width
from api.pages.standing import Standing, standing
from api.wording import _, date_and_time, own
from workflow.clock.days import local_day
from workflow.commands.prove_number import prove_number
from workflow.definition import LIFE_CLOCKS
from workflow.errors import NotFound, TooMany
from workflow.public_cases import DIGITS
from workflow.queries.public_progress import PublicProgress, seal, sealed_progress

LONGEST_NUMBER = 40


@pages.get("/query", endpoint="public_query")
@pages.get("/query/<no>/<shown>", endpoint="public_query")
def query_page(no: str = "", shown: str = "") -> Response:
    """The form, or what the QR code of a receipt leads to."""
    if not shown:
        return _page(half_width(request.args.get("no", ""))[:LONGEST_NUMBER].upper())
    office = access.office()
    try:
        with office.engine.connect() as conn:
            found = sealed_progress(office, conn, access.wiring().settings.secret, no[:LONGEST_NUMBER], shown[:100])
    except NotFound as unknown:
        return _page("", faults=[Fault("no", own(unknown))], status=404)
    return _page(found.no, found=found)


@pages.post("/query")
def query_now() -> Response:
    """Check number and digits; the answer stands at an address of its own, sealed as the receipt's is."""
    no = half_width(request.form.get("no", "")).upper().replace(" ", "")[:LONGEST_NUMBER]
    digits = half_width(request.form.get("digits", "")).upper().replace(" ", "")[:LONGEST_NUMBER]
    if faults := _unfilled(no, digits):
        return _page(no, digits, faults=faults, status=400)
    try:
        found = prove_number(access.office(), no, digits, request.remote_addr or "")
    except NotFound as unknown:
        return _page(no, digits, faults=[Fault("no", own(unknown))], status=404)
    except TooMany as refusal:
        return _too_often(no, digits, refusal)
    return lead(query_path(found))


def query_path(no: str) -> str:
    """The sealed path of a case, as receipts carry it."""
    return url_for("pages.public_query", no=no, shown=seal(access.wiring().settings.secret, no))


def _unfilled(no: str, digits: str) -> list[Fault]:
    faults = []
    if not no:
        faults.append(Fault("no", _("请填写办件编号")))
    if len(digits) != DIGITS or not digits.isalnum():
        faults.append(Fault("digits", _("请填写四位数字或字母，例如 6620")))
    return faults


def _too_often(no: str, digits: str, refusal: TooMany) -> Response:
    response = _page(no, digits, faults=[Fault("", own(refusal))], status=429)
    response.headers["Retry-After"] = str(refusal.extra["retry_after"])
    return response


def _page(
    no: str,
    digits: str = "",
    found: PublicProgress | None = None,
    faults: list[Fault] | None = None,
    status: int = 200,
) -> Response:
    response = show(
        "public_query.html",
        status,
        no=no,
        digits=digits,
        found=found,
        standing=_standing(found) if found else None,
        ended=_ended(found) if found else "",
        ahead=_ahead(found) if found else "",
        problems=faults or (),
        here=request.path if request.method == "GET" else url_for("pages.public_query"),
    )
    # Numbers of cases are nobody's search result; an address that was found is not handed on either.
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _standing(found: PublicProgress) -> Standing | None:
    """The clock to speak of: the promise, else what runs out first; none of an ended case."""
    running = [clock for clock in found.clocks if clock.state != "settled" and clock.name not in LIFE_CLOCKS]
    if found.ended_at is not None or not running:
        return None
    promised = next((clock for clock in running if clock.name == "promised"), running[0])
    rule = access.office().flow(found.flow, found.flow_version).rule(promised.name)
    return standing(promised, rule, found.pauses, found.now)


def _ended(found: PublicProgress) -> str:
    if found.ended_at is None:
        return ""
    return _("%(when)s 办结。", when=date_and_time(found.ended_at, local_day(found.now)))


def _ahead(found: PublicProgress) -> str:
    """The next step, and whether the applicant has something to do."""
    if found.ended_at is not None:
        return _("结果和文书请登录后查看。")
    step = next_step(found.flow, found.state)
    who = whose_turn(found.state, own(found.department))
    words = _("下一步：%(step)s。", step=step) if step else _("现在由%(who)s办理。", who=who) if who else ""
    if found.state.turn == "applicant":
        return words + _("现在需要申请人办理，请登录。")
    return words + _("目前不需要申请人做任何事。")
