"""What is kept of a definition when figures are counted by it, and when all of them are to be counted anew."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from workflow.catalogue import Catalogue, FigureDefinition, Item
from workflow.strict_yaml import digest

RULES_OF = {
    "early_finish": ("early_finish",),
    "days_saved": ("early_finish",),
    "net_days": ("early_finish",),
    "decisions": ("early_finish",),
    "landing": ("landing",),
}
"""The settings that a figure's definition rests on, beside its own text."""


def contents(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    """By figure what its definition says, as JSON values: kept with its version for ever."""
    return {code: _content(catalogue, one) for code, one in catalogue.figures.items()}


def changed_unversioned(catalogue: Catalogue, kept: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> list[str]:
    """The figures whose definition is another than the one ``kept`` (by figure and version) of its version."""
    own = contents(catalogue)
    return [code for code, content in own.items() if kept.get(code, {}).get(content["version"], content) != content]


def basis(rules: str, calendar_version: str) -> str:
    """Everything that facts rest on beside the cases themselves: when it changes, all are made anew.

    ``rules`` is the digest of the configuration.
    """
    return f"{calendar_version}/{rules}"


def rules_digest(catalogue: Catalogue) -> str:
    """A digest of all the configuration that facts rest on."""
    items = {code: [one.stage, one.department, _instants(one)] for code, one in catalogue.items.items()}
    causes = {code: [cause.holder, sorted(cause.stops)] for code, cause in catalogue.causes.items()}
    ratings = {code: level.bad for code, level in catalogue.ratings.items()}
    help_, use = catalogue.help, catalogue.time_use
    return digest(
        {
            "definitions": contents(catalogue),
            "items": items,
            "causes": causes,
            "ratings": ratings,
            "day": [str(help_.day_from), str(help_.day_to)],
            "time_use": [str(use.backfill_after), str(use.quick_decision)],
        }
    )


def _instants(item: Item) -> list[list[bool]]:
    """Of each form of the item, the plain one first: which of its limits are 即办."""
    forms = [None, *(one.code for one in item.variants)]
    return [[limit.instant for limit in item.limits(form) if limit is not None] for form in forms]


def _content(catalogue: Catalogue, one: FigureDefinition) -> dict[str, Any]:
    words = ("title", "numerator", "denominator", "excluded", "period", "as_of")
    told: dict[str, Any] = {name: asdict(getattr(one, name)) for name in words}
    told |= {
        "version": one.version,
        "counted": one.counted,
        "unit": one.unit,
        "parts": {code: asdict(title) for code, title in one.parts.items()},
        "parts_of": one.parts_of,
        "ratios": {code: asdict(ratio) for code, ratio in one.ratios.items()},
        "distinct_projects": one.distinct_projects,
        "valid_from": one.validity.valid_from.isoformat(),
        "source": one.validity.source,
        "assumed": one.validity.assumed,
    }
    for name in RULES_OF.get(one.code, ()):
        told[name] = {key: _plain(value) for key, value in asdict(getattr(catalogue, name)).items()}
    return told


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
