"""Roles and changes of an account in words, and the choices of the form that gives a role."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from api.access import office
from api.pages.names import role_name, role_title
from api.wording import N_, _, own
from workflow.actor import Grant
from workflow.queries.people import HeldRole, PersonChange

KINDS: Mapping[str, str] = {
    "added": N_("建立账号"),
    "changed": N_("修改资料"),
    "role_given": N_("给予角色"),
    "role_withdrawn": N_("收回角色"),
    "password_reset": N_("重设密码"),
    "password_changed": N_("本人修改密码"),
    "closed": N_("停用账号"),
    "opened": N_("启用账号"),
}
FIELDS: Mapping[str, str] = {"name": N_("姓名"), "email": N_("电子邮件")}
OPEN_PLACES = ("project", "company")
"""Where a role may hold that no list can offer: a code is typed."""


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role in words; ``since`` None: given before that was kept."""

    id: int
    code: str
    words: str
    place: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change in words; ``by`` is empty where no person did it."""

    words: str
    detail: str
    by: str
    at: datetime


def role_line(held: HeldRole) -> RoleLine:
    """A role with where it holds: its department or squad, the name of its project or company, or the district."""
    place = held.project or held.company or ""
    if not place and not (held.grant.department or held.grant.squad):
        place = _("全区")
    return RoleLine(held.id, held.grant.role, role_title(held.grant), place, held.since)


def change_line(change: PersonChange) -> ChangeLine:
    """What was done to the account, with the role or what stood there before."""
    said = change.said
    detail = ""
    if "role" in said:
        places = {name: said.get(name) for name in ("department", "squad")}
        detail = role_title(Grant(said["role"], **places))
        detail = f"{detail} · {change.place}" if change.place else detail
    elif change.kind == "changed":
        detail = "；".join(f"{_(FIELDS[name])} {old or '—'} → {new or '—'}" for name, (old, new) in said.items())
    return ChangeLine(_(KINDS[change.kind]), detail, change.by or "", change.at)


def role_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """What the form offers, by role: ``officer:ZJ``; a role that holds for a project or company is offered once."""
    catalogue = office().catalogue
    listed = {"department": catalogue.departments, "squad": catalogue.squads}
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    district: list[tuple[str, str]] = []
    coded: list[tuple[str, str]] = []
    for code, role in catalogue.roles.items():
        if role.automatic:
            continue
        if role.scope in listed:
            places = listed[role.scope]
            groups.append(
                (
                    own(role.title),
                    [(f"{code}:{key}", f"{own(one.title)} {own(role.title)}") for key, one in places.items()],
                )
            )
        elif role.scope in OPEN_PLACES:
            coded.append((f"{code}:", role_name(code)))
        else:
            district.append((f"{code}:", role_name(code)))
    return [(_("全区"), district), (_("一个项目或一个单位（填写下面的代码）"), coded), *groups]


def role_of_choice(choice: str, place: str) -> tuple[str, dict[str, str]]:
    """The role and its place out of the form: ``officer:ZJ``, or ``specialist:`` and a project code."""
    code, _colon, key = choice.partition(":")
    known = office().catalogue.roles.get(code)
    scope = "" if known is None else known.scope
    if key:
        return code, {scope: key}
    return code, {(scope if scope in OPEN_PLACES else "project"): place} if place or scope in OPEN_PLACES else {}
