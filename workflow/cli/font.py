"""``wugeyi font``: the web font for machines without Chinese fonts, cut from the installed Noto Sans SC."""

import argparse
import importlib.util
import os
from pathlib import Path
from time import monotonic

from workflow.errors import Unusable
from workflow.settings import load_settings
from workflow.web_font import characters, make


def configure(parser: argparse.ArgumentParser) -> None:
    """Further texts, and whether to make it again."""
    parser.add_argument(
        "texts", nargs="*", type=Path, metavar="FILE", help="further files or folders whose characters are wanted"
    )
    parser.add_argument("--again", action="store_true", help="make it even where it is there and fits")


def run(args: argparse.Namespace) -> int:
    """Make the font into WUGEYI_HOME, unless it is there made from the same characters."""
    settings = load_settings()
    strange = [str(path) for path in args.texts if not path.exists()]
    if strange:
        raise Unusable(f"no such file or folder: {', '.join(strange)}; accepted: text files and folders of them")
    # Others go first: pages are served meanwhile.
    os.nice(10)
    began = monotonic()
    made = make(settings.home, characters([*_own_texts(), settings.config, *args.texts]), args.again)
    if made is None:
        print("the font is there, or is being made")
    else:
        print(f"{made}: {made.stat().st_size / 1024:.0f} KB in {monotonic() - began:.0f} seconds")
    return 0


def _own_texts() -> list[Path]:
    """Pages and their catalogue of words; looked up and not imported: the core does not know the web."""
    found = importlib.util.find_spec("api")
    return [Path(folder) for folder in found.submodule_search_locations or ()] if found else []
