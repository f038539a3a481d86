"""Put a project on the war map: nothing is registered without a code that passes its check (政府投资条例 10)."""

from collections.abc import Mapping
from typing import Any

from workflow.commands.open_case import open_case
from workflow.errors import BadInput, Conflict, NotAllowed, Reason
from workflow.identifiers import BadIdentifier, ProjectCode, credit_code, project_code
from workflow.store import projects
from workflow.store.projects import Project
from workflow.work import Work

BLANK = ("不能为空白", "must not be blank")


def register_project(
    work: Work,
    company_name: str,
    fields: Mapping[str, Any],
    code_exception: str = "",
    war_map: Mapping[str, Any] | None = None,
) -> Project:
    """Register a project of a company; ``fields`` are the columns of `projects` but for id, demo and created_at.

    ``code_exception`` is the reason for taking a code of the old form, which has no check digit; with who gave it and
    when it becomes the fact ``code_exception`` of the project. With ``war_map``, what the opening of that flow asks,
    the project enters the war map in the same transaction. Raises NotAllowed for anybody but the administrator,
    BadInput naming every code or word that cannot be (project code and its exception, credit code, names, kind of
    project, street, battlefront, squad, trait), Conflict for a code that is taken.
    """
    if not work.actor.holds("admin"):
        raise NotAllowed("role_required", "项目由系统管理员登记", "Projects are registered by the administrator")
    columns = checked_project(work, company_name, fields, code_exception)
    if projects.by_code(work.conn, columns["code"]) is not None:
        raise Conflict(
            "project_exists",
            f"项目代码 {columns['code']} 已登记",
            f"The project code {columns['code']} is registered already",
            extra={"field": "code", "value": columns["code"]},
        )
    projects.add_company(work.conn, columns["company"], company_name)
    made = projects.by_id(work.conn, projects.add_project(work.conn, columns | {"demo": False}, work.now))
    if war_map is not None:
        open_case(work, "mechanism", war_map, made.code)
    return made


def checked_project(work: Work, company_name: str, fields: Mapping[str, Any], code_exception: str) -> dict[str, Any]:
    """The columns of a project that may be registered; raises BadInput as `register_project` does."""
    catalogue = work.office.catalogue
    columns, reasons = dict(fields), []
    try:
        code = project_code(fields["code"], catalogue.project_code_rule)
        columns["code"] = code.text
        reasons += _bad_exception(code, code_exception)
        if code.legacy:
            told = {"reason": code_exception, "by": work.actor.id, "at": work.now.isoformat()}
            columns["facts"] = {**fields["facts"], "code_exception": told}
    except BadIdentifier as fault:
        reasons.append(_reason("code", fault.value, fault.zh, fault.en))
    try:
        columns["company"] = credit_code(fields["company"], check_organisation=catalogue.check_organisation)
    except BadIdentifier as fault:
        reasons.append(_reason("company", fault.value, fault.zh, fault.en))
    names = {"name": fields["name"], "company_name": company_name}
    reasons += [_reason(field, name, *BLANK) for field, name in names.items() if not name.strip()]
    known = {
        "splclx": sorted(catalogue.codes["splclx"], key=int),
        "street": ["", *catalogue.streets],
        "battlefront": ["", *catalogue.battlefronts],
        "squad": ["", *catalogue.squads],
    }
    reasons += [_unknown(name, fields[name], words) for name, words in known.items() if str(fields[name]) not in words]
    reasons += [
        _unknown("facts", name, [*catalogue.traits, *catalogue.materials])
        for name in fields["facts"]
        if name not in catalogue.traits and name not in catalogue.materials
    ]
    if reasons:
        raise BadInput(
            "bad_input",
            "输入有误：" + "；".join(reason.zh for reason in reasons),
            "Bad input: " + "; ".join(reason.en for reason in reasons),
            reasons=reasons,
        )
    return columns


def _bad_exception(code: ProjectCode, reason: str) -> list[Reason]:
    if code.legacy and not reason.strip():
        zh, en = (
            f"项目代码 {code.text} 是旧码，没有校验码，须填写采用理由",
            "a code of the old form needs the reason why it is taken",
        )
    elif reason and not code.legacy:
        zh, en = (
            f"项目代码 {code.text} 不是旧码，不需要采用理由",
            "only a code of the old form takes a reason: leave it out",
        )
    else:
        return []
    return [_reason("code_exception", reason, zh, en)]


def _unknown(field: str, value: object, known: list[str]) -> Reason:
    listed = [word for word in known if word]
    return Reason(
        "bad_field",
        f"{field}：没有“{value}”；可用：{'、'.join(listed)}",
        f"{field}: there is no “{value}”; accepted: {', '.join(listed)}",
        {"field": field, "value": value, "accepted": listed},
    )


def _reason(field: str, value: str, zh: str, en: str) -> Reason:
    return Reason("bad_field", f"{field}：{zh}", f"{field}: {en}", {"field": field, "value": value})
