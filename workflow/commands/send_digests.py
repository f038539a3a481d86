"""The daily digest: on working days in the morning, to everybody with something open, once. Who has nothing open, or
turned it off, gets none."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from workflow.actor import CLOCK
from workflow.clock.calendar import Calendar
from workflow.clock.days import OFFICE_ZONE, end_of_day, local_day
from workflow.clock.words import date_words
from workflow.definition import Title
from workflow.store import digests, outbox
from workflow.store.digests import DueCase, Unread
from workflow.store.outbox import NewMessage
from workflow.telling import wants_digest
from workflow.work import Office, Work

BATCH = 200
ANSWERED_FLOWS = ("urge", "oversight")
"""Flows whose open cases are questions to whoever they are assigned to."""
NOTHING = Unread(0, 0)
MOMENT = timedelta(microseconds=1)


def send_digests(office: Office) -> int:
    """Put the digests of a bounded number of people in the outbox; returns how many people were looked at, 0 where it
    is not the time or nobody is left. Several workers may do it at once: each person is claimed by one."""
    policy = office.catalogue.telling
    with office.engine.begin() as conn:
        work = Work(office, conn, None, CLOCK)
        today = local_day(work.now)
        at = work.now.astimezone(OFFICE_ZONE).time().replace(tzinfo=None)
        if at < policy.digest_at or not work.calendar.is_working(today):
            return 0
        claimed = digests.claim(conn, today, BATCH)
        people = sorted(person for person, choices in claimed.items() if wants_digest(choices))
        until = _horizon(work.calendar, today, policy.digest_due_within.amount)
        due: dict[int, list[DueCase]] = {}
        for case in digests.due_cases(conn, people, until):
            due.setdefault(case.person_id, []).append(case)
        answers = digests.to_answer(conn, people, ANSWERED_FLOWS)
        unread = digests.unread(conn, people)
        open_matters = sorted(due.keys() | answers.keys() | unread.keys())
        outbox.add(
            conn,
            [
                _message(work, person, due.get(person, []), unread.get(person, NOTHING), answers.get(person, 0))
                for person in open_matters
            ],
            None,
        )
    return len(claimed)


def _horizon(calendar: Calendar, today: date, days: int) -> datetime:
    return end_of_day(calendar.add_working_days(today, days))


def _message(work: Work, person: int, due: Sequence[DueCase], unread: Unread, answers: int) -> NewMessage:
    today = local_day(work.now)
    summary = _summary(due, unread, answers, work.now)
    lines = _lines(due, today, work.office.catalogue.telling.digest_names)
    body: dict[str, Any] = {
        "what": "digest",
        "day": [date_words(today, today, "zh"), date_words(today, today, "en")],
        "summary": [summary.zh, summary.en],
        "lines": [lines.zh, lines.en],
        "told": [{"person": person, "role": "digest"}],
    }
    return NewMessage(f"digest:{today.isoformat()}:{person}", "tell", person, body)


def _summary(due: Sequence[DueCase], unread: Unread, answers: int, now: datetime) -> Title:
    tonight = end_of_day(local_day(now))
    late = sum(case.due_at <= now for case in due)
    today = sum(now < case.due_at <= tonight for case in due)
    counted = (
        (late, "逾期", "overdue"),
        (today, "今日到期", "due today"),
        (len(due) - late - today, "即将到期", "due soon"),
        (unread.red, "未读红牌", "unread red cards"),
        (unread.alerts - unread.red, "其他未读预警", "other unread alerts"),
        (answers, "待答复", "to be answered"),
    )
    said = [one for one in counted if one[0]]
    return Title(
        "、".join(f"{zh} {count}" for count, zh, _ in said), ", ".join(f"{count} {en}" for count, _, en in said)
    )


def _lines(due: Sequence[DueCase], today: date, most: int) -> Title:
    rest = len(due) - most
    # The last day ends at 24:00, which is the next day already.
    ends = [(case, local_day(case.due_at - MOMENT)) for case in due[:most]]
    zh = [f"· {case.no} {case.title}（{date_words(day, today, 'zh')}）" for case, day in ends]
    en = [f"- {case.no} {case.title} ({date_words(day, today, 'en')})" for case, day in ends]
    if rest > 0:
        zh.append(f"另有 {rest} 件")
        en.append(f"and {rest} more")
    return Title("\n".join(zh), "\n".join(en))
