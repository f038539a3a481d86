"""The gate: signing in and out, the way home, and how pages look to this reader."""

from dataclasses import dataclass

from flask import Response, request, url_for

from api import access
from api.pages import resuming
from api.pages.assets import content
from api.pages.blueprint import pages
from api.pages.demo_people import demo_accounts, demo_password
from api.pages.faults import Fault
from api.pages.font import font
from api.pages.frame import LOOKS, YEAR, home_of, lead, local, show
from api.pages.once import Done, lead_on
from api.wording import _, own
from workflow import web_font
from workflow.commands.sign_in import Credentials, sign_in
from workflow.commands.sign_out import sign_out as end_session
from workflow.errors import NotFound, NotSignedIn, TooMany


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed at the gate; the password never comes back."""

    username: str = ""
    next: str = ""
    remember: bool = False
    carried: str = ""
    """A form that was sent after the session had ended (`api.pages.resuming`)."""


@pages.get("/")
def home() -> Response:
    """To the first page of this role."""
    return lead(home_of(access.me().actor))


@pages.get("/login")
def sign_in_form() -> Response:
    """The sign-in page; ``next`` is where the reader wanted to go."""
    return _form(Typed(next=local(request.args.get("next")) or ""))


@pages.post("/login")
def sign_in_here() -> Response:
    """Sign in with name and password."""
    remember = request.form.get("remember") == "yes"
    typed = Typed(request.form.get("username", "").strip(), local(request.form.get("next")) or "", remember, _carried())
    password = request.form.get("password", "")
    faults = [
        Fault(name, words)
        for name, words, given in (
            ("username", _("请填写账号"), typed.username),
            ("password", _("请填写密码"), password),
        )
        if not given
    ]
    if faults:
        return _form(typed, faults, 400)
    return _enter(typed, password)


@pages.post("/login/demo")
def sign_in_as() -> Response:
    """Sign in with one of the demonstration's accounts, by its card."""
    username = request.form.get("username", "")
    if not access.wiring().settings.demo or username not in {account.username for account in demo_accounts()}:
        raise NotFound("no_such_address", "没有这个演示身份", "There is no such demo account")
    typed = Typed(username, local(request.form.get("next")) or "", carried=_carried())
    return _enter(typed, demo_password())


@pages.post("/logout")
def sign_out() -> Response:
    """End the session, everywhere."""
    with access.work() as work:
        end_session(work, access.me().token_id)
    response = lead_on(Done(url_for("pages.sign_in_form"), _("已退出登录。")))
    access.forget_session(response)
    return response


@pages.post("/display")
def display() -> Response:
    """Language, 大字版 and 高对比, kept in cookies so that they work without script."""
    response = lead(local(request.form.get("back")) or "/")
    for name, known in LOOKS.items():
        wanted = request.form.get(name)
        if wanted in known:
            secure = access.wiring().https
            response.set_cookie(f"wugeyi-{name}", wanted, max_age=YEAR, httponly=True, samesite="Lax", secure=secure)
    return response


@pages.get("/static/<name>")
def static(name: str) -> Response:
    """A style sheet, script or picture; its address changes with its content, so it may be kept."""
    if name == web_font.NAME:
        return font()
    found = content(name)
    if found is None:
        raise NotFound("no_such_address", "没有这个文件", "There is no such file")
    response = Response(found[0], content_type=found[1])
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


def sign_in_again(carried: str) -> Response:
    """The sign-in page for somebody whose session ended while a form was filled in: the form waits in it."""
    return _form(Typed(carried=carried), status=401)


def _carried() -> str:
    return request.form.get(resuming.FIELD, "")


def _enter(typed: Typed, password: str) -> Response:
    given = Credentials(typed.username, password, request.remote_addr or "")
    old = request.cookies.get(access.wiring().cookie)
    try:
        token = sign_in(access.office(), given, "session", replaces=old)
    except (NotSignedIn, TooMany) as refusal:
        return _form(typed, [Fault("username", own(refusal))], refusal.status, refusal.extra.get("retry_after"))
    waiting = resuming.opened(typed.carried)
    response = resuming.resume(waiting, token) if waiting else lead(typed.next or "/")
    access.keep_session(response, token, lasting=typed.remember)
    return response


def _form(
    typed: Typed, faults: list[Fault] | None = None, status: int = 200, retry_after: int | None = None
) -> Response:
    accounts = demo_accounts() if access.wiring().settings.demo else ()
    response = show(
        "sign_in.html",
        status,
        typed=typed,
        waiting=resuming.opened(typed.carried),
        problems=faults or (),
        accounts=accounts,
        stand_in=next((one for one in accounts if one.applies), None),
        phone=access.office().catalogue.contacts.general.phone,
        here=url_for("pages.sign_in_form"),
    )
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response
