"""Chinese inside an English page: marked where it stands, so that it is read aloud and set as Chinese.

Names of people, companies and projects, and what they have written, stay Chinese on an English page (WCAG 2.2, 3.1.2,
language of parts). They stand in hundreds of places; marking them in the finished page forgets none of them. Full-width
punctuation between English words becomes ASCII here too: pages join names and numbers with the marks of Chinese.
"""

import re
from collections.abc import Iterator

_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_PIECE = re.compile(r"<!--.*?-->|<[^>]+>", re.DOTALL)
# From one Chinese character to the last one before a space, with the bracket that closes what was opened inside.
_RUN = re.compile(rf"[“《]?[{_CHINESE}](?:[^\s<]*[{_CHINESE}])?(?:[》”])?")
_HAS_CHINESE = re.compile(rf"[{_CHINESE}]")
_NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
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
    done: list[str] = []
    opened, name = 0, ""
    for piece in _pieces(page):
        if piece.startswith("<") and _NAME.match(piece):
            opened = len(done)
            name = "" if piece.startswith("</") else _name(piece)
            done.append(_tag(piece, name))
            continue
        chinese = _HAS_CHINESE.search(piece) is not None
        if name in _TEXT_ONLY:
            if chinese and "lang=" not in done[opened]:
                done[opened] = done[opened][:-1] + _MARK + ">"
            done.append(piece if name in _AS_WRITTEN else _set(piece))
        elif name in _AS_WRITTEN:
            done.append(piece)
        else:
            done.append(_set(piece, _BEFORE, _AFTER) if chinese or _FULL_WIDTH.search(piece) else piece)
    return "".join(done)


def _pieces(page: str) -> Iterator[str]:
    """Tags and the text between them, in order."""
    at = 0
    for found in _PIECE.finditer(page):
        if found.start() > at:
            yield page[at : found.start()]
        yield found.group()
        at = found.end()
    if at < len(page):
        yield page[at:]


def _name(tag: str) -> str:
    found = _NAME.match(tag)
    return found.group(1).lower() if found else ""


def _tag(tag: str, name: str) -> str:
    if name == "input" and _HAS_CHINESE.search(tag) and "lang=" not in tag:
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
