"""The shape of ``config/items/<code>.yaml``."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from marshmallow import fields

from workflow.catalogue.items import (
    BASES,
    COMMITMENT_RESULTS,
    EDGES,
    FORMATS,
    KINDS,
    LEVELS,
    SIGNERS,
    Applies,
    Commitment,
    Duty,
    Extension,
    Item,
    ItemLimit,
    Lifetime,
    Material,
    Prerequisite,
    Renewal,
    Validity,
    Variant,
)
from workflow.strict_schema import Choice, Day, Flag, LimitText, NamedSchema, StrictSchema, Text, TitleSchema, Whole


class FileSchema(StrictSchema):
    """What every configuration file says of itself: from when, to when, who says so."""

    valid_from = Day(required=True)
    valid_to = Day(required=True, allow_none=True)
    source = Text(required=True)
    assumed = Flag()

    def shape(self, data: dict[str, Any]) -> dict[str, Any]:
        own = ("valid_from", "valid_to", "source", "assumed")
        validity = Validity(**{key: data.pop(key) for key in own if key in data})
        return {"validity": validity, **data}


class ItemLimitSchema(StrictSchema):
    makes = ItemLimit
    limit = LimitText(required=True)
    base = Choice(BASES, required=True, data_key="from")
    basis = Text(required=True)
    instant = Flag()
    assumed = Flag()
    note = Text()


class ExtensionSchema(StrictSchema):
    makes = Extension
    days = Whole(least=1, required=True)
    role = Text(required=True)
    basis = Text(required=True)


class MaterialSchema(NamedSchema):
    makes = Material
    code = Text(required=True)
    required = Flag(required=True)
    may_follow = Flag()
    formats = fields.List(Choice(FORMATS), required=True)
    max_mb = Whole(least=1, most=500, required=True)
    issued_by = Text(required=True)
    sample = Text()


class PrerequisiteSchema(NamedSchema):
    makes = Prerequisite
    kind = Choice(EDGES, required=True)
    any_of = fields.List(Text())
    or_document = Text()
    substitutes = fields.List(Text())
    event = Text()
    applies_if = Text()
    waived_if = Text()
    simulated_ok = Flag()


class AppliesSchema(NamedSchema):
    makes = Applies
    any_of = fields.List(Text())
    none_of = fields.List(Text())
    optional = Flag()


class RenewalSchema(StrictSchema):
    makes = Renewal
    times = Whole(least=1, required=True)
    limit = LimitText(required=True)
    apply_before = LimitText()


class LifetimeSchema(StrictSchema):
    makes = Lifetime
    limit = LimitText(required=True)
    base = Choice(("issue", "decision"), required=True, data_key="from")
    until = Text()
    basis = Text(required=True)
    renewal = fields.Nested(RenewalSchema)
    lapses = Flag()
    assumed = Flag()
    note = Text()


class CommitmentSchema(StrictSchema):
    makes = Commitment
    signers = fields.List(Choice(SIGNERS), required=True)
    check_within = LimitText(required=True)
    basis = Text(required=True)
    result = Choice(COMMITMENT_RESULTS)
    variant = Text()
    assumed = Flag()
    note = Text()


class DutySchema(NamedSchema):
    makes = Duty
    limit = LimitText(required=True)
    base = Text(required=True, data_key="from")
    basis = Text(required=True)
    assumed = Flag()


class VariantSchema(NamedSchema):
    makes = Variant
    code = Text(required=True)
    statutory = fields.Nested(ItemLimitSchema)
    promised = fields.Nested(ItemLimitSchema)
    offered = Flag()


class ExchangeSchema(StrictSchema):
    """Codes of GB/T 39046 (tables A.1 and A.6), and the national item code once its list is known."""

    item_type = Choice(("01", "07", "10", "20"))
    handling_type = Choice(("1", "2", "9"))
    standard_code = Text()


class ItemSchema(FileSchema):
    """A whole item; its digest is set by the loader."""

    makes = Item
    code = Text(required=True)
    version = Whole(least=1, required=True)
    title = fields.Nested(TitleSchema, required=True)
    stage = Whole(least=1, most=4, required=True)
    department = Text(required=True)
    co_departments = fields.List(Text())
    level = Choice(LEVELS)
    kind = Choice(KINDS, required=True)
    statutory = fields.Nested(ItemLimitSchema)
    promised = fields.Nested(ItemLimitSchema)
    extension = fields.Nested(ExtensionSchema)
    pauses = fields.List(Text(), required=True)
    materials = fields.List(fields.Nested(MaterialSchema), required=True)
    prerequisites = fields.List(fields.Nested(PrerequisiteSchema))
    lifetime = fields.Nested(LifetimeSchema)
    pre_licence = fields.Nested(LifetimeSchema)
    commitment = fields.Nested(CommitmentSchema)
    duty = fields.Nested(DutySchema)
    variants = fields.List(fields.Nested(VariantSchema))
    base_form = fields.Nested(TitleSchema)
    gap_limit = fields.Nested(ItemLimitSchema)
    applies_if = Text()
    waived_if = Text()
    applies = fields.Nested(AppliesSchema)
    parallel = Flag()
    public = Flag(required=True)
    exchange = fields.Nested(ExchangeSchema)
    note = Text()

    def shape(self, data: dict[str, Any]) -> dict[str, Any]:
        exchange: Mapping[str, str] = data.pop("exchange", {})
        return {"digest": "", "exchange": MappingProxyType(dict(exchange)), **super().shape(data)}
