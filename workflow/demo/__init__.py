"""The demo: the war map of 2022 and its people, brought to life by the real commands through simulated time."""

from collections.abc import Callable
from pathlib import Path

from workflow.settings import Settings, default_config_folder


def ensure_demo(
    database_url: str, settings: Settings, progress: Callable[[int, int, str], None], seed: int | None = None
) -> None:
    """Fill an empty, migrated database with the demo, once; see `workflow.demo.making.ensure_demo`."""
    # Whoever only asks who the demo's people are does not pay for every command of the office.
    from workflow.demo.making import ensure_demo as make

    make(database_url, settings, progress, seed)


def demo_digest(database_url: str) -> str:
    """What a database holds, as one number: see `workflow.demo.content`."""
    from workflow.demo.making import demo_digest as digest

    return digest(database_url)


def accounts(config: Path | None = None) -> list[tuple[str, str, str, str]]:
    """The accounts a newcomer needs, one or two a role: (username, password, role in Chinese, role in English).

    ``config`` is the configuration folder, the one beside the code without it. Raises ConfigFaults.
    """
    from workflow.catalogue import load_catalogue
    from workflow.demo.files import load_demo_files

    folder = config or default_config_folder()
    catalogue = load_catalogue(folder)
    files = load_demo_files(folder, catalogue)
    rows = []
    for person in files.people:
        if not person.shown:
            continue
        role = catalogue.roles[person.role].title
        titles = {code: one.title for code, one in catalogue.departments.items()}
        titles |= {code: one.title for code, one in catalogue.squads.items()}
        place = titles.get(person.department or person.squad or "")
        zh, en = (place.zh, place.en) if place else (person.company, person.company)
        rows.append(
            (
                person.username,
                files.password,
                f"{role.zh}（{zh}）" if zh else role.zh,
                f"{role.en} ({en})" if en else role.en,
            )
        )
    return rows
