"""The mechanism's flow file: roles that come and go with a case, checked when the file is read."""

from pathlib import Path

import pytest

from workflow.catalogue import Catalogue, load_catalogue
from workflow.errors import ConfigFaults
from workflow.loading import load_flow
from workflow.settings import default_config_folder

CONFIG = default_config_folder()
MECHANISM = (CONFIG / "flows" / "mechanism.v1.yaml").read_text(encoding="utf-8")
MILESTONE = (CONFIG / "flows" / "milestone.v1.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(CONFIG)


@pytest.mark.parametrize(
    ("old", "new", "key", "sentence"),
    [
        ("appoint specialist nominee", "appoint director nominee", "effect", "role bound to a project"),
        ("appoint specialist nominee", "appoint specialist nobody", "effect", "unknown person 'nobody'"),
        ("dismiss specialist specialist nominee", "dismiss specialist nobody", "effect", "unknown person 'nobody'"),
        ("dismiss specialist specialist nominee", "dismiss specialist", "effect", "unknown effect"),
    ],
)
def test_a_role_that_comes_or_goes_wrongly_is_refused_at_load(
    tmp_path: Path, catalogue: Catalogue, old: str, new: str, key: str, sentence: str
) -> None:
    assert old in MECHANISM
    path = tmp_path / "mechanism.v1.yaml"
    path.write_text(MECHANISM.replace(old, new), encoding="utf-8")

    with pytest.raises(ConfigFaults) as found:
        load_flow(path, catalogue)

    assert all(fault.key.endswith(key) and sentence in fault.message for fault in found.value.faults)


def test_who_has_a_case_first_is_a_person_that_its_opening_asks(tmp_path: Path, catalogue: Catalogue) -> None:
    path = tmp_path / "milestone.v1.yaml"
    path.write_text(MILESTONE.replace("given_to: person", "given_to: name"), encoding="utf-8")

    with pytest.raises(ConfigFaults) as found:
        load_flow(path, catalogue)

    [fault] = found.value.faults
    assert (fault.key, fault.known) == ("opening.given_to", ("person",))
