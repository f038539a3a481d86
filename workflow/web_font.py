"""A web font for readers whose machine has no Chinese font: Noto Sans SC, cut down to the characters in use.

GB 2312 with both its levels, and every character of the texts given: level 1 alone lacks 崂, and names such as 垚 are
in neither level. One weight: browsers embolden it themselves, and it is half as large. The file lies in WUGEYI_HOME
beside the mark of what it was made from, so that it is made again when that has changed.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterable
from contextlib import closing, suppress
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path

from workflow.errors import Unusable

PACKAGE, FILE = "justmytype_intl_cjk", "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"
WEIGHT = 400
RECIPE = "1"
"""Changes with the way the font is made; stands in its address."""
NAME = "font.woff2"
NO_OUTLINES = ("GPOS", "GSUB", "vhea", "vmtx")
"""Tables that only typesetting by hand and vertical text need: a tenth of the size."""
TEXTS = frozenset({".css", ".csv", ".html", ".js", ".md", ".po", ".py", ".txt", ".typ", ".yaml", ".yml"})


def characters(folders: Iterable[Path]) -> frozenset[str]:
    """What the font has to show: printable ASCII, GB 2312, and whatever stands in the texts of these folders (or single
    files); what the font does not have is left out when it is cut."""
    found = {chr(code) for code in range(0x20, 0x7F)} | _gb2312()
    for folder in folders:
        for path in [folder] if folder.is_file() else sorted(folder.rglob("*")):
            if folder.is_file() or (path.suffix in TEXTS and path.is_file()):
                found.update(path.read_text(encoding="utf-8", errors="ignore"))
    return frozenset(one for one in found if one.isprintable())


def make(home: Path, wanted: frozenset[str], again: bool = False) -> Path | None:
    """Make the font into ``home`` unless it is there, made from the same; takes about ten seconds and 200 MB.

    None where it is there, or where another process is making it. Raises Unusable where the font's package is missing.
    """
    mark = _mark(wanted)
    font, note = home / NAME, home / f"{NAME}.mark"
    if not again and font.is_file() and note.is_file() and note.read_text() == mark:
        return None
    home.mkdir(parents=True, exist_ok=True)
    with (home / f"{NAME}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return None
        unfinished = home / f"{NAME}.{os.getpid()}"
        try:
            unfinished.write_bytes(cut(wanted))
            unfinished.replace(font)
            note.write_text(mark)
        finally:
            with suppress(FileNotFoundError):
                unfinished.unlink()
    return font


def cut(wanted: Iterable[str]) -> bytes:
    """The font with these characters alone, one weight, as woff2."""
    # Imported here: the web only hands the finished file out.
    from io import BytesIO

    from fontTools import subset
    from fontTools.varLib import instancer

    options = subset.Options()
    options.hinting, options.notdef_outline, options.name_IDs = False, True, [1, 2]
    options.drop_tables = [*options.drop_tables, *NO_OUTLINES]
    try:
        source = files(PACKAGE) / FILE
    except ModuleNotFoundError as error:
        raise Unusable(f"the package of the font is not installed: {error.name}") from error
    with as_file(source) as path, closing(subset.load_font(str(path), options)) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=[ord(one) for one in wanted])
        cutter.subset(font)
        instancer.instantiateVariableFont(font, {"wght": WEIGHT}, inplace=True)
        font.flavor = "woff2"
        packed = BytesIO()
        font.save(packed)
    return packed.getvalue()


def _gb2312() -> set[str]:
    rows = (bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return {one for pair in rows for one in pair.decode("gb2312", errors="ignore")}


def _mark(wanted: frozenset[str]) -> str:
    package = version(PACKAGE.replace("_", "-"))
    return hashlib.sha256(f"{RECIPE} {package} {''.join(sorted(wanted))}".encode()).hexdigest()
