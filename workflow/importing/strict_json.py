"""JSON that somebody brought: as the standard has it, and no deeper than anybody writes."""

import json
from typing import Any

DEEPEST = 12


def loaded(said: str) -> Any:
    """The value of a text. Raises ValueError, for NaN and a number of too many digits as well, and RecursionError."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is no JSON")

    return json.loads(said, parse_constant=refuse)


def too_deep(value: object, left: int = DEEPEST) -> bool:
    """Whether records and lists stand in one another more than ``left`` times."""
    parts: list[object] = []
    if isinstance(value, dict):
        parts = list(value.values())
    elif isinstance(value, list):
        parts = value
    return bool(parts) and (left == 0 or any(too_deep(one, left - 1) for one in parts))
