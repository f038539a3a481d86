"""What the report for the meeting is measured against (``config/rules/report.yaml``)."""

from dataclasses import dataclass

from workflow.catalogue.item_schema import FileSchema
from workflow.strict_schema import Whole


@dataclass(frozen=True, slots=True)
class ReportPolicy:
    """``early_share_target``: the share of cases finished early that is aimed at, in percent."""

    early_share_target: int


class ReportSchema(FileSchema):
    """``config/rules/report.yaml``."""

    early_share_target = Whole(least=1, most=100, required=True)
