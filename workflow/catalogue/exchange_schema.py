"""The shape of config/exchange.yaml, and what must hold between it and the other files."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from workflow.catalogue.exchange import CityFlow, CityFlowVersion, ExchangeChecks, ExchangeRules, Special
from workflow.catalogue.item_checks import Known, unknown_word
from workflow.catalogue.item_schema import FileSchema
from workflow.errors import Fault
from workflow.strict_schema import Day, StrictSchema, Text, Whole
from workflow.strict_yaml import Document

HIGHEST_BLZT = 15


class Decimal(Text):
    """A decimal number, in quotes, as versions are written."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if re.fullmatch(r"\d{1,4}(\.\d{1,3})?", text, re.ASCII) is None:
            raise ValidationError('a version such as "1.0" is needed')
        return text


class CityFlowVersionSchema(StrictSchema):
    makes = CityFlowVersion
    version = Decimal(required=True)
    since = Day(required=True)


class CityFlowSchema(StrictSchema):
    makes = CityFlow
    code = Text(required=True)
    versions = fields.List(fields.Nested(CityFlowVersionSchema), required=True)

    @validates_schema
    def in_order(self, data: dict[str, Any], **kwargs: Any) -> None:
        days = [one.since for one in data["versions"]]
        if not days:
            raise ValidationError("at least one version is needed", "versions")
        if days != sorted(set(days)):
            raise ValidationError("the versions stand in the order of their days, oldest first", "versions")


class SpecialSchema(StrictSchema):
    makes = Special
    code = Text(required=True)
    name = Text()


class ChecksSchema(StrictSchema):
    makes = ExchangeChecks
    quick_minutes = Whole(least=0, required=True)
    placeholder_days = fields.List(Day(), required=True)
    placeholder_texts = fields.List(Text(), required=True)


def _words(**kwargs: Any) -> Any:
    return fields.Dict(keys=Text(), values=Text(), required=True, **kwargs)


class ExchangeSchema(FileSchema):
    """``config/exchange.yaml``."""

    endpoint = Text(required=True, allow_none=True)
    every_minutes = Whole(least=1, required=True)
    system = Text(required=True)
    flows = fields.Dict(keys=Text(), values=fields.Nested(CityFlowSchema), required=True)
    item_codes = _words()
    standard_items = _words()
    works_suffix = Text(required=True)
    cases = fields.List(Text(), required=True)
    actions = fields.Dict(keys=Text(), values=Whole(least=1, most=HIGHEST_BLZT), required=True)
    step_seconds = Whole(least=1, required=True)
    defaults = fields.Dict(keys=Text(), values=Text(allow_none=True), required=True)
    by_type = fields.Dict(keys=Text(), values=fields.Dict(keys=Text(), values=Text()), required=True)
    by_item = _words()
    decision = Text(required=True)
    unlimited = Day(required=True)
    extension = fields.Nested(SpecialSchema, required=True)
    unknown_special = fields.Nested(SpecialSchema, required=True)
    fire = _words()
    checks = fields.Nested(ChecksSchema, required=True)


def exchange_faults(document: Document, data: Mapping[str, Any], known: Known) -> Iterator[Fault]:
    """Types, items and codes are those of the other files."""
    for code in data["flows"]:
        yield from unknown_word(document, ("flows", code), "SPLCLX", code, known.codes.get("splclx"))
    for key in ("item_codes", "standard_items", "by_item", "fire"):
        for code in data[key]:
            yield from unknown_word(document, (key, code), "item", code, known.items)
    for action, code in data["actions"].items():
        yield from unknown_word(document, ("actions", action), "BLZT", str(code), known.codes.get("blzt"))


def exchange_rules(data: Mapping[str, Any]) -> ExchangeRules:
    """The rules of a file without faults."""
    # Typed: what a schema has read loses its type.
    made: dict[str, Any] = {
        key: MappingProxyType(value) if isinstance(value, dict) else value
        for key, value in data.items()
        if key != "validity"
    }
    return ExchangeRules(**made)
