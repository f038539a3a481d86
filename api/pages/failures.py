"""Pages for what went wrong: what happened, what is kept, what to do now."""

from collections.abc import Mapping
from contextlib import suppress

from flask import Response, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from api import access
from api.pages.frame import lead, local, show
from api.pages.wording import N_, _
from api.problems import Problem
from workflow.errors import NotSignedIn

# Never shown again, not even to whoever typed it.
SECRET_FIELDS = frozenset({"csrf", "key", "password", "version", "back", "next", "faults"})
LONGEST_SHOWN = 4000

ADVICE: Mapping[int, str] = {
    400: N_("请返回上一页，按提示修改后再试。"),
    403: N_("如果您认为应当可以办理，请联系本部门负责人或系统管理员。"),
    404: N_("地址可能写错了，或者这件事不归您办理。请从首页或列表重新进入。"),
    405: N_("请从页面上的按钮进入，不要直接打开这个地址。"),
    409: N_("请返回办件页查看最新情况，再决定是否继续。"),
    413: N_("请压缩文件，或分成几份上传。"),
    415: N_("请从页面上的按钮提交。"),
    422: N_("请返回上一页，看看还差什么。"),
    429: N_("请稍等片刻再试，不必反复点击。"),
    500: N_("请稍后再试；如果还是不行，请把下面的编号告诉我们。"),
    503: N_("请等一会儿再试，系统恢复后不用重新登录。"),
}


def page(problem: Problem) -> Response:
    """The page for ``problem``; not signed in leads to the sign-in page and back."""
    if problem.status == 401 and request.method == "GET":
        return _sign_in()
    if problem.status == 404:
        _find_out_who()
    return show(
        "failure.html",
        problem.status,
        problem=problem,
        advice=_(ADVICE.get(problem.status, ADVICE[400 if problem.status < 500 else 500])),
        typed=_typed() if problem.status != 413 else [],
        back=_back(),
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
    """The page the form stood on."""
    referrer = request.referrer or ""
    if not referrer.startswith(request.host_url):
        return None
    return local("/" + referrer.removeprefix(request.host_url))
