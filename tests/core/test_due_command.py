"""`wugeyi due`: a date without a database, its explanation, and what is wrong with a question."""

import csv
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.core.notices_given import DEMO
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
        (
            ["--from", "2026-02-13", "--limit", "20wd", "--pause", "2026-03-09..2026-03-08:hearing"],
            "ends 2026-03-08 before",
        ),
        (["--limit", "20wd"], "--from missing: --from DATE --limit 20wd, or --batch FILE, is accepted"),
        ([], "--from and --limit missing"),
        (["--from", "", "--limit", "20wd"], "--from '': accepted forms are"),
        (["--from", "20260213", "--limit", "20wd"], "--from '20260213': accepted forms are"),
        (["--from", "2026-W07-5", "--limit", "20wd"], "--from '2026-W07-5': accepted forms are"),
        (["--from", "2026-02-30", "--limit", "20wd"], "--from '2026-02-30': accepted forms are"),
        (["--from", "2026-02-13T24:00", "--limit", "2h"], "--from '2026-02-13T24:00': accepted forms are"),
        (["--from", "0001-01-01T00:00+14:00", "--limit", "2h"], "the years 1900 to 2100 are accepted"),
        (["--from", "2026-02-13", "--limit", ""], "limit '': a whole number and a unit"),
        (["--from", "2026-02-13", "--limit", "20wd", "--today", ""], "--today '': a date such as"),
        (["--from", "2026-02-13", "--limit", "20wd", "--extension", "9999999"], "extension of 9999999: 0 to 999999"),
        (["--from", "2026-02-13", "--limit", "2h", "--extension", "9" * 30], "0 to 999999 h are accepted"),
        (["--from", "2026-02-13", "--limit", "20wd", "--pause", ""], "--pause '': accepted forms"),
        (["--from", "2026-02-13", "--limit", "20wd", "--pause", "2026-03-09.."], "has no cause: one of hearing,"),
        (["--from", "2026-02-13", "--limit", "20wd", "--pause", "2026-03-09..2026-03-20:"], "has no cause"),
        (["--from", "2026-02-13", "--limit", "20wd", "--pause", "2026-03-09..2026-03-20: "], "has no cause"),
        (
            ["--from", "2026-02-13", "--limit", "20wd", "--pause", "2026-03-09..2026-03-20:nap"],
            "'nap' is no lawful cause: one of hearing, tender,",
        ),
        (
            ["--from", "2026-02-13", "--limit", "20wd", "--reset", "2026-03-09..2026-03-20:nap"],
            "--reset '2026-03-09..2026-03-20:nap': 'nap' is no lawful cause",
        ),
        (["--from", "2026-02-13", "--limit", "20wd", "--pause", "2026-3-9..:hearing"], "--pause '2026-3-9': a date"),
        (["--from", "2026-02-13", "--limit", "20wd", "--pause", "1899-12-31..:hearing"], "1900 to 2100"),
        (["--from", "2026-02-13", "--limit", "2h", "--pause", "2026-02-12..:hearing"], "cannot be paused"),
        (["--from", "2026-02-13", "--limit", "2h", "--csv"], "--csv on a limit of 2h"),
        (["--from", "2026-02-13", "--limit", "20wd", "--csv", "--json"], "--json and --csv: one of the two"),
        (["--from", "2026-02-13", "--limit", "20wd", "--config", "/nowhere"], "--config '/nowhere': an existing"),
        (["--from", "2026-02-13", "--limit", "20wd", "--calendar-file", "/nowhere.yaml"], "the file is missing"),
        (["--from", "2026-02-13", "--limit", "999999y"], "the years 1900 to 2100 are accepted"),
        (["--batch", "/nowhere.jsonl"], "/nowhere.jsonl: No such file"),
        (["--batch", "-", "--limit", "20wd"], "--limit beside --batch: the lines of the batch say it"),
        (["--batch", "-", "--from", "2026-02-13"], "--from beside --batch"),
    ],
)
def test_a_question_that_cannot_be_answered_is_one_clear_line(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["due", *arguments]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    "option",
    [
        ["--direction", "most"],
        ["--extension", "x"],
        ["--extension", "1_0"],
        ["--extension", "２"],
        ["--extension", " 3 "],
        ["--extension"],
        ["--today"],
    ],
)
def test_an_option_without_a_meaning_ends_with_what_is_accepted(
    option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*SPRING, *option])
    assert ended.value.code == 2
    assert f"argument {option[0]}: " in capsys.readouterr().err


def told_by(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["due", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_example_of_the_handbook_gives_its_date_in_both_words(capsys: pytest.CaptureFixture[str]) -> None:
    told = told_by(capsys, "--from", "2026-02-13", "--limit", "20wd", "--pause", "2026-03-09..2026-03-20:expert_review")
    assert (told["due"], told["due_on"], told["at"]) == ("2026-04-01", "2026-04-01", "2026-04-02T00:00:00+08:00")


@pytest.mark.parametrize(
    ("arguments", "due", "at"),
    [
        (["--from", "2026-03-02T16:00", "--limit", "2wh"], "2026-03-03", "2026-03-03T10:00:00+08:00"),
        (["--from", "2026-03-02T08:00Z", "--limit", "2wh"], "2026-03-03", "2026-03-03T10:00:00+08:00"),
        (["--from", "2026-03-02T16:00", "--limit", "2h"], "2026-03-02", "2026-03-02T18:00:00+08:00"),
        (["--from", "2026-03-02T16:00", "--limit", "30min"], "2026-03-02", "2026-03-02T16:30:00+08:00"),
        (["--from", "2026-01-31", "--limit", "1mo"], "2026-02-28", "2026-03-01T00:00:00+08:00"),
        (["--from", "2024-02-29", "--limit", "1y"], "2025-02-28", "2025-03-01T00:00:00+08:00"),
        (["--from", "2026-03-02", "--limit", "20cd"], "2026-03-23", "2026-03-24T00:00:00+08:00"),
        (["--from", "2026-03-02", "--limit", "20cd", "--direction", "min"], "2026-03-22", "2026-03-22T00:00:00+08:00"),
        (
            ["--from", "2026-03-02", "--limit", "7wd", "--reset", "2026-03-04..2026-03-10:testing"],
            "2026-03-19",
            "2026-03-20T00:00:00+08:00",
        ),
        (["--from", "2026-03-02", "--limit", "7wd", "--reset", "2026-03-04..:testing"], None, None),
        (["--from", "2100-12-20", "--limit", "1wd"], "2100-12-21", "2100-12-22T00:00:00+08:00"),
    ],
)
def test_every_unit_direction_and_pause_has_its_date_and_its_instant(
    arguments: list[str], due: str | None, at: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    told = told_by(capsys, *arguments)
    assert (told["due"], told["at"]) == (due, at)


def test_the_explained_days_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SPRING, "--pause", "2026-03-09..2026-03-20:expert_review", "--csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert (rows[0]["rule"], rows[-1]["date"], rows[-1]["total"]) == ("start", "2026-04-01", "20")
    paused = next(row for row in rows if row["date"] == "2026-03-10")
    assert (paused["counts"], paused["rule"], paused["cause"]) == ("no", "pause", "expert_review")


def test_a_notice_that_is_not_in_force_can_be_tried(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    asked = ["--from", "2026-12-21", "--limit", "45wd"]
    before = told_by(capsys, *asked)
    after = told_by(capsys, *asked, "--calendar-file", str(DEMO))
    assert (before["due"], before["provisional"]) == ("2027-02-25", True)
    assert (after["due"], after["provisional"]) == ("2027-03-01", False)
    storm = tmp_path / "storm.yaml"
    text = "year: 2027\nkind: closure\nsource: 通告\noff: [{date: 2027-03-01, name: 台风停工}]\n"
    storm.write_text(text, encoding="utf-8")
    both = told_by(capsys, *asked, "--calendar-file", str(DEMO), "--calendar-file", str(storm))
    assert both["due"] == "2027-03-02"


def test_a_notice_that_is_tried_is_checked_like_one_in_force(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    storm = tmp_path / "storm.yaml"
    storm.write_text(
        "year: 2026\nkind: closure\nsource: 通告\noff: [{date: 2026-08-15, name: 台风}]\n", encoding="utf-8"
    )
    assert main([*SPRING, "--calendar-file", str(storm)]) == 2
    assert "2026-08-15 (Saturday) is a rest day already" in capsys.readouterr().err
    assert main([*SPRING, "--calendar-file", str(DEMO), "--calendar-file", str(DEMO)]) == 2
    assert "two notices for one year" in capsys.readouterr().err


def test_office_hours_of_the_rules_are_those_of_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    rules = tmp_path / "rules" / "clocks.yaml"
    rules.write_text('day_ends: close\noffice_hours: ["08:30-12:00", "14:00-17:30"]\n', encoding="utf-8")
    told = told_by(capsys, "--from", "2026-03-02", "--limit", "1wd", "--config", str(tmp_path))
    assert told["at"] == "2026-03-03T17:30:00+08:00"
    rules.write_text("office_hours: [noon]\n", encoding="utf-8")
    assert main([*SPRING, "--config", str(tmp_path)]) == 2
    assert "office hours 'noon': a span such as 09:00-12:00 is accepted" in capsys.readouterr().err


def test_it_needs_neither_the_database_nor_the_rules() -> None:
    script = (
        "import sys; from workflow.cli import main; main(['due', '--from', '2026-02-13', '--limit', '20wd', "
        "'--pause', '2026-03-09..2026-03-20:expert_review']); "
        "heavy = {'sqlalchemy', 'psycopg', 'marshmallow', 'transitions', 'flask', 'celery', 'numpy', 'holidays', "
        "'redis', 'kombu', 'jinja2'} & set(sys.modules); "
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
