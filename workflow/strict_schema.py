"""marshmallow schemas for configuration files: nothing unknown passes, nothing is converted, every fault has a line.

A schema names the frozen dataclass it makes; ``read`` returns that object or gives the faults, each at its place in
the document and with what is known instead.
"""

import copy
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate

from workflow.clock.limit import Limit, parse_limit
from workflow.definition import Title
from workflow.errors import Fault
from workflow.strict_yaml import Document, Place

UNKNOWN_KEY = "unknown key"
LONGEST_LIST = 20
TITLES = ("zh", "en")
UNTITLED = "?"

AnyField = fields.Field[Any]


class Text(fields.String):
    """Text that is not empty and has no space around it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("text is needed; a number is put in quotes")
        if not value or value != value.strip():
            raise ValidationError("text is needed, without space around it")
        return value


class Choice(Text):
    """One word of a closed list."""

    def __init__(self, choices: Iterable[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.choices = tuple(choices)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        word = super()._deserialize(value, attr, data, **kwargs)
        if word not in self.choices:
            raise ValidationError(f"not one of the accepted words{did_you_mean(word, self.choices)}")
        return word


class Flag(fields.Field[bool]):
    """``true`` or ``false``."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("true or false is needed")
        return value


class Whole(fields.Integer):
    """A whole number from ``least`` to ``most``; text that looks like one is refused."""

    def __init__(self, least: int = 0, most: int | None = None, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(min=least, max=most), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError("a whole number is needed")
        return value


class Day(fields.Field[date]):
    """A date as ``2022-01-01``."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        try:
            day = date.fromisoformat(value)
        except (TypeError, ValueError):
            raise ValidationError("a date is needed, as in 2022-01-01") from None
        if value != day.isoformat():
            raise ValidationError("a date is needed, as in 2022-01-01")
        return day


class TimeOfDay(fields.Field[time]):
    """A time of day as ``09:00``."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> time:
        try:
            moment = time.fromisoformat(value)
        except (TypeError, ValueError):
            raise ValidationError("a time of day is needed, as in 09:00") from None
        if value != moment.strftime("%H:%M"):
            raise ValidationError("a time of day is needed, as in 09:00")
        return moment


class LimitText(fields.Field[Limit]):
    """A limit as ``20wd``, of at least one unit."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Limit:
        if not isinstance(value, str):
            raise ValidationError("a limit is needed, as in 20wd")
        try:
            limit = parse_limit(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        if limit.amount < 1:
            raise ValidationError("a limit of at least 1 is needed, as in 1wd")
        return limit


class StrictSchema(Schema):
    """A mapping with exactly these keys; ``makes`` is built from them, lists becoming tuples."""

    makes: ClassVar[type[Any] | None] = None

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": UNKNOWN_KEY, "type": "a mapping of keys to values is needed"}  # noqa: RUF012

    @post_load
    def build(self, data: dict[str, Any], **kwargs: Any) -> Any:
        """The object the schema stands for, or the plain dict where it names none."""
        shaped = self.shape({key: tuple(value) if isinstance(value, list) else value for key, value in data.items()})
        return self.makes(**shaped) if self.makes else shaped

    def shape(self, data: dict[str, Any]) -> dict[str, Any]:
        """The last change of names before the object is made."""
        return data


class NamedSchema(StrictSchema):
    """A thing with a Chinese and an English name, which become its ``title``."""

    zh = Text(required=True)
    en = Text(required=True)

    def shape(self, data: dict[str, Any]) -> dict[str, Any]:
        title = Title(zh=data.pop("zh"), en=data.pop("en"))
        return {"title": title, **data}


class TitleSchema(StrictSchema):
    """``{zh: …, en: …}``."""

    makes = Title
    zh = Text(required=True)
    en = Text(required=True)


def read(schema: Schema, document: Document) -> tuple[Any, list[Fault]]:
    """What ``schema`` makes of the document and no faults, or None and every fault."""
    try:
        return schema.load(document.data), []
    except ValidationError as error:
        return None, [fault for _, fault in _faults(document, schema, error.messages, ())]


def read_kept(
    schema: Schema, document: Document, stand_ins: Mapping[str, Any]
) -> tuple[Any, list[Fault], tuple[Place, ...]]:
    """What ``schema`` makes of the parts without a fault, every fault, and the places that were left out for one.

    Only for finding more faults. An unknown key is no such place: nothing that counts is missing without it. A title
    is replaced, and so is a faulty key of the root by its stand-in. None where too little is left.
    """
    data = document.data
    faults: list[Fault] = []
    left_out: list[Place] = []
    while True:
        try:
            return schema.load(data), faults, tuple(left_out)
        except ValidationError as error:
            found = list(_faults(document, schema, error.messages, ()))
        if data is document.data:
            data = copy.deepcopy(data)
        # What the later rounds complain of is missing because of the first.
        faults = faults or [fault for _, fault in found]
        for place, fault in found:
            if len(place) == 1 and (name := str(place[0])) in stand_ins:
                data[name] = stand_ins[name]
                left_out.append(place)
            elif place and place[-1] in TITLES and isinstance(holder := _given(data, place[:-1]), dict):
                holder[place[-1]] = UNTITLED
            elif (gone := _without(data, place)) is None:
                return None, faults, tuple(left_out)
            elif not fault.message.startswith(UNKNOWN_KEY):
                left_out.append(gone)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``"; did you mean x?"`` for the nearest known word, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


def shortened(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """All that is known, or its nearest words where the list is too long to read."""
    words = sorted(known)
    if len(words) <= LONGEST_LIST:
        return tuple(words)
    return tuple(difflib.get_close_matches(word, words, n=5, cutoff=0.3)) or tuple(words[:LONGEST_LIST])


def _without(data: Any, place: Place) -> Place | None:
    """Take out what stands at ``place``, or the nearest part around it that can go; None where that is everything."""
    if not place:
        return None
    holder = _given(data, place[:-1])
    if holder is None:
        return place  # went with a part around it
    if isinstance(holder, dict) and place[-1] in holder:
        del holder[place[-1]]
        return place
    return _without(data, place[:-1])


def _faults(document: Document, node: Any, messages: Any, place: Place) -> Iterator[tuple[Place, Fault]]:
    """The faults below one schema or field; ``messages`` is marshmallow's nest of dicts, lists and sentences."""
    if isinstance(node, fields.Nested):
        node = node.schema
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _inner_faults(document, node, key, inner, place)
        return
    for message in messages if isinstance(messages, list) else [messages]:
        yield place, _fault(document, node, str(message), place)


def _inner_faults(
    document: Document, node: Any, key: Any, messages: Any, place: Place
) -> Iterator[tuple[Place, Fault]]:
    if key == "_schema":
        yield from _faults(document, node, messages, place)
        return
    here = (*place, key)
    if isinstance(node, Schema):
        child = _keys(node).get(key)
        if child is None:
            known = tuple(_keys(node))
            yield here, document.fault(here, f"{UNKNOWN_KEY}{did_you_mean(str(key), known)}", known)
            return
        yield from _faults(document, child, messages, here)
        return
    if isinstance(node, fields.Dict):
        for part in messages.values():
            yield from _faults(document, node.value_field, part, here)
        return
    yield from _faults(document, node.inner if isinstance(node, fields.List) else None, messages, here)


def _fault(document: Document, node: Any, message: str, place: Place) -> Fault:
    known = node.choices if isinstance(node, Choice) else ()
    sentence = message[:1].lower() + message[1:].rstrip(".")
    given = _given(document.data, place)
    return document.fault(place, f"{given!r}: {sentence}" if isinstance(given, str | int | float) else sentence, known)


def _given(data: Any, place: Sequence[str | int]) -> Any:
    for step in place:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _keys(schema: Schema) -> dict[str, AnyField]:
    return {field.data_key or name: field for name, field in schema.fields.items()}
