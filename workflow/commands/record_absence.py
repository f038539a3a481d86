"""Enter a leave: a delegate holds the absent person's roles from its first moment to its last (请假代理).

A delegate does not pass on what was entrusted to them (转委托 needs the consent of whoever entrusts, 民法典 169).
Nobody stands in while away themselves, so there is neither a chain nor a circle of delegates.
"""

from datetime import datetime, timedelta

from sqlalchemy import text

from workflow.clock.days import local_day, start_of_day
from workflow.clock.words import span_words
from workflow.errors import BadInput, NotAllowed, Reason
from workflow.store import absences
from workflow.store.absences import Absence, Standing
from workflow.visibility import managed_people
from workflow.work import Work

LONGEST_REASON = 500
LONGEST = timedelta(days=366)
"""A longer leave is a typing error in a year, or somebody who has left: that is the administrator's to enter."""


def record_absence(
    work: Work, person_id: int, delegate_id: int, since: datetime, until: datetime, reason: str
) -> Absence:
    """Enter the leave of a person in [since, until), in which ``delegate_id`` stands in.

    Raises NotAllowed for anybody but the person, the administrator and who leads the person's department or squad;
    BadInput with every fault: a time turned round, begun before today or longer than LONGEST, a person or delegate
    unknown or whose account is closed, a delegate who is away or may not do the other's work, a leave that overlaps
    another one of the person or a time in which they stand in themselves.
    """
    if person_id != work.actor.id and not _manages(work, person_id):
        raise NotAllowed(
            "not_your_person",
            "只能登记本人的请假；其他人的请假由系统管理员、所在部门局长或所在攻坚队队长登记",
            "You may enter a leave of your own; another person's is entered by the administrator, the director of the "
            "department or the leader of the squad",
            extra={"field": "person", "value": person_id},
        )
    absences.lock_people(work.conn, [person_id, delegate_id])
    reasons = [
        *_time_faults(work, since, until),
        *_people_faults(work, person_id, delegate_id),
        *_reason_faults(reason),
    ]
    if since < until:
        reasons += _overlaps(work, person_id, delegate_id, since, until)
    if reasons:
        raise BadInput(
            "bad_input",
            "请假不能登记：" + "；".join(one.zh for one in reasons),
            "The leave cannot be entered: " + "; ".join(one.en for one in reasons),
            reasons=reasons,
        )
    made = absences.add(work.conn, person_id, delegate_id, since, until, reason.strip(), work.actor.id, work.now)
    absence = absences.by_id(work.conn, made)
    assert absence is not None
    return absence


def _manages(work: Work, person_id: int) -> bool:
    condition, parameters = managed_people(work.actor, work.office.catalogue)
    statement = text(f"SELECT {condition} FROM people p WHERE p.id = :person")  # noqa: S608 - of constants
    if condition == "true":
        return True
    return bool(work.conn.execute(statement, parameters | {"person": person_id}).scalar())


def _time_faults(work: Work, since: datetime, until: datetime) -> list[Reason]:
    reasons = []
    today = start_of_day(local_day(work.now))
    if since < today:
        reasons.append(
            _reason(
                "since",
                since.isoformat(),
                f"请假不得早于今天（{local_day(work.now).isoformat()}）",
                f"a leave begins today ({local_day(work.now).isoformat()}) at the earliest",
            )
        )
    if until <= since:
        reasons.append(
            _reason(
                "until", until.isoformat(), "结束应晚于开始", f"must be later than its beginning, {since.isoformat()}"
            )
        )
    elif until <= work.now:
        reasons.append(_reason("until", until.isoformat(), "请假已经结束，不能补登", "this leave is over already"))
    elif until - since > LONGEST:
        reasons.append(
            _reason(
                "until",
                until.isoformat(),
                f"一次请假不超过 {LONGEST.days} 天",
                f"a leave of at most {LONGEST.days} days is accepted",
            )
        )
    return reasons


def _people_faults(work: Work, person_id: int, delegate_id: int) -> list[Reason]:
    known = absences.standings(work.conn, [person_id, delegate_id])
    person, delegate = known.get(person_id), known.get(delegate_id)
    reasons = []
    for field, number, one in (("person", person_id, person), ("delegate", delegate_id, delegate)):
        if one is None or not one.active:
            reasons.append(
                _reason(
                    field,
                    number,
                    f"没有编号为 {number} 的在用账号",
                    f"there is no open account with the number {number}",
                )
            )
    if person_id == delegate_id:
        reasons.append(_reason("delegate", delegate_id, "代理人不能是本人", "must be somebody else"))
    elif person is not None and delegate is not None and delegate.active and not _fits(person, delegate):
        reasons.append(
            _reason(
                "delegate",
                delegate_id,
                f"{delegate.name}不能代理{person.name}：工作人员由工作人员代理，建设单位人员由同一单位人员代理",
                f"{delegate.name} cannot stand in for {person.name}: an officer stands in for officers, an applicant "
                "for applicants of the same company",
            )
        )
    return reasons


def _fits(person: Standing, delegate: Standing) -> bool:
    """Nobody decides about an application of their own company in somebody else's name."""
    if person.staff:
        return delegate.staff and not delegate.companies
    return not delegate.staff and bool(person.companies) and person.companies <= delegate.companies


def _overlaps(work: Work, person_id: int, delegate_id: int, since: datetime, until: datetime) -> list[Reason]:
    found = absences.overlapping(work.conn, [person_id, delegate_id], since, until)
    return [reason for one in found for reason in _overlap(one, person_id, delegate_id)]


def _overlap(one: Absence, person_id: int, delegate_id: int) -> list[Reason]:
    zh, en = span_words(one.since, one.until, "zh"), span_words(one.since, one.until, "en")
    said = {"absence": one.id}
    reasons = []
    if one.person_id == person_id:
        reasons.append(
            _reason(
                "since",
                one.since.isoformat(),
                f"{one.person_name}在 {zh} 已请假（由{one.delegate_name}代理），先销假再登记",
                f"{one.person_name} is away already {en}, {one.delegate_name} standing in: end that leave first",
                **said,
            )
        )
    if one.person_id == delegate_id:
        reasons.append(
            _reason(
                "delegate",
                delegate_id,
                f"{one.person_name}在 {zh} 本人请假，不能代理",
                f"{one.person_name} is away {en} and cannot stand in",
                **said,
            )
        )
    if one.delegate_id == person_id:
        reasons.append(
            _reason(
                "person",
                person_id,
                f"{one.delegate_name}在 {zh} 代理{one.person_name}，不得转委托：先由{one.person_name}另定代理人",
                f"{one.delegate_name} stands in for {one.person_name} {en} and cannot pass that on: another delegate "
                f"for {one.person_name} first",
                **said,
            )
        )
    return reasons


def _reason_faults(reason: str) -> list[Reason]:
    if not reason.strip():
        return [_reason("reason", reason, "不能为空白", "must not be blank")]
    if len(reason.strip()) > LONGEST_REASON:
        return [
            _reason(
                "reason",
                reason[:200],
                f"不能超过 {LONGEST_REASON} 个字",
                f"must not exceed {LONGEST_REASON} characters",
            )
        ]
    return []


def _reason(field: str, value: object, zh: str, en: str, **facts: object) -> Reason:
    return Reason("bad_field", f"{field}：{zh}", f"{field}: {en}", {"field": field, "value": value, **facts})
