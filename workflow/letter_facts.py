"""What the facts of a message say, in both languages: for the letter that goes out and the notice on the page. Pure.

Facts of cases only, nothing about a person. Which of them a message has is in `workflow.letters.FACTS`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from workflow.catalogue import Catalogue
from workflow.clock.words import date_words, span_words
from workflow.definition import Flow, Title
from workflow.side_lines import SIDE_LINES

Facts = dict[str, Title]


def case_facts(no: str, title: str, flow: Flow, state: str) -> Facts:
    """What every message about a case says of it, as it stands."""
    return {"case": Title(no, no), "title": Title(title, title), "state": flow.states[state].title}


def action_facts(flow: Flow, body: Mapping[str, Any]) -> Facts:
    """What was done; by its code where the case was moved since to a version of its flow without it."""
    name: str = body["action"]
    deed = flow.deed(name)
    return {"action": Title(name, name) if deed is None else deed.title}


def dates_facts(flow: Flow, body: Mapping[str, Any], today: date) -> Facts:
    """Why dates moved, and from which to which; ``today`` is the day of the message: its year is not named."""
    moves = [(flow.rule(move["clock"]).title, move) for move in body["moves"] if move["clock"] in flow.clocks]
    zh = "；".join(f"{title.zh} {_moved(move, today, 'zh')}" for title, move in moves)
    en = "; ".join(f"{title.en} {_moved(move, today, 'en')}" for title, move in moves)
    return {"why": SIDE_LINES[body["why"]], "moves": Title(zh, en)}


def duty_facts(catalogue: Catalogue, body: Mapping[str, Any]) -> Facts:
    """The squad by its name and the gap of its roster in words."""
    squad: str = body["squad"]
    since = datetime.fromisoformat(body["since"])
    until = None if body["until"] is None else datetime.fromisoformat(body["until"])
    return {
        # The squad may have been dissolved in the configuration since.
        "squad": catalogue.squads[squad].title if squad in catalogue.squads else Title(squad, squad),
        "gap": Title(span_words(since, until, "zh"), span_words(since, until, "en")),
    }


def digest_facts(body: Mapping[str, Any]) -> Facts:
    """The words were settled when the digest was made: it says how things stood that morning."""
    return {name: Title(*body[name]) for name in ("day", "summary", "lines")}


def _moved(move: Mapping[str, Any], today: date, lang: str) -> str:
    """``3月30日（周一） → 3月31日（周二）``."""
    ends = [
        date_words(date.fromisoformat(move[end]), today, lang, move[f"{end}_provisional"]) if move[end] else "—"
        for end in ("old", "new")
    ]
    return " → ".join(ends)
