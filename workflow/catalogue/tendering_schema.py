"""The shape of config/rules/tendering.yaml, and what must hold inside it."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from workflow.catalogue.item_checks import Known, unknown_word
from workflow.catalogue.item_schema import FileSchema
from workflow.catalogue.rules import RuleLimit
from workflow.catalogue.tendering import PERIOD_TYPES, Period, Tendering, TenderMoment, TenderRule
from workflow.errors import Fault
from workflow.strict_schema import Choice, Day, Flag, LimitText, NamedSchema, StrictSchema, Text, Whole
from workflow.strict_yaml import Document

OPTIONAL = ("base", "target", "limit", "percent", "least")
TYPE_ASKS: Mapping[str, frozenset[str]] = {
    "min": frozenset({"base", "target", "limit"}),
    "max": frozenset({"base", "target", "limit"}),
    "latest": frozenset({"base", "target", "limit"}),
    "equal": frozenset({"base", "target"}),
    "same_moment": frozenset({"base", "target"}),
    "amount": frozenset({"base", "target", "percent"}),
    "count": frozenset({"target", "least"}),
    "guard": frozenset(),
}
"""Which keys a period of each type has: these and no others."""
DATED = ("min", "max", "latest", "same_moment")
"""The types that run between moments of the file; the others may be about figures."""


class MomentSchema(NamedSchema):
    makes = TenderMoment
    deed = Flag(load_default=False)


class PeriodSchema(StrictSchema):
    makes = Period
    name = Text(load_default="")
    type = Choice(PERIOD_TYPES, required=True)
    base = Text(load_default=None)
    target = Text(load_default=None)
    limit = LimitText(load_default=None)
    percent = Whole(least=1, most=100, load_default=None)
    least = Whole(least=1, load_default=None)
    ends_on = Choice(("working_day",), load_default=None)
    refuses = Flag(load_default=False)

    @validates_schema
    def as_its_type_asks(self, data: dict[str, Any], **kwargs: Any) -> None:
        given = {key for key in OPTIONAL if data.get(key) is not None}
        asked = TYPE_ASKS.get(data.get("type", ""), frozenset(given))
        for key in sorted(asked ^ given):
            needs = ", ".join(sorted(asked)) or "nothing else"
            raise ValidationError(f"a period of type {data['type']} has: {needs}", key)
        if data.get("ends_on") and data.get("type") != "min":
            raise ValidationError("only the end of a min period is put off to a working day", "ends_on")
        if data.get("refuses") and data.get("type") != "max":
            raise ValidationError("only a max period may refuse what comes after it", "refuses")
        if data.get("limit") is not None and not data["limit"].unit.counts_days:
            raise ValidationError("days are needed, as in 5cd or 3wd", "limit")

    def shape(self, data: dict[str, Any]) -> dict[str, Any]:
        return {**{key: value for key, value in data.items() if key != "ends_on"}} | {
            "ends_on_working_day": data["ends_on"] is not None
        }


class TenderRuleSchema(NamedSchema):
    basis = Text(required=True)
    valid_from = Day(required=True)
    valid_to = Day(load_default=None, allow_none=True)
    periods = fields.List(fields.Nested(PeriodSchema), required=True, validate=validate.Length(min=1))


class TenderingSchema(FileSchema):
    """``config/rules/tendering.yaml``."""

    moments = fields.Dict(keys=Text(), values=fields.Nested(MomentSchema), required=True)
    rules = fields.Dict(keys=Text(), values=fields.Nested(TenderRuleSchema), required=True)

    def shape(self, data: dict[str, Any]) -> dict[str, Any]:
        shaped = super().shape(data)
        rules = {code: TenderRule(code=code, **rule) for code, rule in shaped["rules"].items()}
        return shaped | {"rules": rules}


def tendering_faults(document: Document, data: dict[str, Any], known: Known) -> Iterator[Fault]:
    """Periods run between known moments, and each has a name of its own within its rule."""
    moments = frozenset(data["moments"])
    for code, rule in data["rules"].items():
        place = ("rules", code)
        if rule.valid_to is not None and rule.valid_to < rule.valid_from:
            yield document.fault((*place, "valid_to"), f"{rule.valid_to} is before valid_from")
        names: set[str] = set()
        for index, period in enumerate(rule.periods):
            here = (*place, "periods", index)
            if period.name in names:
                yield document.fault((*here, "name"), f"two periods of {code} are called {period.name!r}")
            names.add(period.name)
            if period.type in DATED:
                yield from unknown_word(document, (*here, "base"), "moment", period.base, moments)
                yield from unknown_word(document, (*here, "target"), "moment", period.target, moments)


def tendering_of(data: Mapping[str, Any]) -> Tendering:
    """What the file holds."""
    return Tendering(moments=data["moments"], rules=data["rules"])


def tendering_limits(data: Mapping[str, Any]) -> dict[str, RuleLimit]:
    """The limits that flows name as ``rule.B11``: those of every "max" period that a clock counts."""
    return {
        rule.named(period): RuleLimit(rule.title, period.limit, rule.basis)
        for rule, period in tendering_of(data).periods("max")
        if period.limit is not None
    }
