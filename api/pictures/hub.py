"""P5: who was asked in a consultation and who has answered, around the one that leads."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from api.pictures.drawing import TINY, Sign, box, circle, fitted, line, picture, sign, width_of, words
from api.wording import _

WIDTH, HEIGHT = 912, 350
MOST = 12
"""So many boxes keep apart on the ellipse; of more the table alone speaks."""
Answer = Literal["agreed", "conditional", "objected", "silent", "waiting"]
SIGNS: dict[Answer, Sign] = {
    "agreed": "done",
    "conditional": "warn",
    "objected": "bad",
    "silent": "hold",
    "waiting": "todo",
}
_LOOKS: dict[Answer, str] = {
    "agreed": "f-okbg o-ok",
    "conditional": "f-warnbg o-warn",
    "objected": "f-badbg o-bad",
    "silent": "f-holdbg o-hold dash",
    "waiting": "f-none o-line dash",
}
_X, _Y, _R = 456, 172, 48
_ACROSS, _DOWN = 366, 132
_BOX, _TALL, _TALLER = 132, 44, 60
_ROOMY = 6
"""So many boxes have room for names on two lines."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A department that was asked: its name, how it answered, and that in words."""

    name: str
    answer: Answer
    words: str


def hub(lead: str, asked: Sequence[Asked]) -> Markup | None:
    """The picture; None for nobody or more than MOST. It repeats a table."""
    if not 0 < len(asked) <= MOST:
        return None
    places = [_place(number, len(asked)) for number in range(len(asked))]
    spokes = [
        line(_X, _Y, x, y, "edge dash" if one.answer == "waiting" else "edge-past")
        for one, (x, y) in zip(asked, places, strict=True)
    ]
    taller = len(asked) <= _ROOMY and any(width_of(one.name, 14) > _BOX - 12 for one in asked)
    boxes = [part for one, (x, y) in zip(asked, places, strict=True) for part in _box(one, x, y, taller)]
    middle = [circle(_X, _Y, _R, "f-sea"), *_lead(lead)]
    return picture(WIDTH, HEIGHT, [*spokes, *middle, *boxes])


def _lead(name: str) -> list[Markup]:
    """The word and the name of the lead in the circle, a long name on two lines."""
    room = 2 * _R - 10
    if width_of(name) <= room:
        return [words(_X, _Y - 6, _("1 牵头"), "tiny on", "middle"), words(_X, _Y + 14, name, "on", "middle")]
    first, second = halves(name)
    return [
        words(_X, _Y - 16, _("1 牵头"), "tiny on", "middle"),
        words(_X, _Y + 3, fitted(first, room + 8, TINY), "tiny on", "middle"),
        words(_X, _Y + 20, fitted(second, room - 4, TINY), "tiny on", "middle"),
    ]


def halves(name: str) -> tuple[str, str]:
    """A name in two parts of about the same length: between words where it has any."""
    breaks = [place for place, letter in enumerate(name) if letter == " "] or [-(-len(name) // 2)]
    at = min(breaks, key=lambda place: abs(2 * place - len(name)))
    return name[:at], name[at:].strip()


def _place(number: int, count: int) -> tuple[float, float]:
    """The middle of a box: clockwise from the top. Two alone stand left and right."""
    start = 0.0 if count == 2 else -math.pi / 2
    angle = start + 2 * math.pi * number / count
    # Equal angles crowd the boxes at the ends of a flat ellipse, where the height between them is small.
    spread = angle if count <= 6 else math.atan2(math.sin(angle) * _ACROSS, math.cos(angle) * _DOWN * 2.2)
    return _X + _ACROSS * math.cos(spread), _Y + _DOWN * math.sin(spread)


def _box(one: Asked, x: float, y: float, taller: bool) -> list[Markup]:
    tall = _TALLER if taller else _TALL
    left, top = x - _BOX / 2, y - tall / 2
    said = fitted(one.words, _BOX - 28, TINY)
    start = x - width_of(said, TINY) / 2 + 6
    names = halves(one.name) if taller and width_of(one.name, 14) > _BOX - 12 else (one.name,)
    first = top + (18 if len(names) == 2 or not taller else 26)
    return [
        box(left, top, _BOX, tall, _LOOKS[one.answer], 6),
        *(words(x, first + 16 * n, fitted(name, _BOX - 8, 14), "h", "middle") for n, name in enumerate(names)),
        sign(SIGNS[one.answer], start - 9, top + tall - 12, 4.5),
        words(start, top + tall - 8, said, "tiny"),
    ]
