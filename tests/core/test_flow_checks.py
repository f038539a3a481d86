"""A flow file is proved before use: every fault is named with file, key, line and what is known instead."""

from pathlib import Path

import pytest

from workflow.catalogue import load_catalogue
from workflow.errors import ConfigFaults
from workflow.loading import load_flow, load_flows
from workflow.settings import default_config_folder

CONFIG = default_config_folder()
SHIPPED = (CONFIG / "flows" / "item.v1.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue(CONFIG)


def _faults(catalogue, folder: Path, text: str, name: str = "item.v1.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigFaults) as caught:
        load_flow(path, catalogue)
    return str(caught.value)


def test_the_shipped_flows_are_sound(catalogue):
    assert {"item", "bundle", "assistance"} <= {name for name, _ in load_flows(CONFIG / "flows", catalogue)}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("    to: in_review\n    by: clerk", "    to: in_revue\n    by: clerk", "unknown state 'in_revue'"),
        ("needs: [project_code_valid, required_mat", "needs: [project_kode, required_mat", "unknown condition"),
        ("by: clerk\n    needs: [project", "by: clark\n    needs: [project", "unknown role 'clark'"),
        (
            "issues: acceptance_notice\n    tell: [applicant, assignee]",
            "issues: akt\n    tell: [applicant]",
            "unknown document",
        ),
        ("effect: extend statutory", "effect: extend nothing", "unknown clock"),
        ("effect: extend statutory", "effect: explode", "unknown effect"),
        ("effect: resume", "effect: pause", "no action resumes"),
        ("starts: received_at\n    limit: 5wd", "starts: moonrise\n    limit: 5wd", "unknown moment"),
        ("limit: 5wd", "limit: five days", "limit"),
        (
            "{at: 1 working day left, card: yellow, tell: [assignee, director]}",
            "{at: 9 working days left, card: yellow, tell: [director]}",
            "before the start",
        ),
        ("act: accept_by_silence", "act: accept", "not an action of the clock"),
        (
            "draft:             {zh: 草稿, en: Draft, initial: true, turn: applicant}",
            "draft: {zh: 草稿, en: Draft, turn: applicant}",
            "exactly one state",
        ),
        (
            "refused:           {",
            "orphan: {zh: 孤, en: Orphan, turn: clerk}\n  refused:           {",
            "no action leads to this state",
        ),
        ("turn: officer}\n  special:", "}\n  special:", "turn is missing"),
        ("states:\n", "stages:\n", "unknown key"),
        ("version: 1\n", "version: 1\nversion: 1\n", "stands twice"),
        ("while: received\n", "while: recieved\n", "unknown state 'recieved'"),
    ],
)
def test_a_fault_is_named_with_its_key_and_what_is_known(catalogue, tmp_path, old, new, expected):
    assert old in SHIPPED, "the test must change something"
    message = _faults(catalogue, tmp_path, SHIPPED.replace(old, new, 1))
    assert expected in message
    assert "item.v1.yaml:" in message


def test_all_faults_of_a_file_are_listed_at_once(catalogue, tmp_path):
    text = SHIPPED.replace("by: clerk", "by: clark").replace("effect: resume", "effect: stop")
    message = _faults(catalogue, tmp_path, text)
    assert message.count("unknown role 'clark'") >= 3
    assert "unknown effect 'stop'" in message


def test_a_file_must_carry_the_name_of_its_flow(catalogue, tmp_path):
    assert "item.v1.yaml" in _faults(catalogue, tmp_path, SHIPPED, "something.v1.yaml")


def test_a_final_state_cannot_be_left(catalogue, tmp_path):
    text = SHIPPED.replace("from: [granted, granted_with_gaps, delivered]", "from: [granted, refused]")
    assert "final state cannot be left" in _faults(catalogue, tmp_path, text)


CROSS_FAULTS = (
    ("by: clerk\n    needs: [project", "by: clark\n    needs: [project", "unknown role 'clark'"),
    ("while: received\n", "while: recieved\n", "unknown state 'recieved'"),
    (
        "{at: 1 working day left, card: yellow, tell: [assignee, director]}",
        "{at: 9 working days left, card: yellow, tell: [director]}",
        "before the start",
    ),
)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  accept:\n", "  accept:\n    colour: red\n", "actions.accept.colour: unknown key"),
        ("outcome: withdrawn, final: true", "outcome: withdrawn, final: yes", "true or false is needed"),
        ("version: 1\n", "version: 1\nversion: 1\n", "the key stands twice"),
        ("version: 1\n", "version: one\n", "a whole number is needed"),
        ("    en: Reassign\n", "", "actions.assign.en: missing data"),
        ("    zh: 改派\n", "    zh: 改派\n    zh: 改派\n", "actions.assign.zh: the key stands twice"),
        ("    type: faults\n", "    type: fault\n", "not one of the accepted words"),
        ("    basis: 行政许可法 44\n", "", "clocks.delivery.basis: missing data"),
        ("{at: 3 working days left, card: notice", "{card: notice", "clocks.correction.ladder[0].at: missing"),
    ],
)
def test_a_fault_of_form_hides_no_fault_of_meaning(catalogue, tmp_path, old, new, expected):
    assert old in SHIPPED, "the test must change something"
    text = SHIPPED.replace(old, new, 1)
    for was, wrong, _ in CROSS_FAULTS:
        assert was in text
        text = text.replace(was, wrong, 1)
    message = _faults(catalogue, tmp_path, text)
    for sentence in (expected, *(told for _, _, told in CROSS_FAULTS)):
        assert sentence in message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("outcome: withdrawn, final: true", "outcome: withdrawn, final: yes"),
        ("    from: special\n", "    from: []\n"),
        ("initial: true", "initial: yes"),
        ("{at: due, act: accept_by_silence}", "{act: accept_by_silence}"),
        ("    by: clock\n", "    by: 7\n"),
        ("turn: clerk}", "turn: 7}"),
        ("    basis: 行政许可法 42\n", ""),
        ("flow: item\n", "flow: Item!\n"),
    ],
)
def test_one_fault_of_form_is_told_once_without_its_consequences(catalogue, tmp_path, old, new):
    assert old in SHIPPED, "the test must change something"
    assert len(_faults(catalogue, tmp_path, SHIPPED.replace(old, new, 1)).splitlines()) == 1


def test_an_unreachable_state_is_told_beside_an_unknown_key(catalogue, tmp_path):
    text = SHIPPED.replace("  accept:\n", "  accept:\n    colour: red\n", 1)
    text = text.replace("refused:           {", "orphan: {zh: 孤, en: Orphan, turn: clerk}\n  refused:           {", 1)
    message = _faults(catalogue, tmp_path, text)
    assert "unknown key" in message
    assert "no action leads to this state" in message
