"""channels.yaml and rules/telling.yaml: every fault by file, key and what is known instead."""

import shutil
from pathlib import Path

import pytest

from workflow.catalogue import load_catalogue
from workflow.errors import ConfigFaults
from workflow.settings import default_config_folder


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the configuration, to be spoilt."""
    return Path(shutil.copytree(default_config_folder(), tmp_path / "config"))


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "said"),
    [
        (
            "rules/telling.yaml",
            "ways: [email, wecom]}",
            "ways: [email, wecon]}",
            "kinds.yellow.ways[1]",
            "no channel wecon",
        ),
        ("rules/telling.yaml", "  digest: {", "  gossip: {", "kinds.gossip", "not one of the accepted words"),
        ("rules/telling.yaml", "give_up_after: 72h", "give_up_after: 3wd", "give_up_after", "hours are needed"),
        ("rules/telling.yaml", "within: 2wd", "within: 2cd", "digest_due_within", "working days are needed"),
        ("rules/telling.yaml", "together_from: 4", "together_from: 1", "together_from", "1"),
        ("channels.yaml", "  sms:", "  system:", "channels.system", "no name of a way"),
        ("channels.yaml", "  email:", "  mail:", "channels", "e-mail is missing"),
        ("channels.yaml", 'url: "{prefix}{address}"', 'url: "{address}"', "channels.feishu.url", "{prefix} and then"),
        ("channels.yaml", "example: zhangsan", "example: 张三", "channels.wecom.example", "does not match the pattern"),
        ("channels.yaml", '"[A-Za-z0-9-]{16,64}"', '"[A-Za-z0-9-"', "channels.feishu.address", "no regular expression"),
    ],
)
def test_a_fault_is_named_with_its_key(config: Path, file: str, old: str, new: str, key: str, said: str) -> None:
    path = config / file
    words = path.read_text(encoding="utf-8")
    assert old in words
    path.write_text(words.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigFaults) as found:
        load_catalogue(config)
    faults = [str(fault) for fault in found.value.faults if fault.key.startswith(key) and said in fault.message]
    assert faults, [str(fault) for fault in found.value.faults]
    assert file in faults[0]
