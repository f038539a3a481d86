"""P16: a process as boxes and arrows, with the path a case has taken and where it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from api.pictures import layers
from api.pictures.drawing import TINY, box, element, fitted, group, path, picture, sign, width_of, words
from api.pictures.layers import BOX_HEIGHT, BOX_WIDTH, Layout, Route

CROWD = 4
"""An end that so many steps lead to stands apart, without their lines: they would cover everything else."""
FEW = 14
"""So many lines can all be named without covering each other."""
_ROOM = BOX_WIDTH - 14
_HEAD = 5


@dataclass(frozen=True, slots=True)
class Step:
    """A state as a box: its name, a second line below it, and whether the case was, is or never was there.

    ``end``: nothing comes before, or nothing after.
    """

    name: str
    title: str
    below: str = ""
    stands: Literal["past", "now", "ahead"] = "ahead"
    end: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """An action that leads from one state to another; ``past``: the case went this way."""

    source: str
    target: str
    title: str
    past: bool = False


def process(steps: Sequence[Step], ways: Sequence[Way]) -> Markup:
    """The picture; the first of ``steps`` is where a case begins. It repeats the list of steps on the page.

    The path taken stands on top, or without one what usually follows: of the ways on, the one named first.
    """
    apart = crowded(steps, ways)
    drawn = [way for way in ways if way.source != way.target and (way.target not in apart or way.past)]
    pairs = layers.pairs((way.source, way.target) for way in drawn)
    layout = layers.lay_out([step.name for step in steps], pairs, _trunk(steps, drawn), apart)
    lines = [
        _line(route, [way for way in drawn if (way.source, way.target) == (route.source, route.target)])
        for route in layout.routes
    ]
    boxes = [_box(step, *layout.boxes[step.name]) for step in steps]
    return picture(
        layout.width,
        layout.height,
        [
            _arrow_heads(),
            *lines,
            *boxes,
            *_labels(layout, drawn, {step.name for step in steps if step.stands == "now"}),
        ],
    )


def crowded(steps: Sequence[Step], ways: Iterable[Way]) -> list[str]:
    """The ends that many steps lead to, in the order of the process."""
    sources: dict[str, set[str]] = {}
    for way in ways:
        sources.setdefault(way.target, set()).add(way.source)
    return [step.name for step in steps if step.end and len(sources.get(step.name, ())) >= CROWD]


def _trunk(steps: Sequence[Step], ways: Sequence[Way]) -> list[str]:
    ends = {step.name for step in steps[1:] if step.end}
    seen = [steps[0].name]
    taken = any(way.past for way in ways)
    while True:
        on = [way for way in ways if way.source == seen[-1] and way.target not in seen and (way.past or not taken)]
        on.sort(key=lambda way: way.target in ends)
        if not on:
            return seen
        seen.append(on[0].target)


def _box(step: Step, x: float, y: float) -> Markup:
    kind = {"past": "node-box node-past", "now": "node-now", "ahead": "node-box"}[step.stands]
    on = "on" if step.stands == "now" else ""
    lines = [step.title] if step.below else in_two(step.title, _ROOM)
    title = fitted(lines[0], _ROOM - (18 if step.stands == "past" else 0))
    middle, base = BOX_WIDTH / 2, 32 if len(lines) == 1 and not step.below else 23
    parts = [box(0, 0, BOX_WIDTH, BOX_HEIGHT, kind, 27 if step.end else 6)]
    if step.stands == "past":
        parts.append(sign("done", middle - width_of(title) / 2 - 9, base - 5, 5))
        middle += 7
    parts.append(words(middle, base, title, on or "em", "middle"))
    if step.below:
        parts.append(words(BOX_WIDTH / 2, 41, fitted(step.below, _ROOM, TINY), f"tiny {on}".strip(), "middle"))
    elif len(lines) == 2:
        parts.append(words(BOX_WIDTH / 2, 41, fitted(lines[1], _ROOM), on or "em", "middle"))
    return group(*parts, at=(x, y))


def in_two(said: str, room: float) -> list[str]:
    """The words in one line, or in two where they are wider than ``room``: between words, or between characters."""
    if width_of(said) <= room:
        return [said]
    pieces = said.split(" ") if " " in said else list(said)
    glue = " " if " " in said else ""
    most = max((n for n in range(1, len(pieces)) if width_of(glue.join(pieces[:n])) <= room), default=1)
    # Both lines about as long, as long as the second then still fits.
    half = next(n for n in range(1, len(pieces) + 1) if width_of(glue.join(pieces[:n])) >= width_of(said) / 2)
    cut = min(most, half)
    return [glue.join(pieces[:cut]), glue.join(pieces[cut:])]


def _line(route: Route, ways: Sequence[Way]) -> Markup:
    past = any(way.past for way in ways)
    (x1, y1), (x0, y0) = route.points[-1], route.points[-2]
    # The head reaches the box, the line ends inside the head.
    along = (0.0 if x1 == x0 else _HEAD * (1 if x1 > x0 else -1), 0.0 if y1 == y0 else _HEAD * (1 if y1 > y0 else -1))
    points = [*route.points[:-1], (x1 - along[0], y1 - along[1])]
    d = "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
    return element(
        "path", class_="edge-past" if past else "edge", d=d, marker_end=f"url(#{'head-past' if past else 'head'})"
    )


def _labels(layout: Layout, ways: Sequence[Way], now: set[str]) -> list[Markup]:
    """The words of the ways where there is room for them; those of the path taken are placed first.

    In a big process only the path and the ways on from where the case stands are named: the list has them all.
    """
    if len(layout.routes) > FEW:
        ways = [way for way in ways if way.past or way.source in now]
    taken = [(x - 2, y - 2, x + BOX_WIDTH + 2, y + BOX_HEIGHT + 2) for x, y in layout.boxes.values()]
    found = []
    named = {(way.source, way.target) for way in ways}
    routes = [route for route in layout.routes if (route.source, route.target) in named]
    for route in sorted(routes, key=lambda one: not _said(one, ways)[1]):
        said, past = _said(route, ways)
        for x, y, room in _places(route):
            line = fitted(said, room, TINY)
            area = (x, y - TINY, x + width_of(line, TINY), y + 3)
            others = [one for one in layout.routes if one is not route]
            if line and area[2] <= layout.width and not any(_meet(area, one) for one in (*taken, *_lines(others))):
                taken.append(area)
                found.append(words(x, y, line, "tiny em halo" if past else "tiny halo"))
                break
    return found


def _said(route: Route, ways: Sequence[Way]) -> tuple[str, bool]:
    """What the line is called: the way that was taken, else the first; and whether it was taken."""
    mine = [way for way in ways if (way.source, way.target) == (route.source, route.target)]
    past = [way for way in mine if way.past]
    return (past or mine)[0].title + ("…" if len(mine) > 1 else ""), bool(past)


def _places(route: Route) -> list[tuple[float, float, float]]:
    """Where words could stand, and how wide they may be: above level parts of the line, right of upright ones."""
    found = []
    for (x0, y0), (x1, y1) in zip(route.points, route.points[1:], strict=False):
        if y0 == y1 and abs(x1 - x0) >= 26:
            found.append((min(x0, x1) + 3, y0 - 5, max(abs(x1 - x0) - 6, 60.0)))
            found.append((min(x0, x1) + 3, y0 + 14, max(abs(x1 - x0) - 6, 60.0)))
        elif x0 == x1 and abs(y1 - y0) >= 20:
            found.append((x0 + 7, (y0 + y1) / 2 + 4, 96.0))
    return sorted(found, key=lambda one: -one[2])


def _lines(routes: Iterable[Route]) -> Iterable[tuple[float, float, float, float]]:
    """The parts of lines as thin boxes."""
    for route in routes:
        for (x0, y0), (x1, y1) in zip(route.points, route.points[1:], strict=False):
            yield min(x0, x1) - 1, min(y0, y1) - 1, max(x0, x1) + 1, max(y0, y1) + 1


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _arrow_heads() -> Markup:
    def head(key: str, kind: str) -> Markup:
        shape = path("M0 0L8 4L0 8Z", kind)
        return element(
            "marker",
            shape,
            id=key,
            viewBox="0 0 8 8",
            refX=3,
            refY=4,
            markerWidth=8,
            markerHeight=8,
            markerUnits="userSpaceOnUse",
            orient="auto",
        )

    return element("defs", head("head", "mk"), head("head-past", "f-sea"))
