"""What the chapters of the tour share: the district, the teller, and what earlier chapters left for later ones."""

from dataclasses import dataclass, field
from pathlib import Path

from workflow.demo.tour.caller import Caller
from workflow.demo.tour.district import District
from workflow.demo.tour.teller import Teller

CORRECTED = "SG08"
SILENT = "GC08"
REVIEWED = "SG12"
"""The three items: none needs another permit first; the last may be paused for an expert review."""
LONG = "GC07"
"""A fourth item, for questions about days to come: 45 working days by law, and a pause for an expert review."""
REVIEW_DAYS = 2
LATE_REASON = "专家意见反馈较晚，已向申请人说明（演示数据）"


@dataclass(slots=True)
class Scene:
    """Where the story stands; ``long`` is the number of the case of `LONG`, whose dates lie far ahead."""

    district: District
    teller: Teller
    notice: Path
    applicant: Caller = field(init=False)
    clerk: Caller = field(init=False)
    bundle: str = ""
    cases: dict[str, str] = field(default_factory=dict)
    promised: str = ""
    paused_since: str = ""
    long: str = ""
    help: str = ""

    def no(self, item: str) -> str:
        """The number of the case of an item."""
        return self.cases[item]
