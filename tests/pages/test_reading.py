"""What a person types is understood as it is meant: dates, digits, full-width or not."""

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from api.pages.reading import fault_rows, half_width, read_day, read_inputs, typed
from workflow.definition import Field, Title

TODAY = date(2026, 11, 23)
DAY = date(2026, 11, 25)


def ask(name: str, type_: str) -> Field:
    """A field of that type."""
    return Field(name, Title(name, name), type_)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-25",
        "20261125",
        "2026年11月25日",
        "2026/11/25",
        "2026.11.25",
        " ２０２６－１１－２５ ",
        "２０２６年１１月２５日",
        "11月25日",
        "11-25",
        "2026 年 11 月 25 日",
    ],
)
def test_a_date_is_read_however_it_is_written(text: str) -> None:
    assert read_day(text, TODAY) == DAY


@pytest.mark.parametrize("text", ["", "明天", "2026-13-01", "2026-02-30", "25.11.2026", "2026", "1125x", "-"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_day(text, TODAY) is None


def test_a_day_without_a_year_is_the_next_one() -> None:
    assert read_day("1月5日", TODAY) == date(2027, 1, 5)
    assert read_day("11月23日", TODAY) == TODAY


def test_what_cannot_be_read_goes_to_the_core_as_it_was_typed() -> None:
    asks = [ask("until", "date"), ask("days", "integer"), ask("reason", "text"), ask("cause", "pause_cause")]
    form = MultiDict({"until": "下周", "days": "十", "reason": " 第一行\r\n第二行 ", "cause": ""})
    assert read_inputs(asks, form, TODAY) == {"until": "下周", "days": "十", "reason": "第一行\n第二行"}
    assert typed(asks, form)["until"] == "下周"


def test_full_width_digits_are_digits() -> None:
    assert read_inputs([ask("days", "integer")], MultiDict({"days": "１０"}), TODAY) == {"days": 10}
    assert half_width("０５３２－８８８") == "0532-888"


def test_only_rows_with_words_become_points_of_a_notice() -> None:
    form = MultiDict([("faults", "a"), ("faults", "b"), ("faults.b.problem", "缺章"), ("faults.c.problem", "不在表里")])
    assert [row["material"] for row in fault_rows(form, "faults")] == ["a", "b"]
    read = read_inputs([ask("faults", "faults")], form, TODAY)
    assert read == {"faults": [{"material": "b", "problem": "缺章", "fix": ""}]}
