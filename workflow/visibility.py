"""Who may see which case and project, and who stands above whom: decided here, and only here, for one in Python and
for lists in SQL."""

from typing import Any, Literal

from workflow.actor import Actor, Grant
from workflow.case import Case
from workflow.catalogue import Catalogue

# clerks take everything in; supervisor, district leader and administrator look at the whole district
WHOLE_DISTRICT = ("clerk", "district_leader", "supervisor", "admin", "clock", "system")

Column = Literal["company", "project_id", "squad", "department"]
# from the narrowest to the widest: by the first of them that a grant has, its cases are looked up in an index
COLUMNS: tuple[Column, ...] = ("company", "project_id", "squad", "department")


def may_see(actor: Actor, case: Case) -> bool:
    """Whether the actor may know that the case exists; an internal one is for nobody who stands for a company."""
    return any(
        grant.role in WHOLE_DISTRICT or (grant.covers(case) and not (case.internal and grant.company is not None))
        for grant in actor.grants
    )


def sees_everything(actor: Actor) -> bool:
    """Whether nothing in the district is hidden from the actor; a grant without a scope holds everywhere."""
    return any(grant.role in WHOLE_DISTRICT or not _scope(grant) for grant in actor.grants)


def visible_cases(actor: Actor, alias: str = "c") -> tuple[str, dict[str, Any]]:
    """A SQL condition on the cases table, and its parameters, that is true for exactly the cases `may_see` allows."""
    if sees_everything(actor):
        return "true", {}
    conditions: list[str] = []
    parameters: dict[str, Any] = {}
    for column in COLUMNS:
        if values := _bound(actor, column):
            conditions.append(_inside(column, f"{alias}.{column} = ANY(:see_{column})", alias))
            parameters[f"see_{column}"] = values
    for place, scope in enumerate(_narrow(actor)):
        condition = " AND ".join(f"{alias}.{column} = :see_{place}_{column}" for column, _ in scope)
        conditions.append(_inside(scope[0][0], condition, alias))
        parameters |= {f"see_{place}_{column}": value for column, value in scope}
    return ("(" + " OR ".join(conditions) + ")" if conditions else "false"), parameters


def _inside(column: Column, condition: str, alias: str) -> str:
    """The condition of a grant; of a company's, whose column comes first, without what the office says among itself."""
    return f"({condition} AND NOT {alias}.internal)" if column == "company" else f"({condition})"


def scope_values(actor: Actor, column: Column) -> list[Any]:
    """The departments (squads, …) the actor's roles are bound to, for lists of one column."""
    return sorted({value for grant in actor.grants if (value := getattr(grant, column)) is not None})


def leads(actor: Actor) -> dict[Column, list[Any]]:
    """By which columns a list of everything visible is read: for each grant its narrowest column, with the values."""
    found: dict[Column, set[Any]] = {}
    for grant in actor.grants:
        if scope := _scope(grant):
            column, value = scope[0]
            found.setdefault(column, set()).add(value)
    return {column: sorted(found[column]) for column in COLUMNS if column in found}


def visible_projects(actor: Actor, alias: str = "p") -> tuple[str, dict[str, Any]]:
    """A SQL condition on the projects table: own ones, and those with a case that the actor may see."""
    if sees_everything(actor):
        return "true", {}
    own: dict[Column, str] = {"company": "company", "project_id": "id", "squad": "squad"}
    conditions: list[str] = []
    parameters: dict[str, Any] = {}
    for column, of_project in own.items():
        if values := _bound(actor, column):
            conditions.append(f"{alias}.{of_project} = ANY(:own_{column})")
            parameters[f"own_{column}"] = values
    seen, more = visible_cases(actor, "v")
    if seen != "false":
        conditions.append(_with_case(actor, alias, seen))
        parameters |= more
    return ("(" + " OR ".join(conditions) + ")" if conditions else "false"), parameters


def _with_case(actor: Actor, alias: str, seen: str) -> str:
    """Whether the project ``alias`` has a case of which ``seen`` is true."""
    if set(leads(actor)) != {"company"}:
        return f"EXISTS (SELECT FROM cases v WHERE v.project_id = {alias}.id AND {seen})"
    # A company's cases stand in two indexes, open and ended ones. Asked for in one go, every case of the district was
    # looked at: there is no index of both, and of the projects most are somebody else's.
    return f"""{alias}.id IN (SELECT v.project_id FROM cases v WHERE v.ended_at IS NULL AND {seen}
    UNION ALL SELECT v.project_id FROM cases v WHERE v.ended_at IS NOT NULL AND {seen})"""  # noqa: S608 - our own words only


def managed_people(actor: Actor, catalogue: Catalogue, alias: str = "p") -> tuple[str, dict[str, Any]]:
    """A SQL condition on the people table, and its parameters: whose leave the actor may enter.

    The administrator's is everybody. A director's are the people of the department and of the squads it leads, a squad
    leader's those of the squad: specialists by its projects, too. A grant without a scope holds for everybody.
    """
    heads, leaders = actor.scopes("director"), actor.scopes("squad_leader")
    unbound = any(not _scope(grant) for grant in (*heads, *leaders))
    if unbound or actor.holds("admin"):
        return "true", {}
    departments = sorted({grant.department for grant in heads if grant.department is not None})
    squads = {grant.squad for grant in leaders if grant.squad is not None}
    squads |= {squad.code for squad in catalogue.squads.values() if squad.department in departments}
    if not departments and not squads:
        return "false", {}
    condition = f"""EXISTS (SELECT FROM person_roles mr LEFT JOIN projects mj ON mj.id = mr.project_id
      WHERE mr.person_id = {alias}.id
        AND (mr.department = ANY(:led_departments) OR coalesce(mr.squad, mj.squad) = ANY(:led_squads)))"""
    return condition, {"led_departments": departments, "led_squads": sorted(squads)}


def shows_names(actor: Actor) -> bool:
    """Whether the actor reads officers by name; to applicants they are known by their role."""
    return any(grant.role != "applicant" for grant in actor.grants)


def _scope(grant: Grant) -> tuple[tuple[Column, Any], ...]:
    return tuple((column, value) for column in COLUMNS if (value := getattr(grant, column)) is not None)


def _bound(actor: Actor, column: Column) -> list[Any]:
    """The values of the roles bound to this column and nothing else."""
    scopes = [_scope(grant) for grant in actor.grants]
    return sorted({scope[0][1] for scope in scopes if len(scope) == 1 and scope[0][0] == column})


def _narrow(actor: Actor) -> list[tuple[tuple[Column, Any], ...]]:
    """The scopes of more than one column, each once."""
    return sorted({scope for grant in actor.grants if len(scope := _scope(grant)) > 1}, key=str)
