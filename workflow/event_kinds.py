"""What other systems are told: public events, derived from a line of history and its flow. Pure.

Ids and roles, never a person; days, numbers and the words of the flow files, never what somebody typed. One line may
tell several things (a decision advances the case and issues a document): each is an event of its own, in a fixed order,
so that ``id`` is the same whenever the stream is read again.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflow.catalogue import Catalogue
from workflow.clock.days import local_day
from workflow.definition import OPEN, Action, Flow, Title
from workflow.side_lines import IMPORTED


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event; ``data`` are the JSON Schemas of what it says, all of them always there."""

    name: str
    title: Title
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Paused:
    """A pause that a line began or ended."""

    cause: str
    basis: str
    stops: tuple[str, ...]
    cap_until: str
    began: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the stream with its line of history; of a changed project only ``project`` and ``recorded_at``.

    ``flow_version`` is the one under which the line was written; ``documents`` are (kind, number).
    """

    position: int
    project: str | None
    recorded_at: datetime
    case: str | None = None
    flow: str | None = None
    flow_version: int = 0
    item: str | None = None
    seq: int = 0
    action: str = ""
    from_state: str = ""
    to_state: str = ""
    role: str = ""
    effective_at: datetime | None = None
    input: Mapping[str, Any] = field(default_factory=dict)
    documents: tuple[tuple[str, str], ...] = ()
    pauses: tuple[Paused, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """One event as other systems read it. ``id`` is ``position.n``; ``at`` is legal time, ``recorded_at`` when it was
    written; ``by`` is a role, never a person. ``case``, ``flow`` and ``item`` are None where it is about a project.
    ``imported``: it happened in another system and was brought in with its case's history."""

    id: str
    position: int
    kind: str
    case: str | None
    flow: str | None
    item: str | None
    project: str | None
    at: datetime
    recorded_at: datetime
    by: str
    imported: bool
    data: Mapping[str, Any]


DOCUMENT = "document.issued"
_TEXT: Mapping[str, Any] = {"type": "string"}
_WHOLE: Mapping[str, Any] = {"type": "integer"}
_DAY: Mapping[str, Any] = {"type": "string", "format": "date"}
_DAY_OR_NOT: Mapping[str, Any] = {"type": ["string", "null"], "format": "date"}
_FLAGS: Mapping[str, Any] = {"type": "array", "items": {"enum": ["statutory", "promised"]}}
_MOVES: Mapping[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "clock": _TEXT,
            "round": _WHOLE,
            "old": _DAY_OR_NOT,
            "new": _DAY_OR_NOT,
            "old_provisional": {"type": "boolean"},
            "new_provisional": {"type": "boolean"},
        },
        "required": ["clock", "round", "old", "new", "old_provisional", "new_provisional"],
        "additionalProperties": False,
    },
}
_RUNG: Mapping[str, Any] = {"clock": _TEXT, "rung": _TEXT, "due_on": _DAY_OR_NOT, "provisional": {"type": "boolean"}}

_ALERT: Mapping[str, Any] = {"clock": _TEXT, "card": {"enum": ["notice", "yellow", "red"]}, "why": _TEXT}

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("case.opened", Title("办件建立", "case opened"), {"state": _TEXT}),
        Kind("case.advanced", Title("办件流转", "case advanced"), {"action": _TEXT, "from": _TEXT, "to": _TEXT}),
        Kind("case.ended", Title("办件办结", "case ended"), {"state": _TEXT, "outcome": {"type": ["string", "null"]}}),
        Kind("case.acted", Title("办件操作，环节不变", "acted on, state unchanged"), {"action": _TEXT, "state": _TEXT}),
        Kind("case.noted", Title("办件其他记录", "another line in the case"), {"line": _TEXT}),
        Kind(
            "clock.paused",
            Title("计时暂停", "clock paused"),
            {"cause": _TEXT, "basis": _TEXT, "stops": _FLAGS, "since": _DAY},
        ),
        Kind("clock.resumed", Title("计时恢复", "clock resumed"), {"cause": _TEXT, "stops": _FLAGS, "until": _DAY}),
        Kind("clock.extended", Title("时限延长", "time extended"), {"clock": _TEXT, "days": _WHOLE}),
        Kind("clock.reminded", Title("到期提醒", "reminder of a clock"), _RUNG),
        Kind("card.raised", Title("黄牌、红牌", "card raised"), {"card": {"enum": ["yellow", "red"]}, **_RUNG}),
        Kind(
            "alert.acknowledged",
            Title("预警签收", "alert acknowledged"),
            {"clock": _TEXT, "card": {"enum": ["notice", "yellow", "red"]}},
        ),
        Kind("alert.passed_on", Title("预警转下一人", "alert passed on to the next person"), _ALERT),
        Kind("alert.unanswered", Title("预警无人签收", "alert answered by nobody"), _ALERT),
        Kind(DOCUMENT, Title("出具文书", "document issued"), {"kind": _TEXT, "number": _TEXT}),
        Kind("dates.moved", Title("期限变动", "dates moved"), {"why": _TEXT, "moves": _MOVES}),
        Kind(
            "material.attached",
            Title("提交材料", "material handed in"),
            {"code": _TEXT, "size": _WHOLE, "sha256": _TEXT},
        ),
        Kind("project.changed", Title("项目信息变动", "project registered or changed"), {}),
    )
}

_ALERTS = {"alert_passed_on": "alert.passed_on", "alert_unanswered": "alert.unanswered"}
_DATES = frozenset({"calendar_moved", "limit_changed", "flow_moved", "receipt_corrected", "pause_corrected"})


def kept_inside(catalogue: Catalogue) -> frozenset[str]:
    """The kinds of documents that the office writes to itself."""
    return frozenset(kind for kind, document in catalogue.documents.items() if document.internal)


def events_of(entry: Entry, flow: Flow | None, without: Collection[str] = ()) -> tuple[PublicEvent, ...]:
    """Everything an entry tells, in order; ``flow`` is the version its line was written under. Documents of the kinds
    ``without`` are not told, and the other events have the same ids all the same."""
    told = [("project.changed", dict[str, Any]())] if flow is None else list(_told(entry, flow))
    return tuple(
        PublicEvent(
            id=f"{entry.position}.{place}",
            position=entry.position,
            kind=kind,
            case=entry.case,
            flow=entry.flow,
            item=entry.item,
            project=entry.project,
            at=entry.effective_at or entry.recorded_at,
            recorded_at=entry.recorded_at,
            by=entry.role or "system",
            imported=entry.input.get(IMPORTED) is True,
            data=data,
        )
        for place, (kind, data) in enumerate(told, start=1)
        if not (kind == DOCUMENT and data["kind"] in without)
    )


def as_json(event: PublicEvent) -> dict[str, Any]:
    """An event as it goes over the wire."""
    return {
        "id": event.id,
        "position": event.position,
        "kind": event.kind,
        "case": event.case,
        "flow": event.flow,
        "item": event.item,
        "project": event.project,
        "at": event.at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
        "by": event.by,
        "imported": event.imported,
        "data": dict(event.data),
    }


def data_schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of what an event of this kind says."""
    return {
        "title": kind.name,
        "description": kind.title.en,
        "type": "object",
        "properties": dict(kind.data),
        "required": list(kind.data),
        "additionalProperties": False,
    }


def event_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of every event: one of the kinds."""
    text_or_not = {"type": ["string", "null"]}
    moment = {"type": "string", "format": "date-time"}
    around = {
        "id": _TEXT,
        "position": _WHOLE,
        "case": text_or_not,
        "flow": text_or_not,
        "item": text_or_not,
        "project": text_or_not,
        "at": moment,
        "recorded_at": moment,
        "by": _TEXT,
        "imported": {"type": "boolean"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "event",
        "oneOf": [
            {
                "title": kind.name,
                "type": "object",
                "properties": {**around, "kind": {"const": kind.name}, "data": data_schema(kind)},
                "required": [*around, "kind", "data"],
                "additionalProperties": False,
            }
            for kind in KINDS.values()
        ],
    }


def _told(entry: Entry, flow: Flow) -> Iterator[tuple[str, dict[str, Any]]]:
    if entry.seq == 1 or entry.action == OPEN:
        yield "case.opened", {"state": entry.to_state}
    elif (deed := flow.deed(entry.action)) is not None:
        yield from _of_action(entry, flow, deed)
    else:
        yield _of_line(entry)
    for kind, number in entry.documents:
        yield DOCUMENT, {"kind": kind, "number": number}


def _of_action(entry: Entry, flow: Flow, deed: Action) -> Iterator[tuple[str, dict[str, Any]]]:
    if deed.target is None:
        yield "case.acted", {"action": entry.action, "state": entry.to_state}
    else:
        yield "case.advanced", {"action": entry.action, "from": entry.from_state, "to": entry.to_state}
    effect = deed.effect
    if effect is not None and effect.kind == "extend":
        yield "clock.extended", {"clock": effect.clock, "days": entry.input["days"]}
    yield from _of_pauses(entry, deed)
    state = flow.state(entry.to_state)
    if deed.target is not None and state.ended and entry.from_state != entry.to_state:
        yield "case.ended", {"state": state.name, "outcome": state.outcome}


def _of_pauses(entry: Entry, deed: Action) -> Iterator[tuple[str, dict[str, Any]]]:
    """A pause begins and ends with a line only where the line's action does that: others share the same instant."""
    day = local_day(entry.effective_at or entry.recorded_at)
    pauses = deed.effect is not None and deed.effect.kind == "pause"
    ends = deed.target is not None if deed.effect is None else deed.effect.kind == "resume"
    for pause in entry.pauses:
        stops = list(pause.stops)
        if pause.began and pauses:
            yield (
                "clock.paused",
                {"cause": pause.cause, "basis": pause.basis, "stops": stops, "since": day.isoformat()},
            )
        if not pause.began and ends:
            until = min(day.isoformat(), pause.cap_until)
            yield "clock.resumed", {"cause": pause.cause, "stops": stops, "until": until}


def _of_line(entry: Entry) -> tuple[str, dict[str, Any]]:
    said = entry.input
    if entry.action.startswith("rung:"):
        rung = {name: said.get(name) for name in ("clock", "rung", "due_on")}
        rung["provisional"] = bool(said.get("provisional"))
        if said.get("card") in ("yellow", "red"):
            return "card.raised", {"card": said["card"], **rung}
        return "clock.reminded", rung
    if entry.action == "acknowledge":
        return "alert.acknowledged", {"clock": said["clock"], "card": said["card"]}
    if entry.action in _ALERTS:
        return _ALERTS[entry.action], {name: said[name] for name in ("clock", "card", "why")}
    if entry.action == "attach":
        return "material.attached", {name: said[name] for name in ("code", "size", "sha256")}
    if entry.action in _DATES:
        return "dates.moved", {"why": entry.action, "moves": [_move(one) for one in said.get("moves", ())]}
    return "case.noted", {"line": entry.action}


def _move(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "clock": told["clock"],
        "round": told.get("round", 1),
        "old": told["old"],
        "new": told["new"],
        "old_provisional": bool(told.get("old_provisional")),
        "new_provisional": bool(told.get("new_provisional")),
    }
