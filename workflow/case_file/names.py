"""Names of members that unpack everywhere to where they belong: no way out of the folder, no two alike.

Sources: APPNOTE 6.3.10 (4.4.17: forward slashes, no drive, no leading slash); "Naming Files, Paths, and Namespaces",
Microsoft, for what Windows cannot create.
"""

import re
import unicodedata

LONGEST = 120
"""Characters of one name, the extension among them: paths of 260 are all that some programmes open."""
LONGEST_BYTES = 240
"""Of one name in UTF-8: Linux and macOS hold 255, and a number may be added."""
# Besides what separates and what a shell or a spreadsheet reads: what turns the order of letters (a hidden extension).
_UNFIT = re.compile(
    r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]'
)
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)
UNNAMED = "unnamed"


def safe(name: str) -> str:
    """A file's own name as one that can stand in a folder of ours: letters stay, whatever script they are of."""
    kept = _UNFIT.sub("_", unicodedata.normalize("NFC", name)).strip(" .")
    stem, dot, extension = kept.rpartition(".")
    if not dot or len(extension) > 10:
        stem, dot, extension = kept, "", ""
    if stem.split(".")[0].strip().lower() in _RESERVED:
        stem = f"_{stem}"
    end = f"{dot}{extension}"
    stem = stem[: LONGEST - len(end)].encode()[: LONGEST_BYTES - len(end.encode())].decode(errors="ignore")
    return f"{stem.rstrip(' .') or UNNAMED}{end}"


class Names:
    """Names already given: a second one of the same words gets a number. Case does not tell files apart everywhere."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def give(self, folder: str, name: str) -> str:
        """The path of a member in ``folder`` ("" for none), which nobody else has."""
        wanted = safe(name)
        stem, dot, extension = wanted.rpartition(".")
        if not dot:
            stem, extension = wanted, ""
        path, number = _joined(folder, wanted), 2
        while path.casefold() in self._given:
            path = _joined(folder, f"{stem} ({number}){dot}{extension}")
            number += 1
        self._given.add(path.casefold())
        return path


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
