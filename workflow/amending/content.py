"""What may be proposed about the calendar: read and checked, every fault named, before anything is written."""

from collections.abc import Iterator, Mapping
from typing import Any

from workflow.amending.fault_words import bad_input, in_chinese, reason, reasons_of
from workflow.clock.calendar import Calendar, Notice
from workflow.clock.notice_rules import neighbour_faults, years_with
from workflow.clock.notices import notice_data, notice_from
from workflow.errors import ConfigFaults, Reason
from workflow.store import amendments
from workflow.work import Work

LONGEST_TEXT = 500
WITHDRAWAL_KEYS = ("amendment", "reason")


def document_faults(document: str) -> list[Reason]:
    """The paper that says so has a title."""
    return _text_faults("document", document)


def read_notice(work: Work, kind: str, content: Mapping[str, Any], document: str) -> dict[str, Any]:
    """A year's notice or a closure as it is kept; without a ``source`` of its own the document is it.

    Raises BadInput with every fault: of the form, of the days among each other, and against the years beside it.
    """
    said = {**content, "kind": content.get("kind", kind), "source": content.get("source", document)}
    faults = document_faults(document)
    if said["kind"] != kind:
        faults.append(
            reason("kind", said["kind"], "与所提变动的种类不同", "is another kind than the amendment's", [kind])
        )
        raise bad_input(faults)
    try:
        notice = notice_from(said)
    except ConfigFaults as found:
        raise bad_input([*faults, *reasons_of(found.faults, said)]) from found
    faults += _against(notice, work.calendar)
    if faults:
        raise bad_input(faults)
    return notice_data(notice)


def read_withdrawal(work: Work, kind: str, content: Mapping[str, Any], document: str) -> dict[str, Any]:
    """``{"amendment": id, "reason": text}`` as it is kept; raises BadInput with every fault."""
    faults = document_faults(document)
    faults += [
        reason(key, content[key], "没有这个字段", "unknown key", WITHDRAWAL_KEYS)
        for key in content
        if key not in WITHDRAWAL_KEYS
    ]
    faults += target_faults(work, content.get("amendment"))
    faults += _text_faults("reason", content.get("reason"))
    if faults:
        raise bad_input(faults)
    return {"amendment": content["amendment"], "reason": content["reason"].strip()}


def _against(notice: Notice, calendar: Calendar) -> Iterator[Reason]:
    """What speaks against a notice that is right by itself: a gap, or its neighbours."""
    if notice.kind == "year":
        try:
            years_with(calendar.years, notice.year)
        except ValueError as error:
            known = [calendar.years[0], calendar.years[-1] + 1]
            yield Reason(
                "bad_field",
                f"year：{in_chinese(str(error))}",
                f"year: {error}",
                {"field": "year", "value": notice.year, "accepted": known},
            )
            return
    for fault in neighbour_faults(notice, calendar):
        value = fault.day.isoformat() if fault.day else None
        yield reason(fault.key, value, in_chinese(fault.message), fault.message)


def target_faults(work: Work, target: Any) -> list[Reason]:
    """What is withdrawn is in force."""
    known = amendments.calendar_ones_in_force(work.conn)
    if isinstance(target, int) and not isinstance(target, bool) and target in {one.id for one in known}:
        return []
    accepted = [one.id for one in known]
    return [
        reason(
            "amendment",
            target,
            "不是现行的年度通知或临时停办" + ("" if accepted else "，目前没有可撤回的"),
            "is no notice or closure in force" + ("" if accepted else "; there is none to withdraw"),
            accepted,
        )
    ]


def _text_faults(field: str, value: Any) -> list[Reason]:
    if isinstance(value, str) and value.strip() and len(value) <= LONGEST_TEXT:
        return []
    shown = value[:80] if isinstance(value, str) else value
    zh, en = f"应为 1 至 {LONGEST_TEXT} 字的文字", f"a text of 1 to {LONGEST_TEXT} characters is accepted"
    return [reason(field, shown, zh, en)]
