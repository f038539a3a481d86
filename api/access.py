"""Who is calling, and the unit of work of a request.

Before a view runs, `guard` has read the body, found the caller by token or session, and checked the route's entry in
`api.route_table` and, for a session, the CSRF token; all in the transaction that the view then uses. A view writes:

    with access.work() as work:      # one transaction, one reading of the clock, the caller as actor
        change = take_action(work, no, action, inputs, version)
    return change                    # committed; answered outside of the transaction
"""

import hmac
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import cast

from flask import Flask, Response, current_app, g, request
from sqlalchemy import Connection
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, UnsupportedMediaType

from api.live import Live
from api.route_table import ROUTES, UPLOADS, Access
from workflow.clock.calendar import Calendar
from workflow.errors import BadInput, NotAllowed, NotSignedIn
from workflow.settings import Settings
from workflow.store import tokens
from workflow.store.tokens import Kind, NewToken, SignedIn
from workflow.work import Office, Work, calendar_in_force

BODY_BYTES = 1024 * 1024
"""Longest body of a route that takes no files."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,200}")


@dataclass(frozen=True, slots=True)
class Wiring:
    """What every request of this process shares."""

    office: Office
    settings: Settings
    live: Live = field(default_factory=Live)

    @property
    def https(self) -> bool:
        """Whether people reach the service by https: through a proxy, since it speaks plain http itself."""
        return self.settings.public_url.startswith("https://")

    @property
    def cookie(self) -> str:
        # A browser takes a __Host- cookie only over https, from this very host, for every path.
        return "__Host-wugeyi" if self.https else "wugeyi"


def wiring() -> Wiring:
    """What `api.app.create_app` was given."""
    return cast(Wiring, current_app.extensions["wugeyi"])


def office() -> Office:
    """The office of this process, for views that need no transaction."""
    return wiring().office


def me() -> SignedIn:
    """Who is signed in (raises NotSignedIn on a public route)."""
    signed_in: SignedIn | None = g.get("signed_in")
    if signed_in is None:
        raise sign_in_first()
    return signed_in


def me_if_signed_in() -> SignedIn | None:
    """Who is signed in, as far as this request has found out; for the head of an error page."""
    return cast(SignedIn | None, g.get("signed_in"))


def calendar() -> Calendar:
    """The calendar in force: that of this request's unit of work, read by itself where there was none."""
    found: Calendar | None = g.get("calendar")
    if found is None:
        with office().engine.connect() as conn:
            found = g.calendar = calendar_in_force(office(), conn)
    return found


@contextmanager
def work() -> Iterator[Work]:
    """The unit of work of this request, by the person signed in.

    Committed when the block ends, rolled back whole when it raises. A second block in the same request is a second
    transaction, in which the token is looked up again.
    """
    conn: Connection | None = g.pop("conn", None)
    if conn is None:
        conn = _begin()
    caller = me()
    transaction = conn.get_transaction()
    assert transaction is not None
    with conn, transaction:
        begun = Work(office(), conn, caller.now, caller.actor)
        yield begun
        if begun.calendar_version is not None:
            g.calendar = begun.calendar


def guard() -> None:
    """Refuse what may not be called; runs before every view."""
    if request.url_rule is None or request.method == "OPTIONS":
        return  # nothing found (404, 405), or nothing but the list of methods
    route = route_of(request.method, request.url_rule.rule)
    access = ROUTES[route]
    _check_origin()
    if access.signed_in:
        credential()  # refuses before the body is read
    _read_body(route)
    if access.signed_in:
        g.conn = _begin()
        _check_csrf()
        _check_roles(access)
    elif access.recognises and wiring().cookie in request.cookies:
        # A session that has ended makes the reader a stranger here, not somebody to be refused.
        with suppress(NotSignedIn):
            _begin().close()


def release(error: BaseException | None) -> None:
    """Roll back and give back a connection that no view has used; runs after every request."""
    conn: Connection | None = g.pop("conn", None)
    if conn is not None:
        conn.close()


def check_routes(app: Flask) -> None:
    """Refuse to start with a route that nobody has decided about, or with a decision about no route."""
    served = {
        route_of(method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    if served != set(ROUTES):
        missing, idle = sorted(served - set(ROUTES)), sorted(set(ROUTES) - served)
        raise RuntimeError(f"api/route_table.py: not listed: {missing}; listed, but not served: {idle}")


def route_of(method: str, rule: str) -> str:
    """The key of the route table; HEAD is answered by GET."""
    return f"{'GET' if method == 'HEAD' else method} {rule}"


def credential() -> tuple[Kind, str]:
    """The token of this request and where it came from; Authorization goes before the cookie."""
    header = request.headers.get("Authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        kind: Kind = "bearer"
        token = token.strip() if scheme.lower() == "bearer" else ""
    else:
        kind, token = "session", request.cookies.get(wiring().cookie, "")
    if not _TOKEN.fullmatch(token):
        raise sign_in_first()
    return kind, token


def sign_in_first() -> NotSignedIn:
    """The one answer to no token, a wrong one, one expired or revoked, and a closed account."""
    return NotSignedIn(
        "sign_in_required",
        "请先登录：没有有效的登录或访问令牌",
        "Sign in first: there is no valid session or bearer token",
    )


def keep_session(response: Response, token: NewToken, *, lasting: bool = True) -> None:
    """Hand a session to the browser: for as long as it holds, or (``lasting`` False) until the browser is closed."""
    seconds = int((token.expires_at - token.created_at).total_seconds())
    keep_secret(response, token.secret, seconds if lasting else None)


def keep_secret(response: Response, secret: str, seconds: int | None) -> None:
    """Let the browser hold the session's secret for ``seconds``; None: until it is closed."""
    response.set_cookie(
        wiring().cookie, secret, max_age=seconds, path="/", httponly=True, samesite="Lax", secure=wiring().https
    )


def forget_session(response: Response) -> None:
    """Take the session back from the browser."""
    response.delete_cookie(wiring().cookie, path="/", httponly=True, samesite="Lax", secure=wiring().https)


def _begin() -> Connection:
    """A connection in whose transaction the caller has been found."""
    kind, token = credential()
    conn = office().engine.connect()
    try:
        conn.begin()
        signed_in = tokens.authenticate(conn, tokens.digest(token), kind)
        if signed_in is None:
            raise sign_in_first()
    except BaseException:
        conn.close()
        raise
    g.signed_in = signed_in
    g.kind = kind
    return conn


def _read_body(route: str) -> None:
    """Take the body in before the transaction begins: a slow sender must not hold a connection and a snapshot."""
    with_files = request.mimetype == "multipart/form-data"
    if with_files and route not in UPLOADS:
        raise UnsupportedMediaType()
    if not with_files:
        request.max_content_length = BODY_BYTES
    try:
        body = b"" if with_files else request.get_data()
        _ = request.files
    except (HTTPException, OSError):
        raise  # too large, broken off; or our own disk is full
    except Exception as error:
        # Each server has its own errors for a body that is wrongly sent (chunks), without a common base.
        raise BadInput("bad_body", "请求正文传输有误", "The body is not sent as HTTP has it") from error
    if request.content_length is None and len(body) >= BODY_BYTES:
        # werkzeug cuts a body of unannounced length off at the limit without a word.
        raise RequestEntityTooLarge()
    g.body_read = True


def _check_origin() -> None:
    """Refuse a change that another site's page sends with the visitor's cookie; covers signing in as well."""
    if request.method in SAFE_METHODS or "Authorization" in request.headers:
        return
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    ours = (f"http://{request.host}", f"https://{request.host}", wiring().settings.public_url)
    if site not in ("same-origin", "none") or request.headers.get("Origin", ours[0]) not in ours:
        raise NotAllowed(
            "cross_site",
            "拒绝：该请求来自其他网站的页面",
            "Refused: this request comes from a page of another site",
        )


def _check_csrf() -> None:
    if g.kind == "bearer" or request.method in SAFE_METHODS:
        return
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    if not hmac.compare_digest(sent.encode(), me().csrf.encode()):
        raise NotAllowed(
            "csrf_token",
            "拒绝：缺少或不符的防伪令牌（表单字段 csrf 或请求头 X-CSRF-Token），请刷新页面后重试",
            "Refused: the CSRF token (form field csrf or header X-CSRF-Token) is missing or wrong; reload the page",
        )


def _check_roles(access: Access) -> None:
    if access.roles and not me().actor.holds(*access.roles):
        roles = office().catalogue.roles
        needed = [roles[role].title for role in sorted(access.roles) if role in roles]
        raise NotAllowed(
            "role_required",
            "需要以下角色之一：" + "、".join(title.zh for title in needed),
            "One of these roles is needed: " + ", ".join(title.en for title in needed),
            extra={"roles": sorted(access.roles)},
        )
