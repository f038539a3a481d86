"""Loading a holiday notice, or a closure: typed, looked at with everything it would move, and only then proposed."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from flask import Response, request, url_for
from werkzeug.datastructures import FileStorage

from api import access
from api.pages.amendments import ROWS_SHOWN, titled
from api.pages.blueprint import pages
from api.pages.faults import Fault, at_its_field
from api.pages.frame import show
from api.pages.moves import Shown, shown
from api.pages.notice_text import LONGEST, read_notice
from api.pages.once import Done, lead_on, once
from api.pages.reading import half_width, read_day
from api.wording import N_, _, own
from workflow.amending.kinds import KINDS
from workflow.clock.days import local_day
from workflow.commands.amend import propose
from workflow.errors import Reason, Refused
from workflow.work import Work

KIND_NAMES = ("year", "closure")
# What the core names, and the field of the form that can put it right.
FIELDS: Mapping[str, Mapping[str, str]] = {
    "year": {"year": "year", "document": "document", "source": "document", "extra": "extra"},
    "closure": {"document": "document", "source": "document"},
}
REST: Mapping[str, str] = {"year": "text", "closure": "since"}
"""The field for everything else that is wrong."""
PARTS: Mapping[str, str] = {"off": N_("放假"), "make_up": N_("调休上班")}


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into the form of either kind."""

    year: str = ""
    document: str = ""
    text: str = ""
    extra: str = ""
    since: str = ""
    until: str = ""
    name: str = ""


@pages.get("/calendar/notice")
def calendar_notice() -> Response:
    """The form: a year's notice, or with ``kind=closure`` days on which the office is shut."""
    year = half_width(request.args.get("year", ""))[:4] or str(access.calendar().horizon.year + 1)
    return _form(_kind(), Typed(year=year))


@pages.post("/calendar/notice")
def calendar_preview() -> Response:
    """What was typed: every date it would move, with nothing saved; or ``step=propose``: propose it."""
    kind, step, typed = _kind(), request.form.get("step", "preview"), _typed()
    if step == "edit":
        return _form(kind, typed)
    today = local_day(access.me().now)
    content, faults = _of_year(typed) if kind == "year" else _of_closure(typed, today)
    document = typed.document or str(content.get("source", ""))
    if not document:
        faults.insert(0, Fault("document", _("请填写依据的文件：标题和文号")))
    if faults:
        return _form(kind, typed, faults, 400)
    try:
        with access.work() as work:
            if step == "propose":
                done = once(work, lambda: _proposed(work, kind, content, document))
            else:
                return _preview(kind, typed, *_imagined(work, kind, content, document))
    except Refused as refusal:
        return _form(kind, typed, _faults(refusal, kind), refusal.status)
    return lead_on(done)


def _proposed(work: Work, kind: str, content: Mapping[str, Any], document: str) -> Done:
    made = propose(work, kind, content, document)
    said = _("已提交，待另一位管理员签发。现在的日历还没有变。")
    return Done(url_for("pages.amendment", number=made.id), said)


def _imagined(work: Work, kind: str, content: Mapping[str, Any], document: str) -> tuple[Shown, str]:
    """What would move, and what the amendment would be called."""
    today = local_day(work.now)
    kept = KINDS[kind].read(work, kind, content, document)
    return shown(KINDS[kind].preview(work, kind, kept, ROWS_SHOWN), today), titled(kind, kept, today)


def _preview(kind: str, typed: Typed, found: Shown, what: str) -> Response:
    if found.old_version == found.new_version:
        fault = Fault(REST[kind], _("与现在的日历完全相同，没有要变动的日子"))
        return _form(kind, typed, [fault], 400)
    return show(
        "calendar_preview.html",
        kind=kind,
        what=what,
        typed=typed,
        sent=[(name, value) for name, value in asdict(typed).items() if value],
        shown=found,
        missing=None,
        here=url_for("pages.calendar_notice", year=typed.year, kind=kind),
    )


def _form(kind: str, typed: Typed, faults: list[Fault] | None = None, status: int = 200) -> Response:
    return show(
        "calendar_notice.html",
        status,
        kind=kind,
        typed=typed,
        missing=None,
        problems=faults or (),
        here=url_for("pages.calendar_notice", year=typed.year, kind=kind),
    )


def _kind() -> str:
    kind = request.args.get("kind", "year")
    return kind if kind in KIND_NAMES else "year"


def _typed() -> Typed:
    file = request.files.get("file")
    text = _file_text(file) if file is not None and file.filename else request.form.get("text", "")
    return Typed(
        year=half_width(request.form.get("year", "")),
        document=request.form.get("document", "").strip(),
        text=text.replace("\r\n", "\n").strip(),
        extra=half_width(request.form.get("extra", "")),
        since=request.form.get("since", "").strip(),
        until=request.form.get("until", "").strip(),
        name=request.form.get("name", "").strip(),
    )


def _file_text(file: FileStorage) -> str:
    """The words of a text file as Chinese editors save them; what stands past the limit is not worth reading."""
    content = file.stream.read(4 * LONGEST + 4)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _of_year(typed: Typed) -> tuple[dict[str, Any], list[Fault]]:
    if not re.fullmatch(r"[0-9]{4}", typed.year):
        return {}, [Fault("year", _("“哪一年”应为四位年份，如 2027"))]
    year = int(typed.year)
    notice, unread = read_notice(typed.text, year)
    faults = [Fault("text", str(one)) for one in unread]
    if notice.get("year", year) != year:
        faults.append(
            Fault("year", _("内容写的是 %(found)s 年，这里填的是 %(typed)s 年", found=notice["year"], typed=year))
        )
    content = {"year": year, **notice}
    if typed.extra:
        content["extra"] = int(typed.extra) if re.fullmatch(r"[0-9]{1,3}", typed.extra) else typed.extra
    return content, faults


def _of_closure(typed: Typed, today: date) -> tuple[dict[str, Any], list[Fault]]:
    since = read_day(typed.since, today)
    until = read_day(typed.until, today) if typed.until else since
    faults = [
        Fault(name, words)
        for name, words, wrong in (
            ("since", _("“第一天”应为日期，如 2026-08-12"), since is None),
            ("until", _("“最后一天”应为日期，如 2026-08-12"), bool(typed.until) and until is None),
            ("name", _("请填写“叫什么”，如“台风停工”"), not typed.name),
        )
        if wrong
    ]
    if faults or since is None or until is None:
        return {}, faults
    span = {"from": since.isoformat(), "to": until.isoformat(), "name": typed.name}
    return {"year": since.year, "off": [span]}, []


def _faults(refusal: Refused, kind: str) -> list[Fault]:
    """Every reason at the field that can put it right, in the words of the form."""
    return [_fault(reason, kind) for reason in refusal.reasons] or [Fault("", own(refusal))]


def _fault(reason: Reason, kind: str) -> Fault:
    path = str(reason.facts.get("field", ""))
    text = at_its_field(reason, path)
    named = re.match(r"(\w+)(?:\[(\d+)\])?", path)
    if named is None:
        return Fault(REST[kind], text)
    part, number = named[1], named[2]
    if part in PARTS:
        text = _("%(part)s：%(what)s", part=_(PARTS[part]), what=text)
        text = _("第 %(n)s 项%(what)s", n=int(number) + 1, what=text) if number and kind == "year" else text
    elif part not in FIELDS[kind] and part != "content":
        text = f"{part}：{text}"
    return Fault(FIELDS[kind].get(part, REST[kind]), text)
