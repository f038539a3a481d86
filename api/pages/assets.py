"""What pages load: one style sheet, scripts, the icons, the mark, htmx. All from this server, each under an address
that changes with its content, so that it may be kept for ever.

The style sheet is joined from the files in ``static/styles``, in the order of the cascade; the script of every page
from those in ``static/scripts``; those in ``scripts/pages`` are loaded by the pages that use them. Icons and htmx come
out of installed packages and are not kept in the repository.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import rcssmin

STATIC = Path(__file__).parent / "static"
# Rules of one layer override each other by their order, so the shared parts have one; a page's own come after them.
PARTS = (
    *("reset", "tokens", "base", "layout", "surfaces", "buttons", "status", "clocks", "track", "tables", "forms"),
    *("tasks", "paper", "deeds", "charts", "utilities", "print"),
)
LAYERS = "@layer reset, tokens, base, layout, components, charts, utilities, print;"
ICONS: Mapping[str, str] = {
    "alert": "exclamation-triangle-fill",
    "check": "check-circle-fill",
    "down": "download",
    "help": "headset",
    "info": "info-circle",
    "lock": "lock",
    "pencil": "pencil",
    "search": "search",
}
"""What pages call an icon, and its name in Bootstrap Icons; those that say a state are drawn in macros/shape.html."""
_QUOTED_OR_LOOSE = re.compile(r"""("[^"\n]*"|'[^'\n]*'|`[^`]*`)|[ ]*([{}()\[\];,:=<>+*?&|!])[ ]*""")
_SYMBOL = re.compile(r'<symbol(?P<attributes>[^>]*) id="(?P<name>[\w-]+)"[^>]*>(?P<drawing>.*?)</symbol>', re.DOTALL)


def asset(name: str) -> str:
    """The address of an asset; raises KeyError for a name that is none."""
    return f"/static/{name}?v={_mark(name)}"


def content(name: str) -> tuple[bytes, str] | None:
    """The asset's bytes and their type; None where there is none of this name."""
    return (_bytes(name), _MADE[name][1]) if name in _MADE else None


def prepare() -> None:
    """Make all of them now: a missing icon or package stops the start and not a page."""
    for name in _MADE:
        _mark(name)


@cache
def _bytes(name: str) -> bytes:
    return _MADE[name][0]()


@cache
def _mark(name: str) -> str:
    return hashlib.sha256(_bytes(name)).hexdigest()[:12]


def _style_sheet() -> bytes:
    styles = STATIC / "styles"
    parts = [*(styles / f"{part}.css" for part in PARTS), *sorted((styles / "pages").glob("*.css"))]
    joined = "\n".join(part.read_text(encoding="utf-8") for part in parts)
    return (LAYERS + str(rcssmin.cssmin(joined))).encode()


def _script() -> bytes:
    return _compact(*sorted((STATIC / "scripts").glob("*.js")))


def _page_script(name: str) -> bytes:
    return _compact(STATIC / "scripts" / "pages" / name)


def _compact(*scripts: Path) -> bytes:
    """The scripts as one, without comments and the spaces that only eyes need; lines stay: a line's end may end a
    statement.

    Our scripts hold comments on lines of their own, no regular expression and no string over several lines.
    """
    strict = '"use strict";'
    lines = (line.strip() for script in scripts for line in script.read_text(encoding="utf-8").splitlines())
    kept = [line for line in lines if line and not line.startswith("//") and line != strict]
    return _QUOTED_OR_LOOSE.sub(lambda found: found[1] or found[2], "\n".join((strict, *kept))).encode()


def _htmx() -> bytes:
    return (files("js_lib_htmx") / "static" / "htmx" / "htmx.min.js").read_bytes()


def _icons() -> bytes:
    """The few symbols in use of the two thousand there are; raises KeyError for one that the package does not have."""
    sprite = (files("flask_bootstrap") / "static" / "bootstrap5" / "icons" / "bootstrap-icons.svg").read_text("utf-8")
    found = {symbol["name"]: symbol["drawing"] for symbol in _SYMBOL.finditer(sprite)}
    symbols = (f'<symbol id="{name}" viewBox="0 0 16 16">{found[theirs]}</symbol>' for name, theirs in ICONS.items())
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'.encode()


_JAVASCRIPT, _SVG = "text/javascript; charset=utf-8", "image/svg+xml"
_MADE: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "app.css": (_style_sheet, "text/css; charset=utf-8"),
    "app.js": (_script, _JAVASCRIPT),
    "font.js": (lambda: _compact(STATIC / "font.js"), _JAVASCRIPT),
    "htmx.js": (_htmx, _JAVASCRIPT),
    "icons.svg": (_icons, _SVG),
    "keys.js": (lambda: _page_script("keys.js"), _JAVASCRIPT),
    "mark.svg": (lambda: (STATIC / "mark.svg").read_bytes(), _SVG),
    "parts.js": (lambda: _page_script("parts.js"), _JAVASCRIPT),
}
