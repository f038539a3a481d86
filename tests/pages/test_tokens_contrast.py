"""Every pair of colours that meet on a page can be told apart, in both themes: what axe cannot judge is computed.

WCAG 2.2: text 4.5 to 1 on its ground (1.4.3), marks, lines of controls and the focus 3 to 1 (1.4.11).
"""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "api" / "pages" / "static" / "styles" / "tokens.css"
TEXT, MARK = 4.5, 3.0
GROUNDS = ("bg", "surface", "surface-2", "sea-50", "sea-100")
STATES = ("ok", "warn", "bad", "hold", "early")
TEXTS = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3", "sea-700", "sea-600") for ground in GROUNDS),
    *(
        ("on-dark", ground)
        for ground in ("sea-800", "sea-700", "sea-600", "cinnabar", *(s for s in STATES if s != "warn"))
    ),
    *((f"{state}-ink", ground) for state in STATES for ground in (f"{state}-bg", "surface", "bg")),
    *(("cinnabar", ground) for ground in ("bg", "surface")),
    *(("ink", f"heat-{step}") for step in range(4)),
    *(("on-dark", f"heat-{step}") for step in (4, 5)),
    *(("ink", ground) for ground in ("land", "water", "ridge-far")),
]
"""Words and what they stand on."""
MARKS = [
    *((state, ground) for state in STATES for ground in (f"{state}-bg", "surface", "bg")),
    *(("line-2", ground) for ground in ("surface", "bg", "surface-2")),
    *(("sea-600", ground) for ground in ("surface", "bg", "land", "water", "sea-300")),
    *(("cinnabar", ground) for ground in ("surface", "bg", "sea-300")),
    *(("focus-ink", ground) for ground in ("surface", "bg", "focus")),
    *(("focus", ground) for ground in ("sea-800", "sea-700", "sea-600")),
]
"""Shapes, lines of fields, the ring of the focus, and what they stand on."""
_ROOT = re.compile(r':root(?P<theme>\[data-theme="contrast"\])?\s*\{(?P<body>[^}]*)\}')
_COLOUR = re.compile(r"--([\w-]+):\s*(#[0-9a-fA-F]{3,6})\s*;")


def palette(theme: str) -> dict[str, str]:
    """The colours of a theme by name, as six digits."""
    colours: dict[str, str] = {}
    for block in _ROOT.finditer(TOKENS.read_text(encoding="utf-8")):
        if not block["theme"] or theme == "contrast":
            colours |= {name: _six(code) for name, code in _COLOUR.findall(block["body"])}
    return colours


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _six(code: str) -> str:
    digits = code.removeprefix("#")
    return digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)


def _luminance(code: str) -> float:
    channels = [int(code[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_pairs_are_as_many_as_meet_on_the_pages() -> None:
    assert len({*TEXTS, *MARKS}) >= 60
    known = palette("normal")
    assert {name for pair in (*TEXTS, *MARKS) for name in pair} <= set(known)


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert contrast("000000", "ffffff") == pytest.approx(21)
    assert contrast("767676", "ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", ["normal", "contrast"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXTS, TEXT), (MARKS, MARK)], ids=["text", "marks"])
def test_what_stands_on_a_ground_is_told_apart_from_it(theme: str, pairs: list[tuple[str, str]], least: float) -> None:
    colours = palette(theme)
    found = {f"{ink} on {ground}": round(contrast(colours[ink], colours[ground]), 2) for ink, ground in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < least} == {}
