"""Which paper a file probably is, by its name. Pure; a person looks over every guess before anything is handed in."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from workflow.commands.file_types import EXTENSIONS, extension_of

LIKELY = 0.5
"""How alike name and title have to be, of 1."""
_NOISE = re.compile(r"[\W_]+|\d+|版|终稿|盖章|扫描件?|最终|final|scan|copy")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper: every name it goes by, the formats it takes, and whether it is there already."""

    code: str
    names: tuple[str, ...]
    formats: tuple[str, ...]
    there: bool


def guesses(filenames: Sequence[str], papers: Sequence[Candidate], earlier: Mapping[str, str]) -> list[str]:
    """For each file the code of a paper, or an empty text; no paper twice.

    ``earlier``: as what a file of this very name was handed in before.
    """
    found = [""] * len(filenames)
    likely = sorted(
        (
            (score, place, paper.code)
            for place, filename in enumerate(filenames)
            for paper in papers
            if (score := _score(filename, paper, earlier)) >= LIKELY
        ),
        key=lambda one: (-one[0], one[1]),
    )
    taken = set[str]()
    for _score_of_it, place, code in likely:
        if not found[place] and code not in taken:
            found[place] = code
            taken.add(code)
    return found


def _score(filename: str, paper: Candidate, earlier: Mapping[str, str]) -> float:
    if EXTENSIONS.get(extension_of(filename)) not in paper.formats:
        return 0
    if earlier.get(filename) == paper.code:
        return 3
    name = _plain(filename.rpartition(".")[0])
    alike = max((_alike(name, _plain(title)) for title in paper.names), default=0.0)
    # Of two papers that fit as well, the one that is still missing.
    return alike - (0.05 if paper.there else 0)


def _alike(name: str, title: str) -> float:
    if not name or not title:
        return 0
    if name in title or title in name:
        return 1 + min(len(name), len(title)) / max(len(name), len(title))
    return SequenceMatcher(None, name, title).ratio()


def _plain(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())
