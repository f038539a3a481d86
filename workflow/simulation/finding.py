"""What the simulation has to say of one flow, as plain data; whoever reads the file adds its line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: ``place`` is the key in the flow file (``("clocks", "gaps", "ladder", 0)``), ``known`` what would
    be right instead."""

    place: tuple[str | int, ...]
    sentence: str
    known: tuple[str, ...] = ()
