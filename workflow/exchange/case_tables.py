"""办理信息 and 办理详细: one row a case, one row a status event."""

from collections.abc import Iterator
from dataclasses import dataclass

from workflow.catalogue import Catalogue
from workflow.clock.days import local_day
from workflow.clock.limit import parse_limit
from workflow.exchange.facts import CaseFacts, LogLine
from workflow.exchange.flow_tables import exchange_item, stage_item_key
from workflow.exchange.rows import Flag, Owner, Reference, Row
from workflow.exchange.steps import ACCEPTED, DECIDED, RECEIVED, SPECIAL_OVER, Step, Steps
from workflow.exchange.tables import CASE, PROJECT, STAGE_ITEM, STEP

BY_THE_APPLICANT = "申请人"
BY_ITSELF = "系统"
SAID = ("opinion", "reason", "result", "answer", "findings")
"""What a line says in words, in this order of preference (BLYJ)."""
NO_PROJECT = "项目未上传"
NO_CASE = "事项实例未上传"
NO_ITEM_VERSION = "事项版本在已同步的审批流程阶段事项信息表中无对应"


@dataclass(frozen=True, slots=True)
class Filed:
    """A case that is exported, with what its rows share."""

    catalogue: Catalogue
    case: CaseFacts
    steps: Steps

    @property
    def owner(self) -> Owner:
        return Owner("case", self.case.id, self.case.site.id)

    @property
    def works(self) -> str:
        """GCDM."""
        return works_code(self.catalogue, self.case.site.code)

    @property
    def of_case(self) -> Reference:
        """What every row under 办理信息 refers to."""
        return Reference(CASE, self.case.no, f"{NO_CASE}：{self.case.no}")

    @property
    def keys(self) -> dict[str, object]:
        return {"GCDM": self.works, "SPSXSLBM": self.case.no}


def works_code(catalogue: Catalogue, project_code: str) -> str:
    """GCDM of the one 工程 of a project."""
    return project_code + catalogue.exchange.works_suffix


def case_rows(filed: Filed) -> Iterator[Row]:
    """The row of the case and those of its status events."""
    yield _case_row(filed)
    for step in filed.steps.steps:
        yield _step_row(filed, step, _nth(filed.steps, step))


def _nth(steps: Steps, step: Step) -> int:
    """The how-manieth event of its code it is, from 1: only 9 and 10 come again."""
    same = [one for one in steps.steps if one.code == step.code]
    return same.index(step) + 1


def _case_row(filed: Filed) -> Row:
    catalogue, case, rules = filed.catalogue, filed.case, filed.catalogue.exchange
    flow = rules.flows.get(str(case.site.splclx))
    version = None if flow is None else flow.version_on(filed.steps.filed_on)
    item = exchange_item(catalogue, case.item)
    department = catalogue.departments[case.department]
    promised = case.limits.get("promised")
    values = {
        "GCDM": filed.works,
        "SPSXBM": item,
        "SPSXBBH": float(case.item_version),
        "SPLCBM": None if flow is None else flow.code,
        "SPLCBBH": None if version is None else float(version.version),
        "SPSXSLBM": case.no,
        "SPBMBM": department.code,
        "SPBMMC": department.title.zh,
        "SLFS": _whole(rules.defaults.get("SLFS")),
        "GKFS": _whole(rules.defaults.get("GKFS")),
        "BLSPSLBM": case.joint_no,
        "SXBLSX": None if promised is None else parse_limit(promised).amount,
        "LXR": None,
        "LXRSJH": None,
        "YWQX": _variant(catalogue, case),
    }
    needs = [Reference(PROJECT, filed.works, f"{NO_PROJECT}：{filed.works}")]
    if flow is not None and version is not None:
        key = stage_item_key(flow, version, item, case.item_version)
        needs.append(Reference(STAGE_ITEM, key, f"{NO_ITEM_VERSION}：{item} 版本 {case.item_version}"))
    held = _no_flow(filed) if flow is None or version is None else None
    return Row(CASE, case.no, filed.owner, values, tuple(needs), tuple(_case_flags(filed)), held=held)


def _no_flow(filed: Filed) -> str:
    return f"市级审批流程中没有审批流程类型 {filed.case.site.splclx} 在 {filed.steps.filed_on} 有效的版本"


def _whole(code: str | None) -> int | None:
    return None if code is None else int(code)


def _variant(catalogue: Catalogue, case: CaseFacts) -> str | None:
    chosen = case.data.get("variant")
    item = catalogue.items.get(case.item)
    if item is None or not isinstance(chosen, str):
        return None
    return next((one.title.zh for one in item.variants if one.code == chosen), None)


def _case_flags(filed: Filed) -> Iterator[Flag]:
    yield from _quick(filed)
    yield from _overdue(filed)
    for code, line in filed.steps.left_out:
        title = filed.catalogue.codes["blzt"][str(code)].title.zh
        yield Flag("once_only", f"“{title}”只能上报一次，{local_day(line.effective_at)} 的再次办理未单独上报")


def _quick(filed: Filed) -> Iterator[Flag]:
    """秒办: told, never held back."""
    accepted, decided = filed.steps.first(ACCEPTED), filed.steps.first(*DECIDED)
    item = filed.catalogue.items.get(filed.case.item)
    on_the_spot = item is not None and item.exchange.get("handling_type") == "1"
    if accepted is None or decided is None or on_the_spot:
        return
    paused = sum(
        (end.at - start.at).total_seconds()
        for start, end in zip(
            filed.steps.specials, (one for one in filed.steps.steps if one.code == SPECIAL_OVER), strict=False
        )
    )
    minutes = ((decided.at - accepted.at).total_seconds() - paused) / 60
    limit = filed.catalogue.exchange.checks.quick_minutes
    if minutes < limit:
        yield Flag("quick", f"秒办：受理到办结净用时 {max(int(minutes), 0)} 分钟，少于 {limit} 分钟")


def _overdue(filed: Filed) -> Iterator[Flag]:
    """Late by the clock: told, never held back. A pre-licence that lapses ends the case long after its decision."""
    decided = filed.steps.first(*DECIDED)
    if decided is None:
        return
    for name, title in (("statutory", "法定时限"), ("promised", "承诺时限")):
        rounds = [one for one in filed.case.clocks if one.name == name and one.due_on is not None]
        last = max(rounds, key=lambda one: one.round, default=None)
        if last is None or last.due_on is None:
            continue
        day = local_day(last.settled_at or decided.at)
        if day > last.due_on:
            yield Flag("overdue", f"超期：{title}至 {last.due_on}，办结于 {day}")


def _step_row(filed: Filed, step: Step, nth: int) -> Row:
    catalogue, case = filed.catalogue, filed.case
    department = catalogue.departments[_department_at(case, step.line, catalogue)]
    values = {
        **filed.keys,
        "BLCS": department.title.zh,
        "BLR": _who(step.line),
        "BLZT": step.code,
        "BLYJ": _said(step.line),
        "BLSJ": step.sent_at,
        "DWMC": department.title.zh,
        "DWTYSHXYDM": department.credit_code,
        "SJLY": catalogue.exchange.system,
    }
    needs = [filed.of_case]
    if step.code != RECEIVED:
        # The order of the events is the order of upload: each refers to the one before it.
        needs.append(_before(filed, step))
    return Row(STEP, _step_key(case.no, step.code, nth), filed.owner, values, tuple(needs))


def _department_at(case: CaseFacts, line: LogLine, catalogue: Catalogue) -> str:
    """The department that had the case at that line: a case may be handed over."""
    handed = [one for one in case.lines if one.action == "hand_over"]
    if not handed:
        return case.department
    so_far = [one for one in handed if one.seq < line.seq]
    at_first = catalogue.items[case.item].department if case.item in catalogue.items else case.department
    return str(so_far[-1].input["department"]) if so_far else at_first


def _before(filed: Filed, step: Step) -> Reference:
    earlier = filed.steps.steps[filed.steps.steps.index(step) - 1]
    key = _step_key(filed.case.no, earlier.code, _nth(filed.steps, earlier))
    return Reference(STEP, key, f"前一办理状态未上传：{filed.case.no} {earlier.code}")


def _step_key(no: str, code: int, nth: int) -> str:
    return f"{no}|{code}|{nth}"


def _who(line: LogLine) -> str:
    """The officer by name, as the standard asks; an applicant is not named."""
    if line.actor_role == "applicant":
        return BY_THE_APPLICANT
    return line.actor_name or BY_ITSELF


def _said(line: LogLine) -> str | None:
    return next((str(line.input[name]) for name in SAID if isinstance(line.input.get(name), str)), None)
