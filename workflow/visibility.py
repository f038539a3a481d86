"""Who may see which case: decided here, and only here, for one case in Python and for lists in SQL."""

from typing import Any

from workflow.actor import Actor
from workflow.case import Case

# clerks take everything in; supervisor, district leader and administrator look at the whole district
WHOLE_DISTRICT = ("clerk", "district_leader", "supervisor", "admin", "clock", "system")


def may_see(actor: Actor, case: Case) -> bool:
    """Whether the actor may know that the case exists."""
    return any(grant.role in WHOLE_DISTRICT or grant.covers(case) for grant in actor.grants)


def sees_everything(actor: Actor) -> bool:
    return actor.holds(*WHOLE_DISTRICT)


def visible_cases(actor: Actor, alias: str = "c") -> tuple[str, dict[str, Any]]:
    """A SQL condition on the cases table, and its parameters, that is true for exactly the cases `may_see` allows."""
    if sees_everything(actor):
        return "true", {}
    conditions: list[str] = []
    parameters: dict[str, Any] = {}
    for column in ("company", "department", "squad", "project_id"):
        values = sorted({value for grant in actor.grants if (value := getattr(grant, column)) is not None})
        if values:
            conditions.append(f"{alias}.{column} = ANY(:see_{column})")
            parameters[f"see_{column}"] = values
    return ("(" + " OR ".join(conditions) + ")" if conditions else "false"), parameters
