"""What a document (文书) may state: the facts every case has, by name, and which groups of them have to be read first.

Beside these a template may name ``said.<field>``, an input of the action that issues it, and ``kept.<name>``, what the
case's data keep. What each means, `workflow.statements` says; which a document states, its file in
``config/documents`` (domain fact book, 9).
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from workflow.definition import Title

COMMON_FACTS: Mapping[str, Title] = MappingProxyType(
    {
        "case": Title("办件编号", "Number of the case"),
        "title": Title("办件名称", "Title of the case"),
        "item": Title("审批事项", "Approval item"),
        "project_name": Title("项目名称", "Name of the project"),
        "project_code": Title("项目代码", "Project code"),
        "company_name": Title("建设单位", "Applicant"),
        "department": Title("办理机关", "Office"),
        "contact": Title("联系人", "Contact"),
        "phone": Title("联系电话", "Phone"),
        "supervision_phone": Title("监督电话", "Supervision phone"),
        "handler": Title("经办岗位", "Handled by"),
        "issued_on": Title("出具日期", "Date of issue"),
        "effective_at": Title("生效时间", "Takes effect"),
        "opened_at": Title("提出时间", "Opened"),
        "received_at": Title("收到材料的时间", "Received"),
        "accepted_on": Title("受理日期", "Accepted on"),
        "acceptance": Title("受理方式", "How it was accepted"),
        "decided_on": Title("决定日期", "Decided on"),
        "basis": Title("法律依据", "Legal basis"),
        "deadlines": Title("办理期限", "Due dates"),
        "next_steps": Title("在办时限", "Running limits"),
        "delivery_due": Title("送达期限", "Delivered by"),
        "previous_due": Title("原届满日", "Due before"),
        "new_due": Title("现届满日", "Due now"),
        "validity": Title("有效期", "Validity"),
        "life_end": Title("有效期至", "Valid until"),
        "renewal": Title("延续方式", "How it was renewed"),
        "materials": Title("收到的材料", "Materials received"),
        "missing": Title("待补材料", "Materials to follow"),
        "pause": Title("所需时间", "Time needed"),
        "pause_result": Title("暂停情况", "The pause"),
        "documents": Title("本件已出具的文书", "Documents issued before"),
        "items": Title("事项办理结果", "Results of the items"),
        "problems": Title("各部门提出的问题", "Problems found by all departments"),
        "conditions": Title("应当具备的条件", "Conditions to be met"),
        "required_materials": Title("应当提交的材料", "Materials to be handed in"),
        "remedies": Title("救济途径", "Remedies"),
    }
)
"""By name: the facts of the case, with what to call them where one is missing."""

GROUPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "materials": frozenset({"materials"}),
        "missing": frozenset({"materials"}),
        "documents": frozenset({"documents"}),
        "items": frozenset({"children"}),
        "problems": frozenset({"children"}),
    }
)
"""By fact: the groups of facts of a case (`workflow.store.cases`) that it is made from."""

INPUT = "said."
KEPT = "kept."
EITHER = " | "
"""Between the names of facts one of which is enough."""


def known_fact(name: str) -> bool:
    """Whether a template may name ``name``: a common fact, an input or something the case keeps."""
    return name in COMMON_FACTS or any(
        name.startswith(prefix) and name.removeprefix(prefix).isidentifier() for prefix in (INPUT, KEPT)
    )


def groups_of(facts: Iterable[str]) -> frozenset[str]:
    """The groups that have to be read for these facts."""
    return frozenset(group for fact in facts for group in GROUPS.get(fact, ()))
