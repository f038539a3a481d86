"""Flow files to flows: strict YAML, then the schema, then the cross-checks, then frozen definitions."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from marshmallow import ValidationError, fields, validate

from workflow.catalogue import Catalogue
from workflow.clock.ladder import parse_rung_time
from workflow.clock.limit import Limit, parse_limit
from workflow.definition import (
    LIMIT_REFERENCES,
    Action,
    ClockRule,
    Effect,
    Field,
    Flow,
    Rung,
    State,
)
from workflow.errors import ConfigFaults, Fault
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
FIELD_TYPES = ("text", "integer", "date", "choice", "person", "pause_cause", "faults")
STAND_INS = MappingProxyType({"flow": "unnamed", "version": 1, "title": {"zh": UNTITLED, "en": UNTITLED}})
"""For a file whose own name is faulty, so that the rest of it is still checked."""
SHAPE = MappingProxyType({"states": {"initial", "final", "at_rest", "turn"}, "actions": {"from", "to", "by", "effect"}})
"""The keys that decide where a case can go, and from where."""
EFFECTS = ("pause", "resume", "assign", "open items", "extend <clock>")


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


class _Field(NamedSchema):
    type = Choice(FIELD_TYPES, required=True)
    required = Flag(load_default=False)
    choices = fields.Dict(keys=fields.String(), values=fields.Nested(TitleSchema), load_default=dict)
    minimum = Whole(load_default=None)
    maximum = Whole(load_default=None)


class _Action(NamedSchema):
    sources = _OneOrMore(required=True, data_key="from")
    target = Text(load_default=None, data_key="to")
    by = _OneOrMore(required=True)
    needs = _OneOrMore(load_default=list)
    asks = fields.Dict(keys=fields.String(validate=NAME), values=fields.Nested(_Field), load_default=dict)
    issues = _OneOrMore(load_default=list)
    tell = _OneOrMore(load_default=list)
    effect = Text(load_default=None)
    marks = Text(load_default=None)
    marks_as = Text(load_default=None)
    effective = Text(load_default=None)


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
    ladder = fields.List(fields.Nested(_Rung), required=True, validate=validate.Length(min=1))


class _Flow(StrictSchema):
    flow = fields.String(required=True, validate=NAME)
    version = Whole(least=1, required=True)
    title = fields.Nested(TitleSchema, required=True)
    states = fields.Dict(keys=fields.String(validate=NAME), values=fields.Nested(_State), required=True)
    actions = fields.Dict(keys=fields.String(validate=NAME), values=fields.Nested(_Action), required=True)
    clocks = fields.Dict(keys=fields.String(validate=NAME), values=fields.Nested(_Clock), load_default=dict)


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
    if faults:
        raise ConfigFaults(faults)
    return {key: with_former(flow, flows.values()) for key, flow in flows.items()}


def with_former(flow: Flow, versions: Iterable[Flow]) -> Flow:
    """``flow`` with the clocks and states that earlier ``versions`` of it had and it has not, each as it was last."""
    earlier = sorted(
        (one for one in versions if one.name == flow.name and one.version < flow.version), key=lambda one: one.version
    )
    clocks = {name: rule for one in earlier for name, rule in one.clocks.items() if name not in flow.clocks}
    states = {name: state for one in earlier for name, state in one.states.items() if name not in flow.states}
    return replace(flow, former=MappingProxyType(clocks), former_states=MappingProxyType(states))


def load_flow(path: Path, catalogue: Catalogue) -> Flow:
    """One flow, proved sound; raises ConfigFaults naming file, key and what is known instead."""
    document, faults = load_first(path)
    raw, schema_faults, left_out = read_kept(_Flow(), document, STAND_INS)
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
    )


def _frozen(pairs: Iterable[tuple[str, T]]) -> Mapping[str, T]:
    return MappingProxyType(dict(pairs))


def _action(name: str, raw: dict[str, Any], document: Document, faults: list[Fault]) -> Action:
    return Action(
        **raw
        | {
            "name": name,
            "by": frozenset(raw["by"]),
            "asks": tuple(_field(key, field) for key, field in raw["asks"].items()),
            "effect": _effect(raw["effect"], ("actions", name, "effect"), document, faults),
        }
    )


def _field(name: str, raw: dict[str, Any]) -> Field:
    return Field(**raw | {"name": name, "choices": tuple(raw["choices"].items())})


def _effect(text: str | None, place: tuple[str, ...], document: Document, faults: list[Fault]) -> Effect | None:
    match (text or "").split():
        case []:
            return None
        case ["pause"]:
            return Effect("pause")
        case ["resume"]:
            return Effect("resume")
        case ["assign"]:
            return Effect("assign")
        case ["open", "items"]:
            return Effect("open items")
        case ["extend", clock]:
            return Effect("extend", clock)
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
    if text in LIMIT_REFERENCES:
        return text
    try:
        return parse_limit(text)
    except ValueError as error:
        faults.append(document.fault(place, str(error), LIMIT_REFERENCES))
        return text


def _rung(raw: dict[str, Any], place: tuple[str | int, ...], document: Document, faults: list[Fault]) -> Rung | None:
    try:
        time = parse_rung_time(raw["at"])
    except ValueError as error:
        faults.append(document.fault((*place, "at"), str(error)))
        return None
    return Rung(time=time, text=raw["at"], card=raw["card"], tell=tuple(raw["tell"]), act=raw["act"])
