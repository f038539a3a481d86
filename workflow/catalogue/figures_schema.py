"""The shapes of the files that define the leader's figures, and what they must agree on with other files."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from marshmallow import fields

from workflow.catalogue.figures import (
    COMPARES,
    COUNTED,
    FIGURES,
    MEASURES,
    PARTS_OF,
    EarlyFinish,
    FigureDefinition,
    FigureRatio,
    LandingTime,
)
from workflow.catalogue.item_checks import Known, unknown_word
from workflow.catalogue.item_schema import FileSchema
from workflow.errors import Fault
from workflow.strict_schema import Choice, Flag, NamedSchema, Text, TitleSchema, Whole
from workflow.strict_yaml import Document

UNITS = ("cases", "projects", "minutes", "working_days", "calendar_days")


class FigureRatioSchema(NamedSchema):
    of = Text(required=True)
    among = Text()
    by = Choice(MEASURES)


class FigureSchema(FileSchema, NamedSchema):
    """One definition; like a file, it says from when it holds and who says so."""

    version = Whole(least=1, most=9999, required=True)
    numerator = fields.Nested(TitleSchema, required=True)
    denominator = fields.Nested(TitleSchema, required=True)
    excluded = fields.Nested(TitleSchema, required=True)
    period = fields.Nested(TitleSchema, required=True)
    as_of = fields.Nested(TitleSchema, required=True)
    counted = Choice(COUNTED, required=True)
    unit = Choice(UNITS, required=True)
    parts = fields.Dict(keys=Text(), values=fields.Nested(TitleSchema))
    parts_of = Choice(PARTS_OF)
    ratios = fields.Dict(keys=Text(), values=fields.Nested(FigureRatioSchema))
    distinct_projects = Flag()

    def shape(self, data: dict[str, Any]) -> dict[str, Any]:
        title = NamedSchema.shape(self, data)
        return FileSchema.shape(self, title)


class FiguresSchema(FileSchema):
    """``config/rules/figures.yaml``."""

    figures = fields.Dict(keys=Text(), values=fields.Nested(FigureSchema), required=True)


class EarlyFinishSchema(FileSchema):
    """``config/rules/early-finish.yaml``."""

    compare = Choice(COMPARES, required=True)
    without = fields.List(Text(), required=True)

    def shape(self, data: dict[str, Any]) -> dict[str, Any]:
        made = super().shape(data)
        return {"rule": EarlyFinish(made["compare"], made["without"]), "validity": made["validity"]}


class LandingTimeSchema(FileSchema):
    """``config/rules/landing-time.yaml``."""

    permits = fields.List(Text(), required=True)

    def shape(self, data: dict[str, Any]) -> dict[str, Any]:
        made = super().shape(data)
        return {"rule": LandingTime(made["permits"]), "validity": made["validity"]}


def figures_of(data: dict[str, Any]) -> dict[str, FigureDefinition]:
    """The definitions of a file without faults."""
    return {code: _definition(code, data["figures"][code]) for code in FIGURES}


def figures_faults(document: Document, data: dict[str, Any], known: Known) -> Iterator[Fault]:
    """Ratios name parts that there are; a figure has parts of its own or those of a list."""
    for code in sorted(set(FIGURES) - set(data["figures"])):
        yield document.fault(("figures",), f"the definition of {code} is missing", FIGURES)
    for code, one in data["figures"].items():
        yield from unknown_word(document, ("figures", code), "figure", code, frozenset(FIGURES))
        parts = one.get("parts", {})
        if bool(parts) == ("parts_of" in one):
            yield document.fault(("figures", code), "needs either parts or parts_of")
        for name, ratio in one.get("ratios", {}).items():
            for place in ("of", "among"):
                if place in ratio and parts and ratio[place] not in parts:
                    where = ("figures", code, "ratios", name, place)
                    yield document.fault(where, f"there is no part {ratio[place]!r}", tuple(parts))


def landing_faults(document: Document, data: dict[str, Any], known: Known) -> Iterator[Fault]:
    """The permits are items of the catalogue."""
    for place, item in enumerate(data["rule"].permits):
        yield from unknown_word(document, ("permits", place), "item", item, known.items)


def _definition(code: str, one: dict[str, Any]) -> FigureDefinition:
    ratios = {name: FigureRatio(code=name, **ratio) for name, ratio in one.get("ratios", {}).items()}
    fixed = {"parts": MappingProxyType(one.get("parts", {})), "parts_of": one.get("parts_of")}
    return FigureDefinition(code=code, **{**one, **fixed, "ratios": MappingProxyType(ratios)})
