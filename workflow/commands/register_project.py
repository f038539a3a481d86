"""Put a project on the war map: nothing is registered without a code that passes its check (政府投资条例 10)."""

from collections.abc import Mapping
from typing import Any

from workflow.errors import BadInput, Conflict, NotAllowed, Reason
from workflow.identifiers import BadIdentifier, credit_code, project_code
from workflow.store import projects
from workflow.store.projects import Project
from workflow.work import Work


def register_project(work: Work, company_name: str, fields: Mapping[str, Any]) -> Project:
    """Register a project of a company; ``fields`` are the columns of `projects` but for id, demo and created_at.

    Raises NotAllowed for anybody but the administrator, BadInput naming every code or word that cannot be (project
    code, credit code, kind of project, street, battlefront, squad, trait), Conflict for a code that is taken.
    """
    if not work.actor.holds("admin"):
        raise NotAllowed("role_required", "项目由系统管理员登记", "Projects are registered by the administrator")
    columns = _checked(work, fields)
    if projects.by_code(work.conn, columns["code"]) is not None:
        raise Conflict(
            "project_exists",
            f"项目代码 {columns['code']} 已登记",
            f"The project code {columns['code']} is registered already",
            extra={"field": "code", "value": columns["code"]},
        )
    projects.add_company(work.conn, columns["company"], company_name)
    return projects.by_id(work.conn, projects.add_project(work.conn, columns | {"demo": False}, work.now))


def _checked(work: Work, fields: Mapping[str, Any]) -> dict[str, Any]:
    catalogue = work.office.catalogue
    columns, reasons = dict(fields), []
    try:
        columns["code"] = project_code(fields["code"], catalogue.project_code_rule).text
    except BadIdentifier as fault:
        reasons.append(_reason("code", fault.value, fault.zh, fault.en))
    try:
        columns["company"] = credit_code(fields["company"], check_organisation=catalogue.check_organisation)
    except BadIdentifier as fault:
        reasons.append(_reason("company", fault.value, fault.zh, fault.en))
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
