"""Chinese inside an English page: marked where it stands, so that it is read aloud and set as Chinese.

Names of people, companies and projects, and what they have written, stay Chinese on an English page (WCAG 2.2, 3.1.2,
language of parts). They stand in hundreds of places; marking them in the finished page forgets none of them. Full-width
punctuation between English words becomes ASCII here too: pages join names and numbers with the marks of Chinese.
"""

import re

_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_PIECE = re.compile(r"(<!--.*?-->|<[^>]+>)", re.DOTALL)
# From one Chinese character to the last one before a space, with the bracket that closes what was opened inside.
_RUN = re.compile(rf"[“《]?[{_CHINESE}](?:[^\s<]*[{_CHINESE}])?(?:[》”])?")
_HAS_CHINESE = re.compile(rf"[{_CHINESE}]")
_NAME = re.compile(r"<([a-zA-Z][\w-]*)")
_SPOKEN = re.compile(r'\b(aria-label|data-l|title|alt|placeholder)="([^"]*)"')
_MARKS = str.maketrans(
    {
        "，": ", ",
        "；": "; ",
        "：": ": ",
        "。": ". ",
        "（": " (",
        "）": ") ",
        "、": ", ",
        "！": "! ",
        "？": "? ",
        "％": "%",
    }
)
_FULL_WIDTH = re.compile("[，；：。（）、！？％]")
_LOOSE = (
    (re.compile(r"[ \t]{2,}"), " "),
    (re.compile(r"\( "), "("),
    (re.compile(r" +([,;:.)!?])"), r"\1"),
)
# No element may stand inside of these: they carry the mark themselves. The title's element has no reader of its own.
_TEXT_ONLY = frozenset({"option", "textarea", "text", "tspan", "title", "desc"})
_AS_WRITTEN = frozenset({"textarea", "pre", "script", "style"})
_MARK = ' lang="zh-CN"'
_BEFORE, _AFTER = f"<span{_MARK}>", "</span>"


def mark_chinese(page: str) -> str:
    """``page``, whose interface is English, with every run of Chinese marked ``lang="zh-CN"``.

    What people typed (``textarea``, ``pre``, values of fields) keeps every character.
    """
    # Text stands at even places, tags and comments at odd ones. Most pieces are ASCII, which a string knows of itself.
    pieces = _PIECE.split(page)
    opened = 0
    for at, piece in enumerate(pieces):
        if at % 2:
            if not piece.startswith("<!"):
                opened = at
                if not piece.isascii():
                    pieces[at] = _tag(piece)
        elif not piece.isascii():
            pieces[at] = _text(piece, pieces, opened)
    return "".join(pieces)


def _text(text: str, pieces: list[str], opened: int) -> str:
    """``text`` as it goes into the page; marks the tag before it, at ``opened``, where no element may stand inside."""
    name = _name(pieces[opened]) if opened else ""
    chinese = _HAS_CHINESE.search(text) is not None
    if name in _TEXT_ONLY and chinese and "lang=" not in pieces[opened]:
        pieces[opened] = pieces[opened][:-1] + _MARK + ">"
    if name in _AS_WRITTEN:
        return text
    if name in _TEXT_ONLY:
        return _set(text)
    return _set(text, _BEFORE, _AFTER) if chinese or _FULL_WIDTH.search(text) else text


def _name(tag: str) -> str:
    """What a tag opens; empty for one that closes."""
    found = _NAME.match(tag)
    return found.group(1).lower() if found else ""


def _tag(tag: str) -> str:
    if _HAS_CHINESE.search(tag) and "lang=" not in tag and _name(tag) == "input":
        return tag[:-1] + _MARK + ">"
    if _FULL_WIDTH.search(tag):
        return _SPOKEN.sub(lambda found: f'{found[1]}="{_set(found[2]).strip()}"', tag)
    return tag


def _set(text: str, before: str = "", after: str = "") -> str:
    """``text`` with ``before`` and ``after`` around each run of Chinese, and the marks between as English sets them."""
    done, at = "", 0
    for found in _RUN.finditer(text):
        run, end = found.group(), found.end()
        # A bracket opened inside the run closes with it.
        if run.count("（") > run.count("）") and text[end : end + 1] == "）":
            run, end = run + "）", end + 1
        done += f"{text[at : found.start()].translate(_MARKS)}{before}{run}{after}"
        at = end
    return _tidy(done + text[at:].translate(_MARKS))


def _tidy(text: str) -> str:
    for loose, tight in _LOOSE:
        text = loose.sub(tight, text)
    return text
