"""From how much history a breach forecast is made (``config/rules/forecast.yaml``)."""

from dataclasses import dataclass

from workflow.catalogue.item_schema import FileSchema
from workflow.strict_schema import Whole


@dataclass(frozen=True, slots=True)
class ForecastPolicy:
    """``history_months`` whole months before the present one. ``least_cases`` must have ended, ``least_reached`` of
    them after at least as many days as the open case has used. ``likely_from`` is a share in percent."""

    history_months: int
    least_cases: int
    least_reached: int
    likely_from: int


class ForecastSchema(FileSchema):
    """``config/rules/forecast.yaml``."""

    history_months = Whole(least=1, most=120, required=True)
    least_cases = Whole(least=1, most=10_000, required=True)
    least_reached = Whole(least=1, most=10_000, required=True)
    likely_from = Whole(least=1, most=100, required=True)
