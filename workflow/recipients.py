"""Who is told: from the roles a flow names to people, as they are at that moment. Pure.

If nobody holds a role, the one above it is told instead (`Catalogue.above`); what still reaches nobody is named, never
dropped in silence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from workflow.catalogue import Catalogue

ASSIGNEE = "assignee"
ON_DUTY = "on_duty"
# Where nobody is on duty the specialist is told, and above them the squad leader.
OFF_DUTY = "specialist"
# An application without a clerk or officer yet is their whole desk's; the applicant is never told in their place.
DESKS = ("clerk", "officer", "specialist", "director")
HEAD_OF_DESK = "director"


class Place(NamedTuple):
    """Where a case stands in the office: its ``assignee_id``, whose ``turn`` it is, and what roles are bound to."""

    assignee_id: int | None
    turn: str | None
    department: str
    squad: str
    project_id: int
    company: str


class Holding(NamedTuple):
    """One role of one active person, and where it holds; None means everywhere."""

    role: str
    person_id: int
    department: str | None
    squad: str | None
    project_id: int | None
    company: str | None


class Told(NamedTuple):
    """A person, and the role in which they are told."""

    person_id: int
    role: str


@dataclass(frozen=True, slots=True)
class Telling:
    """Everybody once, in the order of the roles; ``nobody`` names the roles that reached no person."""

    told: tuple[Told, ...]
    nobody: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """Active people by role and place; a person who is away is replaced by the delegate throughout.

    ``assignees`` maps those asked for who still work here to whom it reaches: themselves, or the delegate. ``on_duty``
    maps a squad to who is on duty for it at that moment.
    """

    catalogue: Catalogue
    holders: Mapping[tuple[object, ...], tuple[int, ...]]
    shapes: Mapping[str, tuple[tuple[bool, ...], ...]]
    assignees: Mapping[int, int]
    on_duty: Mapping[str, int]
    _known: dict[tuple[tuple[str, ...], Place], Telling] = field(default_factory=dict, repr=False)

    def reach(self, roles: tuple[str, ...], place: Place) -> Telling:
        """The people behind ``roles`` on a case standing at ``place``."""
        key = (roles, place)
        telling = self._known.get(key)
        if telling is None:
            telling = self._known[key] = self._reach(roles, place)
        return telling

    def _reach(self, roles: tuple[str, ...], place: Place) -> Telling:
        told: dict[int, Told] = {}
        nobody = []
        for role in roles:
            found = self._found(role, place)
            for one in found:
                told.setdefault(one.person_id, one)
            if not found:
                nobody.append(role)
        return Telling(tuple(told.values()), tuple(nobody))

    def _found(self, role: str, place: Place) -> tuple[Told, ...]:
        if role == ASSIGNEE:
            return self._assignee(place)
        return self._on_duty(place) if role == ON_DUTY else self._first_of((role,), place)

    def _on_duty(self, place: Place) -> tuple[Told, ...]:
        person = self.on_duty.get(place.squad)
        return self._first_of((OFF_DUTY,), place) if person is None else (Told(person, ON_DUTY),)

    def _assignee(self, place: Place) -> tuple[Told, ...]:
        person = None if place.assignee_id is None else self.assignees.get(place.assignee_id)
        if person is not None:
            return (Told(person, ASSIGNEE),)
        desk = (place.turn,) if place.turn in DESKS and place.turn is not None else ()
        return self._first_of((*desk, HEAD_OF_DESK), place)

    def _first_of(self, roles: tuple[str, ...], place: Place) -> tuple[Told, ...]:
        """The people of the first role that has any: ``roles`` first, then those above them, nearest first."""
        above = chain.from_iterable(self.catalogue.above(role) for role in roles)
        for role in (*roles, *above):
            people = self._of(role, place)
            if people:
                return tuple(Told(person, role) for person in people)
        return ()

    def _of(self, role: str, place: Place) -> tuple[int, ...]:
        """The people whose role holds at ``place``, as `Grant.covers` has it."""
        where = place[2:]
        return tuple(
            chain.from_iterable(
                self.holders.get(
                    (role, *(value if bound else None for value, bound in zip(where, shape, strict=True))), ()
                )
                for shape in self.shapes.get(role, ())
            )
        )


NOBODY: Mapping[int, int] = MappingProxyType({})
NO_DUTY: Mapping[str, int] = MappingProxyType({})


def directory(
    catalogue: Catalogue,
    holdings: Iterable[Holding],
    assignees: Mapping[int, int] = NOBODY,
    on_duty: Mapping[str, int] = NO_DUTY,
) -> Directory:
    """A directory of what the database holds."""
    holders: dict[tuple[object, ...], tuple[int, ...]] = {}
    shapes: dict[str, dict[tuple[bool, ...], None]] = {}
    for holding in holdings:
        where = holding[2:]
        key = (holding.role, *where)
        holders[key] = (*holders.get(key, ()), holding.person_id)
        shapes.setdefault(holding.role, {})[tuple(value is not None for value in where)] = None
    return Directory(catalogue, holders, {role: tuple(found) for role, found in shapes.items()}, assignees, on_duty)


def roles_to_ask(catalogue: Catalogue, roles: Iterable[str]) -> tuple[str, ...]:
    """Every role that telling ``roles`` may come to, those above them included."""
    wanted = set(roles)
    if ASSIGNEE in wanted:
        wanted |= {*DESKS, HEAD_OF_DESK}
        wanted.discard(ASSIGNEE)
    if ON_DUTY in wanted:
        wanted.add(OFF_DUTY)
        wanted.discard(ON_DUTY)
    return tuple(sorted(wanted.union(*(catalogue.above(role) for role in wanted))))


def roles_above(catalogue: Catalogue, role: str, turn: str | None) -> tuple[str, ...]:
    """The roles to which an alert told in ``role`` goes, nearest first; ``turn`` is whose turn the case is."""
    if role == ASSIGNEE:
        own = turn if turn in DESKS and turn is not None else None
        return catalogue.above(own) if own is not None else (HEAD_OF_DESK, *catalogue.above(HEAD_OF_DESK))
    if role == ON_DUTY:
        return catalogue.above(OFF_DUTY)
    # A role that the organisation has lost meanwhile stood under the head of the department.
    return catalogue.above(role) if role in catalogue.roles else (HEAD_OF_DESK, *catalogue.above(HEAD_OF_DESK))
