"""The five levels of 好差评 and the rooms, as the catalogue reads them."""

import shutil
from pathlib import Path

import pytest

from workflow.catalogue import load_catalogue
from workflow.errors import ConfigFaults
from workflow.settings import default_config_folder

RATINGS = Path("rules/ratings.yaml")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    shutil.copytree(default_config_folder(), folder)
    return folder


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("  satisfied:", "  content:", "these are not the five levels"),
        ("codes: {gbt39046: 2, province: 4}", "codes: {gbt39046: 3, province: 4}", "channel 'gbt39046' numbers"),
        ("codes: {gbt39046: 2, province: 4}", "codes: {gbt39046: 2}", "channel 'province' numbers"),
        ("codes: {gbt39046: 2, province: 4}", "codes: {gbt39046: 2, province: 6}", "levels.satisfied.codes"),
    ],
)
def test_a_channel_numbers_the_five_levels_upwards_or_downwards_and_each_once(
    config: Path, was: str, becomes: str, told: str
) -> None:
    file = config / RATINGS
    text = file.read_text(encoding="utf-8")
    assert was in text
    file.write_text(text.replace(was, becomes), encoding="utf-8")
    with pytest.raises(ConfigFaults, match="ratings") as found:
        load_catalogue(config)
    assert told in str(found.value)


def test_a_new_room_is_a_line_in_a_file(config: Path) -> None:
    file = config / "programme" / "rooms.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + "  evaluation_3: {zh: 评标三室, en: Evaluation room 3}\n", encoding="utf-8")
    assert load_catalogue(config).words("rooms")["evaluation_3"].zh == "评标三室"
