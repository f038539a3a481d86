"""Pages for what went wrong: what happened, what is kept, who acted first, how long to wait, whom to call, and the way
back. No page is a dead end."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Response, g, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from api import access
from api.pages import resuming
from api.pages.frame import home_of, lead, local, show
from api.pages.gate import sign_in_again
from api.problems import Problem
from api.wording import N_, _, size
from workflow.errors import NotSignedIn

# Never shown again, not even to whoever typed it.
SECRET_FIELDS = frozenset({"csrf", "key", "password", "old", "new", "again", "version", "back", "next", "faults"})
LONGEST_SHOWN = 4000

ADVICE: Mapping[int, str] = {
    400: N_("请返回上一页，按提示修改后再试。"),
    401: N_("请重新登录，再回到刚才的页面。"),
    403: N_("如果您认为应当可以办理，请联系本部门负责人或系统管理员。"),
    404: N_("地址可能写错了，或者这件事不归您办理。请从首页或列表重新进入。"),
    405: N_("请从页面上的按钮进入，不要直接打开这个地址。"),
    409: N_("请返回办件页查看最新情况，再决定是否继续。"),
    413: N_("请压缩文件，或分成几份上传。"),
    415: N_("请从页面上的按钮提交。"),
    422: N_("请返回上一页，看看还差什么。"),
    429: N_("不必反复点击，到时间再试一次即可。"),
    500: N_("请稍后再试；如果还是不行，请打电话并报下面的编号。"),
    503: N_("系统恢复后不用重新登录。"),
}
NOTHING_WRITTEN = N_("没有写入任何内容，之前保存的都还在。")
"""What a refused deed leaves behind: every deed is one transaction."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of the page."""

    href: str
    words: str


def page(problem: Problem) -> Response:
    """The page for ``problem``; not signed in leads to the sign-in page and back."""
    if problem.status == 401 and request.method == "GET":
        return _sign_in()
    if problem.status == 401 and (carried := resuming.carry()):
        return sign_in_again(carried)
    if problem.status in (404, 405):
        _find_out_who()
    typed = _typed() if problem.status != 413 else []
    return show(
        "failure.html",
        problem.status,
        problem=problem,
        advice=_(ADVICE.get(problem.status, ADVICE[400 if problem.status < 500 else 500])),
        saved=_(NOTHING_WRITTEN) if request.method == "POST" else "",
        wait=_wait(problem),
        largest=_largest(problem),
        reference=g.get("request_id", ""),
        contact=access.office().catalogue.contacts.general,
        typed=typed,
        ways=_ways(problem),
        here="/",
    )


def _find_out_who() -> None:
    """An address that does not exist has not been guarded: look up the reader, so that the menu stays."""
    if access.me_if_signed_in() is not None or not request.cookies.get(access.wiring().cookie):
        return
    with suppress(NotSignedIn, SQLAlchemyError), access.work():
        pass


def _sign_in() -> Response:
    wanted = request.full_path.rstrip("?")
    response = lead(url_for("pages.sign_in_form", next=wanted if local(wanted) and wanted != "/" else None))
    if request.cookies.get(access.wiring().cookie):
        access.forget_session(response)
    return response


def _wait(problem: Problem) -> str:
    """How long until it is worth another try; the header Retry-After says the same in seconds."""
    seconds = problem.extra.get("retry_after")
    if not isinstance(seconds, int):
        return ""
    if seconds < 60:
        return _("请等 %(n)s 秒再试。", n=max(1, seconds))
    return _("请等 %(n)s 分钟再试。", n=-(-seconds // 60))


def _largest(problem: Problem) -> str:
    """The largest that is taken; files and forms have limits of their own."""
    limit = problem.extra.get("limit_bytes")
    if problem.status != 413 or not isinstance(limit, int) or limit <= 0:
        return ""
    sent = problem.extra.get("sent_bytes")
    if isinstance(sent, int) and sent > limit:
        return _("一次最多 %(most)s，您这次是 %(sent)s。", most=size(limit), sent=size(sent))
    return _("一次最多 %(most)s。", most=size(limit))


def _ways(problem: Problem) -> list[Way]:
    """Where to go from here, the likeliest first."""
    back = _back()
    ways = []
    if problem.status == 401:
        ways.append(Way(url_for("pages.sign_in_form", next=back), _("重新登录")))
    elif request.method == "GET" and problem.status in (429, 500, 503):
        ways.append(Way(request.full_path.rstrip("?"), _("再试一次")))
    if back is not None:
        ways.append(Way(back, _("回到刚才的页面")))
    signed_in = access.me_if_signed_in()
    if signed_in is not None:
        ways.append(Way(home_of(signed_in.actor), _("回首页")))
        return ways
    ways.append(Way("/", _("回首页")))
    if problem.status < 500:
        ways.append(Way(url_for("pages.public_query"), _("查进度（不用登录）")))
    return ways


def _typed() -> list[str]:
    """What a person wrote into the form that failed, so that it can be copied; a form too large cannot be read."""
    if request.method != "POST":
        return []
    return [
        value[:LONGEST_SHOWN]
        for name, value in request.form.items(multi=True)
        if name not in SECRET_FIELDS and value.strip() and len(value) > 1
    ]


def _back() -> str | None:
    """The page the form stood on; not the address that has just failed, which would fail again."""
    referrer = request.referrer or ""
    if not referrer.startswith(request.host_url):
        return None
    path = local("/" + referrer.removeprefix(request.host_url))
    return None if path is None or (request.method == "GET" and urlsplit(path).path == request.path) else path
