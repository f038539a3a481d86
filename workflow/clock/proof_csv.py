"""The days of a proof as CSV (RFC 4180): one line a day, for a spreadsheet or a court's own arithmetic."""

import csv
from collections.abc import Iterable
from typing import TextIO

from workflow.clock.proof import ProofDay

COLUMNS = ("date", "counts", "rule", "name", "source", "total", "provisional", "cause")


def write_csv(days: Iterable[ProofDay], out: TextIO) -> None:
    """Write a heading and a line for every day to ``out``; yes and no for what is true or false.

    A name that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for day in days:
        rows.writerow(
            (
                day.date.isoformat(),
                "yes" if day.counts else "no",
                day.rule,
                _harmless(day.name),
                _harmless(day.source),
                day.total,
                "yes" if day.provisional else "no",
                day.cause or "",
            )
        )


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
