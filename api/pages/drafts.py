"""A draft of a joint application while it is filled in: reading it, keeping what was typed, and what autosave answers.

Each task of a new application (新申请) is a page with a form of its own; all of them keep their words in the one form
of the draft, under the names of `FIELDS`, so that every fact is asked once and found again on any device.

Saving. A form is posted to the address it stands at, with the ``version`` it was made for.

* by hand (a button): redirect with a banner, or the same page with every fault at its field and all that was typed;
* by script (header ``X-Autosave: 1``): what is readable is kept, what is not is left for the button to tell. Answers
  200 ``{"version": 7, "saved": "已自动保存，11月23日 09:28"}``, and the script puts ``version`` into the form; 409
  ``{"error": "…"}`` where somebody else changed the draft meanwhile: the script stops and shows the sentence. Only a
  change is written (each is a line of the history), so a script posts after a pause in typing and not with every key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Response, jsonify, request, url_for

from api import access
from api.pages.frame import is_applicant, lead
from api.pages.lists import paging
from api.wording import N_, _, date_and_time, own
from workflow.clock.days import local_day
from workflow.commands.change_draft import change_draft
from workflow.errors import BadInput, Conflict
from workflow.queries.case import CaseView
from workflow.queries.case import case as read_case
from workflow.queries.history import history
from workflow.queries.projects import ProjectView, project
from workflow.work import Work

KEPT_DAYS = 90
"""How long a draft may be left and taken up again (ui.md, section 10)."""
ANSWER = "answer_"
"""What the answer to a question of the programme is kept under: ``answer_land``."""
CONFIRMED, CHECKED, UNMATCHED = "company_confirmed_on", "checked_at", "unmatched"
FIELDS: Mapping[str, str] = {
    "contact": N_("联系人"),
    "phone": N_("联系电话"),
    "summary": N_("建设内容和规模"),
}
"""What is typed about the application itself, by its name in the draft's form."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft, the project it is about, and when it was last saved."""

    case: CaseView
    project: ProjectView
    now: datetime
    saved_at: datetime

    @property
    def no(self) -> str:
        """Its number."""
        return self.case.no

    @property
    def today(self) -> date:
        """The legal day."""
        return local_day(self.now)

    @property
    def form(self) -> Mapping[str, Any]:
        """What was filled in so far."""
        return self.case.form

    @property
    def answers(self) -> dict[str, str]:
        """The answers given to questions of the programme, as they are kept."""
        return {name.removeprefix(ANSWER): str(said) for name, said in self.form.items() if name.startswith(ANSWER)}

    @property
    def saved_words(self) -> str:
        """When it was last saved, in words."""
        return _("已自动保存，%(when)s", when=date_and_time(self.saved_at, self.today))


def read_draft(no: str) -> Draft | None:
    """The draft ``no`` where this reader may fill it in, else None (see `elsewhere`); raises NotFound."""
    with access.work() as work:
        return draft_in(work, no)


def draft_in(work: Work, no: str) -> Draft | None:
    """The same, in a unit of work that goes on."""
    case = read_case(work, no)
    if not is_draft(case):
        return None
    last = history(work, no, paging(1)).rows
    saved_at = last[0].recorded_at if last else case.opened_at
    return Draft(case, project(work, case.project_code), work.now, saved_at)


def is_draft(case: CaseView) -> bool:
    """Whether the case is a joint application that this reader still fills in."""
    return case.flow == "bundle" and case.state.name == "draft" and is_applicant(access.me().actor)


def elsewhere(no: str) -> Response:
    """Where somebody is led who opens a page of a draft that is none (any more)."""
    return lead(url_for("pages.case", no=no))


def seen_version() -> int:
    """The version the form was made for."""
    text = request.form.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadInput("bad_input", "页面已过期，请刷新后重试", "The page is out of date: reload it")
    return int(text)


def keep(
    work: Work,
    no: str,
    version: int,
    said: Mapping[str, Any],
    items: list[str] | None = None,
    variants: Mapping[str, str] | None = None,
) -> int:
    """Put ``said`` into the form of the draft beside what stands there; None takes a field out. Returns the version.

    What changes nothing is not written. Any change undoes that everything was checked. Raises as `change_draft`.
    """
    case = read_case(work, no)
    merged = {**case.form, **said}
    form = {name: value for name, value in merged.items() if value not in (None, "", [])}
    if items == list(case.items):
        items = None
    if variants == case.variants:
        variants = None
    if form == case.form and items is None and variants is None:
        return case.version
    if CHECKED not in said:
        form.pop(CHECKED, None)
    return change_draft(work, no, version, items, form, variants).version


def autosaving() -> bool:
    """Whether a script posted the form while somebody was typing."""
    return "X-Autosave" in request.headers


def autosaved(work: Work, version: int) -> Response:
    """What the script is answered after saving."""
    words = _("已自动保存，%(when)s", when=date_and_time(work.now, local_day(work.now)))
    return jsonify(version=version, saved=words)


def not_autosaved(refusal: Conflict) -> Response:
    """What the script is answered where somebody else was first."""
    response = jsonify(error=own(refusal))
    response.status_code = refusal.status
    return response
