"""On an English page only data are Chinese: what people typed, what they and their projects are called.

Every Chinese word of every English page has to stand somewhere in the database, and may be neither a sentence of the
catalogue nor a title of the configuration (items, states, actions, roles, departments, papers): those have English.
"""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from functools import cache
from html.parser import HTMLParser

import pytest
from flask import Flask
from sqlalchemy import Engine, inspect, text

from api.pages.wording import COOKIE
from tests import given
from tests.pages.conftest import HEADERS, Reader
from tests.pages.every_page import PAGES
from tests.pages.test_english import LETTER, entries
from tests.pages.world import World
from workflow.work import Office

SPLIT = re.compile(r"[\s，；：、。（）()“”《》〈〉·…,;:.!?！？/→%>|–—-]+")
"""What stands between words; a whole run of Chinese may be several names joined by them."""
SPOKEN = ("aria-label", "title", "alt", "placeholder", "value", "data-l", "content")
OFFICIAL = {"中文", "五个一"}
"""The button that leads to the Chinese page; the programme's name, given in Chinese where it first stands."""
DOCUMENTS = {"document"}
"""Pages that show a document as it was issued: the document is Chinese."""


class Chinese(HTMLParser):
    """Every Chinese piece of a page: texts, and the attributes that are shown or spoken."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kept = tag == "input" and dict(attrs).get("type") == "hidden"
        self.pieces += [value for name, value in attrs if name in SPOKEN and value and not kept and LETTER.search(value)]

    def handle_data(self, data: str) -> None:
        if LETTER.search(data):
            self.pieces.append(data)


def words(pieces: list[str]) -> set[str]:
    """The words in these pieces that are Chinese and longer than one character."""
    return {word for piece in pieces for word in SPLIT.split(piece) if len(word) > 1 and LETTER.search(word)}


def titles(thing: object, seen: set[int]) -> Iterator[str]:
    """The Chinese of everything in the configuration that carries both languages."""
    if id(thing) in seen or isinstance(thing, str | bytes | int | float | type(None)):
        return
    seen.add(id(thing))
    if isinstance(zh := getattr(thing, "zh", None), str) and isinstance(getattr(thing, "en", None), str):
        yield zh
    elif isinstance(thing, Mapping):
        for one in thing.values():
            yield from titles(one, seen)
    elif isinstance(thing, tuple | list | set | frozenset):
        for one in thing:
            yield from titles(one, seen)
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for name in (one.name for one in dataclasses.fields(thing)):
            yield from titles(getattr(thing, name), seen)


@pytest.fixture
def stored(engine: Engine) -> str:
    """Everything written in the database, one long text."""
    with engine.connect() as conn:
        rows = [
            conn.execute(text(f'SELECT row_to_json(a_row)::text FROM "{table}" a_row')).scalars().all()
            for table in inspect(conn).get_table_names()
        ]
    return "\n".join(row for table in rows for row in table)


@cache
def catalogue_keys() -> frozenset[str]:
    """The sentences of the interface that have no hole to be filled."""
    return frozenset(key for key, _, _ in entries() if len(key) > 1 and "%(" not in key)


def english_readers(app: Flask) -> dict[str, Reader]:
    """Everybody who reads a page, signed in, with the pages in English."""
    found = {}
    for username in {username for username, _ in PAGES.values()}:
        reader = found[username] = Reader(app.test_client())
        if username:
            reader.open("/login")
            reader.press("登录", username=username, password=given.PASSWORD)
        reader.client.set_cookie(COOKIE, "en")
    return found


def test_nothing_but_data_is_chinese_on_an_english_page(
    world: World, app: Flask, configuration: Office, stored: str
) -> None:
    readers = english_readers(app)
    ours = catalogue_keys() | {title for title in titles(configuration, set()) if len(title) > 1}
    assert len(ours) > 1500
    wrong: dict[str, list[str]] = {}
    for name, (username, where) in PAGES.items():
        if name in DOCUMENTS:
            continue
        response = readers[username].client.get(where(world), headers=HEADERS)
        if response.status_code != 200:
            wrong.setdefault(f"status {response.status_code}", []).append(name)
            continue
        page = Chinese()
        page.feed(response.text)
        for word in words(page.pieces) - OFFICIAL:
            if word in ours or word not in stored:
                wrong.setdefault(word, []).append(name)
    said = [f"{word}: {', '.join(names[:4])}{' …' if len(names) > 4 else ''}" for word, names in sorted(wrong.items())]
    assert said == [], "\n".join(said)
