"""On an English page only data are Chinese: what people typed, what they and their projects are called.

Every Chinese word of every English page has to stand in the database or in what was published (laws, documents that
something is based on, what an English sentence quotes), and may be neither a sentence of the
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

from api.pages.demo_people import demo_accounts
from api.wording import COOKIE
from tests import given
from tests.pages.conftest import HEADERS, Reader
from tests.pages.every_page import PAGES
from tests.pages.test_english import LETTER, entries
from tests.pages.world import World
from workflow.exchange.tables import NO_SOURCE, TABLES
from workflow.work import Office

SPLIT = re.compile(r"[\s，；：、。（）()“”《》〈〉·…,;:.!?！？/→%>|–—-]+")
"""What stands between words; a whole run of Chinese may be several names joined by them."""
SPOKEN = ("aria-label", "title", "alt", "placeholder", "value", "data-l", "content")
TYPED = {"示例项目", "同意", "入库", "没有", "节能报告"}
"""What the people of this district have typed that the interface says somewhere, too."""
MEANT = {"中文", "元旦", "事项"}
"""The button that leads to the Chinese page; a festival as a notice writes it; a word of a legal basis."""
DOCUMENTS = {"document"}
"""Pages that show a document as it was issued: the document is Chinese."""


class Chinese(HTMLParser):
    """Every Chinese piece of a page: texts, and the attributes that are shown or spoken."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if ("type", "hidden") not in attrs:
            self.pieces += [value for name, value in attrs if name in SPOKEN and value and LETTER.search(value)]

    def handle_data(self, data: str) -> None:
        if LETTER.search(data):
            self.pieces.append(data)


def words(pieces: list[str]) -> set[str]:
    """The words in these pieces that are Chinese and longer than one character."""
    return {word for piece in pieces for word in SPLIT.split(piece) if len(word) > 1 and LETTER.search(word)}


def written(thing: object, seen: set[int]) -> Iterator[tuple[bool, str]]:
    """Every text of the configuration, and whether it is the Chinese of something that has English beside it.

    What has none (a law, a document that something is based on) is as it was published.
    """
    if isinstance(thing, str):
        yield False, thing
    if id(thing) in seen or isinstance(thing, str | bytes | int | float | type(None)):
        return
    seen.add(id(thing))
    if isinstance(thing, Mapping):
        parts = list(thing.values())
    elif isinstance(thing, tuple | list | set | frozenset):
        parts = list(thing)
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        values = {one.name: getattr(thing, one.name) for one in dataclasses.fields(thing)}
        if "en" in values and "zh" in values:
            yield True, values["zh"]
        parts = [value for name, value in values.items() if name not in ("zh", "en") or "en" not in values]
    else:
        parts = []
    for part in parts:
        yield from written(part, seen)


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


def tables() -> set[str]:
    """Tables of the national exchange, which the standard names in Chinese only."""
    return {table.zh for table in TABLES} | {title for title, _ in NO_SOURCE.values()}


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
    configured = list(written(configuration, set()))
    ours = catalogue_keys() | {words for in_both, words in configured if in_both and len(words) > 1}
    assert len(ours) > 1500
    papers = {words for in_both, words in configured if not in_both} | tables()
    published = "\n".join(papers)
    quoted = "\n".join(form for _, _, forms in entries() for form in forms)
    with app.test_request_context():
        people = "\n".join(f"{account.name} {account.place}" for account in demo_accounts())
    data = "\n".join([stored, published, quoted, people, "".join(TYPED)])
    wrong: dict[str, list[str]] = {}
    for name, (username, where) in PAGES.items():
        if name in DOCUMENTS:
            continue
        response = readers[username].client.get(where(world), headers=HEADERS, follow_redirects=True)
        if response.status_code != 200:
            wrong.setdefault(f"status {response.status_code}", []).append(name)
            continue
        page = Chinese()
        page.feed(response.text)
        for word in words([piece for piece in page.pieces if piece.strip() not in papers]) - TYPED - MEANT:
            if word in ours or word not in data:
                wrong.setdefault(word, []).append(name)
    said = [f"{word}: {', '.join(names[:4])}{' …' if len(names) > 4 else ''}" for word, names in sorted(wrong.items())]
    assert said == [], "\n".join(said)


def test_no_two_english_pages_of_a_person_have_the_same_title(world: World, app: Flask) -> None:
    readers = english_readers(app)
    titles: dict[tuple[str, str], str] = {}
    twice: list[str] = []
    for name, (username, where) in PAGES.items():
        page = readers[username].open(where(world))
        if titles.setdefault((username, page.title), name) != name:
            twice.append(f"{name} and {titles[username, page.title]}: {page.title}")
    assert twice == []
