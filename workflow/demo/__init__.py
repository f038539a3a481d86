"""The demo: the war map of 2022 and its people, brought to life by the real commands through simulated time."""

from pathlib import Path

from workflow.demo.making import ensure_demo
from workflow.settings import default_config_folder

__all__ = ["accounts", "ensure_demo"]


def accounts(config: Path | None = None) -> list[tuple[str, str, str, str]]:
    """The accounts a newcomer needs, about one a role: (username, password, role in Chinese, role in English)."""
    from workflow.catalogue import load_catalogue
    from workflow.demo.files import load_demo_files

    catalogue = load_catalogue(config or default_config_folder())
    files = load_demo_files(config or default_config_folder(), catalogue)
    rows = []
    for person in files.people:
        if not person.shown:
            continue
        title = catalogue.roles[person.role].title
        department = catalogue.departments[person.department].title if person.department else None
        squad = catalogue.squads[person.squad].title if person.squad else None
        place = department or squad
        zh = f"{title.zh}（{place.zh if place else person.company or '全区' if person.company else ''}）" if place else title.zh
        en = f"{title.en} ({place.en})" if place else title.en
        rows.append((person.username, files.password, zh, en))
    return rows
