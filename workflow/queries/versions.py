"""Under which version of its flow a line of a case's history was written: running cases are moved to newer ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FlowMove:
    """The line ``seq`` that moved a case from the version ``old`` to ``new`` (`flow_moved`)."""

    seq: int
    old: int
    new: int


def flow_moves(lines: Iterable[Mapping[str, Any]]) -> tuple[FlowMove, ...]:
    """The moves among ``lines``, which have at least ``seq``, ``action`` and ``input``; in their order."""
    return tuple(
        FlowMove(line["seq"], line["input"]["from"], line["input"]["to"])
        for line in lines
        if line["action"] == "flow_moved"
    )


def version_at(current: int, moves: Iterable[FlowMove], seq: int) -> int:
    """The version that held when the line ``seq`` was written; ``current`` is that of the case now."""
    return next((move.old for move in moves if move.seq > seq), current)
