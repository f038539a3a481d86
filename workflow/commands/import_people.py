"""People and their roles brought in from a workbook: accounts made, changed, or left alone; a role is taken away only
where the file says so.

A new account has a first password that is made here, told once to whoever imports, and kept as its hash alone.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from workflow.actor import Grant
from workflow.commands.bring_in import Outcome, check_may_import, finished
from workflow.commands.keep_people import said_of
from workflow.importing.columns import Row
from workflow.importing.faults import CellFault
from workflow.importing.persons import PeopleFile, read_people
from workflow.importing.tables import read_tables
from workflow.passwords import hash_password
from workflow.store import accounts, imports, staff
from workflow.store.accounts import NewChange
from workflow.store.staff import KnownPerson
from workflow.work import Work

NEW_AT_MOST = 200
"""New accounts of one file: each first password takes tens of milliseconds to hash, on purpose."""
AT_ONCE = 40
"""Accounts between two statements: a transaction that says nothing for ten seconds is ended by the database."""
SECRET_BYTES = 12
ADMIN = "admin"


@dataclass(slots=True)
class _Import:
    """An import under way: the file, what the database knows, and what is to be written."""

    work: Work
    file: PeopleFile
    known: Mapping[str, KnownPerson]
    projects: Mapping[str, int]
    companies: Mapping[str, str]
    faults: list[CellFault] = field(default_factory=list)
    new: dict[str, tuple[Row, list[Grant]]] = field(default_factory=dict)
    changed: dict[str, dict[str, object]] = field(default_factory=dict)
    given: list[tuple[int, Grant]] = field(default_factory=list)
    taken: list[tuple[int, Grant]] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)

    def fault(self, row: Row, name: str, code: str, zh: str, en: str) -> None:
        self.faults.append(self.file.table.fault(row, name, code, zh, en))


def import_people(work: Work, filename: str, content: bytes, dry_run: bool = False) -> Outcome:
    """Bring in a workbook of people: all of it or nothing, by user name.

    Raises as `import_projects` does.
    """
    check_may_import(work)
    file = read_people(read_tables(filename, content), work.office.catalogue)
    imports.hold(work.conn)
    run = _begun(work, file)
    for username, rows in file.by_person.items():
        _one(run, username, rows)
    _check_admins(run)
    told: dict[str, str] = {}
    if not run.faults and not dry_run:
        told = _written(run)
    same = len(file.by_person) - len(run.new) - len(run.touched)
    outcome = Outcome("people", dry_run, len(run.new), len(run.touched), same, tuple(run.faults), secrets=told)
    return finished(work, filename, content, outcome)


def _begun(work: Work, file: PeopleFile) -> _Import:
    def said(name: str) -> list[str]:
        return [str(row.given[name]) for row in file.table.rows if name in row.given]

    return _Import(
        work,
        file,
        staff.known_people(work.conn, list(file.by_person)),
        staff.project_ids(work.conn, said("project")),
        imports.company_names(work.conn, said("company")),
        [*file.faults],
    )


def _one(run: _Import, username: str, rows: Sequence[Row]) -> None:
    known = run.known.get(username)
    grants = [(row, _grant(run, row)) for row in rows if "role" in row.given]
    kept = [grant for row, grant in grants if grant is not None and not row.given.get("cancel", False)]
    gone = [grant for row, grant in grants if grant is not None and row.given.get("cancel", False)]
    if known is None:
        for row, _ in grants:
            if row.given.get("cancel", False):
                zh, en = "这是新账号，没有角色可取消", "is a new account: there is no role to take away"
                run.fault(row, "cancel", "nothing_to_cancel", zh, en)
        run.new[username] = (rows[0], kept)
        if len(run.new) == NEW_AT_MOST + 1:
            zh, en = f"一次最多新建 {NEW_AT_MOST} 个账号", f"is new account {NEW_AT_MOST + 1}: {NEW_AT_MOST} at once"
            run.fault(rows[0], "username", "too_many_accounts", zh, en)
        return
    _compare(run, known, rows[0], kept, gone)


def _compare(run: _Import, known: KnownPerson, row: Row, kept: Sequence[Grant], gone: Sequence[Grant]) -> None:
    before = {"name": known.name, "email": known.email, "active": known.active}
    after = {**before, **{name: row.given[name] for name in before if name in row.given}}
    given = [(known.id, grant) for grant in kept if grant not in known.grants]
    taken = [(known.id, grant) for grant in gone if grant in known.grants]
    if known.id == run.work.actor.id and (not after["active"] or any(one.role == ADMIN for _, one in taken)):
        zh, en = (
            "不能停用自己的账号或取消自己的管理员角色",
            "is your own account: you cannot close it or stop being admin",
        )
        run.fault(row, "username", "own_account", zh, en)
    if before != after:
        run.changed[known.username] = {"id": known.id, **after}
    run.given += given
    run.taken += taken
    if before != after or given or taken:
        run.touched.add(known.username)


def _grant(run: _Import, row: Row) -> Grant | None:
    """The role a row names and where it holds; None where its project or company is not known, which is noted."""
    project, company = row.given.get("project"), row.given.get("company")
    if project is not None and project not in run.projects:
        zh, en = "没有登记这个项目，请先导入项目", "is no project known here: import projects first"
        run.fault(row, "project", "no_such_project", zh, en)
        return None
    if company is not None and company not in run.companies:
        zh, en = "没有登记这个单位，请先导入项目", "is no company known here: import projects first"
        run.fault(row, "company", "no_such_company", zh, en)
        return None
    return Grant(
        str(row.given["role"]),
        department=_text(row, "department"),
        squad=_text(row, "squad"),
        project_id=run.projects[str(project)] if project is not None else None,
        company=_text(row, "company"),
    )


def _text(row: Row, name: str) -> str | None:
    return str(row.given[name]) if name in row.given else None


def _check_admins(run: _Import) -> None:
    """Somebody must be left who can undo this."""
    losing = {id_ for id_, grant in run.taken if grant.role == ADMIN}
    losing |= {int(str(one["id"])) for one in run.changed.values() if not one["active"]}
    if losing and staff.other_open_admins(run.work.conn, sorted(losing)) == 0:
        row = run.file.table.rows[0]
        zh, en = "导入后将没有在岗的系统管理员", "would leave no administrator in post"
        run.fault(row, "username", "no_admin_left", zh, en)


def _written(run: _Import) -> dict[str, str]:
    """Write accounts and roles; returns the first password of each new account that is open."""
    conn = run.work.conn
    told = {username: secrets.token_urlsafe(SECRET_BYTES) for username in run.new}
    made: dict[str, int] = {}
    for part in _parts(run.new, AT_ONCE):
        made |= staff.add_people(conn, [_account(name, run.new[name][0], told) for name in part], run.work.now)
    staff.change_people(conn, [*run.changed.values()])
    own = [(made[name], grant) for name, (_, grants) in run.new.items() for grant in grants]
    staff.change_roles(conn, [*own, *run.given], run.taken)
    accounts.record(conn, _changes(run, made, own), run.work.actor.id, run.work.now)
    return {name: told[name] for name, (row, _) in run.new.items() if row.given.get("active", True)}


def _changes(run: _Import, made: Mapping[str, int], own: Sequence[tuple[int, Grant]]) -> list[NewChange]:
    """What the file did to each account, as the same by hand would be recorded."""
    changes = [
        NewChange(made[name], "added", {"username": name, "name": row.given["name"]})
        for name, (row, _) in run.new.items()
    ]
    for username, after in run.changed.items():
        known, number = run.known[username], int(str(after["id"]))
        before = {"name": known.name, "email": known.email}
        different = {name: [value, after[name]] for name, value in before.items() if value != after[name]}
        changes += [NewChange(number, "changed", different)] if different else []
        if known.active != after["active"]:
            changes.append(NewChange(number, "opened" if after["active"] else "closed", {}))
    changes += [NewChange(number, "role_given", said_of(grant)) for number, grant in (*own, *run.given)]
    return changes + [NewChange(number, "role_withdrawn", said_of(grant)) for number, grant in run.taken]


def _parts(names: Iterable[str], size: int) -> Iterator[list[str]]:
    left = iter(names)
    while part := list(islice(left, size)):
        yield part


def _account(username: str, row: Row, told: Mapping[str, str]) -> dict[str, object]:
    return {
        "username": username,
        "name": row.given["name"],
        "email": row.given.get("email", ""),
        "password_hash": hash_password(told[username]),
        "active": row.given.get("active", True),
    }
