"""`wugeyi due --batch`: a line in, a line out, and no line that ends the run."""

import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.cli import main
from workflow.cli.due_batch import LONGEST_LINE, run_batch
from workflow.clock.calendar import published_calendar

CALENDAR = published_calendar()
CAUSES = ("hearing", "expert_review")
EXAMPLE = {"from": "2026-02-13", "limit": "20wd", "pauses": [["2026-03-09", "2026-03-20", "expert_review"]]}


def answers(*lines: str | bytes | dict[str, Any]) -> list[dict[str, Any]]:
    raw = [
        line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode()
        for line in lines
    ]
    out = io.StringIO()
    run_batch(io.BytesIO(b"\n".join(raw) + b"\n"), out, CALENDAR, lambda: CAUSES)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def answer(line: str | bytes | dict[str, Any]) -> dict[str, Any]:
    (told,) = answers(line)
    return told


def test_the_example_of_the_handbook() -> None:
    assert answer(EXAMPLE) == {"due": "2026-04-01", "at": "2026-04-02T00:00:00+08:00", "provisional": False}


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({"pauses": []}, "2026-03-19"),
        ({"extension": 10}, "2026-04-16"),
        ({"pauses": [["2026-03-09", None, "hearing"]]}, None),
        ({"pauses": [], "resets": [["2026-03-02", "2026-03-04", "hearing"]]}, "2026-04-01"),
        ({"limit": "30cd", "pauses": [], "direction": "min"}, "2026-03-15"),
        ({"limit": "30cd", "pauses": [], "direction": "max"}, "2026-03-16"),
        ({"from": "2026-03-02T16:00", "limit": "2wh", "pauses": []}, "2026-03-03"),
        ({"from": "2026-01-31", "limit": "1mo", "pauses": []}, "2026-02-28"),
    ],
)
def test_a_line_says_all_that_the_options_say(changes: dict[str, Any], due: str | None) -> None:
    assert answer(EXAMPLE | changes)["due"] == due


def test_a_date_past_the_horizon_is_provisional() -> None:
    assert answer({"from": "2026-12-20", "limit": "45wd"})["provisional"] is True


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "the line is empty"),
        ("  ", "the line is empty"),
        ("{", "not JSON"),
        ("[]", "[] is not an object"),
        ("null", "None is not an object"),
        ("7", "7 is not an object"),
        ("NaN", "nan is not an object"),
        (b"\xff\xfe", "not UTF-8 text (byte 0)"),
        ("[" * 50_000, "nested too deeply"),
        ("9" * 5000, "a number of 5000 digits: at most 1000"),
        ('{"from": "2026-02-13", "from": "2026-02-14", "limit": "1wd"}', "'from' stands twice"),
        (EXAMPLE | {"pause": []}, "'pause' is an unknown key: from, limit, pauses, resets, extension, direction"),
        ({"limit": "20wd"}, "from None: text is needed, as in 2026-02-13"),
        ({"from": "2026-02-13"}, "limit None: text is needed, as in 20wd"),
        (EXAMPLE | {"from": 20260213}, "from 20260213: text is needed"),
        (EXAMPLE | {"from": "13.2.2026"}, "from '13.2.2026': accepted forms"),
        (EXAMPLE | {"from": "1899-12-31"}, "1900 to 2100"),
        (EXAMPLE | {"from": "9999-12-31T23:59-14:00"}, "1900 to 2100"),
        (EXAMPLE | {"limit": "20"}, "limit '20': a whole number and a unit"),
        (EXAMPLE | {"limit": "999999wd"}, "1900 to 2100"),
        (EXAMPLE | {"extension": "10"}, "extension '10': a whole number"),
        (EXAMPLE | {"extension": True}, "extension True: a whole number"),
        (EXAMPLE | {"extension": 1.5}, "extension 1.5: a whole number"),
        (EXAMPLE | {"extension": -1}, "extension of -1: 0 to 999999"),
        (EXAMPLE | {"extension": 10**300}, "0 to 999999"),
        (EXAMPLE | {"direction": "most"}, "direction 'most': max or min"),
        (EXAMPLE | {"direction": None}, "direction None: max or min"),
        (EXAMPLE | {"pauses": None}, "pauses None: a list of"),
        (EXAMPLE | {"pauses": {}}, "pauses {}: a list of"),
        (EXAMPLE | {"pauses": ["x"]}, "pauses[0] 'x'"),
        (EXAMPLE | {"pauses": [[1, 2, 3]]}, "pauses[0] [1, 2, 3]"),
        (EXAMPLE | {"pauses": [["2026-03-09"]]}, "pauses[0]"),
        (EXAMPLE | {"pauses": [["2026-03-09", "2026-03-20"]]}, "pauses[0] has no cause: one of hearing, expert_review"),
        (EXAMPLE | {"pauses": [["2026-03-09", "2026-03-20", ""]]}, "pauses[0] has no cause"),
        (EXAMPLE | {"pauses": [["2026-03-09", "2026-03-20", None]]}, "pauses[0]"),
        (EXAMPLE | {"pauses": [["2026-03-09", "2026-03-20", "nap"]]}, "pauses[0]: 'nap' is no lawful cause"),
        (EXAMPLE | {"pauses": [["2026-03-20", "2026-03-09", "hearing"]]}, "pauses[0]: pause ends 2026-03-09 before"),
        (EXAMPLE | {"resets": [["2026-03-09", "2026-03-20", "nap"]]}, "resets[0]: 'nap' is no lawful cause"),
        (EXAMPLE | {"pauses": [["2026-03-09", "2026-02-30", "hearing"]]}, "pauses[0] '2026-02-30': a date such as"),
        (EXAMPLE | {"limit": "2h"}, "cannot be paused"),
        ({"from": "2026-02-13", "limit": "x" * 5000}, "limit"),
    ],
)
def test_a_line_that_cannot_be_answered_says_why_and_where(line: str | bytes | dict[str, Any], told: str) -> None:
    before, found, after = answers(EXAMPLE, line, EXAMPLE)
    assert (before["due"], after["due"], found["line"]) == ("2026-04-01", "2026-04-01", 2)
    assert told in found["error"]
    assert len(found["error"]) < 6000


def test_a_line_too_long_is_refused_without_being_read_whole_and_the_next_is_answered() -> None:
    long = json.dumps(EXAMPLE | {"limit": "x" * 3 * LONGEST_LINE})
    told = answers(EXAMPLE, long, EXAMPLE)
    assert told[1] == {"line": 2, "error": "the line is too long: 65536 bytes are accepted"}
    assert [one.get("due") for one in told] == ["2026-04-01", None, "2026-04-01"]


def test_a_line_of_exactly_the_longest_length_is_read() -> None:
    line = json.dumps(EXAMPLE).encode()
    padded = line + b" " * (LONGEST_LINE - len(line))
    assert [one.get("due") for one in answers(padded, padded + b" ")] == ["2026-04-01", None]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60).map(lambda raw: raw.replace(b"\n", b"")),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["from", "limit", "pauses", "resets", "extension", "x"]), inner)
                ),
                max_leaves=8,
            ).map(lambda value: json.dumps(value).encode()),
        ),
        max_size=5,
    )
)
def test_whatever_a_line_holds_it_gets_one_answer(lines: list[bytes]) -> None:
    out = io.StringIO()
    run_batch(io.BytesIO(b"".join(line + b"\n" for line in lines)), out, CALENDAR, lambda: CAUSES)
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(told) == len(lines)
    assert all("due" in one or "error" in one for one in told)


@pytest.fixture
def batch(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "questions.jsonl"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_the_exit_status_tells_whether_every_line_was_answered(
    batch: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    line = json.dumps(EXAMPLE)
    assert main(["due", "--batch", batch(f"{line}\n{line}")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["due", "--batch", batch(f"{line}\nx\n{line}\n")]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert main(["due", "--batch", batch("")]) == 0


def test_a_batch_comes_from_standard_input_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(EXAMPLE).encode())))
    assert main(["due", "--batch", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["due"] == "2026-04-01"


def test_ten_thousand_lines_take_a_second_or_so() -> None:
    line = json.dumps(EXAMPLE).encode() + b"\n"
    began = time.perf_counter()
    assert run_batch(io.BytesIO(line * 10_000), io.StringIO(), CALENDAR, lambda: CAUSES) == 0
    # A fifth of a second on an idle machine; ten seconds for ten times as many is what was promised.
    assert time.perf_counter() - began < 3
