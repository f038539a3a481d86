"""Change one's own password: the old one proves who asks.

Like signing in it has transactions of its own: a wrong old password is counted, and passwords are hashed while no
transaction is open.
"""

import re
from collections.abc import Iterator

from workflow import passwords
from workflow.commands.keep_people import bad, refused
from workflow.commands.sign_in import PER_ACCOUNT, network, refuse_if_locked
from workflow.errors import Conflict, Reason
from workflow.store import accounts, login_failures, people
from workflow.store.accounts import NewChange
from workflow.work import Office, read_now

SHORTEST = 10
KINDS_AT_LEAST = 2
_KINDS = (re.compile(r"[A-Za-z]"), re.compile(r"[0-9]"), re.compile(r"[^A-Za-z0-9]"))


def change_password(office: Office, person_id: int, token_id: int, old: str, new: str, address: str) -> int:
    """Put ``new`` in the place of ``old``; returns how many other sessions and bearer tokens of the person ended.

    ``token_id`` is the one asked with, which goes on; ``address`` where the request came from. Raises BadInput with
    every rule the new one breaks and for a wrong old one, TooMany after too many of these, Conflict where the password
    was changed meanwhile.
    """
    place = network(address)
    with office.engine.begin() as conn:
        account = people.account_of(conn, person_id)
        assert account is not None, "whoever is signed in has an account"
        refuse_if_locked(conn, account.username, place)
    username = account.username
    faults = list(password_faults(new, username))
    right = passwords.password_is(old, account.password_hash)
    if not right:
        with office.engine.begin() as conn:
            login_failures.count_failure(conn, username, place, PER_ACCOUNT)
        faults.insert(0, bad("old", "", "不正确", "is wrong"))
    elif old == new:
        faults.append(bad("new", "", "应与原密码不同", "must differ from the old one"))
    if faults:
        raise refused(faults)
    hashed = passwords.hash_password(new)
    with office.engine.begin() as conn:
        held = accounts.hold(conn, person_id)
        if held is None or held.password_hash != account.password_hash:
            raise Conflict(
                "password_changed",
                "密码刚刚已被修改，请用新密码重新登录",
                "The password was changed just now: sign in with the new one",
            )
        login_failures.forget(conn, username, place)
        accounts.set_password(conn, person_id, hashed)
        accounts.record(conn, [NewChange(person_id, "password_changed", {})], person_id, read_now(conn))
        return accounts.end_tokens(conn, person_id, besides=token_id)


def password_faults(password: str, username: str) -> Iterator[Reason]:
    """Every rule a new password breaks; the password itself is never repeated."""
    if not SHORTEST <= len(password) <= passwords.LONGEST:
        zh = f"应为 {SHORTEST} 到 {passwords.LONGEST} 个字符"
        en = f"{SHORTEST} to {passwords.LONGEST} characters are accepted"
        yield bad("new", "", zh, en, [SHORTEST, passwords.LONGEST])
    if sum(kind.search(password) is not None for kind in _KINDS) < KINDS_AT_LEAST:
        zh = "字母、数字、其他字符，至少要有两类"
        yield bad("new", "", zh, "letters, digits, other characters: at least two of these kinds are needed")
    if username.lower() in password.lower():
        yield bad("new", "", "不得包含登录名", "must not contain the user name")
