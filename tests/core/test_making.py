"""What the system works out in place of a person: named by the flow, known at load, shown as typed."""

from pathlib import Path

import pytest

from workflow.catalogue import Catalogue, load_catalogue
from workflow.errors import ConfigFaults
from workflow.loading import load_flow
from workflow.settings import default_config_folder

CONFIG = default_config_folder()
SHIPPED = (CONFIG / "flows" / "consultation.v1.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(CONFIG)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("by: silence_rule", "by: silence_is_consent", "unknown maker 'silence_is_consent'"),
        ("by: later_answer_day}", "by: later_answer_day, of: departments}", "a word, and nothing else, is of a list"),
        ("      meeting: {zh: 会议, en: Meeting, type: text, by: meeting_number}\n", "", "meeting"),
    ],
)
def test_what_is_made_wrongly_is_named_at_load(
    catalogue: Catalogue, tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in SHIPPED, "the test must change something"
    path = tmp_path / "consultation.v1.yaml"
    path.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigFaults) as caught:
        load_flow(path, catalogue)
    assert expected in str(caught.value)
    assert "consultation.v1.yaml:" in str(caught.value)
