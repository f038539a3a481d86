"""P10, the ladder of escalation: a step for each level, and on it the cases that stand there."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.pictures.drawing import (
    HEAD,
    TINY,
    Sign,
    box,
    element,
    fitted,
    group,
    line,
    link,
    path,
    picture,
    sign,
    width_of,
    words,
)

WIDTH, STEP, RISE, LOWEST = 1280, 256, 52, 62
CARD_WIDTH, CARD_HEIGHT, PITCH = 228, 28, 34
MOST = 4
"""Cases drawn on one level; the rest is counted."""
TOP = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """One case on its level; ``days`` are the words for how long it stands there."""

    name: str
    href: str
    sign: Sign
    days: str
    said: str


@dataclass(frozen=True, slots=True)
class Level:
    """One level, from the lowest: its name, when one comes there, how many are there, the first of them, and in words
    how many ``more`` there are, at ``href``."""

    name: str
    rule: str
    count: str
    cases: tuple[Standing, ...]
    more: str = ""
    href: str = ""


def ladder(levels: Sequence[Level]) -> Markup:
    """Five steps up to the right; as high as the fullest of them needs."""
    height = float(max(TOP + _step(place) + _pile(one) for place, one in enumerate(levels)) + 2)
    steps = [_level(one, place, height) for place, one in enumerate(levels)]
    return picture(WIDTH, height, [*steps, line(0, height - 1, WIDTH, height - 1, "ax2")])


def _step(place: int) -> int:
    return LOWEST + RISE * place


def _pile(level: Level) -> int:
    return PITCH * len(level.cases[:MOST]) + (22 if level.more else 0)


def _level(level: Level, place: int, height: float) -> Markup:
    rise, x = _step(place), place * STEP
    tread = height - rise
    edge = path(f"M{x} {tread + (RISE if place else 0):g}V{tread:g}H{x + STEP}", "edge-past")
    room = STEP - 32 - width_of(level.count, HEAD) - 8
    parts = [
        box(x, tread, STEP, rise, "f-sea1"),
        edge,
        words(x + 16, tread + 26, fitted(level.name, room, HEAD), "h"),
        words(x + STEP - 16, tread + 26, level.count, "h", "end"),
        words(x + 16, tread + 46, fitted(level.rule, STEP - 32, TINY), "tiny"),
    ]
    parts += [_card(one, x + 12, tread - PITCH * (n + 1)) for n, one in enumerate(level.cases[:MOST])]
    if level.more:
        top = tread - PITCH * len(level.cases[:MOST])
        said = words(x + 24, top - 8, fitted(level.more, STEP - 40, TINY), "tiny em")
        parts.append(link(level.href, said) if level.href else said)
    return Markup("").join(parts)


def _card(one: Standing, x: float, y: float) -> Markup:
    room = CARD_WIDTH - 30 - 12 - width_of(one.days, TINY) - 8
    return link(
        one.href,
        group(
            element("title", one.said),
            box(0, 0, CARD_WIDTH, CARD_HEIGHT, "node-box dot", 6),
            sign(one.sign, 16, CARD_HEIGHT / 2, 5.5),
            words(30, 19, fitted(one.name, room, TINY), "tiny em"),
            words(CARD_WIDTH - 12.0, 19, one.days, "tiny", "end"),
            at=(x, y),
        ),
    )
