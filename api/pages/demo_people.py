"""The accounts of the demonstration that the sign-in page offers as cards; there are none outside of demo mode."""

from dataclasses import dataclass

from flask import current_app

from api.access import office, wiring
from api.pages.names import role_name
from api.wording import own
from workflow.demo.files import DemoFiles, DemoPerson, load_demo_files
from workflow.errors import ConfigFaults

_KEPT = "wugeyi-demo-files"
# As the work goes: who applies, who takes in, who decides, who helps, who watches.
ORDER = (
    "applicant",
    "clerk",
    "officer",
    "specialist",
    "squad_leader",
    "director",
    "district_leader",
    "supervisor",
    "admin",
)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One card: who somebody is here, and for whom."""

    username: str
    name: str
    role: str
    place: str
    applies: bool
    """Whether it is an applicant's."""


def demo_accounts() -> tuple[DemoAccount, ...]:
    """The accounts to show, one or two a role."""
    files = _files()
    if files is None:
        return ()
    shown = sorted((person for person in files.people if person.shown), key=_place_in_line)
    return tuple(
        DemoAccount(person.username, person.name, role_name(person.role), _place(person), person.role == "applicant")
        for person in shown
    )


def _place_in_line(person: DemoPerson) -> int:
    return ORDER.index(person.role) if person.role in ORDER else len(ORDER)


def _place(person: DemoPerson) -> str:
    catalogue = office().catalogue
    if person.department and person.department in catalogue.departments:
        return own(catalogue.departments[person.department].title)
    if person.squad and person.squad in catalogue.squads:
        return own(catalogue.squads[person.squad].title)
    return person.company or ""


def demo_password() -> str:
    """The password all of them share."""
    files = _files()
    return files.password if files else ""


def _files() -> DemoFiles | None:
    kept = current_app.extensions
    if _KEPT not in kept:
        try:
            kept[_KEPT] = load_demo_files(wiring().settings.config, office().catalogue)
        except ConfigFaults:
            # A folder of an office's own need not hold a demo.
            kept[_KEPT] = None
    files: DemoFiles | None = kept[_KEPT]
    return files
