"""What a message about the duty roster says, and to whom it goes: it is about a squad, not about a case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflow.catalogue import Catalogue
from workflow.clock.words import span_words
from workflow.definition import Title
from workflow.recipients import Place

DUTY_PAGE = "/duty"
NO_PROJECT = 0
"""No project has this id: what is about none reaches nobody by theirs."""


def duty_place(catalogue: Catalogue, body: Mapping[str, Any]) -> Place:
    """Where a squad stands in the office: the leader is found by the squad, the director by its department."""
    squad = body["squad"]
    # The squad may have been dissolved in the configuration since.
    department = catalogue.squads[squad].department if squad in catalogue.squads else ""
    return Place(None, None, department, squad, NO_PROJECT, "")


def duty_facts(catalogue: Catalogue, body: Mapping[str, Any]) -> dict[str, Title]:
    """The squad by its name and the gap in words, as its template names them."""
    squad = body["squad"]
    since = datetime.fromisoformat(body["since"])
    until = None if body["until"] is None else datetime.fromisoformat(body["until"])
    return {
        "squad": catalogue.squads[squad].title if squad in catalogue.squads else Title(squad, squad),
        "gap": Title(span_words(since, until, "zh"), span_words(since, until, "en")),
    }
