"""Where saving a task of a draft leads, and what is said where somebody else was first."""

from flask import Response, request, url_for

from api.pages.draft_tasks import tasks
from api.pages.drafts import KEPT_DAYS, draft_in
from api.pages.faults import Fault
from api.pages.once import Done, lead_on
from api.pages.slots import slots
from api.wording import _, own
from workflow.errors import Conflict
from workflow.work import Work


def saved(work: Work, no: str) -> Done:
    """After saving: home where the reader leaves, else the next task that is not done."""
    if request.form.get("then") == "leave":
        said = _("已保存。草稿在“我的办件”里，%(n)s 天内可以接着填。", n=KEPT_DAYS)
        return Done(url_for("pages.my_cases"), said)
    draft = draft_in(work, no)
    if draft is None:
        return Done(url_for("pages.case", no=no), _("已保存。"))
    following = tasks(draft, slots(draft.case, draft.today)).next
    return Done(following.href, _("已保存。接下来：%(task)s。", task=following.name))


def left(no: str) -> Response:
    """Where a form leads whose draft is none any more: it was submitted, or given up, in the meantime."""
    said = _("本申请已经提交或放弃，不再是草稿；您看到的是它现在的情况。")
    return lead_on(Done(url_for("pages.case", no=no), said))


def lost_words(refusal: Conflict) -> Fault:
    """Who changed the draft first; what was typed still stands in the form."""
    words = _("%(who)s。您填的内容还在下面，核对后再按一次保存。", who=own(refusal).rstrip("。."))
    return Fault("", words)
