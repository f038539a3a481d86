"""What hangs on a case beside its status: 批复文件, 申请材料, 特别程序, 告知承诺监管, 消防."""

from collections.abc import Iterator
from datetime import date

from workflow.clock.days import local_day
from workflow.exchange.case_tables import Filed
from workflow.exchange.facts import ClockFact, DocumentFact, LogLine
from workflow.exchange.rows import Flag, Row
from workflow.exchange.steps import PASSED, Step
from workflow.exchange.tables import COMMITMENT, DECISION, FIRE, PAPER, SPECIAL

LIFE_CLOCKS = ("lifetime", "renewed_life", "remaining_life")
SPECIAL_CLOCK = "special_procedure"
CHECK_NO = "check_no"


def paper_rows(filed: Filed) -> Iterator[Row]:
    """All rows of these tables that belong to the case."""
    passed = filed.steps.first(*PASSED)
    if passed is not None:
        yield _decision_row(filed, passed)
    yield from _material_rows(filed)
    yield from _special_rows(filed)
    yield from _extension_rows(filed)
    if passed is not None and filed.case.item in filed.catalogue.exchange.fire:
        yield _fire_row(filed, passed)
    yield from _commitment_rows(filed)


def _decision_of(filed: Filed, passed: Step) -> DocumentFact | None:
    wanted = filed.catalogue.exchange.decision
    return next((one for one in filed.case.documents if one.kind == wanted and one.seq == passed.line.seq), None)


def _decision(filed: Filed, passed: Step) -> dict[str, object]:
    """Day, number and title: all three are required where the result is 通过."""
    document = _decision_of(filed, passed)
    item = filed.catalogue.items[filed.case.item]
    title = filed.catalogue.documents[filed.catalogue.exchange.decision].title.zh
    return {
        "PFRQ": local_day(passed.at),
        "PFWH": None if document is None else document.no,
        "PFWJBT": f"{filed.case.site.name}·{item.title.zh}·{title}",
    }


def _decision_row(filed: Filed, passed: Step) -> Row:
    document = _decision_of(filed, passed)
    until, flags = _valid_until(filed)
    values = {
        **filed.keys,
        **_decision(filed, passed),
        "PFWJYXQX": until,
        "FJMC": None if document is None else f"{document.no}.pdf",
        "FJLX": "pdf",
        "FJID": None if document is None else document.no,
    }
    return Row(DECISION, filed.case.no, filed.owner, values, (filed.of_case,), flags)


def _valid_until(filed: Filed) -> tuple[date | None, tuple[Flag, ...]]:
    """The last day of the result's life; the day that stands for "unlimited" where it has none."""
    item = filed.catalogue.items[filed.case.item]
    if item.lifetime is None or not item.lifetime.lapses:
        return filed.catalogue.exchange.unlimited, ()
    lives = [clock for clock in filed.case.clocks if clock.name in LIFE_CLOCKS and clock.due_on is not None]
    if not lives:
        return None, (Flag("life_not_begun", "有效期自送达起算，送达后补报"),)
    return max(clock.due_on for clock in lives if clock.due_on is not None), ()


def _fire_row(filed: Filed, passed: Step) -> Row:
    values = {
        "XMDM": filed.case.site.code,
        **filed.keys,
        "YWMC": filed.catalogue.exchange.fire[filed.case.item],
        **_decision(filed, passed),
    }
    return Row(FIRE, filed.case.no, filed.owner, values, (filed.of_case,))


def _material_rows(filed: Filed) -> Iterator[Row]:
    """The newest upload of each paper as of the last line of the history: what came later comes with the next one."""
    last = max(line.recorded_at for line in filed.case.lines)
    item, rules = filed.catalogue.items[filed.case.item], filed.catalogue.exchange
    newest = {}
    for one in sorted(filed.case.materials, key=lambda one: (one.uploaded_at, one.id)):
        if one.uploaded_at <= last and item.material(one.code) is not None:
            newest[one.code] = one
    kind = int(rules.defaults.get("CLFL") or 1)
    for code, upload in newest.items():
        material = item.material(code)
        title = code if material is None else material.title.zh
        suffix = upload.filename.rpartition(".")[2].lower()
        values = {
            "BLSPSLBM": filed.case.joint_no,
            "SPSXSLBM": filed.case.no,
            "FJMC": upload.filename,
            "FJFL": kind,
            "FJLX": suffix,
            "FJID": str(upload.id),
            "CLMLBH": code,
            "CLMC": title,
            "CLFL": kind,
            "CLLX": suffix,
            "CLID": str(upload.id),
            "SQFS": rules.defaults.get("SQFS"),
            "SQSL": 1,
        }
        yield Row(PAPER, f"{filed.case.no}|{code}", filed.owner, values, (filed.of_case,))


def _special_rows(filed: Filed) -> Iterator[Row]:
    """One for each 9: the pause that it opened, with the time that was planned for it."""
    planned = _in_order(clock for clock in filed.case.clocks if clock.name == SPECIAL_CLOCK)
    for place, step in enumerate(filed.steps.specials):
        pause = filed.case.pauses[place] if place < len(filed.case.pauses) else None
        clock = planned[place] if place < len(planned) else None
        days = 0 if clock is None else clock.amount
        flags = () if days else (Flag("no_planned_time", "特别程序没有填写时限"),)
        values = {
            **filed.keys,
            **_kind_of(filed, None if pause is None else pause.cause),
            "TBCXKSSJ": step.sent_at,
            "TBCXSXLX": int(filed.catalogue.exchange.defaults.get("TBCXSXLX") or 1),
            "TBCXSX": days,
        }
        yield Row(SPECIAL, f"{filed.case.no}|{place + 1}", filed.owner, values, (filed.of_case,), flags)


def _in_order(clocks: Iterator[ClockFact]) -> list[ClockFact]:
    return sorted(clocks, key=lambda clock: clock.round)


def _kind_of(filed: Filed, cause: str | None) -> dict[str, object]:
    """TBCX and TBCXMC: a code that is not in the list goes out as 其他, by its name (U4)."""
    catalogue = filed.catalogue
    known = None if cause is None else catalogue.causes.get(cause)
    code = catalogue.exchange.unknown_special.code
    if known is not None and known.exchange in catalogue.codes["tbcx"]:
        code = known.exchange
    return {"TBCX": int(code), "TBCXMC": known.title.zh if known is not None else cause or "其他"}


def _extension_rows(filed: Filed) -> Iterator[Row]:
    """行政许可法 42: legally another thing than a pause, and reported in the same table (GB/T 39046 A.7)."""
    rules = filed.catalogue.exchange
    first = filed.steps.steps[0].sent_at
    for line in _extensions(filed):
        values = {
            **filed.keys,
            "TBCX": int(rules.extension.code),
            "TBCXMC": rules.extension.name or line.action,
            "TBCXKSSJ": max(line.effective_at.replace(microsecond=0), first),
            "TBCXSXLX": int(rules.defaults.get("TBCXSXLX") or 1),
            "TBCXSX": int(line.input.get("days", 0)),
        }
        yield Row(SPECIAL, f"{filed.case.no}|extension|{line.seq}", filed.owner, values, (filed.of_case,))


def _extensions(filed: Filed) -> list[LogLine]:
    return [line for line in filed.case.lines if line.action == "extend"]


def _commitment_rows(filed: Filed) -> Iterator[Row]:
    """What a check after a commitment has found; one that has found nothing yet has no number."""
    for check in filed.case.checks:
        if not check.data.get(CHECK_NO):
            continue
        department = filed.catalogue.departments[check.department]
        values = {
            **filed.keys,
            "JCBH": check.data[CHECK_NO],
            "JCSJ": date.fromisoformat(check.data["checked_on"]),
            "JCBMMC": department.title.zh,
            "JCBMTYSHXYDM": department.credit_code,
            "JCYJHSM": check.data.get("basis"),
            "SFLXGZCN": int(check.outcome == "kept"),
            "GZCNLXQK": check.data.get("content"),
        }
        yield Row(COMMITMENT, f"{filed.case.no}|{check.case_id}", filed.owner, values, (filed.of_case,))
