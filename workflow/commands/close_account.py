"""Close an account, open it again, or give it another first password."""

from workflow.commands.keep_people import ADMIN, held, keep_an_admin, not_oneself, noted
from workflow.errors import Conflict
from workflow.store import accounts
from workflow.work import Work


def close_account(work: Work, person_id: int) -> None:
    """Nobody signs in with it any more, and whoever is signed in is out; roles and history stay.

    Raises NotAllowed, NotFound, and Conflict for one's own account, one closed already, and the last administrator.
    """
    person = held(work, person_id)
    not_oneself(work, person_id, "不能停用自己的账号，请由另一位管理员办理", "You cannot close your own account")
    if not person.active:
        raise Conflict(
            "account_closed", f"{person.name}的账号已停用", f"The account of {person.name} is closed already"
        )
    if any(grant.role == ADMIN for grant in accounts.grants(work.conn, person_id).values()):
        keep_an_admin(work, person_id)
    accounts.set_active(work.conn, person_id, False)
    accounts.end_tokens(work.conn, person_id)
    noted(work, person_id, "closed")


def open_account(work: Work, person_id: int) -> None:
    """Let the person sign in again with password and roles as they were; raises NotAllowed, NotFound, Conflict."""
    person = held(work, person_id)
    if person.active:
        raise Conflict("account_open", f"{person.name}的账号没有停用", f"The account of {person.name} is open already")
    accounts.set_active(work.conn, person_id, True)
    noted(work, person_id, "opened")


def reset_password(work: Work, person_id: int, password_hash: str) -> None:
    """Another first password, made by whoever calls; every session and bearer token of the person ends.

    Raises NotAllowed, NotFound, and Conflict for one's own account and a closed one.
    """
    person = held(work, person_id)
    zh = "自己的密码请在“修改密码”中改"
    not_oneself(work, person_id, zh, "Change your own password yourself, on the page of passwords")
    if not person.active:
        raise Conflict(
            "account_closed",
            f"{person.name}的账号已停用，先启用再重设密码",
            f"The account of {person.name} is closed: open it before setting a password",
        )
    accounts.set_password(work.conn, person_id, password_hash)
    accounts.end_tokens(work.conn, person_id)
    noted(work, person_id, "password_reset")
