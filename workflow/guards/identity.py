"""Who and what: the codes of project and company, the person a case is given to."""

from workflow.errors import Reason
from workflow.guards.facts import Facts
from workflow.identifiers import BadIdentifier, credit_code, project_code


def project_code_valid(facts: Facts) -> Reason | None:
    """政府投资条例 10, 核准备案条例 4: nothing is accepted without a code that passes verification."""
    try:
        project_code(facts.project_code)
    except BadIdentifier as fault:
        return Reason(
            "project_code_invalid", f"项目代码未通过校验：{fault.zh}", f"Project code fails its check: {fault.en}"
        )
    return None


def company_code_valid(facts: Facts) -> Reason | None:
    """GB 32100—2015."""
    try:
        credit_code(facts.case.company)
    except BadIdentifier as fault:
        return Reason(
            "credit_code_invalid", f"统一社会信用代码未通过校验：{fault.zh}", f"Credit code fails: {fault.en}"
        )
    return None


def assignee_works_here(facts: Facts) -> Reason | None:
    if facts.inputs["assignee"] in facts.colleagues:
        return None
    return Reason(
        "assignee_elsewhere",
        "该人员不在本部门或窗口任职",
        "That person does not work in this department or at the window",
        {"value": facts.inputs["assignee"], "accepted": sorted(facts.colleagues)},
    )
