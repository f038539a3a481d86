"""The history of a case as a track, newest first: what was done, by whom, what was said, which documents came of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.pages.case_names import matter_name
from api.pages.names import card_name, document_name, material_name, rung_words
from api.wording import _, date_and_time, lang, own
from workflow.clock.days import local_day
from workflow.clock.words import date_words
from workflow.definition import ON_BEHALF_OF, Field, Flow
from workflow.queries.case import CaseView, DocumentView
from workflow.queries.history import HistoryLine
from workflow.side_lines import IMPORTED
from workflow.store import people
from workflow.work import Work


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was filled in with a deed."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A document a deed brought about."""

    no: str
    name: str


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the track; ``tone`` is a class of the style sheet, ``since`` set where it counts from another day."""

    title: str
    who: str
    role: str
    kind: str
    when: str
    iso: str
    since: str
    moved: str
    said: tuple[Said, ...]
    papers: tuple[Paper, ...]
    tone: str


def track(work: Work, case: CaseView, lines: Sequence[HistoryLine]) -> tuple[Step, ...]:
    """The lines of a history as steps; the people that lines name are looked up together."""
    flow, today = work.office.flow(case.flow, case.flow_version), local_day(work.now)
    names = people.names(work.conn, _people_named(flow, lines))
    return tuple(_step(work, flow, case, line, today, names) for line in lines)


def _people_named(flow: Flow, lines: Sequence[HistoryLine]) -> list[int]:
    absent = [line.input[ON_BEHALF_OF] for line in lines if ON_BEHALF_OF in line.input]
    return absent + [
        person
        for line in lines
        if (action := flow.deed(line.action)) is not None
        for ask in action.asks
        if ask.name in line.input
        for person in people_in(ask, line.input[ask.name])
    ]


def people_in(ask: Field, value: Any) -> list[int]:
    """The people that what was filled into a field names."""
    if ask.type == "person":
        return [value]
    if ask.type != "rows":
        return []
    columns = [column.name for column in ask.columns if column.type == "person"]
    return [row[name] for row in value for name in columns if name in row]


def _step(work: Work, flow: Flow, case: CaseView, line: HistoryLine, today: date, names: Mapping[int, str]) -> Step:
    effective, recorded = local_day(line.effective_at), local_day(line.recorded_at)
    back = effective != recorded
    return Step(
        title=_title(flow, line),
        who=own(line.actor),
        role=own(line.role_title),
        kind=line.kind,
        when=date_and_time(line.recorded_at, today),
        iso=line.recorded_at.isoformat(),
        since=_("自 %(day)s 起生效", day=date_words(effective, today, lang())) if back else "",
        moved=own(line.to_title) if line.from_state != line.to_state else "",
        said=(*_said(work, flow, case, line, today, names), *_origin(line)),
        papers=_papers(case.documents, line),
        tone=_tone(flow, line),
    )


def _title(flow: Flow, line: HistoryLine) -> str:
    opening = flow.opening
    if opening is not None and flow.deed(line.action) is opening.action:
        return own(opening.action.title)
    parts = line.action.split(":")
    if parts[0] != "rung" or len(parts) != 3 or parts[1] not in flow.clocks or not parts[2].isdigit():
        return own(line.title)
    rule = flow.clocks[parts[1]]
    if int(parts[2]) >= len(rule.ladder):
        return own(line.title)
    rung = rule.ladder[int(parts[2])]
    return _(
        "%(card)s：%(clock)s%(when)s", card=card_name(rung.card), clock=own(rule.title), when=rung_words(rung.text)
    )


def _tone(flow: Flow, line: HistoryLine) -> str:
    action = flow.actions.get(line.action)
    if action is not None and action.effect is not None and action.effect.kind == "pause":
        return "is-hold"
    return "is-done" if line.from_state != line.to_state or line.action == "open" else ""


def _papers(documents: Sequence[DocumentView], line: HistoryLine) -> tuple[Paper, ...]:
    # A reminder issues none, even where it falls at the very instant of an act, as after a late entry.
    rung = line.action.startswith("rung:")
    issued = [document for document in documents if document.issued_at == line.recorded_at and not rung]
    return tuple(Paper(document.no, document_name(document.kind)) for document in issued)


def _said(
    work: Work, flow: Flow, case: CaseView, line: HistoryLine, today: date, names: Mapping[int, str]
) -> tuple[Said, ...]:
    action = flow.deed(line.action)
    if action is not None:
        # A reason for missing a promise that was kept stays in the record, but is no public statement.
        asks = [ask for ask in action.asks if ask.name != "late_reason" or case.late_reason is not None]
        given = [(ask, line.input[ask.name]) for ask in asks if ask.name in line.input]
        said = [Said(own(ask.title), value_words(work, ask, value, today, names)) for ask, value in given]
        absent = line.input.get(ON_BEHALF_OF)
        return (*said, *([Said(_("代为办理"), names.get(absent, str(absent)))] if absent is not None else []))
    if line.action in ("receipt_corrected", "pause_corrected"):
        return tuple(_correction(line.input, today))
    return tuple(_side(work, line.action, line.input))


def _origin(line: HistoryLine) -> Iterator[Said]:
    """Nobody here did it: it came in with the history of the case."""
    if line.input.get(IMPORTED) is True:
        yield Said(_("来源"), _("导入"))


def _correction(said: Mapping[str, Any], today: date) -> Iterator[Said]:
    """What was recorded, what is, and why."""
    for name, words in (("old", _("原来")), ("new", _("更正为"))):
        fact = said[name]
        if isinstance(fact, str):
            yield Said(words, date_and_time(datetime.fromisoformat(fact), today))
            continue
        since = date_words(date.fromisoformat(fact["since"]), today, lang())
        if fact["until"] is None:
            yield Said(words, _("%(since)s起，尚未结束", since=since))
            continue
        until = date_words(date.fromisoformat(fact["until"]), today, lang())
        yield Said(words, _("%(since)s 至 %(until)s", since=since, until=until))
    yield Said(_("理由"), said["reason"])


def _side(work: Work, action: str, said: Mapping[str, Any]) -> list[Said]:
    items = work.office.catalogue.items
    found = []
    if "items" in said:
        names = [own(items[code].title) if code in items else code for code in said["items"]]
        found.append(Said(_("事项"), "、".join(names)))
    if said.get("question"):
        found.append(Said(_("问题"), said["question"]))
    if action == "attach":
        found.append(Said(material_name(said.get("code", "")), said.get("filename", "")))
    if said.get("note"):
        found.append(Said(_("说明"), said["note"]))
    return found


def value_words(work: Work, ask: Field, value: Any, today: date, names: Mapping[int, str]) -> str:
    """What was filled into one field, as a person reads it; ``names`` are of the people it may hold."""
    match ask.type:
        case "date":
            return date_words(date.fromisoformat(value), today, lang())
        case "person":
            return names.get(value, str(value))
        case "choice":
            return next((own(title) for name, title in ask.choices if name == value), str(value))
        case "pause_cause":
            causes = work.office.catalogue.causes
            return own(causes[value].title) if value in causes else str(value)
        case "faults":
            return "\n".join(fault_words(fault) for fault in value)
        case "moment":
            return date_and_time(datetime.fromisoformat(value), today)
        case "yes_no":
            return _("是") if value else _("否")
        case "word":
            return _word(work, ask, value)
        case "words":
            return "、".join(_word(work, ask, word) for word in value)
        case "number":
            return f"{value:,.2f}".rstrip("0").rstrip(".")
        case "rows":
            lines = [_record_words(work, ask, row, today, names) for row in value]
            return "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1)) if len(lines) > 1 else "\n".join(lines)
        case "integer":
            return _("%(n)s 个工作日", n=value) if ask.name == "days" else str(value)
        case _:
            return matter_name(str(value))


def _word(work: Work, ask: Field, word: str) -> str:
    title = work.office.catalogue.words(ask.of or "").get(word)
    return own(title) if title is not None else word


def _record_words(work: Work, ask: Field, row: Mapping[str, Any], today: date, names: Mapping[int, str]) -> str:
    columns = [column for column in ask.columns if column.name in row]
    words = ((own(column.title), value_words(work, column, row[column.name], today, names)) for column in columns)
    return "，".join(f"{title} {value}" for title, value in words)


def fault_words(fault: Mapping[str, str]) -> str:
    """One point of a one-time notice in one line."""
    name = material_name(fault["material"])
    return _("%(paper)s：%(problem)s；请%(fix)s", paper=name, problem=fault["problem"], fix=fault["fix"])
