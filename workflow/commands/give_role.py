"""Give somebody a role where it holds, or take one away."""

from collections.abc import Iterator, Mapping

from workflow.actor import Grant
from workflow.catalogue import Role
from workflow.commands.keep_people import ADMIN, bad, held, keep_an_admin, not_oneself, noted, refused, said_of
from workflow.errors import Conflict, NotFound, Reason
from workflow.identifiers import BadIdentifier, project_code
from workflow.store import accounts, staff
from workflow.work import Work

PLACES = ("department", "squad", "project", "company")
"""Where a role may hold; a role of the whole district names none of them."""


def give_role(work: Work, person_id: int, role: str, places: Mapping[str, str]) -> int:
    """The number of the role given. ``places`` are codes by PLACES; the empty ones do not count.

    Raises NotAllowed for anybody but an administrator, NotFound, BadInput for a role unknown or automatic and for a
    place that is missing, unknown or not of this role, Conflict for a closed account and a role held already.
    """
    person = held(work, person_id)
    grant = _grant(work, role, {name: code.strip() for name, code in places.items() if code.strip()})
    if not person.active:
        raise Conflict(
            "account_closed",
            f"{person.name}的账号已停用，先启用再给角色",
            f"The account of {person.name} is closed: open it before giving a role",
        )
    made = accounts.give(work.conn, person_id, grant)
    if made is None:
        raise Conflict(
            "role_held",
            f"{person.name}已有这个角色，不必再给",
            f"{person.name} holds this role already",
            extra={"field": "role", "value": role},
        )
    noted(work, person_id, "role_given", said_of(grant))
    return made


def withdraw_role(work: Work, person_id: int, role_id: int) -> Grant:
    """The role taken away. Raises NotAllowed, NotFound, and Conflict for one's own role of administrator and the last
    one in post."""
    held(work, person_id)
    grant = accounts.grants(work.conn, person_id).get(role_id)
    if grant is None:
        raise NotFound(
            "no_such_role",
            f"此人没有编号为 {role_id} 的角色，可能刚被收回",
            f"This person has no role {role_id}: it may have been withdrawn just now",
        )
    if grant.role == ADMIN:
        zh, en = (
            "不能收回自己的系统管理员角色，请由另一位管理员办理",
            "You cannot withdraw your own role of administrator",
        )
        not_oneself(work, person_id, zh, en)
        keep_an_admin(work, person_id)
    accounts.withdraw(work.conn, person_id, role_id)
    noted(work, person_id, "role_withdrawn", said_of(grant))
    return grant


def _grant(work: Work, role: str, places: Mapping[str, str]) -> Grant:
    known = {code: one for code, one in work.office.catalogue.roles.items() if not one.automatic}
    if role not in known:
        shown, codes = role[:60], "、".join(known)
        zh, en = f"没有“{shown}”；可用：{codes}", f"there is no “{shown}”; accepted: {', '.join(known)}"
        raise refused([bad("role", shown, zh, en, list(known))])
    reasons = [*_misplaced(known[role], places), *_unknown(work, known[role], places)]
    if reasons:
        raise refused(reasons)
    project = None
    if "project" in places:
        code = project_code(places["project"], work.office.catalogue.project_code_rule).text
        project = staff.project_ids(work.conn, [code])[code]
    return Grant(role, places.get("department"), places.get("squad"), project, places.get("company"))


def _misplaced(role: Role, places: Mapping[str, str]) -> Iterator[Reason]:
    if role.scope in PLACES and role.scope not in places:
        zh, en = f"“{role.title.zh}”须指明", f"is needed for the role {role.title.en}"
        yield bad(role.scope, "", zh, en)
    for name, code in places.items():
        if name != role.scope:
            zh, en = f"“{role.title.zh}”不填这一项", f"must be empty for the role {role.title.en}"
            yield bad(name, code[:60], zh, en)


def _unknown(work: Work, role: Role, places: Mapping[str, str]) -> Iterator[Reason]:
    code = places.get(role.scope)
    if code is None:
        return
    catalogue = work.office.catalogue
    listed = {"department": catalogue.departments, "squad": catalogue.squads}.get(role.scope)
    if listed is not None:
        if code not in listed:
            zh = f"没有“{code[:60]}”；可用：{'、'.join(listed)}"
            yield bad(
                role.scope, code[:60], zh, f"there is no “{code[:60]}”; accepted: {', '.join(listed)}", list(listed)
            )
        return
    if role.scope == "company" and not accounts.company_known(work.conn, code):
        yield bad("company", code[:60], "没有登记这个单位", "is no company known here")
    if role.scope == "project" and not _project_known(work, code):
        yield bad("project", code[:60], "没有登记这个项目", "is no project known here")


def _project_known(work: Work, code: str) -> bool:
    try:
        plain = project_code(code, work.office.catalogue.project_code_rule).text
    except BadIdentifier:
        return False
    return plain in staff.project_ids(work.conn, [plain])
