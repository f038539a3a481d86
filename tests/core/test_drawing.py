"""The picture of a flow says what the flow says."""

from workflow.drawing import mermaid
from workflow.work import Office


def test_every_state_and_every_way_is_drawn(configuration: Office) -> None:
    for flow in configuration.flows.values():
        drawn = mermaid(flow).splitlines()
        assert drawn[0] == "stateDiagram-v2"
        assert f"  [*] --> {flow.initial.name}" in drawn
        for state in flow.states.values():
            assert f'  state "{state.title.zh}" as {state.name}' in drawn
            assert (f"  {state.name} --> [*]" in drawn) == state.final
        for action in flow.actions.values():
            for source in action.sources:
                ways = [line for line in drawn if line.startswith(f"  {source} --> {action.target or source}: ")]
                assert any(action.title.zh in line for line in ways), action.name


def test_nothing_in_a_name_can_end_a_label(configuration: Office) -> None:
    for flow in configuration.flows.values():
        for line in mermaid(flow, "en").splitlines()[1:]:
            label = line.split(": ", 1)[1] if " --> " in line and ": " in line else ""
            assert not set(label) & set('";#:'), line


def test_what_the_clock_and_the_system_do_is_marked(configuration: Office) -> None:
    drawn = mermaid(configuration.flow("item"), "en") + mermaid(configuration.flow("bundle"), "en")

    assert "received --> in_review: ⏱ Deemed accepted by silence" in drawn
    assert "received --> in_review: ⚙ Every item is past intake" in drawn
