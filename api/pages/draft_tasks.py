"""The tasks of a new application: which are done, which lack what, which cannot begin yet and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flask import url_for

from api.access import office
from api.pages.drafts import CHECKED, CONFIRMED, FIELDS, UNMATCHED, Draft
from api.pages.slots import Slot
from api.wording import _, own, short_day

NAMED = 2
"""Items that the list of tasks names."""
State = Literal["done", "open", "locked"]


@dataclass(frozen=True, slots=True)
class Task:
    """One row of the list; ``href`` is empty where it cannot begin, and then ``hint`` says why."""

    no: int
    name: str
    state: State
    hint: str
    href: str


@dataclass(frozen=True, slots=True)
class Tasks:
    """All tasks in their order, and the one to go on with."""

    rows: tuple[Task, ...]

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(task.state == "done" for task in self.rows)

    @property
    def next(self) -> Task:
        """The first that is not done."""
        return next(task for task in self.rows if task.state != "done")

    def missing_before(self, no: int) -> list[Task]:
        """The tasks before the ``no``-th that are not done."""
        return [task for task in self.rows if task.no < no and task.state != "done"]


def tasks(draft: Draft, slots: Sequence[Slot]) -> Tasks:
    """The six tasks of this draft."""
    first = (_items(draft), _company(draft), _project(draft), _papers(draft, slots))
    open_ = [task.no for task in first if task.state != "done"]
    check = _check(draft, open_)
    return Tasks((*first, check, _submit(draft, check)))


def filled(slots: Sequence[Slot]) -> tuple[int, int, int]:
    """Of the papers that must be handed in: how many are there, how many there are, how many of them may follow."""
    needed = [slot for slot in slots if slot.required]
    return sum(slot.upload is not None for slot in needed), len(needed), sum(slot.may_follow for slot in needed)


def checked(draft: Draft) -> bool:
    """Whether everything was checked, and no paper came since."""
    at = draft.form.get(CHECKED)
    if not isinstance(at, str):
        return False
    return all(paper.uploaded_at <= datetime.fromisoformat(at) for paper in draft.case.materials)


def _items(draft: Draft) -> Task:
    known = office().catalogue.items
    names = [own(known[code].title) for code in draft.case.items if code in known]
    if not names:
        return Task(1, _("选择要办的事项"), "open", _("回答几个问题，就知道要办哪些"), _at("draft_items", draft))
    shown = "、".join(names[:NAMED])
    hint = _("已选 %(n)s 项：%(names)s", n=len(names), names=shown) if len(names) <= NAMED else ""
    hint = hint or _("已选 %(n)s 项：%(names)s等", n=len(names), names=shown)
    return Task(1, _("选择要办的事项"), "done", hint, _at("draft_items", draft))


def _company(draft: Draft) -> Task:
    missing = [_(FIELDS[name]) for name in ("contact", "phone") if not draft.form.get(name)]
    day = draft.form.get(CONFIRMED)
    if not day:
        missing.insert(0, _("核对单位信息"))
    if missing:
        return Task(2, _("单位信息"), "open", _lack(missing), _at("draft_company", draft))
    on = short_day(datetime.fromisoformat(str(day)).date(), draft.today)
    return Task(2, _("单位信息"), "done", _("从系统带出，%(day)s核对", day=on), _at("draft_company", draft))


def _project(draft: Draft) -> Task:
    missing = [_(FIELDS[name]) for name in ("summary",) if not draft.form.get(name)]
    href = _at("draft_project", draft)
    if missing:
        return Task(3, _("项目信息"), "open", _lack(missing), href)
    return Task(3, _("项目信息"), "done", _("各事项共用，只填一次"), href)


def _papers(draft: Draft, slots: Sequence[Slot]) -> Task:
    name, href = _("材料"), _at("draft_papers", draft)
    if not draft.case.items:
        return Task(4, name, "open", _("选好事项后列出要交的材料"), href)
    there, needed, follow = filled(slots)
    hint = _("已有 %(there)s / %(n)s 份", there=there, n=needed)
    if follow:
        hint += _("，其中 %(n)s 份可容缺后补", n=follow)
    waiting = draft.form.get(UNMATCHED) or ()
    if waiting:
        hint += _("；%(n)s 个文件还没有对上材料", n=len(waiting))
    must = [slot for slot in slots if slot.required and not slot.may_follow]
    done = all(slot.upload is not None for slot in must) and not waiting
    return Task(4, name, "done" if done else "open", hint, href)


def _check(draft: Draft, open_: Sequence[int]) -> Task:
    name = _("核对全部内容")
    if open_:
        return Task(5, name, "locked", _("第 %(steps)s 步完成后可以开始", steps="、".join(map(str, open_))), "")
    state: State = "done" if checked(draft) else "open"
    return Task(5, name, state, _("看一遍要提交的全部内容"), _at("draft_check", draft))


def _submit(draft: Draft, check: Task) -> Task:
    if check.state != "done":
        return Task(6, _("签章并提交"), "locked", _("核对后可以开始"), "")
    return Task(6, _("签章并提交"), "open", _("提交后由综合窗口核验，5 个工作日内答复"), _at("draft_submit", draft))


def _lack(missing: Sequence[str]) -> str:
    return _("还差 %(n)s 项：%(names)s", n=len(missing), names="、".join(missing))


def _at(page: str, draft: Draft) -> str:
    return url_for(f"pages.{page}", no=draft.no)
