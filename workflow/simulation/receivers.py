"""Whom each rung would reach, wherever such a case can stand: by the roles alone, or by the people of a town."""

from collections.abc import Iterator, Sequence

from workflow.catalogue import Catalogue
from workflow.definition import ClockRule, Flow, Rung
from workflow.recipients import ASSIGNEE, ON_DUTY, Directory, Holding, Place, directory
from workflow.simulation.finding import Finding

PROJECT = 1
"""Stands for any project: one whose specialist is not there has nobody else bound to it either."""


def receiver_findings(flow: Flow, catalogue: Catalogue, holdings: Sequence[Holding] | None) -> Iterator[Finding]:
    """Roles on rungs behind which there would be nobody.

    ``holdings``: who holds what, of a town with people; None where there are none yet, and only the roles are judged.
    """
    town = None if holdings is None else directory(catalogue, holdings)
    spots = () if holdings is None else tuple(_spots(flow, catalogue, holdings))
    for rule in flow.clocks.values():
        for index, rung in enumerate(rule.ladder):
            place = ("clocks", rule.name, "ladder", index, "tell")
            who = f"flow {flow.name} v{flow.version}, clock {rule.name}, rung {index + 1} ({rung.text})"
            for role in rung.tell:
                sentence = _hollow(role, catalogue)
                if sentence is None and town is not None:
                    sentence = _unreached(role, rung, _places(flow, rule, spots), town)
                if sentence is not None:
                    yield Finding(place, f"{who}: {sentence}", _people(catalogue))


def departments_of(flow: Flow, catalogue: Catalogue) -> tuple[str, ...]:
    """Where cases of the flow can stand: item cases with each item's department, others with one that leads a stage."""
    of_items = any(isinstance(rule.limit, str) and rule.limit.startswith("item.") for rule in flow.clocks.values())
    if of_items:
        return tuple(sorted({item.department for item in catalogue.items.values()}))
    return tuple(sorted({stage.lead for stage in catalogue.stages.values() if stage.lead is not None}))


def _hollow(role: str, catalogue: Catalogue) -> str | None:
    """What is wrong with telling ``role`` whoever works here, or None."""
    if role == ASSIGNEE or role not in catalogue.roles:
        return None
    if catalogue.roles[role].automatic:
        return f"{role!r} is no person: nobody would receive this"
    top = (role, *catalogue.above(role))[-1]
    scope = catalogue.roles[top].scope
    if scope in ("district", "company"):
        return None
    return f"nobody stands above {top!r}, who holds in a {scope} only: where that has none, {role!r} reaches nobody"


def _unreached(role: str, rung: Rung, places: Sequence[Place], town: Directory) -> str | None:
    """Where ``role``, and everybody above it, reaches nobody; None where it reaches somebody everywhere."""
    empty = [place for place in places if not town.reach((role,), place).told]
    if not empty:
        return None
    silent = [place for place in empty if not town.reach(rung.tell, place).told]
    words = [f"{role!r} reaches nobody, nor does any role above it, in {_named(empty, places)}"]
    if silent:
        words.append("the rung would be received by nobody there")
    return "; ".join(words)


def _named(empty: Sequence[Place], places: Sequence[Place]) -> str:
    """The departments, with the squads where it is not all of them; or the companies, where only these decide."""
    first = places[0].company
    ours = [place for place in empty if place.company == first]
    if not ours:
        return f"company {', '.join(dict.fromkeys(place.company for place in empty))}"
    words = f"department {', '.join(dict.fromkeys(place.department for place in ours))}"
    squads = dict.fromkeys(place.squad for place in ours)
    if len(squads) == len({place.squad for place in places}):
        return words
    return f"{words}, squad {', '.join(squad or '(none)' for squad in squads)}"


def _spots(flow: Flow, catalogue: Catalogue, holdings: Sequence[Holding]) -> Iterator[Place]:
    """Every department with every squad, and every company once: what binds a role is one of them, never two."""
    companies = sorted({one.company for one in holdings if one.company is not None}) or [""]
    departments = departments_of(flow, catalogue)
    for department in departments:
        for squad in ("", *catalogue.squads):
            yield Place(None, None, department, squad, PROJECT, companies[0])
    for company in companies[1:]:
        yield Place(None, None, departments[0], "", PROJECT, company)


def _places(flow: Flow, rule: ClockRule, spots: Sequence[Place]) -> tuple[Place, ...]:
    turns = dict.fromkeys(flow.states[name].turn for name in sorted(rule.while_states) if name in flow.states)
    return tuple(spot._replace(turn=turn) for turn in turns for spot in spots)


def _people(catalogue: Catalogue) -> tuple[str, ...]:
    return tuple(sorted([ASSIGNEE, ON_DUTY, *(code for code, role in catalogue.roles.items() if not role.automatic)]))
