"""修改密码: one's own password, by the old one."""

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.faults import Fault, faults_of
from api.pages.frame import show
from api.pages.once import Done, lead_on
from api.wording import _
from workflow.commands.change_password import SHORTEST, change_password
from workflow.errors import Refused
from workflow.store import people


@pages.get("/password", endpoint="password")
def password_form() -> Response:
    """The form, with the rules in words."""
    return _form()


@pages.post("/password", endpoint="change_password")
def change() -> Response:
    """Change one's own password; every other session and token ends."""
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    empty = {"old": _("请填写现在的密码"), "new": _("请填写新密码"), "again": _("请再填一次新密码")}
    faults = [Fault(name, empty[name]) for name, value in (("old", old), ("new", new), ("again", again)) if not value]
    if not faults and new != again:
        faults = [Fault("again", _("两次填写的新密码不一样"))]
    if faults:
        return _form(faults, 400)
    caller = access.me()
    access.release(None)  # no transaction while passwords are hashed
    assert caller.actor.id is not None
    try:
        ended = change_password(access.office(), caller.actor.id, caller.token_id, old, new, request.remote_addr or "")
    except Refused as refusal:
        labels = {"old": _("现在的密码"), "new": _("新密码")}
        response = _form(faults_of(refusal, labels, {}), refusal.status)
        if "retry_after" in refusal.extra:
            response.headers["Retry-After"] = str(refusal.extra["retry_after"])
        return response
    said = _("密码已修改。")
    if ended:
        said += _("其他 %(n)s 处登录或令牌已退出，请用新密码重新登录。", n=ended)
    return lead_on(Done(url_for("pages.password"), said))


def _form(faults: list[Fault] | None = None, status: int = 200) -> Response:
    caller = access.me().actor
    assert caller.id is not None
    with access.work() as work:
        account = people.account_of(work.conn, caller.id)
    assert account is not None
    return show(
        "password.html",
        status,
        username=account.username,
        shortest=SHORTEST,
        problems=faults or (),
        here=url_for("pages.password"),
    )
