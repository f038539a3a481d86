"""The texts of messages: templates in ``config/messages/``, filled with facts of a case, Chinese first, English below.

A template may name only the facts its message has; a misspelt one is a fault found at load, not an empty place in a
letter.
"""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import fields

from workflow.catalogue.item_schema import FileSchema
from workflow.clock.ladder import RungTime
from workflow.definition import Title
from workflow.errors import ConfigFaults, Fault
from workflow.strict_schema import Choice, TitleSchema, read
from workflow.strict_yaml import Document, load

FACTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "action": ("case", "title", "action", "state", "link"),
        "dates": ("case", "title", "why", "moves", "state", "link"),
        "digest": ("day", "summary", "lines", "link"),
        "duty": ("squad", "gap", "link"),
        "rung": ("case", "title", "clock", "rung", "card", "due_on", "state", "link"),
        "test": ("link",),
        "together": ("count", "cards", "lines", "link"),
    }
)
"""By message: the facts its template may name."""

CARDS: Mapping[str, Title] = MappingProxyType(
    {"notice": Title("提示", "Notice"), "yellow": Title("黄牌", "Yellow card"), "red": Title("红牌", "Red card")}
)
UNITS = {
    "working day": Title(" 个工作日", "working day"),
    "day": Title(" 天", "calendar day"),
    "hour": Title(" 小时", "hour"),
    "minute": Title(" 分钟", "minute"),
}
ANCHORS = {"left": Title("剩", "left"), "after": Title("超期", "overdue"), "start": Title("开始后", "from start")}
DUE = Title("到期", "due")
RULE = "\n\n" + "─" * 20 + "\n\n"


@dataclass(frozen=True, slots=True)
class Template:
    """One message's subject and text in both languages."""

    message: str
    subject: Title
    text: Title


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as a person reads it."""

    subject: str
    text: str


def load_templates(config: Path) -> Mapping[str, Template]:
    """Every template of ``config/messages``, by message.

    :raises ConfigFaults: with every fault of every file, and with every message that has no template.
    """
    faults: list[Fault] = []
    found: dict[str, Template] = {}
    for message in FACTS:
        path = config / "messages" / f"{message}.yaml"
        try:
            document = load(path, config)
        except ConfigFaults as unreadable:
            faults.extend(unreadable.faults)
            continue
        raw, wrong = read(_TemplateSchema(), document)
        faults.extend(wrong)
        if raw is None:
            continue
        template = Template(raw["message"], raw["subject"], raw["text"])
        faults.extend(_template_faults(document, message, template))
        found[message] = template
    if faults:
        raise ConfigFaults(faults)
    return MappingProxyType(found)


@cache
def templates(config: Path) -> Mapping[str, Template]:
    """As `load_templates`, read once a process."""
    return load_templates(config)


def write_letter(template: Template, facts: Mapping[str, Title]) -> Letter:
    """The letter with both languages; ``facts`` holds what FACTS names."""
    subject, text = filled(template.subject, facts), filled(template.text, facts)
    return Letter(_one_line(f"{subject.zh} / {subject.en}"), text.zh + RULE + text.en + "\n")


def write_short(template: Template, facts: Mapping[str, Title], longest: int) -> str:
    """The letter for a channel that takes ``longest`` characters: both languages where they fit, else Chinese alone,
    else its subject cut short; the link is never cut."""
    subject, text = filled(template.subject, facts), filled(template.text, facts)
    zh = f"{_one_line(subject.zh)}\n{text.zh}"
    for whole in (f"{zh}\n\n{_one_line(subject.en)}\n{text.en}", zh):
        if len(whole) <= longest:
            return whole
    link = facts["link"].zh
    room = longest - len(link) - 2
    if room < 1:
        return link[:longest]
    line = _one_line(subject.zh)
    return f"{line if len(line) <= room else line[: room - 1] + '…'}\n{link}"


def filled(title: Title, facts: Mapping[str, Title]) -> Title:
    """A text of a template with its facts, in both languages."""
    return Title(
        title.zh.format_map({name: fact.zh for name, fact in facts.items()}),
        title.en.format_map({name: fact.en for name, fact in facts.items()}),
    )


def rung_title(time: RungTime) -> Title:
    """When a rung falls, in words: 剩 1 个工作日, 1 working day left."""
    if time.anchor == "due":
        return DUE
    unit, anchor = UNITS[time.unit], ANCHORS[time.anchor]
    plural = "" if time.amount == 1 else "s"
    return Title(f"{anchor.zh} {time.amount}{unit.zh}", f"{time.amount} {unit.en}{plural} {anchor.en}")


def _one_line(words: str) -> str:
    return " ".join(words.split())


class _TemplateSchema(FileSchema):
    message = Choice(FACTS, required=True)
    subject = fields.Nested(TitleSchema, required=True)
    text = fields.Nested(TitleSchema, required=True)


def _template_faults(document: Document, message: str, template: Template) -> Iterator[Fault]:
    if template.message != message:
        yield document.fault(("message",), f"the file's name says {message}", (message,))
    for part, title in (("subject", template.subject), ("text", template.text)):
        for lang, text in (("zh", title.zh), ("en", title.en)):
            yield from _place_faults(document, (part, lang), text, FACTS[message])


def _place_faults(document: Document, place: tuple[str, ...], text: str, known: tuple[str, ...]) -> Iterator[Fault]:
    try:
        places: list[Any] = [one for one in string.Formatter().parse(text) if one[1] is not None]
    except ValueError as error:
        yield document.fault(place, f"the braces do not match: {error}", known)
        return
    for _, name, form, conversion in places:
        if name not in known:
            yield document.fault(place, f"there is no fact {{{name}}} in this message", known)
        elif form or conversion:
            yield document.fault(place, f"{{{name}}} takes no format", (f"{{{name}}}",))
