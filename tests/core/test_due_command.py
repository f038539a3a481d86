"""`wugeyi due`: a date without a database, its explanation, and what is wrong with a question."""

import json
import subprocess
import sys
import time

import pytest

from workflow.cli import main

# Domain fact book, 7.4.
SPRING = ["due", "--from", "2026-02-13", "--limit", "20wd"]


def test_the_date_the_sentence_and_the_calendar_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(SPRING) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("2026-03-19    日历 calendar 2004-2026.")
    assert "届满日 3月19日" in said[1]
    assert "ends Thu 19 Mar 2026" in said[2]


def test_a_pause_moves_the_date_and_every_day_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SPRING, "--pause", "2026-03-09..2026-03-20:expert_review", "--explain"]) == 0
    said = capsys.readouterr().out
    assert "2026-02-14 周六   1  调休上班 make-up day 春节调休" in said
    assert "2026-03-10 周二   -  暂停 pause（expert_review）" in said
    assert "2026-04-01 周三  20  工作日 working day" in said


def test_json_holds_the_same_with_its_days(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SPRING, "--json", "--explain", "--extension", "10"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["due_on"], told["extension"], told["provisional"]) == ("2026-04-02", 10, False)
    assert sum(day["counts"] for day in told["days"]) == 30


def test_a_date_beyond_the_published_years_says_that_it_is_provisional(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["due", "--from", "2026-12-20", "--limit", "45wd"]) == 0
    assert "≈ 预计 provisional" in capsys.readouterr().out


def test_an_open_pause_has_no_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SPRING, "--pause", "2026-03-09..:hearing", "--today", "2026-03-12"]) == 0
    assert "暂停中，尚无届满日" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--from", "13.2.2026", "--limit", "20wd"], "--from '13.2.2026': accepted forms are 2026-02-13"),
        (["--from", "2026-02-13", "--limit", "20"], "limit '20': a whole number and a unit"),
        (["--from", "2026-02-13", "--limit", "20wd", "--pause", "2026-03-09"], "--pause '2026-03-09': accepted forms"),
        (["--from", "2026-02-13", "--limit", "20wd", "--today", "now"], "--today 'now': a date such as"),
        (["--from", "2026-02-13", "--limit", "20wd", "--extension", "-1"], "extension of -1"),
        (["--from", "2026-02-13", "--limit", "20wd", "--pause", "2026-03-09..2026-03-08:x"], "ends 2026-03-08 before"),
    ],
)
def test_a_question_that_cannot_be_answered_is_one_clear_line(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["due", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_it_needs_neither_the_database_nor_the_rules() -> None:
    script = (
        "import sys; from workflow.cli import main; main(['due', '--from', '2026-02-13', '--limit', '20wd']); "
        "heavy = {'sqlalchemy', 'psycopg', 'marshmallow', 'transitions', 'flask', 'celery'} & set(sys.modules); "
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    # Far above the fifth of a second it takes on an idle machine: this one is shared.
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9999-12-31"])
def test_a_year_the_calendar_cannot_speak_of_is_refused_by_name(day: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["due", "--from", day, "--limit", "5wd"]) != 0
    assert "the years 1900 to 2100 are accepted" in capsys.readouterr().err
