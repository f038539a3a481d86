"""P8: when in the week help is asked for: a cell an hour, darker the more."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from api.pictures.drawing import box, picture, words
from api.wording import _

STEPS = (0, 1, 3, 5, 7)
"""The largest counts of the shades h0 to h4; more is h5."""
_TOP, _PITCH = 22, 24


def week_heat(
    counts: Mapping[tuple[int, int], int], names: Sequence[str], office: tuple[int, int], *, small: bool = False
) -> Markup:
    """The picture; ``counts`` by weekday (1: Monday) and hour, ``names`` of the seven days, ``office`` hours framed."""
    width, left, tall, every = (310, 34, 18, 6) if small else (608, 42, 22, 3)
    across = (width - left - 3) / 24
    parts = [words(left + hour * across, 14, _("%(hour)s 时", hour=hour), "tiny") for hour in range(0, 24, every)]
    for day, name in enumerate(names, start=1):
        top = _TOP + (day - 1) * _PITCH
        parts.append(words(left - 6, top + tall / 2 + 5, name, "tiny", "end"))
        for hour in range(24):
            shade = f"h{shade_of(counts.get((day, hour), 0))}"
            parts.append(box(left + hour * across, top, across - 2, tall, shade, 2))
    first, last = office
    frame = box(left + first * across - 2, _TOP - 2, (last - first) * across + 2, 5 * _PITCH, "nofill o-sea dash", 3)
    return picture(width, _TOP + 7 * _PITCH + 2, [*parts, frame])


def shade_of(count: int) -> int:
    """From 0 for none to 5 for more than seven."""
    return next((shade for shade, most in enumerate(STEPS) if count <= most), len(STEPS))
