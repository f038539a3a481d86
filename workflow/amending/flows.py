"""Running cases moved to a newer version of their flow: read and checked, previewed, put in force."""

from collections.abc import Iterator, Mapping
from typing import Any

from workflow.amending.content import document_faults
from workflow.amending.fault_words import bad_input, reason
from workflow.amending.preview import Preview, cases_preview
from workflow.case import Case
from workflow.change import case_limits
from workflow.errors import Reason
from workflow.recast import Recast
from workflow.recast_flow import incompatible, movable_states, under_flow
from workflow.store import births, recasts
from workflow.store.amendments import Amendment
from workflow.store.recasts import OfFlow
from workflow.timekeeping import Timing
from workflow.work import Office, Work

KEYS = ("flow", "from_version", "to_version", "at_rest")


def read_flow_move(work: Work, kind: str, content: Mapping[str, Any], document: str) -> dict[str, Any]:
    """``{"flow", "from_version", "to_version", "at_rest"}`` as it is kept; ``at_rest`` is false where it is left out.

    Raises BadInput with every fault, also with everything that keeps the two versions from fitting together.
    """
    faults = [*document_faults(document), *_faults(work.office, content)]
    if faults:
        raise bad_input(faults)
    kept = {name: content.get(name, False) for name in KEYS}
    _require_compatible(work, kept)
    return kept


def flow_versions(work: Work, kind: str, content: dict[str, Any]) -> tuple[str, str]:
    """What is replaced and what comes; the same where no case is left on the old version."""
    office, name = work.office, content["flow"]
    old, new = (office.flow(name, content[key]) for key in ("from_version", "to_version"))
    here = f"{work.calendar.version} {name}"
    comes = f"{here}.v{new.version}.{new.digest[:8]}{'+at_rest' if content['at_rest'] else ''}"
    standing = recasts.states_held(work.conn, cases_of(office, content))
    return (f"{here}.v{old.version}.{old.digest[:8]}", comes) if standing else (comes, comes)


def flow_preview(work: Work, kind: str, content: dict[str, Any], most: int) -> Preview:
    """What would change; raises BadInput where the versions do not fit together any more."""
    _require_compatible(work, content)
    timing = Timing(work.calendar, work.now)

    def derive(case: Case) -> Recast | None:
        return flow_recast(work.office, case, content, timing, {})

    return cases_preview(work, cases_of(work.office, content), derive, flow_versions(work, kind, content), most)


def enact_flow_move(work: Work, amendment: Amendment) -> None:
    """From now on the new version is in use, and its file is never edited again; the workers move the cases."""
    _require_compatible(work, amendment.content)
    flow = work.office.flow(amendment.content["flow"], amendment.content["to_version"])
    births.record_flow_use(work.conn, flow.name, flow.version, flow.digest, work.now)


def cases_of(office: Office, content: Mapping[str, Any]) -> OfFlow:
    """The cases that are moved."""
    flow = office.flow(content["flow"], content["from_version"])
    return OfFlow(flow.name, flow.version, movable_states(flow, content["at_rest"]))


def flow_recast(
    office: Office, case: Case, content: Mapping[str, Any], timing: Timing, said: Mapping[str, Any]
) -> Recast:
    """One case on the new version. ValueError where it came into a state that the new version cannot take over."""
    old, new = (office.flow(case.flow, content[key]) for key in ("from_version", "to_version"))
    if faults := incompatible(old, new, [case.state]):
        raise ValueError("; ".join(fault.en for fault in faults))
    limits = case_limits(new, office.catalogue, case.item, case.data.get("variant"))
    return under_flow(old, new, case, limits, timing, said)


def _require_compatible(work: Work, content: Mapping[str, Any]) -> None:
    office = work.office
    old, new = (office.flow(content["flow"], content[key]) for key in ("from_version", "to_version"))
    states = recasts.states_held(work.conn, cases_of(office, content))
    if faults := incompatible(old, new, states):
        raise bad_input(list(faults))


def _faults(office: Office, content: Mapping[str, Any]) -> Iterator[Reason]:
    yield from (
        reason(str(key), content[key], "没有这个字段", "unknown key", KEYS) for key in content if key not in KEYS
    )
    name = content.get("flow")
    versions = sorted(version for flow, version in office.flows if flow == name)
    if not versions:
        yield reason("flow", name, "没有这个流程", "there is no such flow", sorted({flow for flow, _ in office.flows}))
        return
    known = {key: _version_fault(key, content.get(key), versions) for key in ("from_version", "to_version")}
    yield from (fault for fault in known.values() if fault is not None)
    if not any(known.values()) and content["to_version"] <= content["from_version"]:
        newer = [version for version in versions if version > content["from_version"]]
        yield reason(
            "to_version",
            content["to_version"],
            f"应比第 {content['from_version']} 版新",
            f"a version newer than {content['from_version']} is accepted",
            newer,
        )
    if not isinstance(content.get("at_rest", False), bool):
        yield reason("at_rest", content["at_rest"], "应为 true 或 false", "true or false is accepted", [True, False])


def _version_fault(key: str, value: Any, versions: list[int]) -> Reason | None:
    if isinstance(value, int) and not isinstance(value, bool) and value in versions:
        return None
    return reason(key, value, "没有这一版", "there is no such version", versions)
