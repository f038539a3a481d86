"""The flows of help to the end, as files."""

from pathlib import Path

import pytest

from workflow.errors import ConfigFaults
from workflow.loading import load_flow
from workflow.settings import default_config_folder
from workflow.work import Office

FILE = "assistance.v2.yaml"
OURS = ("assistance", "referral", "callback", "visit", "extended_hours")


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("only_if: rated_badly", "only_if: rated_nicely", "actions.rate.opens.only_if: unknown condition"),
        ("only_if: rated_badly", "only_if: kept(colour)", "actions.rate.opens.only_if: unknown datum 'colour'"),
        ("unnamed: true", "unnamed: yes", "actions.rate_anonymously.unnamed"),
        ("limit: help.first_plan", "limit: help.last_plan", "clocks.first_plan.limit"),
        ("of: ratings", "of: grades", "actions.rate.asks.level.of"),
    ],
)
def test_a_fault_is_named_with_its_key(
    configuration: Office, tmp_path: Path, was: str, becomes: str, told: str
) -> None:
    text = (default_config_folder() / "flows" / FILE).read_text(encoding="utf-8")
    assert was in text
    file = tmp_path / FILE
    file.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(ConfigFaults) as found:
        load_flow(file, configuration.catalogue)
    assert told in str(found.value)


@pytest.mark.parametrize("name", OURS)
def test_every_clock_that_warns_comes_to_the_director_or_above(configuration: Office, name: str) -> None:
    """One that acts by itself needs nobody, and the time to send something back is nobody's lateness."""
    flow = configuration.flow(name)
    assert flow.lane == "assistance"
    for clock in flow.clocks.values():
        told = {role for rung in clock.ladder for role in rung.tell}
        acts = any(rung.act for rung in clock.ladder)
        assert acts or told & {"director", "district_leader"}, clock.name
        late = [rung for rung in clock.ladder if rung.card == "red"]
        assert acts or clock.name == "not_ours" or "district_leader" in late[-1].tell, clock.name


@pytest.mark.parametrize("name", OURS)
def test_what_stands_under_a_case_ends_with_it(configuration: Office, name: str) -> None:
    """But for the call-back, which begins when its request is at rest."""
    flow = configuration.flow(name)
    ends = [action for action in flow.actions.values() if "parent_ended" in action.needs]
    if name in ("assistance", "callback"):
        assert ends == []
        return
    [end] = ends
    assert end.by == {"system"}
    assert set(end.sources) == {state.name for state in flow.states.values() if not state.ended}
