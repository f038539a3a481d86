"""A page as a person without script reads it: its words, its forms with what stands in them, its links."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.test import TestResponse

BLOCKS = frozenset({"td", "th", "dt", "dd", "li", "p", "h1", "h2", "h3", "div"})
VOID = frozenset({"input", "meta", "link", "br", "img", "hr"})


@dataclass(slots=True)
class Form:
    """A form: where it goes and what it would send as it stands; ``buttons`` are (words, name, value)."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str | None, str]] = field(default_factory=list)


@dataclass(slots=True)
class Page:
    """An answer, read."""

    response: TestResponse
    address: str
    forms: list[Form] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    words: str = ""
    title: str = ""
    headings: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The status code."""
        return self.response.status_code

    def form(self, button: str) -> Form:
        """The form with a button of these words."""
        found = [one for one in self.forms if any(words == button for words, _, _ in one.buttons)]
        assert len(found) == 1, f"{len(found)} forms have the button “{button}” on {self.address}: {self.buttons}"
        return found[0]

    @property
    def buttons(self) -> list[str]:
        """The words of every button in a form."""
        return [words for one in self.forms for words, _, _ in one.buttons]

    def link(self, words: str) -> str:
        """Where the link with these words leads."""
        found = [href for text, href in self.links if text == words]
        assert found, f"no link “{words}” on {self.address}: {[text for text, _ in self.links]}"
        return found[0]


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.form: Form | None = None
        self.text: list[str] = []
        self.marks: list[tuple[str, int, dict[str, str | None]]] = []
        self.select: str | None = None
        self.options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name = given.get("name")
        if tag == "form":
            self.form = Form(given.get("action") or "", (given.get("method") or "get").lower())
            self.page.forms.append(self.form)
        elif tag == "input" and self.form is not None and name:
            kind = given.get("type", "text")
            if kind in ("checkbox", "radio"):
                if "checked" in given:
                    self.form.fields.append((name, given.get("value") or "on"))
            elif kind != "file":
                self.form.fields.append((name, given.get("value") or ""))
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "option" and self.select:
            self.options.append((given.get("value") or "", "selected" in given))
        if tag not in VOID:
            self.marks.append((tag, len(self.text), given))

    def handle_endtag(self, tag: str) -> None:
        while self.marks:
            found, start, given = self.marks.pop()
            if found == tag:
                self._close(tag, "".join(self.text[start:]), given)
                if tag in BLOCKS:
                    self.text.append(" ")
                return

    def handle_data(self, data: str) -> None:
        if not any(tag in ("style", "script") for tag, _, _ in self.marks):
            self.text.append(data)

    def _close(self, tag: str, inner: str, given: dict[str, str | None]) -> None:
        words = re.sub(r"\s+", " ", inner).strip()
        if tag == "form":
            self.form = None
        elif tag == "textarea" and self.form is not None and given.get("name"):
            self.form.fields.append((given["name"] or "", inner.removeprefix("\n")))
        elif tag == "select" and self.form is not None and self.select:
            chosen = [value for value, selected in self.options if selected] or [self.options[0][0]]
            self.form.fields.append((self.select, chosen[0]))
            self.select = None
        elif tag == "button" and self.form is not None and given.get("type") != "button":
            self.form.buttons.append((words, given.get("name"), given.get("value") or ""))
        elif tag == "a" and given.get("href"):
            self.page.links.append((words, given["href"] or ""))
        elif tag == "title" and not self.page.title:
            self.page.title = words
        elif tag == "h1":
            self.page.headings.append(words)


def read(response: TestResponse, address: str) -> Page:
    """An answer as a page; what is no HTML stays empty."""
    page = Page(response, address)
    if response.mimetype == "text/html":
        reader = _Reader(page)
        reader.feed(response.text)
        page.words = re.sub(r"\s+", " ", "".join(reader.text)).strip()
    return page
