"""Every word of the interface goes through `_`: the Chinese sentence is the key of its English in
``api/translations/en/LC_MESSAGES/messages.po``.

Templates call the same function. A literal percent sign is written twice. Names that are data of the configuration
(items, states, actions) carry both languages: `own` picks the reader's. What people and projects are called stands in
Chinese on every page; `api.english` marks it so.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal, Protocol

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, has_request_context, request
from flask_babel import Babel, get_locale
from markupsafe import Markup

from workflow.clock.days import OFFICE_ZONE
from workflow.clock.words import MONTHS_EN, date_words

TRANSLATIONS = Path(__file__).parent / "translations"
LOCALES: Mapping[str, str] = {"zh": "zh_Hans_CN", "en": "en"}
COOKIE = "wugeyi-lang"
Lang = Literal["zh", "en"]


class InBoth(Protocol):
    """What carries its words in both languages: a title, a reason, a refusal."""

    @property
    def zh(self) -> str:
        """In Chinese."""

    @property
    def en(self) -> str:
        """In English."""


def install(app: Flask) -> None:
    """Let the reader's cookie choose the language, and give every template ``_``, ``N_``, ``own`` and ``lang``."""
    Babel(app, default_locale=LOCALES["zh"], default_timezone=str(OFFICE_ZONE), locale_selector=_chosen)
    # Read now and not with the first English page, which would wait for it.
    _english()
    app.jinja_env.globals.update(_=_in_template, N_=N_, own=own, lang=lang)


def lang() -> Lang:
    """The reader's language: what was chosen, else Chinese; the pages are Chinese first, whatever the browser asks."""
    if not has_request_context():
        return "zh"
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def _(sentence: str, /, **values: object) -> str:
    """The sentence in the reader's language, with ``%(name)s`` filled in.

    A whole number called ``n`` chooses between the English singular and plural where the catalogue has both.
    """
    return _found(sentence, values) % values


def N_(sentence: str) -> str:
    """Marks a sentence kept in a table; whoever shows it passes it through `_`."""
    return sentence


def own(words: InBoth) -> str:
    """What carries both languages, in the reader's own."""
    return words.en if lang() == "en" else words.zh


def date_and_time(instant: datetime, today: date) -> str:
    """``11月23日 09:30`` or ``23 Nov, 09:30``, with the year as soon as it is not this year."""
    local = instant.astimezone(OFFICE_ZONE)
    return f"{short_day(local.date(), today)}{',' if lang() == 'en' else ''} {local:%H:%M}"


def short_day(day: date, today: date) -> str:
    """``11月23日`` or ``23 Nov``, with the year as soon as it is not this year."""
    if lang() == "en":
        return f"{day.day} {MONTHS_EN[day.month - 1]}{'' if day.year == today.year else f' {day.year}'}"
    return f"{'' if day.year == today.year else f'{day.year}年'}{day.month}月{day.day}日"


def long_day(day: date, today: date, provisional: bool = False) -> str:
    """``11月25日（周三）`` or ``Wed 25 Nov 2026``; a provisional date says so."""
    return date_words(day, today, lang(), provisional)


def size(octets: int) -> str:
    """A file size in words: ``96 KB``, ``1.2 MB``."""
    if octets < 1024 * 1024:
        return f"{max(1, round(octets / 1024))} KB"
    return f"{octets / (1024 * 1024):.1f} MB"


def _chosen() -> str:
    return LOCALES.get(request.cookies.get(COOKIE, ""), LOCALES["zh"])


def _in_template(sentence: str, /, **values: object) -> Markup:
    return Markup(_found(sentence, values)) % values


def _found(sentence: str, values: Mapping[str, object]) -> str:
    if lang() == "zh":
        return sentence
    count = values.get("n")
    if isinstance(count, int) and (found := str(_english().ungettext(sentence, sentence, count))) != sentence:
        return found
    return str(_english().ugettext(sentence))


@cache
def _english() -> Translations:
    """The catalogue, compiled in memory: a compiled file kept beside it would one day be the older of the two."""
    compiled = BytesIO()
    with (TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale="en"))
    compiled.seek(0)
    return Translations(compiled)
