"""Where a message about the duty roster goes: it is about a squad, not about a case."""

from collections.abc import Mapping
from typing import Any

from workflow.catalogue import Catalogue
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
