"""P4 from what an acceptance knows: its buildings, what of them lies above and below the ground, and their segments.

A building of more than five stands in the stack of its segment; of more segments the table alone speaks. What lies
below the ground is told by the areas that the permit gives each building (``above_m2``, ``below_m2``).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from markupsafe import Markup

from api.pictures.elevation import MOST, Segment, Stack, Stands, elevation
from api.wording import N_, _
from workflow.queries.acceptance import Acceptance, SegmentRow, Standing, standing

LOOKS: Mapping[Standing, tuple[Stands, str]] = {
    "usable": ("ok", N_("已通过")),
    "examined": ("now", N_("验收中")),
    "rectifying": ("fix", N_("整改")),
    "not_applied": ("todo", N_("未申请")),
}


def segment_picture(found: Acceptance) -> Markup | None:
    """The picture; None where there are no segments, or too many of them."""
    live = [one for one in found.segments if one.live]
    if not live:
        return None
    if len(found.buildings) <= MOST:
        return elevation([_building(found, live, one) for one in found.buildings])
    return elevation([_segment(found, one) for one in live]) if len(live) <= MOST else None


def _building(found: Acceptance, live: Sequence[SegmentRow], building: Mapping[str, Any]) -> Stack:
    """A building with the segment it belongs to; one in no segment yet says so."""
    name = str(building.get("name") or building["code"])
    own = next((one for one in live if building["code"] in one.buildings), None)
    if own is None:
        return Stack(name, (Segment("", "todo", _("未划分"), url_for("pages.case", no=found.no)),))
    return Stack(name, tuple(_boxes(own, building, segment_name(own), _("地下"))))


def _segment(found: Acceptance, row: SegmentRow) -> Stack:
    """A segment with its buildings; the last of them stands on top."""
    boxes = [
        box
        for one in found.buildings
        if one["code"] in row.buildings
        for box in _boxes(row, one, str(one.get("name") or one["code"]), _("%(name)s地下", name=one.get("name", "")))
    ]
    return Stack(segment_name(row), tuple(boxes))


def _boxes(row: SegmentRow, building: Mapping[str, Any], above: str, below: str) -> list[Segment]:
    kind = standing(row.state, None, ended=False)
    assert kind is not None
    stands, words = LOOKS[kind]
    href = url_for("pages.case", no=row.no)
    up, down = building.get("above_m2") or 0, building.get("below_m2") or 0
    boxes = [Segment(above, stands, _(words), href)] if up or not down else []
    return boxes + ([Segment(below, stands, _(words), href, below=True)] if down else [])


def segment_name(row: SegmentRow) -> str:
    """A段, and not A A段 where the name says the code itself."""
    if row.segment and row.name and row.segment in row.name:
        return row.name
    return " ".join(part for part in (row.segment, row.name) if part)
