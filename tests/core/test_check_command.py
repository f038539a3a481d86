"""`wugeyi check`: every fault of every file, with file, line, key and what is known instead."""

import shutil
from pathlib import Path

import pytest

from workflow.cli import main
from workflow.settings import default_config_folder


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    """A copy of the flows, to be broken."""
    return Path(shutil.copytree(default_config_folder() / "flows", tmp_path / "flows"))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the whole configuration, to be broken."""
    return Path(shutil.copytree(default_config_folder(), tmp_path / "config"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """The lines of a check that must fail."""
    assert main(["check", *arguments]) == 1
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("✗")]


def test_the_shipped_configuration_is_sound_and_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    said = capsys.readouterr().out
    assert "flow item v1: 14 states" in said
    assert "129 projects" in said
    assert said.endswith("everything is sound\n")


def test_a_broken_flow_has_every_fault_listed_with_its_place_and_what_is_known(
    flows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    item = flows / "item.v1.yaml"
    change(item, "needs: [project_code_valid, required_materials_attached]", "needs: [project_code_vaild]")
    change(item, "    by: clerk\n    needs: [faults_name_papers", "    by: clark\n    needs: [faults_name_papers")
    change(item, "issues: refusal_decision", "issues: refusal_letter")
    change(item, "to: revoked", "to: revoke")
    change(item, "while: correcting", "while: correctng")
    change(item, "effect: extend statutory", "effect: extend statuary")
    found = "\n".join(faults(capsys, "--flows", str(flows)))
    for wrong, known in (
        ("'project_code_vaild'", "project_code_valid"),
        ("'clark'", "clerk"),
        ("'refusal_letter'", "refusal_decision"),
        ("'revoke'", "revoked"),
        ("'correctng'", "correcting"),
        ("'statuary'", "statutory"),
    ):
        [line] = [line for line in found.splitlines() if wrong in line]
        assert known in line.split("known:")[1]
        assert "item.v1.yaml:" in line
    assert "states.revoked: no action leads to this state" in found


def test_faults_of_several_flows_come_together(flows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(flows / "item.v1.yaml", "issues: refusal_decision", "issues: refusal_letter")
    change(flows / "bundle.v1.yaml", "needs: [every_item_decided]", "needs: [every_item_done]")
    (flows / "assistance.v1.yaml").write_text("flow: assistance\nflow: again\n", encoding="utf-8")
    found = faults(capsys, "--flows", str(flows))
    for file in ("item.v1.yaml", "bundle.v1.yaml", "assistance.v1.yaml"):
        assert any(file in line for line in found)


def test_faults_of_flows_catalogue_calendar_and_demo_come_together(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(config / "flows" / "item.v1.yaml", "issues: refusal_decision", "issues: refusal_letter")
    change(config / "demo" / "people.yaml", "role: supervisor", "role: inspector")
    (config / "calendar" / "2027.yaml").write_text("year: 2027\n", encoding="utf-8")
    found = "\n".join(faults(capsys, "--config", str(config)))
    assert "item.v1.yaml" in found
    assert "'inspector' is not known" in found
    assert "2027.yaml" in found


def test_a_broken_catalogue_is_told_before_the_flows_that_stand_on_it(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(config / "items" / "SG05.yaml", "department: QX", "department: XQ")
    [line] = faults(capsys, "--config", str(config))
    assert "items/SG05.yaml" in line
    assert "QX" in line


def test_a_folder_that_is_none_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--flows", "/nowhere"]) == 2
    assert "'/nowhere' is no folder; accepted: a folder of" in capsys.readouterr().err


def test_a_flow_is_drawn_and_an_unknown_one_named_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "item"]) == 0
    drawn = capsys.readouterr().out
    assert drawn.startswith("stateDiagram-v2\n")
    assert "received --> in_review: 受理" in drawn
    assert main(["draw", "itm"]) == 2
    assert "there are: acceptance v1, assistance v1, assistance v2" in capsys.readouterr().err
