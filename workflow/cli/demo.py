"""``wugeyi demo``: fill an empty database with the demo war map."""

import argparse

from workflow.cli.progress import progress_bar
from workflow.embedded import database_at_hand
from workflow.settings import load_settings, sqlalchemy_url


def configure(parser: argparse.ArgumentParser) -> None:
    """Which database it is comes from the settings."""
    parser.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="draw the story from N and end it where today began: the same N on the same day gives the same content",
    )


def run(args: argparse.Namespace) -> int:
    """Make the demo where there is none, then say who may sign in."""
    from workflow.cli.office import adopt_files
    from workflow.demo import accounts, demo_digest, ensure_demo
    from workflow.store.migrate import upgrade

    settings = load_settings()
    with database_at_hand(settings) as url, progress_bar("demo") as advance:
        upgrade(sqlalchemy_url(url))
        ensure_demo(sqlalchemy_url(url), settings, advance, args.seed)
        digest = demo_digest(sqlalchemy_url(url)) if args.seed is not None else None
        adopt_files(settings, url)
    if digest is not None:
        print(f"content {digest}")
    print("the demo war map is there; accounts:")
    for username, password, zh, en in accounts(settings.config):
        print(f"  {username:12} {password:12} {zh} · {en}")
    return 0
