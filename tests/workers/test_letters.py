"""Templates of messages are checked when they are read, not when somebody waits for the letter."""

import shutil
from pathlib import Path

import pytest

from workflow.clock.ladder import parse_rung_time
from workflow.definition import Title
from workflow.errors import ConfigFaults
from workflow.letter_facts import action_facts
from workflow.letters import FACTS, load_templates, rung_title, write_letter, write_short
from workflow.queries.live import NOTICES
from workflow.settings import default_config_folder
from workflow.work import Office


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the messages, to be spoilt."""
    shutil.copytree(default_config_folder() / "messages", tmp_path / "messages")
    return tmp_path


def spoil(config: Path, message: str, old: str, new: str) -> None:
    path = config / "messages" / f"{message}.yaml"
    words = path.read_text(encoding="utf-8")
    assert old in words
    path.write_text(words.replace(old, new), encoding="utf-8")


def faults(config: Path) -> list[str]:
    with pytest.raises(ConfigFaults) as found:
        load_templates(config)
    return [str(fault) for fault in found.value.faults]


def test_the_shipped_templates_name_only_facts_that_their_message_has() -> None:
    assert set(load_templates(default_config_folder())) == set(FACTS)


def test_whatever_stands_on_a_page_has_a_title_of_its_own_where_it_is_told_live() -> None:
    # An alert's own row is the notice; tests and letters of several messages are no notices.
    assert set(NOTICES) == set(FACTS) - {"test", "together"}


def test_an_action_that_its_flow_has_lost_is_told_by_its_code(configuration: Office) -> None:
    flow = next(iter(configuration.flows.values()))
    assert action_facts(flow, {"action": "no_such_action"}) == {"action": Title("no_such_action", "no_such_action")}


def test_a_misspelt_fact_is_named_with_file_line_and_what_is_known(config: Path) -> None:
    spoil(config, "rung", 'en: "[{card}]', 'en: "[{crad}]')
    assert faults(config) == [
        "messages/rung.yaml:11: subject.en: there is no fact {crad} in this message "
        "(known: case, title, clock, rung, card, due_on, state, link)"
    ]


def test_every_fault_of_every_file_is_named_at_once(config: Path) -> None:
    spoil(config, "action", "{title}", "{owner}")
    spoil(config, "rung", "message: rung", "message: action")
    assert len(faults(config)) == 3


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("{state!r}", "{state} takes no format"),
        ("{state:>10}", "{state} takes no format"),
        ("{state", "the braces do not match"),
        ("{}", "there is no fact {}"),
        ("{state.zh}", "there is no fact {state.zh}"),
        ("{state[0]}", "there is no fact {state[0]}"),
    ],
)
def test_a_template_is_a_text_and_no_program(config: Path, new: str, said: str) -> None:
    spoil(config, "action", "当前环节：{state}", f"当前环节：{new}")
    assert said in faults(config)[0]


def test_a_missing_template_is_a_fault(config: Path) -> None:
    (config / "messages" / "rung.yaml").unlink()
    assert faults(config) == ["messages/rung.yaml: (file): the file is missing"]


def test_a_fact_that_looks_like_a_template_stays_as_it_is() -> None:
    template = load_templates(default_config_folder())["action"]
    odd = {name: Title("{title}", "{title}") for name in FACTS["action"]}
    assert "{title}" in write_letter(template, odd).text


def test_a_subject_is_one_line_whatever_the_facts_hold() -> None:
    template = load_templates(default_config_folder())["action"]
    odd = {name: Title("甲\r\nBcc: all@example.org", "x") for name in FACTS["action"]}
    assert "\n" not in write_letter(template, odd).subject


@pytest.mark.parametrize("longest", [70, 120, 200, 600, 5000])
def test_a_short_letter_keeps_within_its_length_and_keeps_its_link(longest: int) -> None:
    template = load_templates(default_config_folder())["action"]
    facts = {name: Title("很长的事实" * 20, "a long fact " * 20) for name in FACTS["action"]}
    facts["link"] = Title("http://example.org/cases/1", "http://example.org/cases/1")
    words = write_short(template, facts, longest)
    assert len(words) <= longest
    assert "http://example.org/cases/1" in words


def test_a_short_letter_says_it_in_both_languages_where_there_is_room() -> None:
    template = load_templates(default_config_folder())["test"]
    link = {"link": Title("http://x", "http://x")}
    assert "This is a test message" in write_short(template, link, 1000)
    assert "This is a test message" not in write_short(template, link, 70)


@pytest.mark.parametrize(
    ("time", "zh", "en"),
    [
        ("due", "到期", "due"),
        ("1 working day left", "剩 1 个工作日", "1 working day left"),
        ("4 working days after", "超期 4 个工作日", "4 working days overdue"),
        ("10 minutes left", "剩 10 分钟", "10 minutes left"),
        ("24 hours after", "超期 24 小时", "24 hours overdue"),
        ("15 minutes from start", "开始后 15 分钟", "15 minutes from start"),
    ],
)
def test_the_moment_of_a_rung_reads_in_both_languages(time: str, zh: str, en: str) -> None:
    assert rung_title(parse_rung_time(time)) == Title(zh, en)
