"""What every command about somebody's account shares: whose it is to do, the account held, the last administrator."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from workflow.actor import Grant
from workflow.errors import BadInput, Conflict, NotAllowed, NotFound, Reason
from workflow.store import accounts, staff
from workflow.store.accounts import ChangeKind, HeldAccount, NewChange
from workflow.work import Work

ADMIN = "admin"


def check_may_keep(work: Work) -> None:
    """Raises NotAllowed for anybody but an administrator."""
    if not work.actor.holds(ADMIN):
        raise NotAllowed(
            "role_required", "人员和角色由系统管理员维护", "People and their roles are kept by the administrator"
        )


def held(work: Work, person_id: int) -> HeldAccount:
    """The account, held until the transaction ends; raises NotAllowed and NotFound."""
    check_may_keep(work)
    found = accounts.hold(work.conn, person_id)
    if found is None:
        raise NotFound("no_such_person", f"没有编号为 {person_id} 的账号", f"There is no account {person_id}")
    return found


def keep_an_admin(work: Work, person_id: int) -> None:
    """Raises Conflict where this person is the only administrator in post: somebody must be left to undo it."""
    accounts.hold_admins(work.conn)
    if staff.other_open_admins(work.conn, [person_id]) == 0:
        raise Conflict(
            "no_admin_left",
            "这样会没有在岗的系统管理员；请先给另一人系统管理员角色",
            "No administrator would be left in post: give somebody else the role of administrator first",
        )


def not_oneself(work: Work, person_id: int, zh: str, en: str) -> None:
    """Raises Conflict where the account is the actor's own."""
    if person_id == work.actor.id:
        raise Conflict("own_account", zh, en)


def noted(work: Work, person_id: int, kind: ChangeKind, said: dict[str, Any] | None = None) -> None:
    """Write down what was done, by the actor, now."""
    accounts.record(work.conn, [NewChange(person_id, kind, said or {})], work.actor.id, work.now)


def said_of(grant: Grant) -> dict[str, Any]:
    """A role as the record keeps it: what is not None."""
    return {name: value for name, value in asdict(grant).items() if value is not None}


def bad(field: str, value: Any, zh: str, en: str, accepted: Any = None) -> Reason:
    """What is wrong with one field."""
    facts = {"field": field, "value": value} | ({} if accepted is None else {"accepted": accepted})
    return Reason("bad_field", f"{field}：{zh}", f"{field}: {en}", facts)


def refused(reasons: Sequence[Reason]) -> BadInput:
    """One refusal for all fields at once."""
    return BadInput(
        "bad_input",
        "输入有误：" + "；".join(one.zh for one in reasons),
        "Bad input: " + "; ".join(one.en for one in reasons),
        reasons=reasons,
    )
