"""A picture read back: where its words stand, so that tests can say that none leaves it or covers another."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree

from api.pictures.drawing import HEAD, SIZE, TINY, width_of

_MOVED = re.compile(r"translate\(([-\d.]+)[ ,]+([-\d.]+)\)")


@dataclass(frozen=True, slots=True)
class Words:
    """A line of words and the box it fills, in pixels of the viewBox."""

    said: str
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: "Words") -> bool:
        """Whether the two boxes share more than a hair."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > 0.5 and down > 0.5


def size_of(picture: str) -> tuple[float, float]:
    """Width and height of the viewBox."""
    box = ElementTree.fromstring(picture).attrib["viewBox"].split()
    return float(box[2]), float(box[3])


def words_of(picture: str) -> list[Words]:
    """Every line of words, where it really stands."""
    found: list[Words] = []
    _collect(ElementTree.fromstring(picture), 0.0, 0.0, found)
    return found


def faults_of(picture: str) -> list[str]:
    """What no picture may have: words outside of it, words over words."""
    width, height = size_of(picture)
    lines = words_of(picture)
    outside = [
        f"outside: {one.said}"
        for one in lines
        if one.left < -0.5 or one.top < -0.5 or one.right > width + 0.5 or one.bottom > height + 0.5
    ]
    over = [f"{a.said} over {b.said}" for i, a in enumerate(lines) for b in lines[i + 1 :] if a.covers(b)]
    return outside + over


def _collect(node: ElementTree.Element, dx: float, dy: float, found: list[Words]) -> None:
    if moved := _MOVED.search(node.attrib.get("transform", "")):
        dx, dy = dx + float(moved[1]), dy + float(moved[2])
    if node.tag == "text":
        kind = node.attrib.get("class", "").split()
        size = TINY if "tiny" in kind else HEAD if "h" in kind else SIZE
        said = "".join(node.itertext())
        width = width_of(said, size)
        x, base = float(node.attrib["x"]) + dx, float(node.attrib["y"]) + dy
        left = {"middle": x - width / 2, "end": x - width}.get(node.attrib.get("text-anchor", ""), x)
        found.append(Words(said, left, base - 0.85 * size, left + width, base + 0.2 * size))
    for child in node:
        _collect(child, dx, dy, found)
