"""What one version of a flow says otherwise than the one before."""

from dataclasses import replace

from workflow.clock.limit import parse_limit
from workflow.definition import Title
from workflow.queries.flow_differences import differences
from workflow.work import Office


def test_a_flow_does_not_differ_from_itself(configuration: Office) -> None:
    for flow in configuration.flows.values():
        assert differences(flow, flow) == ()


def test_states_actions_and_clocks_that_came_are_new_and_those_that_went_are_removed(configuration: Office) -> None:
    old, new = configuration.flows["item", 2], configuration.flows["item", 3]
    forth, back = differences(old, new), differences(new, old)
    added = {(one.part, one.title) for one in forth if one.change == "added"}
    assert ("state", new.states["simulating"].title) in added
    assert added == {(one.part, one.title) for one in back if one.change == "removed"}
    assert [one.change for one in forth] == sorted(
        (one.change for one in forth), key=("added", "changed", "removed").index
    )


def test_a_limit_that_changed_says_from_what_to_what(configuration: Office) -> None:
    flow = configuration.flows["urge", 1]
    (name, clock), *_rest = flow.clocks.items()
    longer = replace(clock, limit=parse_limit("5wd"))
    (found,) = differences(flow, replace(flow, clocks={**flow.clocks, name: longer}))
    assert (found.change, found.part) == ("changed", "clock")
    assert found.detail is not None
    assert "→" in found.detail.zh
    assert "→" in found.detail.en


def test_another_order_of_the_same_roles_is_no_difference(configuration: Office) -> None:
    flow = configuration.flows["item", 3]
    name = next(name for name, action in flow.actions.items() if len(action.sources) > 1)
    turned = replace(flow.actions[name], sources=flow.actions[name].sources[::-1])
    assert differences(flow, replace(flow, actions={**flow.actions, name: turned})) == ()


def test_a_new_name_tells_the_old_one(configuration: Office) -> None:
    flow = configuration.flows["urge", 1]
    renamed = replace(flow.states["open"], title=Title("待答复", "To be answered now"))
    (found,) = differences(flow, replace(flow, states={**flow.states, "open": renamed}))
    assert found.detail is not None
    assert flow.states["open"].title.zh in found.detail.zh
