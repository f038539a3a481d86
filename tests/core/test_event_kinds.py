"""Public events: what each line of history tells other systems, of whatever flow, in a shape that is published."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from workflow.event_kinds import Entry, Paused, as_json, event_schema, events_of, kept_inside
from workflow.side_lines import SIDE_LINES
from workflow.work import Office

AT = datetime(2026, 3, 9, 2, tzinfo=UTC)
VALIDATOR = Draft202012Validator(event_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)
SAID: dict[str, Any] = {
    "clock": "statutory",
    "card": "yellow",
    "rung": "due",
    "why": "unread",
    "code": "identity",
    "size": 3,
    "sha256": "00",
    "note": "联系张三",
    "filename": "张三.pdf",
    "told": [{"person": 7, "role": "officer"}],
    "moves": [
        {
            "clock": "statutory",
            "round": 1,
            "old": "2026-03-09",
            "new": None,
            "old_provisional": False,
            "new_provisional": True,
        }
    ],
}


def entry(flow: str, action: str, from_state: str, to_state: str, said: dict[str, Any], *pauses: Paused) -> Entry:
    return Entry(
        position=9,
        project="x",
        recorded_at=AT,
        case="LS2026-000001",
        flow=flow,
        flow_version=1,
        seq=2,
        action=action,
        from_state=from_state,
        to_state=to_state,
        role="officer",
        effective_at=AT,
        input=said,
        pauses=pauses,
    )


def test_every_action_of_every_flow_and_version_tells_something_that_fits_the_schema(office: Office) -> None:
    pauses = [Paused("hearing", "行政许可法", ("statutory",), "2026-03-31", began) for began in (True, False)]
    for flow in office.flows.values():
        for action in flow.actions.values():
            for source in action.sources:
                line = entry(flow.name, action.name, source, action.target or source, {"days": 3}, *pauses)
                told = events_of(line, flow)
                assert told[0].kind == ("case.acted" if action.target is None else "case.advanced")
                assert [one.id for one in told] == [f"9.{place + 1}" for place in range(len(told))]
                for one in told:
                    VALIDATOR.validate(as_json(one))
                kind = action.effect.kind if action.effect else None
                kinds = {one.kind for one in told}
                assert ("clock.extended" in kinds) is (kind == "extend")
                assert ("clock.paused" in kinds) is (kind == "pause")


@pytest.mark.parametrize("name", [*SIDE_LINES, "rung:statutory:0", "something_new"])
def test_every_side_line_tells_one_thing_and_no_word_of_a_person(name: str, office: Office) -> None:
    flow = office.flow("item")
    state = flow.initial.name
    [told] = events_of(entry("item", name, state, state, SAID), flow)

    VALIDATOR.validate(as_json(told))
    assert "张三" not in str(as_json(told))
    assert "person" not in str(as_json(told))
    known = {"open", "change_draft", "something_new"}
    assert (told.kind in ("case.noted", "case.opened")) is (name in known), "a kind of its own, or named here"


def test_a_pause_lasts_no_longer_than_its_cap(office: Office) -> None:
    flow = office.flow("item")
    ends = next(one for one in flow.actions.values() if one.effect and one.effect.kind == "resume")
    pause = Paused("hearing", "行政许可法", ("statutory",), "2026-03-04", False)
    target = ends.target or ends.sources[0]

    told = events_of(entry("item", ends.name, ends.sources[0], target, {}, pause), flow)

    assert [one.data["until"] for one in told if one.kind == "clock.resumed"] == ["2026-03-04"]


def test_a_line_brought_in_says_so_in_every_event(office: Office) -> None:
    flow = office.flow("item")
    for said in ({}, {"imported": True}, {"imported": "yes"}):
        [told] = events_of(entry("item", "attach", "draft", "draft", {**SAID, **said}), flow)
        assert told.imported is (said.get("imported") is True)
        assert as_json(told)["imported"] is told.imported
        VALIDATOR.validate(as_json(told))


def test_a_document_that_is_kept_inside_is_not_told_and_the_others_keep_their_ids(office: Office) -> None:
    documents = (("consultation_letter", "A-1"), ("acceptance_notice", "B-1"))
    line = replace(entry("item", "attach", "draft", "draft", SAID), documents=documents)
    inside = kept_inside(office.catalogue)
    assert "consultation_letter" in inside
    told = events_of(line, office.flow("item"), inside)
    assert [(one.id, one.kind) for one in told] == [("9.1", "material.attached"), ("9.3", "document.issued")]
    assert [one.id for one in events_of(line, office.flow("item"))] == ["9.1", "9.2", "9.3"]


def test_a_project_that_changed_is_told_without_a_case() -> None:
    [told] = events_of(Entry(9, "2203-370212-04-01-100013", AT), None)

    assert (told.kind, told.case, told.project, told.by) == (
        "project.changed",
        None,
        "2203-370212-04-01-100013",
        "system",
    )
    VALIDATOR.validate(as_json(told))
