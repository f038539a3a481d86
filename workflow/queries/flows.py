"""The flows this service runs, every version, as definitions: what cases are pinned to."""

from workflow.definition import Flow
from workflow.drawing import mermaid
from workflow.errors import NotFound
from workflow.work import Office


def flows(office: Office) -> tuple[Flow, ...]:
    """Every version of every flow, by name and version."""
    return tuple(office.flows[key] for key in sorted(office.flows))


def flow(office: Office, name: str, version: int | None = None) -> Flow:
    """One flow, the newest version where none is named; raises NotFound."""
    versions = sorted(found for known, found in office.flows if known == name)
    if not versions or (version is not None and version not in versions):
        known = [f"{known} v{found}" for known, found in sorted(office.flows)]
        wanted = name if version is None else f"{name} v{version}"
        raise NotFound(
            "no_such_flow",
            f"没有流程“{wanted}”；已有：{'、'.join(known)}",
            f"There is no flow “{wanted}”; there are: {', '.join(known)}",
            extra={"flow": wanted, "accepted": known},
        )
    return office.flows[name, version or versions[-1]]


def drawing(office: Office, name: str, version: int | None = None, lang: str = "zh") -> str:
    """The flow as Mermaid text; raises NotFound."""
    return mermaid(flow(office, name, version), lang)
