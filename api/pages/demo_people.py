"""The accounts of the demonstration that the sign-in page offers as cards; there are none outside of demo mode."""

from dataclasses import dataclass

from flask import current_app

from api.access import office, wiring
from api.pages.names import role_title
from workflow.actor import Grant
from workflow.demo.files import DemoFiles, load_demo_files
from workflow.errors import ConfigFaults

_KEPT = "wugeyi-demo-files"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One card: who somebody is here."""

    username: str
    name: str
    what: str


def demo_accounts() -> tuple[DemoAccount, ...]:
    """The accounts to show, one or two a role."""
    files = _files()
    if files is None:
        return ()
    return tuple(
        DemoAccount(
            person.username,
            person.name,
            person.company or role_title(Grant(person.role, department=person.department, squad=person.squad)),
        )
        for person in files.people
        if person.shown
    )


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
