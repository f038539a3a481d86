"""Flow files to flows: strict YAML, then the schema, then the cross-checks, then frozen definitions."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, get_args

from marshmallow import ValidationError, fields, validate

from workflow.catalogue import WORD_LISTS, Catalogue
from workflow.clock.ladder import parse_rung_time
from workflow.clock.limit import Limit, parse_limit
from workflow.definition import (
    KEPT,
    LANES,
    LIMIT_REFERENCES,
    OPEN,
    RULE,
    Action,
    ClockRule,
    Effect,
    Field,
    FieldType,
    Flow,
    OnlyOne,
    Opening,
    Opens,
    Rung,
    State,
)
from workflow.errors import ConfigFaults, Fault
from workflow.guards import GUARDS, condition_name
from workflow.soundness import soundness_faults
from workflow.strict_schema import (
    UNTITLED,
    Choice,
    Flag,
    NamedSchema,
    StrictSchema,
    Text,
    TitleSchema,
    Whole,
    read_kept,
)
from workflow.strict_yaml import Document, Place, digest, dotted, load_first

T = TypeVar("T")
NAME = validate.Regexp(r"^[a-z][a-z0-9_]*$", error="a name is lower case letters, digits and _")
FIELD_TYPES = get_args(FieldType)
RECORD_TYPES = ("text", "integer", "number", "date", "moment", "yes_no", "choice", "word", "person")
"""What a column of a record may be."""
STAND_INS = MappingProxyType({"flow": "unnamed", "version": 1, "title": {"zh": UNTITLED, "en": UNTITLED}})
"""For a file whose own name is faulty, so that the rest of it is still checked."""
SHAPE = MappingProxyType({"states": {"initial", "final", "at_rest", "turn"}, "actions": {"from", "to", "by", "effect"}})
"""The keys that decide where a case can go, and from where."""
EFFECTS = (
    "pause",
    "pause <cause>",
    "resume",
    "assign",
    "hand over",
    "open items",
    "convert items",
    "extend <clock>",
    "appoint <role> <field>",
    "dismiss <role> <datum>…",
)


class _OneOrMore(fields.Field[list[str]]):
    """A word, or a list of words."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        words = [value] if isinstance(value, str) else value
        if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
            raise ValidationError("a word or a list of words is needed")
        return words


class _State(NamedSchema):
    initial = Flag(load_default=False)
    final = Flag(load_default=False)
    at_rest = Flag(load_default=False)
    outcome = Text(load_default=None)
    exchange = Whole(least=1, most=15, load_default=None)
    turn = Text(load_default=None)


class _Column(NamedSchema):
    type = Choice(RECORD_TYPES, required=True)
    required = Flag(load_default=False)
    choices = fields.Dict(keys=fields.String(), values=fields.Nested(TitleSchema), load_default=dict)
    minimum = Whole(load_default=None)
    maximum = Whole(load_default=None)
    of = Choice(WORD_LISTS, load_default=None)


class _Field(_Column):
    type = Choice(FIELD_TYPES, required=True)
    internal = Flag(load_default=False)
    columns = fields.Dict(keys=fields.String(validate=NAME), values=fields.Nested(_Column), load_default=dict)
    unique = _OneOrMore(load_default=list)


class _Made(_Field):
    made_by = Text(required=True, data_key="by")


class _Opens(StrictSchema):
    flow = fields.String(required=True, validate=NAME)
    each = Text(load_default=None)
    passes = _OneOrMore(load_default=list)
    department = Text(load_default=None)
    only_if = Text(load_default=None)


class _Deed(NamedSchema):
    by = _OneOrMore(required=True)
    needs = _OneOrMore(load_default=list)
    asks = fields.Dict(keys=fields.String(validate=NAME), values=fields.Nested(_Field), load_default=dict)
    # Not called ``makes`` here: that is what a schema builds.
    made = fields.Dict(
        keys=fields.String(validate=NAME), values=fields.Nested(_Made), load_default=dict, data_key="makes"
    )
    keeps = _OneOrMore(load_default=list)
    collects = fields.String(validate=NAME, load_default=None)
    issues = _OneOrMore(load_default=list)
    issues_if = fields.Dict(keys=fields.String(validate=NAME), values=fields.String(validate=NAME), load_default=dict)
    tell = _OneOrMore(load_default=list)
    opens = fields.Nested(_Opens, load_default=None)


class _Action(_Deed):
    sources = _OneOrMore(required=True, data_key="from")
    target = Text(load_default=None, data_key="to")
    drops = _OneOrMore(load_default=list)
    records = Text(load_default=None)
    records_on = Text(load_default=None)
    looks_down = Flag(load_default=False)
    effect = Text(load_default=None)
    marks = Text(load_default=None)
    marks_as = Text(load_default=None)
    effective = Text(load_default=None)
    unnamed = Flag(load_default=False)


class _Opening(_Deed):
    department = Text(required=True)
    under = _OneOrMore(load_default=list)
    only_one = Choice(get_args(OnlyOne), load_default=None)
    only_by = Text(load_default=None)
    named_by = Text(load_default=None)
    given_to = Text(load_default=None)


class _Rung(StrictSchema):
    at = Text(required=True)
    card = Choice(("notice", "yellow", "red"), load_default=None)
    tell = _OneOrMore(load_default=list)
    act = Text(load_default=None)


class _Clock(NamedSchema):
    while_states = _OneOrMore(required=True, data_key="while")
    starts = Text(required=True)
    limit = Text(required=True)
    basis = Text(required=True)
    paused_by = Choice(("statutory", "promised"), load_default=None)
    unless = fields.String(validate=NAME, load_default=None)
    ladder = fields.List(fields.Nested(_Rung), required=True, validate=validate.Length(min=1))


class _Flow(StrictSchema):
    flow = fields.String(required=True, validate=NAME)
    version = Whole(least=1, required=True)
    title = fields.Nested(TitleSchema, required=True)
    lane = Choice(LANES, load_default=None)
    internal = Flag(load_default=False)
    opening = fields.Nested(_Opening, load_default=None)
    states = fields.Dict(keys=fields.String(validate=NAME), values=fields.Nested(_State), required=True)
    actions = fields.Dict(keys=fields.String(validate=NAME), values=fields.Nested(_Action), required=True)
    clocks = fields.Dict(keys=fields.String(validate=NAME), values=fields.Nested(_Clock), load_default=dict)


# Made once: making a schema copies every field of every schema in it.
_FLOW = _Flow()


def load_flows(folder: Path, catalogue: Catalogue) -> dict[tuple[str, int], Flow]:
    """Every flow of ``folder`` (``<flow>.v<N>.yaml``) by (name, version).

    Raises ConfigFaults with all faults of all files.
    """
    paths = sorted(folder.glob("*.yaml"))
    faults: list[Fault] = []
    flows: dict[tuple[str, int], Flow] = {}
    if not paths:
        faults.append(Fault(str(folder), "(folder)", "no flow file here", ("<flow>.v<N>.yaml",)))
    for path in paths:
        try:
            flow = load_flow(path, catalogue)
        except ConfigFaults as found:
            faults.extend(found.faults)
            continue
        flows[flow.key] = flow
    unread = {path.name.split(".")[0] for path in paths} - {name for name, _ in flows}
    faults.extend(fault for path in paths for fault in _relation_faults(path, flows, unread))
    if faults:
        raise ConfigFaults(faults)
    return {key: with_former(flow, tuple(flows.values())) for key, flow in flows.items()}


def _relation_faults(path: Path, flows: Mapping[tuple[str, int], Flow], unread: Collection[str]) -> Iterator[Fault]:
    """The flows that a file names beside its own are there, and cases of theirs may be opened that way; of those that
    could not be read nothing is said."""
    flow = next((one for one in flows.values() if f"{one.name}.v{one.version}.yaml" == path.name), None)
    if flow is None:
        return
    found = list(_unrelated(flow, flows, unread))
    if found:
        document, _ = load_first(path)
        yield from (document.fault(*one) for one in found)


def _unrelated(
    flow: Flow, flows: Mapping[tuple[str, int], Flow], unread: Collection[str]
) -> Iterator[tuple[Place, str, list[str]]]:
    """Where a flow names another that it cannot, why it cannot, and which it can."""
    own = {name for name, _ in flows}
    names = own.union(unread)
    deeds: list[tuple[Place, Action]] = [(("actions", action.name), action) for action in flow.actions.values()]
    if flow.opening is not None:
        deeds.append((("opening",), flow.opening.action))
        for index, name in enumerate(flow.opening.under):
            if name not in names:
                yield ("opening", "under", index), f"there is no flow {name!r}", sorted(names)
    openable = sorted({name for name in own if latest(flows, name).opening is not None}.union(unread))
    for place, action in deeds:
        if action.opens is not None and action.opens.flow not in openable:
            yield (*place, "opens", "flow"), f"no case of {action.opens.flow!r} can be opened", openable
        for need in action.needs:
            name, about = condition_name(need)
            if about is not None and name in GUARDS and GUARDS[name].takes == "flow" and about not in names:
                yield (*place, "needs"), f"{need}: there is no flow {about!r}", sorted(names)


def with_former(flow: Flow, versions: Collection[Flow]) -> Flow:
    """``flow`` with the clocks and states that earlier ``versions`` of it had and it has not, each as it was last, and
    whether cases of any flow may stand under its own. ``versions``: every flow in every version."""
    under = {name for one in versions if one.opening is not None for name in one.opening.under}
    earlier = sorted(
        (one for one in versions if one.name == flow.name and one.version < flow.version), key=lambda one: one.version
    )
    clocks = {name: rule for one in earlier for name, rule in one.clocks.items() if name not in flow.clocks}
    states = {name: state for one in earlier for name, state in one.states.items() if name not in flow.states}
    former = MappingProxyType(clocks)
    return replace(flow, former=former, former_states=MappingProxyType(states), hosts=flow.name in under)


def load_flow(path: Path, catalogue: Catalogue) -> Flow:
    """One flow, proved sound; raises ConfigFaults naming file, key and what is known instead."""
    document, faults = load_first(path)
    raw, schema_faults, left_out = read_kept(_FLOW, document, STAND_INS)
    faults.extend(schema_faults)
    if raw is None:
        raise ConfigFaults(faults)
    flow = _build(raw, document, faults)
    expected = f"{flow.name}.v{flow.version}.yaml"
    if path.name != expected and not {("flow",), ("version",)} & set(left_out):
        faults.append(document.fault(("flow",), "the file's name is not that of its flow and version", (expected,)))
    unsound = soundness_faults(flow, catalogue, document, whole=_keeps_shape(left_out))
    faults.extend(fault for fault in unsound if not _follows(fault, left_out))
    if faults:
        raise ConfigFaults(faults)
    return flow


def latest(flows: Mapping[tuple[str, int], Flow], name: str) -> Flow:
    """The newest version of a flow: what a new case begins with."""
    return max((flow for flow in flows.values() if flow.name == name), key=lambda flow: flow.version)


def _keeps_shape(left_out: Iterable[Place]) -> bool:
    """Whether every state, and every way from one to another, is as the file has it."""
    return all(len(place) > 2 and place[2] not in SHAPE[str(place[0])] for place in left_out if place[0] in SHAPE)


def _follows(fault: Fault, left_out: Iterable[Place]) -> bool:
    """Whether the fault may only be there because a part at or below its place was left out for another fault."""
    return any(dotted(place[:length]) == fault.key for place in left_out for length in range(1, len(place) + 1))


def _build(raw: dict[str, Any], document: Document, faults: list[Fault]) -> Flow:
    return Flow(
        name=raw["flow"],
        version=raw["version"],
        title=raw["title"],
        states=_frozen((name, State(name=name, **state)) for name, state in raw["states"].items()),
        actions=_frozen((name, _action(name, action, document, faults)) for name, action in raw["actions"].items()),
        clocks=_frozen((name, _clock(name, clock, document, faults)) for name, clock in raw["clocks"].items()),
        digest=digest(document.data),
        lane=raw["lane"],
        internal=raw["internal"],
        opening=_opening(raw, document, faults),
    )


def _opening(raw: dict[str, Any], document: Document, faults: list[Fault]) -> Opening | None:
    """The opening as an action into the first state; a flow without a first state has a fault of its own."""
    deed = raw["opening"]
    if deed is None:
        return None
    own = {"department", "under", "only_one", "only_by", "named_by", "given_to"}
    first = next((name for name, state in raw["states"].items() if state["initial"]), "")
    body = {key: value for key, value in deed.items() if key not in own}
    closed = {"drops": (), "records": None, "effect": None, "marks": None, "marks_as": None, "effective": None}
    action = _action(OPEN, {**body, **closed, "sources": (first,), "target": first}, document, faults)
    return Opening(action=action, **{key: deed[key] for key in own})


def _frozen(pairs: Iterable[tuple[str, T]]) -> Mapping[str, T]:
    return MappingProxyType(dict(pairs))


def _action(name: str, raw: dict[str, Any], document: Document, faults: list[Fault]) -> Action:
    body = {key: value for key, value in raw.items() if key != "made"}
    return Action(
        **body
        | {
            "name": name,
            "by": frozenset(raw["by"]),
            "asks": tuple(_field(key, field) for key, field in raw["asks"].items()),
            "makes": tuple(_field(key, field) for key, field in raw["made"].items()),
            "issues_if": tuple(raw["issues_if"].items()),
            "opens": None if raw["opens"] is None else Opens(**raw["opens"]),
            "effect": _effect(raw["effect"], ("actions", name, "effect"), document, faults),
        }
    )


def _field(name: str, raw: dict[str, Any]) -> Field:
    columns = tuple(_field(key, column) for key, column in raw.get("columns", {}).items())
    return Field(**raw | {"name": name, "choices": tuple(raw["choices"].items()), "columns": columns})


def _effect(text: str | None, place: tuple[str, ...], document: Document, faults: list[Fault]) -> Effect | None:
    match (text or "").split():
        case []:
            return None
        case ["pause"]:
            return Effect("pause")
        case ["pause", cause]:
            return Effect("pause", cause=cause)
        case ["resume"]:
            return Effect("resume")
        case ["assign"]:
            return Effect("assign")
        case ["hand", "over"]:
            return Effect("hand over")
        case ["open", "items"]:
            return Effect("open items")
        case ["convert", "items"]:
            return Effect("convert items")
        case ["extend", clock]:
            return Effect("extend", clock)
        case ["appoint", role, person]:
            return Effect("appoint", role=role, people=(person,))
        case ["dismiss", role, *people] if people:
            return Effect("dismiss", role=role, people=tuple(people))
    faults.append(document.fault(place, f"unknown effect {text!r}", EFFECTS))
    return None


def _clock(name: str, raw: dict[str, Any], document: Document, faults: list[Fault]) -> ClockRule:
    place = ("clocks", name)
    return ClockRule(
        **raw
        | {
            "name": name,
            "while_states": frozenset(raw["while_states"]),
            "limit": _limit(raw["limit"], (*place, "limit"), document, faults),
            "ladder": tuple(
                rung
                for index, step in enumerate(raw["ladder"])
                if (rung := _rung(step, (*place, "ladder", index), document, faults)) is not None
            ),
        }
    )


def _limit(text: str, place: tuple[str, ...], document: Document, faults: list[Fault]) -> Limit | str:
    if text in LIMIT_REFERENCES or text.startswith((KEPT, RULE)):
        return text
    try:
        return parse_limit(text)
    except ValueError as error:
        faults.append(document.fault(place, str(error), (*LIMIT_REFERENCES, f"{KEPT}<name>", f"{RULE}<name>")))
        return text


def _rung(raw: dict[str, Any], place: tuple[str | int, ...], document: Document, faults: list[Fault]) -> Rung | None:
    try:
        time = parse_rung_time(raw["at"])
    except ValueError as error:
        faults.append(document.fault((*place, "at"), str(error)))
        return None
    return Rung(time=time, text=raw["at"], card=raw["card"], tell=tuple(raw["tell"]), act=raw["act"])
