"""The imports there are, by name: what a face calls with a file somebody brought."""

from collections.abc import Callable, Mapping

from workflow.catalogue import Catalogue
from workflow.commands.bring_in import Outcome
from workflow.commands.import_case import import_case
from workflow.commands.import_people import import_people
from workflow.commands.import_projects import MECHANISM, import_projects
from workflow.importing.template import histories_template, people_template, projects_template
from workflow.work import Office, Work

IMPORTS: Mapping[str, Callable[[Work, str, bytes, bool], Outcome]] = {
    "projects": import_projects,
    "people": import_people,
    "case": import_case,
}
_FILENAMES: Mapping[str, str] = {"projects": "作战图模板.xlsx", "people": "人员模板.xlsx", "case": "在办件模板.xlsx"}


def template(office: Office, kind: str) -> tuple[str, bytes]:
    """The workbook to fill in for an import of ``kind`` (IMPORTS), and what it is called."""
    catalogue: Catalogue = office.catalogue
    if kind == "projects":
        made = projects_template(catalogue, office.flow(MECHANISM))
    elif kind == "people":
        made = people_template(catalogue)
    else:
        made = histories_template()
    return _FILENAMES[kind], made
