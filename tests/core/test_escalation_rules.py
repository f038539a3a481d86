"""By when alerts must be seen, as configured: what cannot be meant is named with file, key and line."""

import shutil
from pathlib import Path

import pytest

from workflow.catalogue import load_catalogue
from workflow.errors import ConfigFaults, Fault

CONFIG = Path(__file__).resolve().parents[2] / "config"
FILE = "rules/escalation.yaml"

BROKEN = [
    # text, its replacement, key of the fault, words of its message
    ("yellow: 1wd", "yellow: 30min", "answer_within", "30min: times as 1wd or 4wh are needed"),
    ("yellow: 30min", "yellow: 1wd", "round_the_clock", "1wd: times as 2h or 30min are needed"),
    ("red: 4wh", "red: 0wh", "answer_within.red", "at least 1"),
    ("red: 4wh", "red: soon", "answer_within.red", "a whole number and a unit"),
    ("yellow: 1wd, red: 4wh", "yellow: 1wd", "answer_within.red", "missing"),
    ("red: 4wh", "red: 4wh, green: 1wd", "answer_within.green", "unknown key"),
    ("may_wait: [applicant]", "may_wait: [aplicant]", "may_wait[0]", "did you mean applicant?"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A configuration of one's own to break."""
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


def faults(config: Path) -> tuple[Fault, ...]:
    with pytest.raises(ConfigFaults) as caught:
        load_catalogue(config)
    return caught.value.faults


@pytest.mark.parametrize(("old", "new", "key", "words"), BROKEN)
def test_a_time_that_cannot_be_meant_is_named(copy: Path, old: str, new: str, key: str, words: str) -> None:
    path = copy / FILE
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    [fault] = faults(copy)
    assert (fault.file, fault.key) == (FILE, key)
    assert words in fault.message
    assert fault.line is not None


def test_every_card_may_be_let_wait_and_whoever_has_the_case_too(copy: Path) -> None:
    path = copy / FILE
    text = path.read_text(encoding="utf-8")
    text = text.replace("red: 4wh", "red: null").replace("[applicant]", "[assignee, on_duty]")
    path.write_text(text, encoding="utf-8")
    escalation = load_catalogue(copy).escalation
    assert escalation.limit("red", "wd") is None
    assert str(escalation.limit("red", "min")) == "30min"
    assert escalation.may_wait == ("assignee", "on_duty")
