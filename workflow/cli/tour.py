"""``wugeyi tour``: the main job against a running server, over HTTP only, told as a story."""

import argparse
import sys
from pathlib import Path

from workflow.errors import Unusable
from workflow.settings import load_settings

NOT_SO = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Which server."""
    parser.add_argument("--url", default=None, help="http://127.0.0.1:8000; without it the address of the settings")
    parser.add_argument("--config", type=Path, metavar="DIR", help="configuration folder with demo/ (WUGEYI_CONFIG)")


def run(args: argparse.Namespace) -> int:
    """0 when everything was so, 1 at the first thing that was not."""
    from workflow.demo.files import FOLDER, load_demo_files
    from workflow.demo.tour.caller import Caller, NoServer
    from workflow.demo.tour.district import District
    from workflow.demo.tour.story import Story
    from workflow.demo.tour.teller import NotSo, Teller

    settings = load_settings()
    url = (args.url or settings.public_url).rstrip("/")
    teller = Teller(lambda line: print(line, flush=True))
    try:
        ready = Caller(url).get("/readyz")
        if ready.status != 200:
            raise Unusable(f"{url} is not ready: {ready.body}")
        print(f"wugeyi tour: {url}")
        config = args.config or settings.config
        notice = config / FOLDER / "calendar-2027.yaml"
        Story(District(url, load_demo_files(config), teller), teller, notice).tell()
    except NoServer as error:
        raise Unusable(f"{error}; start one with `wugeyi up`, or give --url") from error
    except NotSo as fault:
        print(f"   ✗ not so: {fault}", file=sys.stderr, flush=True)
        return NOT_SO
    print(f"\nall of it is so: {teller.checks} checks in {teller.chapters} chapters")
    return 0
