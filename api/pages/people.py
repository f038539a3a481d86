"""人员: the administrator's list of accounts, one of them, and what may be done to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Response, request, url_for

from api import access
from api.first_passwords import first_password
from api.pages.blueprint import pages
from api.pages.faults import Fault, faults_of
from api.pages.frame import show
from api.pages.lists import cursor, paging, with_query
from api.pages.names import role_name
from api.pages.once import KEY_LENGTH, Done, lead_on, once
from api.pages.people_words import ChangeLine, RoleLine, change_line, role_choices, role_line, role_of_choice
from api.pages.reading import half_width
from api.wording import N_, _, own
from workflow.commands.add_person import add_person, change_person
from workflow.commands.close_account import close_account, open_account, reset_password
from workflow.commands.give_role import give_role, withdraw_role
from workflow.errors import NotFound, Refused
from workflow.passwords import hash_password
from workflow.queries.absences import AbsenceFilters, absences
from workflow.queries.people import LONGEST_QUERY, PeopleFilters, PersonRow, PersonView, people, person
from workflow.work import Work

LEAVES_SHOWN = 5
STATES: Mapping[str, tuple[bool, str]] = {"open": (True, N_("在用")), "closed": (False, N_("已停用"))}


@dataclass(slots=True)
class _Back:
    """What a refused form brings back."""

    status: int = 200
    faults: list[Fault] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One account in the list."""

    person: PersonRow
    roles: tuple[RoleLine, ...]


@pages.get("/admin/people", endpoint="people")
def list_page() -> Response:
    """The accounts, searched and filtered."""
    wanted = {name: request.args.get(name, "") for name in ("department", "role", "state")}
    part = half_width(request.args.get("q", "")).strip()[:LONGEST_QUERY]
    state = STATES.get(wanted["state"])
    filters = PeopleFilters(
        part or None, wanted["department"] or None, wanted["role"] or None, None if state is None else state[0]
    )
    with access.work() as work:
        found = people(work, filters, paging(cursor=cursor()))
    catalogue = access.office().catalogue
    return show(
        "people.html",
        lines=[Line(one, tuple(role_line(role) for role in one.roles)) for one in found.rows],
        q=part,
        wanted=wanted,
        filtered=any((part, *wanted.values())),
        departments=[(code, own(one.title)) for code, one in catalogue.departments.items()],
        roles=[(code, own(one.title)) for code, one in catalogue.roles.items() if not one.automatic],
        states=[(name, _(words)) for name, (_active, words) in STATES.items()],
        first_page=with_query("pages.people") if cursor() else None,
        next_page=with_query("pages.people", cursor=found.next_cursor) if found.next_cursor else None,
    )


@pages.get("/admin/people/new", endpoint="new_person")
def new_page() -> Response:
    """The form for an account."""
    return _new(_Back())


@pages.post("/admin/people/new", endpoint="add_person")
def add() -> Response:
    """Make an account; its first password is the answer."""
    typed = _typed("username", "name", "email")
    password = first_password(typed["username"].lower(), _key())
    hashed = hash_password(password)

    def deed(work: Work) -> Done:
        made = add_person(work, typed["username"], typed["name"], typed["email"], hashed)
        return Done(url_for("pages.person", number=made), "")

    try:
        with access.work() as work:
            done = once(work, lambda: deed(work))
    except Refused as refusal:
        labels = {"username": _("登录名"), "name": _("姓名"), "email": _("电子邮件")}
        return _new(_Back(refusal.status, faults_of(refusal, labels, {}), typed))
    return _password_page(typed["name"], typed["username"].lower(), password, done.location)


@pages.get("/admin/people/<int:number>", endpoint="person")
def person_page(number: int) -> Response:
    """One account."""
    return _one(number, _Back())


@pages.post("/admin/people/<int:number>", endpoint="change_person")
def change(number: int) -> Response:
    """Another name or address."""
    typed = _typed("name", "email")

    def deed(work: Work) -> str:
        changed = change_person(work, number, typed["name"], typed["email"])
        return _("已保存。") if changed else _("没有变化。")

    return _deed(number, deed, typed, {"name": _("姓名"), "email": _("电子邮件")})


@pages.post("/admin/people/<int:number>/roles", endpoint="give_role")
def give(number: int) -> Response:
    """Give a role."""
    typed = _typed("role", "place")
    role, places = role_of_choice(typed["role"], half_width(typed["place"]))

    def deed(work: Work) -> str:
        give_role(work, number, role, places)
        return _("已给予“%(role)s”，下一次打开页面即生效。", role=role_name(role))

    labels = {"role": _("角色"), "project": _("项目代码或信用代码"), "company": _("项目代码或信用代码")}
    return _deed(number, deed, typed, labels)


@pages.get("/admin/people/<int:number>/roles/<int:role>/withdraw", endpoint="withdraw_role")
def withdraw_page(number: int, role: int) -> Response:
    """Say what withdrawing this role means, before it is done."""
    with access.work() as work:
        found = person(work, number)
    held = next((one for one in found.person.roles if one.id == role), None)
    if held is None:
        raise NotFound("no_such_role", "此人没有这个角色，可能刚被收回", "This person has no such role any more")
    return _confirm(found, "withdraw", url_for("pages.withdraw_role", number=number, role=role), role_line(held))


@pages.post("/admin/people/<int:number>/roles/<int:role>/withdraw", endpoint="withdraw_role_now")
def withdraw(number: int, role: int) -> Response:
    """Take a role away."""

    def deed(work: Work) -> str:
        taken = withdraw_role(work, number, role)
        return _("已收回“%(role)s”，下一次打开页面即生效。", role=role_name(taken.role))

    return _deed(number, deed)


@pages.get("/admin/people/<int:number>/close", endpoint="close_account")
def close_page(number: int) -> Response:
    """Say what closing this account means."""
    with access.work() as work:
        found = person(work, number)
    return _confirm(found, "close", url_for("pages.close_account", number=number))


@pages.post("/admin/people/<int:number>/close", endpoint="close_account_now")
def close(number: int) -> Response:
    """Close an account."""

    def deed(work: Work) -> str:
        close_account(work, number)
        return _("账号已停用，登录和令牌即刻失效。")

    return _deed(number, deed)


@pages.post("/admin/people/<int:number>/open", endpoint="open_account")
def reopen(number: int) -> Response:
    """Open an account again."""

    def deed(work: Work) -> str:
        open_account(work, number)
        return _("账号已启用，角色和密码与停用前相同。")

    return _deed(number, deed)


@pages.get("/admin/people/<int:number>/password", endpoint="reset_password")
def password_page(number: int) -> Response:
    """Say what another first password means."""
    with access.work() as work:
        found = person(work, number)
    return _confirm(found, "password", url_for("pages.reset_password", number=number))


@pages.post("/admin/people/<int:number>/password", endpoint="reset_password_now")
def new_password(number: int) -> Response:
    """Another first password, which is the answer."""
    password = first_password(str(number), _key())
    hashed = hash_password(password)

    def deed(work: Work) -> Done:
        reset_password(work, number, hashed)
        return Done(url_for("pages.person", number=number), "")

    try:
        with access.work() as work:
            done = once(work, lambda: deed(work))
            one = person(work, number).person
    except NotFound:
        raise
    except Refused as refusal:
        return _one(number, _Back(refusal.status, [Fault("", own(refusal))]))
    return _password_page(one.name, one.username, password, done.location)


def _deed(
    number: int,
    do: Callable[[Work], str],
    typed: dict[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Response:
    def deed(work: Work) -> Done:
        return Done(url_for("pages.person", number=number), do(work))

    try:
        with access.work() as work:
            done = once(work, lambda: deed(work))
    except NotFound:
        raise
    except Refused as refusal:
        faults = [_at_its_field(one) for one in faults_of(refusal, labels or {}, {})]
        return _one(number, _Back(refusal.status, faults, typed or {}))
    return lead_on(done)


def _at_its_field(fault: Fault) -> Fault:
    """Of a role's places the form has one field."""
    return Fault("place", fault.text) if fault.field in ("project", "company") else fault


def _new(back: _Back) -> Response:
    typed = {"username": "", "name": "", "email": "", **back.typed}
    return show("person_new.html", back.status, typed=typed, problems=back.faults, here=url_for("pages.new_person"))


def _one(number: int, back: _Back) -> Response:
    with access.work() as work:
        found = person(work, number)
        leaves = absences(work, AbsenceFilters(person=number), paging(LEAVES_SHOWN)).rows
        myself = work.actor.id == number
    one = found.person
    return show(
        "person.html",
        back.status,
        found=found,
        one=one,
        roles=[role_line(role) for role in one.roles],
        changes=_changes(found),
        leaves=leaves,
        ways=_ways(found),
        myself=myself,
        choices=role_choices(),
        typed={"name": one.name, "email": one.email, "role": "", "place": "", **back.typed},
        problems=back.faults,
        here=url_for("pages.person", number=number),
    )


def _confirm(found: PersonView, deed: str, action: str, role: RoleLine | None = None) -> Response:
    myself = found.person.id == access.me().actor.id
    return show(
        "person_deed.html",
        one=found.person,
        found=found,
        deed=deed,
        action=action,
        role=role,
        # One's own account is another administrator's to change.
        mine=myself and (role is None or role.code == "admin"),
        here=action,
    )


def _password_page(name: str, username: str, password: str, back: str) -> Response:
    return show("person_password.html", name=name, username=username, password=password, back=back, here=back)


def _changes(found: PersonView) -> list[ChangeLine]:
    return [change_line(one) for one in found.changes]


def _ways(found: PersonView) -> list[tuple[str, bool]]:
    channels = access.office().catalogue.channels
    return [(own(channels[one.channel].title), one.broken) for one in found.ways if one.channel in channels]


def _typed(*names: str) -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in names}


def _key() -> str:
    return request.form.get("key", "")[:KEY_LENGTH]
