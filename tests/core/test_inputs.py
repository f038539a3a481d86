"""What was typed, read against what a flow asks: what is hostile is refused by name, what is taken is kept as it is."""

import json
from typing import Any

import pytest

from workflow.change import plain
from workflow.definition import Action, Field, Title
from workflow.errors import BadInput
from workflow.inputs import read_inputs
from workflow.work import Office

NAME = Title("示例", "Example")
NUMBER = Field("area", NAME, "number", required=True)
MOMENT = Field("held_at", NAME, "moment", required=True)
ROWS = Field(
    "visits",
    NAME,
    "rows",
    required=True,
    columns=(Field("who", NAME, "text", required=True), Field("paid", NAME, "number"), Field("came", NAME, "yes_no")),
    unique=("who",),
)
WORDS = Field("departments", NAME, "words", required=True, of="departments")


def _read(configuration: Office, ask: Field, value: object) -> Any:
    action = Action("try", NAME, ("open",), None, frozenset({"clerk"}), asks=(ask,))
    return read_inputs(action, {ask.name: value}, configuration.catalogue)[ask.name]


def test_a_negative_nought_is_nought(configuration: Office) -> None:
    """PostgreSQL's numbers have one nought: the history would not read back the bytes its chain was made over."""
    assert json.dumps(plain({"area": _read(configuration, NUMBER, -0.0)})) == '{"area": 0.0}'
    rows = _read(configuration, ROWS, [{"who": "甲", "paid": -0.0}])
    assert json.dumps(plain({"rows": rows}), ensure_ascii=False) == '{"rows": [{"who": "甲", "paid": 0.0}]}'


def test_a_number_has_the_bounds_of_its_field_also_where_one_of_them_is_nought(configuration: Office) -> None:
    none_above = Field("area", NAME, "number", required=True, minimum=-5, maximum=0)
    assert _read(configuration, none_above, -5) == -5.0
    with pytest.raises(BadInput, match="-5 to 0"):
        _read(configuration, none_above, 1)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), -float("inf"), 1e300, 0.001, 10**400, True, "12", [1], {"area": 1}, None]
)
def test_what_is_no_number_of_two_decimals_is_refused_by_name(configuration: Office, value: object) -> None:
    with pytest.raises(BadInput) as refused:
        _read(configuration, NUMBER, value)
    assert refused.value.reasons[0].facts["field"] == "area"


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-26",
        "2026-11-26 09:30",
        "2026-11-26T09:30:30",
        "2026-11-26T09:30+00:00:30",
        "2026-11-26T09:30+08:00:00.5",
        "1999-12-31T09:30",
        "2100-01-01T09:30",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-14:00",
        "T",
        "",
        7,
        ["2026-11-26T09:30"],
    ],
)
def test_what_is_no_instant_of_a_whole_minute_is_refused_by_name(configuration: Office, value: object) -> None:
    with pytest.raises(BadInput) as refused:
        _read(configuration, MOMENT, value)
    assert refused.value.reasons[0].facts["field"] == "held_at"


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"who": "甲"}, "visits"),
        (["甲"], "visits.0"),
        ([{"who": "甲"}, {"who": "甲"}], "visits.1.who"),
        ([{"who": ["甲"]}], "visits.0.who"),
        ([{"who": {"who": "甲"}}], "visits.0.who"),
        ([{"who": "甲\0"}], "visits.0.who"),
        ([{"who": " "}], "visits.0.who"),
        ([{"who": "甲" * 4001}], "visits.0.who"),
        ([{"who": "甲", "came": 1}], "visits.0.came"),
        ([{"who": "甲", "other": 1}], "visits.0.other"),
        ([[]], "visits.0"),
        ([], "visits"),
        ([{"who": str(number)} for number in range(301)], "visits"),
    ],
)
def test_records_of_another_shape_are_refused_by_place(configuration: Office, value: object, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        _read(configuration, ROWS, value)
    assert [reason.facts["field"] for reason in refused.value.reasons] == [field]


@pytest.mark.parametrize(
    ("value", "field"),
    [(["ZG", "ZG"], "departments.1"), (["zg"], "departments.0"), ([["ZG"]], "departments.0"), ("ZG", "departments")],
)
def test_words_that_are_no_list_of_different_ones_are_refused_by_place(
    configuration: Office, value: object, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        _read(configuration, WORDS, value)
    assert [reason.facts["field"] for reason in refused.value.reasons] == [field]
