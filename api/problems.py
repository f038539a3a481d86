"""Every refusal and every failure as one shape: RFC 9457 application/problem+json, sentences in zh and en.

A person's mistake is a 4xx and is logged as INFO; a broken promise of ours is a 5xx and is logged as ERROR, with a
reference number and without its details, which may be somebody's data.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from flask import Flask, Response, current_app, g, jsonify, request
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from workflow import logs
from workflow.definition import Title
from workflow.errors import Reason, Refused

log = logs.logger("web")

TITLES: Mapping[int, Title] = {
    400: Title("输入有误", "Bad input"),
    401: Title("请先登录", "Sign in first"),
    403: Title("不允许", "Not allowed"),
    404: Title("没有找到", "Not found"),
    405: Title("方法不对", "Method not allowed"),
    409: Title("已有变化", "Conflict"),
    413: Title("内容过大", "Too large"),
    415: Title("类型不对", "Unsupported type"),
    422: Title("条件未满足", "Not possible as it stands"),
    429: Title("次数过多", "Too many tries"),
    500: Title("系统出错", "Our fault"),
    503: Title("暂时不可用", "Not available just now"),
}
BUSY = Title("同一数据正被他人写入，请稍后重试", "Somebody else is writing to the same data: try again")
AWAY = Title("数据库暂时不可用，请稍后重试", "The database is not available just now: try again")
# Serialization failure, deadlock, lock not available, unique and foreign key and exclusion violation.
AWAY_ERRORS = (OperationalError, InterfaceError, PoolTimeout)
LATER = frozenset({"40001", "40P01", "55P03", "23505", "23503", "23P01"})


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal ready to be shown, by JSON or by a page."""

    status: int
    code: str
    zh: str
    en: str
    reasons: tuple[Reason, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> Title:
        """The short name of its kind."""
        return TITLES.get(self.status, TITLES[400 if self.status < 500 else 500])

    def sentence(self, language: str) -> str:
        """The sentence in ``zh`` or ``en``."""
        return self.en if language == "en" else self.zh


ErrorPage = Callable[[Problem], Response]


def register(app: Flask) -> None:
    """Answer whatever is raised in ``app``."""
    app.register_error_handler(Exception, answer)


def pages_answer_with(app: Flask, page: ErrorPage) -> None:
    """Let ``page`` show problems outside of /api (a 401 may become a redirect to the sign-in page)."""
    app.extensions["wugeyi-error-page"] = page


def answer(error: Exception) -> Response:
    """The response to an exception: a page where pages are served, JSON everywhere else."""
    problem = problem_of(error)
    g.problem_code = problem.code
    page = cast(ErrorPage | None, current_app.extensions.get("wugeyi-error-page"))
    wants_page = page is not None and not request.path.startswith("/api/") and request.accept_mimetypes.accept_html
    response = page(problem) if page is not None and wants_page else as_json(problem)
    response.headers.extend(dict(problem.headers))
    return response


def as_json(problem: Problem) -> Response:
    """The problem as application/problem+json in the caller's language."""
    language = caller_language()
    response = jsonify(
        type=f"urn:wugeyi:problem:{problem.code}",
        title=problem.title.en if language == "en" else problem.title.zh,
        status=problem.status,
        detail=problem.sentence(language),
        code=problem.code,
        zh=problem.zh,
        en=problem.en,
        reasons=[
            {
                "code": reason.code,
                "sentence": reason.en if language == "en" else reason.zh,
                "zh": reason.zh,
                "en": reason.en,
                "facts": reason.facts,
            }
            for reason in problem.reasons
        ],
        extra=dict(problem.extra),
        request_id=g.get("request_id", ""),
    )
    response.status_code = problem.status
    response.content_type = "application/problem+json"
    response.content_language = language
    response.vary.add("Accept-Language")
    return response


def caller_language() -> str:
    """``zh`` unless the caller prefers English."""
    # Not best_match: it puts an exact "en" of low weight before a "zh-Hans" of high weight.
    wanted = (tag.partition("-")[0].lower() for tag, weight in request.accept_languages if weight > 0)
    return next((language for language in wanted if language in ("zh", "en")), "zh")


def problem_of(error: Exception) -> Problem:
    """What to say about an exception; logs what is our fault."""
    if isinstance(error, Refused):
        return _of_refusal(error)
    if isinstance(error, RequestEntityTooLarge):
        return _too_large()
    if isinstance(error, HTTPException) and error.code is not None and error.code < 500:
        return _of_http(error)
    if isinstance(error, DBAPIError | PoolTimeout):
        return _of_database(error)
    return _our_fault(error)


def _of_refusal(error: Refused) -> Problem:
    headers: dict[str, str] = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="wugeyi"'
    if "retry_after" in error.extra:
        headers["Retry-After"] = str(error.extra["retry_after"])
    elif error.code == "busy":
        headers["Retry-After"] = "1"
    return Problem(error.status, error.code, error.zh, error.en, error.reasons, error.extra, headers)


def _of_http(error: HTTPException) -> Problem:
    status = error.code or 400
    method, type_ = request.method[:20], request.mimetype[:80]
    match status:
        case 404:
            words = Title("没有这个地址", "There is no such address")
            return Problem(404, "no_such_address", words.zh, words.en)
        case 405:
            accepted = sorted(getattr(error, "valid_methods", None) or ())
            listed = ", ".join(accepted)
            return Problem(
                405,
                "method_not_allowed",
                f"此地址不支持 {method}，可用：{listed}",
                f"{method} is not possible here; possible: {listed}",
                extra={"method": method, "accepted": accepted},
                headers={"Allow": listed},
            )
        case 415:
            known = ["application/json", "multipart/form-data"]
            return Problem(
                415,
                "unsupported_type",
                f"Content-Type：此处不支持“{type_}”，请用 {known[0]}（上传文件用 {known[1]}）",
                f"Content-Type: “{type_}” is not accepted here, but {known[0]} ({known[1]} where files are uploaded)",
                extra={"field": "Content-Type", "value": type_, "accepted": known},
            )
        case _:
            name = error.name.lower().replace(" ", "_")
            return Problem(status, name, f"请求无法识别（{status}）", f"The request cannot be read ({error.name})")


def _too_large() -> Problem:
    limit = request.max_content_length or 0
    if request.content_length is not None and request.content_length <= limit:
        # Not the body as a whole, then: a form of too many parts, or one with a text field that is too long.
        limit, parts = request.max_form_memory_size or 0, request.max_form_parts
        return Problem(
            413,
            "too_large",
            f"表单过大：文字部分最多 {limit / 1024 / 1024:g} MiB，最多 {parts} 项",
            f"The form is too large: at most {limit / 1024 / 1024:g} MiB of text in at most {parts} parts",
            extra={"limit_bytes": limit, "limit_parts": parts, "sent_bytes": request.content_length},
        )
    size = f"{limit / 1024 / 1024:g} MiB"
    return Problem(
        413,
        "too_large",
        f"请求正文过大：此处最多 {size}",
        f"The body is too large: at most {size} here",
        extra={"limit_bytes": limit, "sent_bytes": request.content_length},
    )


def _of_database(error: DBAPIError | PoolTimeout) -> Problem:
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    if state in LATER:
        log.info("somebody else was writing", extra=logs.facts(sqlstate=state))
        return Problem(409, "busy", BUSY.zh, BUSY.en, headers={"Retry-After": "1"}, extra={"retry_after": 1})
    if isinstance(error, DataError):
        # A value of the request that no check of ours caught: theirs to correct, ours to find.
        log.error("the database refused a value", exc_info=error, extra=logs.facts(sqlstate=state))
        return Problem(400, "value_not_storable", "有无法保存的值", "A value in the request cannot be stored")
    if isinstance(error, AWAY_ERRORS) or getattr(error, "connection_invalidated", False):
        log.error("the database is away", exc_info=error, extra=logs.facts(sqlstate=state))
        return Problem(503, "database_away", AWAY.zh, AWAY.en, headers={"Retry-After": "5"}, extra={"retry_after": 5})
    return _our_fault(error)


def _our_fault(error: Exception) -> Problem:
    reference = g.get("request_id", "")
    log.error("a promise was broken", exc_info=error, extra=logs.facts(reference=reference))
    return Problem(
        500,
        "our_fault",
        f"系统内部出错，没有写入任何内容。请报修并提供编号 {reference}",
        f"Something is wrong on our side; nothing was written. Please report the number {reference}",
        extra={"reference": reference},
    )
