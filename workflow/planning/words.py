"""A plan in one sentence, and slack in words, in Chinese and English."""

from collections.abc import Mapping
from datetime import date

from workflow.catalogue import Item
from workflow.clock.words import date_words
from workflow.definition import Title
from workflow.planning.plan import Plan
from workflow.planning.question import Dated


def summary(plan: Plan, items: Mapping[str, Item], today: date) -> Title:
    """What the plan comes to: the day, the item that decides it, and whether a wanted day can be met."""
    if plan.ends is None or plan.decides is None:
        return Title("所选事项都已办结或不需要办理", "Every chosen item is granted or not needed")
    decides, ends = items[plan.decides].title, day_words(plan.ends, today)
    zh, en = f"按时限不晚于 {ends.zh} 全部办结", f"Within the limits everything is decided by {ends.en}"
    if plan.question.until is not None:
        verdict = _verdict(plan, items, today)
        zh, en = f"{verdict.zh}；现在就报，{zh}", f"{verdict.en}. Filed now: {en[0].lower()}{en[1:]}"
    return Title(f"{zh}；决定日期的事项：{decides.zh}", f"{en}. The item that decides the date: {decides.en}")


def _verdict(plan: Plan, items: Mapping[str, Item], today: date) -> Title:
    if plan.short_by > 0:
        days = "working day" if plan.short_by == 1 else "working days"
        return Title(f"来不及，差 {plan.short_by} 个工作日", f"Too late by {plan.short_by} {days}")
    filings = [step for step in plan.steps if step.latest_filing is not None]
    first = min(filings, key=lambda step: step.latest_filing.day if step.latest_filing else date.max, default=None)
    if first is None or first.latest_filing is None:
        return Title("来得及", "In time")
    day, title = day_words(first.latest_filing, today), items[first.item].title
    return Title(f"来得及，最迟 {day.zh} 先报“{title.zh}”", f"In time: file “{title.en}” first, by {day.en}")


def slack_words(slack: int | None) -> Title:
    """Working days to spare, or by how many it is too late."""
    if slack is None:
        return Title("不受约束", "not bound")
    if slack < 0:
        return Title(f"已晚 {-slack} 日", f"{-slack} working day{'' if slack == -1 else 's'} too late")
    if slack == 0:
        return Title("没有余地", "none")
    return Title(f"{slack} 日", f"{slack} working day{'' if slack == 1 else 's'}")


def day_words(dated: Dated, today: date) -> Title:
    """A day of a plan, marked where it is provisional."""
    return Title(*(date_words(dated.day, today, lang, dated.provisional) for lang in ("zh", "en")))
