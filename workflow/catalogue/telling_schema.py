"""The shapes of ``config/channels.yaml`` and ``config/rules/telling.yaml``, and what they must say of one another."""

import re
import string
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from workflow.catalogue.item_schema import FileSchema
from workflow.catalogue.telling import EMAIL, KINDS, ChannelKind, MessageKind, TellingPolicy
from workflow.clock.limit import Unit
from workflow.errors import Fault
from workflow.strict_schema import Choice, Flag, LimitText, NamedSchema, Text, TimeOfDay, Whole
from workflow.strict_yaml import Document

CHANNELS = "channels.yaml"
TELLING = "rules/telling.yaml"
NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
INTERNAL = ("tell", "system", "render", "log", "webhook")
"""Channels of the outbox that lead to no person's address."""


class ChannelSchema(NamedSchema):
    address = Text(required=True)
    example = Text(required=True)
    longest = Whole(least=70, most=1_000_000, required=True)
    url = Text(load_default=None)

    @validates_schema
    def sound(self, data: dict[str, Any], **kwargs: Any) -> None:
        try:
            fits = re.fullmatch(data["address"], data["example"])
        except re.error as error:
            raise ValidationError(f"no regular expression: {error}", "address") from None
        if not fits:
            raise ValidationError("the example does not match the pattern of an address", "example")
        if data.get("url") and _places(data["url"]) != ["prefix", "address"]:
            raise ValidationError("{prefix} and then {address} are needed, each once", "url")


class ChannelsSchema(FileSchema):
    """``config/channels.yaml``."""

    channels = fields.Dict(keys=Text(), values=fields.Nested(ChannelSchema), required=True)


class MessageKindSchema(NamedSchema):
    may_wait = Flag(required=True)
    ways = fields.List(Text(), required=True)


class TellingSchema(FileSchema):
    """``config/rules/telling.yaml``."""

    quiet_from = TimeOfDay(required=True)
    quiet_until = TimeOfDay(required=True)
    kinds = fields.Dict(keys=Choice(KINDS), values=fields.Nested(MessageKindSchema), required=True)
    together_from = Whole(least=2, most=100, required=True)
    together_names = Whole(least=1, most=100, required=True)
    urgent_together_from = Whole(least=2, most=1000, required=True)
    give_up_after = LimitText(required=True)
    digest_at = TimeOfDay(required=True)
    digest_due_within = LimitText(required=True)
    digest_names = Whole(least=1, most=50, required=True)

    @validates_schema
    def in_their_units(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["give_up_after"].unit is not Unit.HOUR:
            raise ValidationError("hours are needed, as in 72h", "give_up_after")
        if data["digest_due_within"].unit is not Unit.WORKING_DAY:
            raise ValidationError("working days are needed, as in 2wd", "digest_due_within")


def channels_faults(document: Document, data: dict[str, Any], known: object) -> Iterator[Fault]:
    """E-mail is one of the ways, the others have an address pattern, and no name is taken."""
    for code, channel in data["channels"].items():
        place = ("channels", code)
        if not NAME.fullmatch(code) or code in INTERNAL:
            yield document.fault(
                place, "no name of a way to a person: small letters, digits and _, and none of these", INTERNAL
            )
        if (channel["url"] is None) != (code == EMAIL):
            yield document.fault((*place, "url"), "every way but e-mail needs one", ("{prefix}/{address}",))
    if EMAIL not in data["channels"]:
        yield document.fault(("channels",), "e-mail is missing", (EMAIL,))


def telling_faults(document: Document, data: dict[str, Any], channels: frozenset[str] | None) -> Iterator[Fault]:
    """Every kind of message is there, and names known ways."""
    for kind in KINDS:
        if kind not in data["kinds"]:
            yield document.fault(("kinds",), f"{kind} is missing", KINDS)
    if channels is None:
        return
    for code, kind in data["kinds"].items():
        for number, way in enumerate(kind["ways"]):
            if way not in channels:
                yield document.fault(
                    ("kinds", code, "ways", number), f"there is no channel {way}", tuple(sorted(channels))
                )


def channels_of(data: dict[str, Any]) -> MappingProxyType[str, ChannelKind]:
    """The channels by name."""
    return MappingProxyType({code: ChannelKind(code=code, **channel) for code, channel in data["channels"].items()})


def telling_of(data: dict[str, Any]) -> TellingPolicy:
    """The policy with its kinds in the order of KINDS."""
    kinds: dict[str, MessageKind] = {
        code: MessageKind(code=code, **{**data["kinds"][code], "ways": tuple(data["kinds"][code]["ways"])})
        for code in KINDS
    }
    rest = {key: value for key, value in data.items() if key not in ("validity", "kinds")}
    return TellingPolicy(kinds=MappingProxyType(kinds), **rest)


def _places(pattern: str) -> list[str | None]:
    try:
        return [name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None]
    except ValueError:
        return []
