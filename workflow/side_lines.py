"""Lines of a case's history that no flow names: they move no state and raise no version."""

from collections.abc import Mapping

from workflow.definition import Title

SIDE_LINES: Mapping[str, Title] = {
    "open": Title("建立", "Opened"),
    "attach": Title("提交材料", "Material handed in"),
    "acknowledge": Title("签收预警", "Alert acknowledged"),
    "change_draft": Title("修改草稿", "Draft changed"),
}
MACHINES: Mapping[str, Title] = {"clock": Title("时钟", "Clock"), "system": Title("系统", "System")}
"""Who acted where it was no person, by role."""
