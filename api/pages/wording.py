"""Every word of the interface goes through `_`: the Chinese sentence is the key, so that a translation can be put in.

Templates call the same function through Jinja's i18n extension. A literal percent sign is written twice. Names that
are data (items, states, actions, people) come from configuration and database and do not pass here.
"""

from datetime import date, datetime

from flask import Flask

from workflow.clock.days import OFFICE_ZONE

LANG = "zh"


def _(sentence: str, **values: object) -> str:
    """The sentence in the reader's language, with ``%(name)s`` filled in."""
    return sentence % values


def N_(sentence: str) -> str:
    """Marks a sentence kept in a table; whoever shows it passes it through `_`."""
    return sentence


def ngettext(one: str, many: str, count: int) -> str:
    """Chinese has one form; the extension asks for both."""
    return one if count == 1 else many


def install(app: Flask) -> None:
    """Give every template ``_``."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda sentence: sentence, ngettext, newstyle=True
    )


def date_and_time(instant: datetime, today: date) -> str:
    """``11月23日 09:30``, with the year as soon as it is not this year."""
    local = instant.astimezone(OFFICE_ZONE)
    year = "" if local.year == today.year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


def short_day(day: date, today: date) -> str:
    """``11月23日``, with the year as soon as it is not this year."""
    return f"{'' if day.year == today.year else f'{day.year}年'}{day.month}月{day.day}日"


def size(octets: int) -> str:
    """A file size in words: ``96 KB``, ``1.2 MB``."""
    if octets < 1024 * 1024:
        return f"{max(1, round(octets / 1024))} KB"
    return f"{octets / (1024 * 1024):.1f} MB"
