"""What an acceptance makes: segments with their buildings, the cells of a segment, one list of all problems."""

from collections.abc import Mapping
from typing import Any

from workflow.guards import Facts
from workflow.guards.acceptance import cells, disciplines_of
from workflow.guards.cutting import FILED, cut_rows, live_segments
from workflow.making.maker import Maker


def cut_segments(facts: Facts) -> list[dict[str, Any]]:
    """The segments that are cut now, each with its buildings as the permit has them."""
    permit = {row["code"]: row for row in facts.case.data.get("buildings", ())}
    made = []
    for segment in facts.inputs.get("segments", ()):
        rows = [row for row in cut_rows(facts) if row["segment"] == segment["segment"]]
        buildings = [{**permit.get(row["code"], {}), **row} for row in rows]
        own = [{name: value for name, value in row.items() if name != "segment"} for row in buildings]
        made.append({**segment, "buildings": own})
    return made


def disciplines_due(facts: Facts) -> list[dict[str, Any]]:
    """The cells of this segment: {discipline, department, name, item}."""
    left_out = [row["discipline"] for row in facts.inputs.get("left_out", ())]
    due = disciplines_of(facts.catalogue, facts.project_facts, bool(facts.case.data.get("last")), left_out)
    return [
        {"discipline": one.code, "department": one.department, "name": one.title.zh}
        | ({"item": one.item} if one.item else {})
        for one in due
    ]


def merged_problems(facts: Facts) -> list[dict[str, Any]]:
    """Every problem of every department, in the order of the disciplines."""
    return [
        {"discipline": cell.data["discipline"], **row}
        for cell in cells(facts.children)
        if cell.state == "faulty"
        for row in cell.data.get("problems", ())
    ]


def accepted_items(facts: Facts) -> list[str]:
    """The items of every column that was looked at in some segment, with the opinion and the filing."""
    filed = [one for one in live_segments(facts.children) if one.outcome == FILED]
    seen = {
        one.item
        for segment in filed
        for one in disciplines_of(
            facts.catalogue,
            facts.project_facts,
            bool(segment.data.get("last")),
            [row["discipline"] for row in segment.data.get("left_out", ())],
        )
    }
    return sorted({item for item in seen if item is not None} | set(facts.catalogue.acceptance_items))


MAKERS: Mapping[str, Maker] = {
    "cut_segments": Maker(cut_segments),
    "disciplines_due": Maker(disciplines_due),
    "accepted_items": Maker(accepted_items, frozenset({"children"})),
    "merged_problems": Maker(merged_problems, frozenset({"children"})),
}
