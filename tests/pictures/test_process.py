"""P16: every process there is, drawn."""

import re

import pytest

from api.pictures.layers import BOX_HEIGHT, BOX_WIDTH, lay_out, pairs
from api.pictures.process import Step, Way, crowded, in_two, process
from tests.pictures.reading import faults_of, words_of
from workflow.definition import Flow
from workflow.work import Office


def steps_of(flow: Flow, lang: str = "zh") -> list[Step]:
    states = sorted(flow.states.values(), key=lambda state: not state.initial)
    return [Step(state.name, state.title.in_(lang), end=state.initial or state.final) for state in states]


def ways_of(flow: Flow, lang: str = "zh") -> list[Way]:
    return [
        Way(source, action.target, action.title.in_(lang))
        for action in flow.actions.values()
        if action.target
        for source in action.sources
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_words_of_any_process_cover_each_other_or_leave_the_picture(configuration: Office, lang: str) -> None:
    for (name, version), flow in configuration.flows.items():
        assert faults_of(process(steps_of(flow, lang), ways_of(flow, lang))) == [], (name, version)


def test_every_state_of_every_process_is_a_box(configuration: Office) -> None:
    for flow in configuration.flows.values():
        drawn = process(steps_of(flow), ways_of(flow))
        assert len(re.findall(r'<rect class="node-', drawn)) == len(flow.states)


def test_no_line_crosses_a_box(configuration: Office) -> None:
    for (name, version), flow in configuration.flows.items():
        steps, ways = steps_of(flow), ways_of(flow)
        apart = crowded(steps, ways)
        kept = pairs((way.source, way.target) for way in ways if way.target not in apart)
        layout = lay_out([step.name for step in steps], kept, (), apart)
        for route in layout.routes:
            for (x0, y0), (x1, y1) in zip(route.points, route.points[1:], strict=False):
                assert x0 == x1 or y0 == y1, (name, version, route)
                for left, top in layout.boxes.values():
                    across = min(max(x0, x1), left + BOX_WIDTH - 1) - max(min(x0, x1), left + 1)
                    down = min(max(y0, y1), top + BOX_HEIGHT - 1) - max(min(y0, y1), top + 1)
                    assert across < 0 or down < 0, (name, version, route)


def test_the_path_taken_is_bold_and_stands_on_top_in_a_line() -> None:
    steps = [Step("a", "甲", stands="past"), Step("b", "乙"), Step("c", "丙", stands="now"), Step("d", "丁", end=True)]
    ways = [Way("a", "b", "去乙"), Way("a", "c", "去丙", past=True), Way("c", "d", "去丁"), Way("b", "d", "完")]
    drawn = process(steps, ways)
    assert drawn.count('class="edge-past"') == 1
    assert drawn.count("node-now") == 1
    tops = {one.said: one.top for one in words_of(drawn)}
    assert tops["甲"] == tops["丙"] < tops["乙"]


def test_an_end_that_many_lead_to_stands_apart_and_has_a_line_only_where_it_was_taken() -> None:
    steps = [Step(name, name) for name in "abcde"] + [Step("end", "撤回", end=True)]
    ways = [Way(a, b, "下一步") for a, b in zip("abcd", "bcde", strict=True)] + [
        Way(name, "end", "撤") for name in "abcde"
    ]
    assert crowded(steps, ways) == ["end"]
    assert process(steps, ways).count('class="edge"') == 4
    taken = [*ways[:-1], Way("e", "end", "撤", past=True)]
    assert process(steps, taken).count('class="edge-past"') == 1


def test_a_long_name_stands_in_two_lines_about_as_long() -> None:
    assert in_two("模拟审查意见待完善中", 114) == ["模拟审查意", "见待完善中"]
    assert in_two("Squad formed, specialist next", 114) == ["Squad formed,", "specialist next"]
    assert in_two("已收件", 114) == ["已收件"]
