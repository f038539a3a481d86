"""``wugeyi migrate``: bring the database to the version of this code."""

import argparse

from workflow.embedded import database_at_hand
from workflow.settings import load_settings, sqlalchemy_url


def configure(parser: argparse.ArgumentParser) -> None:
    """No arguments: which database it is comes from the settings."""


def run(args: argparse.Namespace) -> int:
    """Migrate the given database, or the embedded one."""
    from workflow.store.migrate import upgrade

    with database_at_hand(load_settings()) as url:
        upgrade(sqlalchemy_url(url))
    return 0
