"""What the configuration says of the national exchange, as frozen data (config/exchange.yaml)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CityFlowVersion:
    """One version of a flow of the city (SPLCBBH), in force from the legal day ``since`` on."""

    version: str
    since: date


@dataclass(frozen=True, slots=True)
class CityFlow:
    """A flow of the city, under which the district files (SPLCBM); ``versions`` oldest first."""

    code: str
    versions: tuple[CityFlowVersion, ...]

    def version_on(self, day: date) -> CityFlowVersion | None:
        """The version that was in force on ``day``, None before the first."""
        return next((one for one in reversed(self.versions) if one.since <= day), None)


@dataclass(frozen=True, slots=True)
class Special:
    """A kind of 特别程序 (TBCX) and what it is called (TBCXMC); ``name`` None: as the cause of the pause."""

    code: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ExchangeChecks:
    """What the local checks look for: decisions in fewer than ``quick_minutes``, and values known as made up."""

    quick_minutes: int
    placeholder_days: tuple[date, ...]
    placeholder_texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExchangeRules:
    """How history becomes rows of the national exchange; see the file for what each of them means.

    ``flows`` by SPLCLX; ``actions`` BLZT by action; ``by_type`` codes by column and SPLCLX; ``by_item`` LXLX by the
    item that was granted; ``endpoint`` None: nothing is uploaded, the rows wait.
    """

    endpoint: str | None
    every_minutes: int
    system: str
    flows: Mapping[str, CityFlow]
    item_codes: Mapping[str, str]
    standard_items: Mapping[str, str]
    works_suffix: str
    cases: tuple[str, ...]
    actions: Mapping[str, int]
    step_seconds: int
    defaults: Mapping[str, str | None]
    by_type: Mapping[str, Mapping[str, str]]
    by_item: Mapping[str, str]
    decision: str
    unlimited: date
    extension: Special
    unknown_special: Special
    fire: Mapping[str, str]
    checks: ExchangeChecks


EXCHANGE_LISTS = (
    "sjsczt",
    "sjyxbs",
    "slfs",
    "gkfs",
    "tbcx",
    "tbcxsxlx",
    "xmtzly",
    "tdhqfs",
    "lxlx",
    "jsxz",
    "dwlx",
    "bjlx",
    "dybzspjdxh",
    "clfl",
    "yesno",
)
"""The code lists of the exchange beside blzt and splclx: ``config/codes/<list>.yaml``."""
