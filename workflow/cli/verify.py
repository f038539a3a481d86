"""``wugeyi verify``: replay every history against its flow and check what may never break."""

import argparse

from workflow.cli.office import office_at_hand
from workflow.settings import load_settings

BROKEN = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """No arguments: which database it is comes from the settings."""


def run(args: argparse.Namespace) -> int:
    """0 when every promise holds, 1 with a line for every breach."""
    from workflow.queries.verify import verify

    with office_at_hand(load_settings()) as office:
        verdict = verify(office)
    for breach in verdict.breaches:
        print(f"✗ {breach.case_no} line {breach.seq}: {breach.what}")
    print(f"{verdict.cases} cases, {verdict.events} lines of history: ", end="")
    if verdict.breaches:
        print(f"{len(verdict.breaches)} breaches")
        return BROKEN
    print("every chain and every replay holds, no clock runs where it should not")
    return 0
