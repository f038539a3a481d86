"""What is not recorded yet, or recorded already, is told in the words of the form, never in names of the data."""

import re

from workflow.errors import Reason
from workflow.recorded_words import NOT_RECORDED, RECORDED_ALREADY, in_words
from workflow.work import Office


def told(code: str, name: str) -> Reason:
    """The reason as the condition gives it, which knows the name in the data only."""
    return Reason(code, f"尚未登记（{name}）", f"Not recorded yet: {name}", {"field": name})


def test_what_is_missing_is_named_as_its_field_is_with_the_deed_that_records_it(configuration: Office) -> None:
    said = in_words(configuration.flows["item", 3], told(NOT_RECORDED, "hearing_told"))
    assert said.zh.startswith("尚未登记“告知日”：由“")
    assert said.en.startswith("“Told on” is not recorded yet: recorded by")
    assert said.code == NOT_RECORDED
    assert said.facts == {"field": "hearing_told"}


def test_what_is_recorded_once_is_named_too(configuration: Office) -> None:
    said = in_words(configuration.flows["item", 3], told(RECORDED_ALREADY, "gaps_filled"))
    assert said.zh == "已登记“容缺材料已补齐”，不能再次登记"


def test_every_such_condition_of_every_flow_has_words(configuration: Office) -> None:
    named = [
        (flow, re.fullmatch(r"(?:not_)?kept\((\w+)\)", need))
        for flow in configuration.flows.values()
        for action in flow.actions.values()
        for need in action.needs
    ]
    conditions = [(flow, found[1]) for flow, found in named if found]
    assert conditions
    for flow, name in conditions:
        for code in (NOT_RECORDED, RECORDED_ALREADY):
            said = in_words(flow, told(code, name))
            assert name not in said.zh, (flow.key, name)
            assert name not in said.en, (flow.key, name)


def test_other_reasons_stay_as_they_are(configuration: Office) -> None:
    reason = Reason("too_late", "期限已过", "Too late", {"field": "hearing_told"})
    assert in_words(configuration.flows["item", 3], reason) is reason
