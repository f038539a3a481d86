"""``wugeyi migrate``: bring the database to the version of this code, and the calendar of the files in force."""

import argparse

from workflow.embedded import database_at_hand
from workflow.settings import load_settings, sqlalchemy_url


def configure(parser: argparse.ArgumentParser) -> None:
    """No arguments: which database it is comes from the settings."""


def run(args: argparse.Namespace) -> int:
    """Migrate the given database, or the embedded one."""
    from workflow.cli.office import adopt_files
    from workflow.store.migrate import upgrade

    settings = load_settings()
    with database_at_hand(settings) as url:
        upgrade(sqlalchemy_url(url))
        adopt_files(settings, url)
    return 0
