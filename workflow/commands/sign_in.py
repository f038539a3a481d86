"""Signing in with a name and a password: a session for a browser, a bearer token for a programme.

The one command with transactions of its own: the failure it refuses for must be counted, and the password is checked,
which takes tens of milliseconds on purpose, while no transaction is open.
"""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import Connection

from workflow import passwords
from workflow.errors import NotSignedIn, TooMany
from workflow.store import accounts, login_failures, people, tokens
from workflow.store.login_failures import EVERY_ACCOUNT, Limit
from workflow.store.tokens import Kind, NewToken
from workflow.work import Office

# 等保三级, in practice: five failures lock for 15 to 30 minutes.
PER_ACCOUNT = Limit(5, timedelta(minutes=15))
# A house full of people behind one address fails now and then; a machine trying names fails all the time.
PER_ADDRESS = Limit(50, timedelta(minutes=15))
SESSION_LIFETIME = timedelta(hours=12)
BEARER_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody typed, and the address it came from (``""`` where there is none)."""

    username: str
    password: str
    address: str


def sign_in(
    office: Office,
    given: Credentials,
    kind: Kind,
    label: str = "",
    lifetime: timedelta | None = None,
    replaces: str | None = None,
) -> NewToken:
    """A new token for the owner of the account; ``replaces`` is the session the browser had before, which ends.

    Raises NotSignedIn, in the same words for an unknown account, a closed one and a wrong password, and TooMany after
    too many failures of this account from this address, or of this address.
    """
    address = network(given.address)
    with office.engine.begin() as conn:
        refuse_if_locked(conn, given.username, address)
        account = people.account(conn, given.username)
    right = passwords.password_is(given.password, account.password_hash if account else None)
    if account is None or not account.active or not right:
        _count(office, given.username, address)
        raise NotSignedIn("wrong_credentials", "用户名或密码不正确", "The user name or the password is wrong")
    stronger = passwords.hash_password(given.password) if passwords.is_weak(account.password_hash) else None
    with office.engine.begin() as conn:
        # Once more: guesses made at the same time as this one may have locked the account.
        refuse_if_locked(conn, given.username, address)
        login_failures.forget(conn, given.username, address)
        if stronger is not None:
            people.set_password_hash(conn, account.id, account.password_hash, stronger)
        if replaces is not None:
            tokens.revoke_session(conn, tokens.digest(replaces))
        accounts.note_sign_in(conn, account.id)
        return tokens.issue(conn, account.id, kind, label, lifetime or _LIFETIMES[kind])


_LIFETIMES: dict[Kind, timedelta] = {"session": SESSION_LIFETIME, "bearer": BEARER_LIFETIME}


def _count(office: Office, username: str, address: str) -> None:
    with office.engine.begin() as conn:
        failures = login_failures.count_failure(conn, username, address, PER_ACCOUNT)
        total = login_failures.count_failure(conn, EVERY_ACCOUNT, address, PER_ADDRESS)
    if failures > PER_ACCOUNT.failures or total > PER_ADDRESS.failures:
        # Locked while the password was being checked: no answer about it any more.
        with office.engine.begin() as conn:
            refuse_if_locked(conn, username, address)


def refuse_if_locked(conn: Connection, username: str, address: str) -> None:
    """Raises TooMany while this account is locked for this `network`, or the network for every account."""
    seconds = login_failures.seconds_locked(conn, username, address)
    if seconds > 0:
        minutes = -(-seconds // 60)
        raise TooMany(
            "too_many_failures",
            f"登录失败次数过多，请 {minutes} 分钟后再试",
            f"Too many failed sign-ins: try again in {minutes} minute{'s' if minutes > 1 else ''}",
            extra={"retry_after": seconds, "minutes": minutes},
        )


def network(address: str) -> str:
    """Whom an address stands for: an IPv6 customer has a whole /64 to change addresses in."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
