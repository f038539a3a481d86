"""Target dates backwards and forwards (倒排工期): latest start of every item, critical path, slack. Pure."""

from workflow.planning.plan import Plan, Step, plan
from workflow.planning.question import MEASURES, MOST_ITEMS, Dated, Measure, Question, Running, Standing
from workflow.planning.words import day_words, slack_words, summary

__all__ = [
    "MEASURES",
    "MOST_ITEMS",
    "Dated",
    "Measure",
    "Plan",
    "Question",
    "Running",
    "Standing",
    "Step",
    "day_words",
    "plan",
    "slack_words",
    "summary",
]
