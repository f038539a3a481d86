"""Lines of a case's history that no flow names: they move no state."""

from collections.abc import Mapping

from workflow.definition import Title

SIDE_LINES: Mapping[str, Title] = {
    "open": Title("建立", "Opened"),
    "attach": Title("提交材料", "Material handed in"),
    "acknowledge": Title("签收预警", "Alert acknowledged"),
    "alert_passed_on": Title("预警未签收，转下一人", "Alert passed on to the next person"),
    "alert_unanswered": Title("预警无人签收，已无上级可转", "Alert unanswered, nobody left to pass it on to"),
    "change_draft": Title("修改草稿", "Draft changed"),
    "calendar_moved": Title("日历变更，重算时限", "Calendar changed, dates moved"),
    "limit_changed": Title("法定时限调整，重算时限", "Limit changed by law, dates moved"),
    "flow_moved": Title("改用新版流程", "Moved to a newer version of the flow"),
    "receipt_corrected": Title("更正收件时间", "Time of receipt corrected"),
    "pause_corrected": Title("更正暂停起止", "Pause corrected"),
}
IMPORTED = "imported"
"""What the input of a line says, true, that was brought in from another system and written down afterwards."""
MACHINES: Mapping[str, Title] = {"clock": Title("时钟", "Clock"), "system": Title("系统", "System")}
"""Who acted where it was no person, by role."""
