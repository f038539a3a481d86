"""Where the steps of a process stand and how lines run between them: columns by distance, lines at right angles.

Layered drawing after Sugiyama, Tagawa and Toda (1981), kept simple because processes here are small (up to thirty
steps): a column is the least number of steps from the beginning, a row is as near as possible to where one comes from.
Lines run only in the gaps between columns and rows, each on a track of its own, so none crosses a box.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

BOX_WIDTH, BOX_HEIGHT = 128, 54
GAP_ACROSS, GAP_DOWN = 48, 40
TRACK = 9
"""Pixels between two lines that run beside each other."""
PORT = 10
"""Pixels between two lines on the same side of a box."""
_LEFT, _TOP = 12, 24


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in the grid."""

    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Route:
    """A line from one step to another, as the points where it bends, in pixels."""

    source: str
    target: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Upper left corners of the boxes, the lines, and the size of it all, in pixels."""

    boxes: Mapping[str, tuple[float, float]]
    routes: tuple[Route, ...]
    width: float
    height: float


def lay_out(
    steps: Sequence[str], ways: Sequence[tuple[str, str]], trunk: Sequence[str] = (), apart: Sequence[str] = ()
) -> Layout:
    """``steps`` with the first of them at the left, and ``ways`` between them, each pair once and none to itself.

    ``trunk`` are steps that belong on top, in one line as far as their columns differ. ``apart`` are drawn in a last
    row of their own, with as many of the lines to them as ``ways`` names.
    """
    cells = _cells(steps, ways, trunk, apart)
    plans = [_plan(source, target, cells) for source, target in ways]
    tracks, lanes = _numbered(plans, "tracks"), _numbered(plans, "lanes")
    lefts = _starts(max(cell.column for cell in cells.values()) + 1, BOX_WIDTH, GAP_ACROSS, tracks, _LEFT)
    tops = _starts(max(cell.row for cell in cells.values()) + 1, BOX_HEIGHT, GAP_DOWN, lanes, _TOP)
    boxes = {name: (lefts[cell.column], tops[cell.row]) for name, cell in cells.items()}
    ports = _ports(plans, cells)
    routes = tuple(
        Route(plan.source, plan.target, _points(index, plan, boxes, ports, tracks, lanes, (lefts, tops)))
        for index, plan in enumerate(plans)
    )
    return Layout(boxes, routes, lefts[-1] + _LEFT, tops[-1] + _LEFT)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a line runs: from which side to which, along the gaps ``tracks`` (after a column) and ``lanes`` (under a
    row), each with the stretch of cells it needs there."""

    source: str
    target: str
    out: str
    into: str
    tracks: tuple[tuple[int, int, int], ...] = ()
    lanes: tuple[tuple[int, int, int], ...] = ()


def _cells(
    steps: Sequence[str], ways: Sequence[tuple[str, str]], trunk: Sequence[str], apart: Sequence[str]
) -> dict[str, Cell]:
    column = _distances(steps, [way for way in ways if way[1] not in apart])
    comes_from: dict[str, list[str]] = defaultdict(list)
    for source, target in ways:
        if source in column and target in column and column[source] < column[target]:
            comes_from[target].append(source)
    cells: dict[str, Cell] = {}
    taken: set[Cell] = set()
    placed = [one for one in trunk if one not in apart] + sorted(
        (one for one in steps if one not in apart and one not in trunk), key=lambda one: column[one]
    )
    for name in placed:
        rows = [cells[one].row for one in comes_from[name] if one in cells]
        wanted = 0 if name in trunk else max(min(rows, default=0), 1 if trunk else 0)
        free = next(row for row in range(wanted, wanted + len(steps) + 1) if Cell(column[name], row) not in taken)
        cells[name] = Cell(column[name], free)
        taken.add(cells[name])
    last = max((cell.row for cell in cells.values()), default=0) + 1
    return cells | {name: Cell(index, last) for index, name in enumerate(apart)}


def _distances(steps: Sequence[str], ways: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The least number of steps from the first; one that cannot be reached stands at the beginning."""
    found = {steps[0]: 0}
    edge = [steps[0]]
    while edge:
        following = [target for one in edge for source, target in ways if source == one and target not in found]
        found |= dict.fromkeys(following, found[edge[0]] + 1)
        edge = list(dict.fromkeys(following))
    return {name: found.get(name, 0) for name in steps}


def _plan(source: str, target: str, cells: Mapping[str, Cell]) -> _Plan:
    a, b = cells[source], cells[target]
    rows = (min(a.row, b.row), max(a.row, b.row))
    if a.column == b.column and rows[1] - rows[0] == 1:
        down = a.row < b.row
        return _Plan(source, target, "bottom" if down else "top", "top" if down else "bottom")
    if a.column == b.column:
        return _Plan(source, target, "right", "right", ((a.column, *rows),))
    if b.column == a.column + 1:
        straight = a.row == b.row
        return _Plan(source, target, "right", "left", () if straight else ((a.column, *rows),))
    # Around everything between: down or up to the gap above the target, along it, and to the target.
    lane = max(b.row - 1, 0) if a.row < b.row else b.row
    first, last = (a.column, b.column - 1) if a.column < b.column else (a.column, b.column)
    into = "left" if a.column < b.column else "right"
    leave = (first, min(a.row, lane), max(a.row, lane + 1))
    arrive = (last, min(b.row, lane), max(b.row, lane + 1))
    return _Plan(source, target, "right", into, (leave, arrive), ((lane, min(first, last), max(first, last)),))


def _numbered(plans: Sequence[_Plan], which: str) -> dict[tuple[int, int, int], int]:
    """A track for every stretch (line, nth stretch, gap), so that none overlaps another in its gap; the short first."""
    stretches = [
        (gap, begin, end, index, nth)
        for index, plan in enumerate(plans)
        for nth, (gap, begin, end) in enumerate(getattr(plan, which))
    ]
    taken: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    found: dict[tuple[int, int, int], int] = {}
    for gap, begin, end, index, nth in sorted(stretches, key=lambda one: (one[0], one[2] - one[1], one[1], one[3])):
        number = next(n for n in range(len(stretches)) if all(e < begin or end < b for b, e in taken[gap, n]))
        taken[gap, number].append((begin, end))
        found[index, nth, gap] = number
    return found


def _starts(
    count: int, size: float, gap: float, numbers: Mapping[tuple[int, int, int], int], first: float
) -> list[float]:
    """Where each column or row begins, and after the last one where all ends."""
    starts = [first]
    for index in range(count):
        used = max((number for (_line, _nth, at), number in numbers.items() if at == index), default=-1) + 1
        wide = (gap if index < count - 1 else gap / 2 if used else 0) + used * TRACK
        starts.append(starts[-1] + size + wide)
    return starts


def _ports(plans: Sequence[_Plan], cells: Mapping[str, Cell]) -> dict[tuple[int, bool], float]:
    """How far from the middle of its side each line begins (True) and ends (False)."""
    sides: dict[tuple[str, str], list[tuple[float, int, bool]]] = defaultdict(list)
    for index, plan in enumerate(plans):
        sides[plan.source, plan.out].append((_towards(plan.source, plan.target, plan.out, cells), index, True))
        sides[plan.target, plan.into].append((_towards(plan.target, plan.source, plan.into, cells), index, False))
    found = {}
    for (_name, side), lines in sides.items():
        room = BOX_HEIGHT - 14 if side in ("left", "right") else BOX_WIDTH - 40
        apart = min(PORT, room / max(len(lines) - 1, 1))
        for place, (_order, index, begins) in enumerate(sorted(lines)):
            found[index, begins] = (place - (len(lines) - 1) / 2) * apart
    return found


def _towards(name: str, other: str, side: str, cells: Mapping[str, Cell]) -> float:
    here, there = cells[name], cells[other]
    return float(there.row - here.row if side in ("left", "right") else there.column - here.column)


def _points(
    index: int,
    plan: _Plan,
    boxes: Mapping[str, tuple[float, float]],
    ports: Mapping[tuple[int, bool], float],
    tracks: Mapping[tuple[int, int, int], int],
    lanes: Mapping[tuple[int, int, int], int],
    starts: tuple[list[float], list[float]],
) -> tuple[tuple[float, float], ...]:
    begin = _port(boxes[plan.source], plan.out, ports[index, True])
    end = _port(boxes[plan.target], plan.into, ports[index, False])
    if plan.out in ("top", "bottom"):
        # Straight down: both ends at the same place of their sides.
        return begin, (begin[0], end[1])
    xs = [
        starts[0][gap] + BOX_WIDTH + GAP_ACROSS / 2 + tracks[index, nth, gap] * TRACK
        for nth, (gap, _from, _to) in enumerate(plan.tracks)
    ]
    if not xs:
        return begin, (end[0], begin[1])
    if not plan.lanes:
        return begin, (xs[0], begin[1]), (xs[0], end[1]), end
    gap = plan.lanes[0][0]
    y = starts[1][gap] + BOX_HEIGHT + GAP_DOWN / 2 + lanes[index, 0, gap] * TRACK
    return begin, (xs[0], begin[1]), (xs[0], y), (xs[1], y), (xs[1], end[1]), end


def _port(box: tuple[float, float], side: str, off: float) -> tuple[float, float]:
    left, top = box
    return {
        "left": (left, top + BOX_HEIGHT / 2 + off),
        "right": (left + BOX_WIDTH, top + BOX_HEIGHT / 2 + off),
        "top": (left + BOX_WIDTH / 2 + off, top),
        "bottom": (left + BOX_WIDTH / 2 + off, top + BOX_HEIGHT),
    }[side]


def pairs(ways: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each pair once, in order, without those that lead back to where they began."""
    return list(dict.fromkeys((source, target) for source, target in ways if source != target))
