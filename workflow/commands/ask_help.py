"""A request for help, at any hour (一帮到底)."""

from datetime import datetime

from workflow.case import Case
from workflow.commands.open_case import open_case
from workflow.work import Work

HELP = "assistance"


def ask_help(
    work: Work,
    project_code: str,
    question: str,
    channel: str = "page",
    *,
    about: str | None = None,
    caller: str | None = None,
    called_at: datetime | None = None,
) -> Case:
    """A request for help on a project; its clocks run at once, of a call from the call on.

    ``about`` is the number of a case of that project, ``caller`` who asked where somebody of the office writes it down.
    Raises as `open_case` does.
    """
    said = {
        "question": question,
        "channel": channel,
        "about": about,
        "caller": caller,
        "called_at": None if called_at is None else called_at.isoformat(),
    }
    given = {name: value for name, value in said.items() if value is not None}
    return open_case(work, HELP, given, project_code)
