"""P4: the parts of a project that are accepted by segments, as they stand above and below the ground."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from api.pictures.drawing import TINY, Sign, box, fitted, line, link, picture, sign, width_of, words

WIDTH = 912
MOST = 5
"""So many stacks keep readable words; of more buildings the table alone speaks."""
Stands = Literal["ok", "now", "fix", "todo"]
_SIGNS: dict[Stands, Sign] = {"ok": "done", "now": "now", "fix": "warn", "todo": "todo"}
_LOOKS: dict[Stands, str] = {
    "ok": "f-okbg o-ok",
    "now": "f-sea1 o-sea",
    "fix": "f-warnbg o-warn",
    "todo": "f-none o-line dash",
}
_STOREY, _BOX, _EDGE = 32, 27, 20


@dataclass(frozen=True, slots=True)
class Segment:
    """A part with its name, state in words, and page; ``below``: it lies under the ground."""

    name: str
    stands: Stands
    words: str
    href: str
    below: bool = False


@dataclass(frozen=True, slots=True)
class Stack:
    """A building with its segments, the lowest first of those above, the highest first of those below."""

    name: str
    segments: tuple[Segment, ...]


def elevation(stacks: Sequence[Stack]) -> Markup | None:
    """The picture; None for none or more than MOST stacks. It repeats a table."""
    if not 0 < len(stacks) <= MOST:
        return None
    above = max(sum(not one.below for one in stack.segments) for stack in stacks)
    under = max(sum(one.below for one in stack.segments) for stack in stacks)
    ground = _STOREY * above + 8
    depth = _STOREY * under + 10
    pitch = WIDTH / len(stacks)
    width = min(pitch - 2 * _EDGE, 220)
    parts = [box(0, ground, WIDTH, depth, "l-land")]
    for place, stack in enumerate(stacks):
        left = pitch * place + (pitch - width) / 2
        parts += _stack(stack, left, width, ground)
        parts.append(words(left + width / 2, ground + depth + 22, fitted(stack.name, pitch - 8, 14), "h", "middle"))
    parts.append(line(0, ground, WIDTH, ground, "o-ink"))
    return picture(WIDTH, ground + depth + 32, parts)


def _stack(stack: Stack, left: float, width: float, ground: float) -> list[Markup]:
    up = [one for one in stack.segments if not one.below]
    down = [one for one in stack.segments if one.below]
    parts = [_segment(one, left, ground - _STOREY * (n + 1), width) for n, one in enumerate(up)]
    return parts + [_segment(one, left, ground + _STOREY * n, width) for n, one in enumerate(down)]


def _segment(one: Segment, left: float, top: float, width: float) -> Markup:
    room = width_of(one.words, TINY)
    base = top + 3 + _BOX / 2 + 5
    return link(
        one.href,
        box(left, top + 3, width, _BOX, _LOOKS[one.stands], 3),
        words(left + 10, base, fitted(one.name, width - room - 44), "em"),
        sign(_SIGNS[one.stands], left + width - 10 - room - 12, base - 5, 5),
        words(left + width - 10, base, one.words, "tiny", "end"),
    )
