"""Which approval items a project needs (申报导引): answers → traits → items, with reasons, order and papers. Pure."""

from workflow.choosing.answers import Hint, Told, told_by_answers, told_by_project, with_answers
from workflow.choosing.choice import Choice, ItemChoice, Status, choose
from workflow.choosing.compiled import compile_list
from workflow.choosing.dates import Horizon, plan_questions
from workflow.choosing.sheets import Brought, Sheets, sheets_saved

__all__ = [
    "Brought",
    "Choice",
    "Hint",
    "Horizon",
    "ItemChoice",
    "Sheets",
    "Status",
    "Told",
    "choose",
    "compile_list",
    "plan_questions",
    "sheets_saved",
    "told_by_answers",
    "told_by_project",
    "with_answers",
]
