"""Make an account, or say anew what somebody is called and where their e-mail goes."""

import re
from collections.abc import Iterator

from workflow.commands.keep_people import bad, check_may_keep, held, noted, refused
from workflow.errors import Conflict, Reason
from workflow.importing.persons import EMAIL, USERNAME
from workflow.store import accounts
from workflow.work import Work

LONGEST_NAME = 60
LONGEST_EMAIL = 254
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def add_person(work: Work, username: str, name: str, email: str, password_hash: str) -> int:
    """The id of a new account without a role; ``password_hash`` is of its first password, which whoever calls made.

    Raises NotAllowed for anybody but an administrator, BadInput with every field, Conflict for a user name taken.
    """
    check_may_keep(work)
    username, name, email = username.strip().lower(), name.strip(), email.strip()
    reasons = [*_bad_username(username), *_bad_rest(name, email)]
    if reasons:
        raise refused(reasons)
    made = accounts.add(work.conn, username, name, email, password_hash, work.now)
    if made is None:
        raise Conflict(
            "username_taken",
            f"登录名“{username}”已有人使用，请换一个",
            f"The user name “{username}” is taken; accepted: another one",
            extra={"field": "username", "value": username},
        )
    noted(work, made, "added", {"username": username, "name": name})
    return made


def change_person(work: Work, person_id: int, name: str, email: str) -> bool:
    """Another name or e-mail address; whether anything is different. Raises NotAllowed, NotFound, BadInput."""
    person = held(work, person_id)
    name, email = name.strip(), email.strip()
    reasons = list(_bad_rest(name, email))
    if reasons:
        raise refused(reasons)
    before = {"name": person.name, "email": person.email}
    after = {"name": name, "email": email}
    if before == after:
        return False
    accounts.change(work.conn, person_id, name, email)
    changed = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    noted(work, person_id, "changed", changed)
    return True


def _bad_username(username: str) -> Iterator[Reason]:
    if USERNAME.fullmatch(username) is None:
        zh = "应为 2 到 40 个小写字母、数字、点、横线或下划线，以字母或数字开头"
        en = "2 to 40 small letters, digits, dots, hyphens or underscores are accepted, the first a letter or digit"
        yield bad("username", username[:60], zh, en, USERNAME.pattern)


def _bad_rest(name: str, email: str) -> Iterator[Reason]:
    if not 0 < len(name) <= LONGEST_NAME or _UNPRINTABLE.search(name):
        zh, en = f"应为 1 到 {LONGEST_NAME} 个字", f"1 to {LONGEST_NAME} printable characters are accepted"
        yield bad("name", name[:100], zh, en, LONGEST_NAME)
    if email and (len(email) > LONGEST_EMAIL or EMAIL.fullmatch(email) is None):
        zh = "应为邮箱地址，如 zhang@example.org，或留空"
        en = "an address such as zhang@example.org is accepted, or nothing"
        yield bad("email", email[:100], zh, en, "zhang@example.org")
