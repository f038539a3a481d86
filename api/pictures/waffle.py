"""P12: a share as a hundred cells, with the share aimed at as a stepped line."""

from markupsafe import Markup

from api.pictures.drawing import box, path, picture

SIDE = 206
_PITCH, _CELL, _EDGE = 20, 17, 3


def waffle(percent: float, target: int | None) -> Markup:
    """The picture; ``percent`` is rounded to whole cells, filled from the bottom left. It repeats a sentence."""
    full = round(percent)
    cells = [
        box(_x(number % 10), _y(number // 10), _CELL, _CELL, "f-early" if number < full else "f-line", 2)
        for number in range(100)
    ]
    return picture(SIDE, SIDE, [*cells, *([_target(target)] if target is not None else [])])


def _target(target: int) -> Markup:
    rows, rest = divmod(target, 10)
    high, low = _y(rows) - 1.5, _y(rows - 1) - 1.5
    middle, right = _x(rest) - 1.5, _x(10) - 1.5
    left = _x(0) - 1.5
    if not rest:
        return path(f"M{left} {low}H{right}", "nofill o-ink")
    return path(f"M{left} {high}H{middle}V{low}H{right}", "nofill o-ink")


def _x(column: int) -> float:
    return _EDGE + column * _PITCH


def _y(row: int) -> float:
    return SIDE - _EDGE - _CELL - row * _PITCH
