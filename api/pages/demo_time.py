"""The button of a demonstration that moves time forward, for everybody at once."""

from flask import Response, request

from api import access
from api.pages.blueprint import pages
from api.pages.frame import local
from api.pages.once import Done, lead_on, once
from api.wording import _, date_and_time
from workflow.clock.days import local_day
from workflow.commands.move_time import move_time as move_forward
from workflow.commands.move_time import not_a_demo
from workflow.queries.time_standing import time_standing
from workflow.work import Work

# What the buttons send, and what it means to `move_time`.
STEPS = {"day": "+1wd", "week": "+7d"}


@pages.post("/demo/time")
def move_time() -> Response:
    """Move the office's time forward by a working day or a week; there is no such address outside of demo mode."""
    if not access.wiring().settings.demo:
        raise not_a_demo()
    back = local(request.form.get("back")) or "/"
    with access.work() as work:
        done = once(work, lambda: _moved(work, back))
    return lead_on(done)


def _moved(work: Work, back: str) -> Done:
    step = request.form.get("step", "")
    now = move_forward(work.conn, work.calendar, STEPS.get(step, step))
    said = _("演示时间已前移到 %(now)s。", now=date_and_time(now, local_day(now)))
    standing = time_standing(work.conn)
    if standing is not None and standing.due:
        said += _("有 %(n)s 个时限到了预警或升级的时刻，后台正在处理，稍后刷新可见。", n=standing.due)
    return Done(back, said)
