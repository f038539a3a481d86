"""Who acts, and in which roles: plain data, settled once per unit of work."""

from dataclasses import dataclass

from workflow.case import Case


@dataclass(frozen=True, slots=True)
class Grant:
    """One role of one person, and where it holds: a department, a squad, a project or a company.

    ``on_behalf_of`` is the absent person whose role a delegate holds, None for a role of one's own.
    """

    role: str
    department: str | None = None
    squad: str | None = None
    project_id: int | None = None
    company: str | None = None
    on_behalf_of: int | None = None

    def covers(self, case: Case) -> bool:
        """Whether this role holds on this case; an unscoped grant holds on the whole district."""
        return (
            (self.department is None or self.department == case.department)
            and (self.squad is None or self.squad == case.squad)
            and (self.project_id is None or self.project_id == case.project_id)
            and (self.company is None or self.company == case.company)
        )


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the clock, or the system. ``id`` is None for the two machines."""

    id: int | None
    name: str
    grants: tuple[Grant, ...] = ()

    def role_on(self, case: Case, wanted: frozenset[str]) -> str | None:
        """The first of the actor's roles among ``wanted`` that holds on ``case``."""
        grant = self.grant_on(case, wanted)
        return None if grant is None else grant.role

    def grant_on(self, case: Case, wanted: frozenset[str]) -> Grant | None:
        """What lets the actor act on ``case`` in one of the roles ``wanted``: a role of one's own before a delegated
        one, for `workflow.store.people.actor` lists them so."""
        return next((grant for grant in self.grants if grant.role in wanted and grant.covers(case)), None)

    @property
    def stands_in_for(self) -> tuple[int, ...]:
        """The absent people whose roles the actor holds at this moment, each once."""
        return tuple(dict.fromkeys(grant.on_behalf_of for grant in self.grants if grant.on_behalf_of is not None))

    def holds(self, *roles: str) -> bool:
        """Whether the actor has one of these roles anywhere."""
        return any(grant.role in roles for grant in self.grants)

    def scopes(self, role: str) -> tuple[Grant, ...]:
        """Where the actor holds ``role``."""
        return tuple(grant for grant in self.grants if grant.role == role)


CLOCK = Actor(None, "时钟", (Grant("clock"),))
SYSTEM = Actor(None, "系统", (Grant("system"),))
