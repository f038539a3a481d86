"""The strict YAML reader: nothing in a file is silently changed, and every fault has its line."""

from pathlib import Path

import pytest

from workflow.errors import ConfigFaults, Fault
from workflow.strict_yaml import Document, digest, dotted, load


def written(folder: Path, text: str, name: str = "config/rules/sample.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str) -> Document:
    return load(written(folder, text))


def faults(folder: Path, text: str) -> tuple[Fault, ...]:
    with pytest.raises(ConfigFaults) as caught:
        read(folder, text)
    return caught.value.faults


def test_a_key_that_stands_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "clocks:\n  limit: 5wd\n  basis: law\n  limit: 6wd\n")
    assert (fault.file, fault.key, fault.line) == ("rules/sample.yaml", "clocks.limit", 4)
    assert "lines 2 and 4" in fault.message


def test_every_fault_of_a_file_is_found_not_only_the_first(tmp_path: Path) -> None:
    text = "a: 1\na: 2\nb: !!python/object:os.system {}\nc: &x [1]\nd: *x\n<<: {e: 1}\n7: seven\n? [k]\n: v\n"
    found = faults(tmp_path, text)
    assert [fault.line for fault in found] == [2, 3, 5, 6, 7, 8]
    assert "in quotes" in found[4].message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2022-01-01", "2022-01-01"),
        ("2022-01-01T09:00:00", "2022-01-01T09:00:00"),
        ("10:30", "10:30"),
        ("0123", "0123"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("True", "True"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("=", "="),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("370212", 370212),
        ("0.5", 0.5),
        ('"5"', "5"),
        ("'true'", "true"),
    ],
)
def test_a_value_is_what_it_looks_like(tmp_path: Path, text: str, value: object) -> None:
    data = read(tmp_path, f"key: {text}\n").data
    assert data == {"key": value}
    assert type(data["key"]) is type(value)


def test_every_key_and_entry_knows_its_line(tmp_path: Path) -> None:
    document = read(tmp_path, "# first\nactions:\n  accept:\n    needs: [a,\n      b]\nclocks:\n  - x: 1\n  - x: 2\n")
    assert document.lines[("actions", "accept")] == 3
    assert document.lines[("actions", "accept", "needs", 0)] == 4
    assert document.lines[("actions", "accept", "needs", 1)] == 5
    assert document.lines[("clocks", 1, "x")] == 8
    assert document.line(("clocks", 1, "missing", "deep")) == 8


def test_a_fault_names_file_key_line_and_what_is_known(tmp_path: Path) -> None:
    document = read(tmp_path, "actions:\n  accept:\n    needs: [materials]\n")
    fault = document.fault(("actions", "accept", "needs", 0), "unknown guard", ["materials_checked"])
    assert str(fault) == "rules/sample.yaml:3: actions.accept.needs[0]: unknown guard (known: materials_checked)"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: [1, 2\nb: 3\n", 2, "not YAML"),
        ("a:\n\t- 1\n", 2, "not YAML"),
        ("a: 1\n--- \nb: 2\n", 2, "not YAML"),
        ("a: *nobody\n", 1, "undefined alias"),
        ("a: &x [*x]\n", 1, "alias"),
        ("a: !!int twelve\n", 1, "!!int"),
        ("a: !secret x\n", 1, "!secret"),
        ("a: !!timestamp 2022-01-01\n", 1, "!!timestamp"),
        ("a: !!set {x}\n", 1, "!!set"),
        ("# only a comment\n", None, "empty"),
        ("a: \x07\n", None, "not YAML"),
    ],
)
def test_what_is_not_plain_yaml_is_refused(tmp_path: Path, text: str, line: int | None, words: str) -> None:
    found = faults(tmp_path, text)
    assert (found[0].file, found[0].line) == ("rules/sample.yaml", line)
    assert words in found[0].message


def test_a_file_that_is_missing_or_not_utf8_or_a_folder_is_a_fault(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"a: \xe9\n")
    for path, words in ((tmp_path / "none.yaml", "missing"), (latin, "UTF-8"), (tmp_path, "cannot be read")):
        with pytest.raises(ConfigFaults) as caught:
            load(path)
        assert words in str(caught.value)


def test_a_file_is_named_against_its_configuration_folder(tmp_path: Path) -> None:
    path = written(tmp_path, "a: 1\n", "flows/item.v1.yaml")
    assert load(path, tmp_path).file == "flows/item.v1.yaml"
    assert load(path).file == "item.v1.yaml"
    assert load(written(tmp_path, "a: 1\n")).file == "rules/sample.yaml"


def test_the_digest_sees_values_and_nothing_else(tmp_path: Path) -> None:
    one = read(tmp_path, "a: 1\nb: [x, 中]\n").data
    other = read(tmp_path, "# remark\nb:\n  - x\n  - 中\na: 1\n").data
    assert digest(one) == digest(other)
    assert digest(one) != digest({**one, "a": "1"})
    assert len(digest(one)) == 64


def test_a_place_reads_like_a_path() -> None:
    assert dotted(("actions", "accept", "needs", 0)) == "actions.accept.needs[0]"
    assert dotted(("messages", "a.b", "zh")) == 'messages."a.b".zh'
    assert dotted(()) == "(file)"
