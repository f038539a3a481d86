"""The record of a case by who wrote it: everything, people, the system, documents; which one stands in the address."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from flask import request, url_for

from api.wording import N_, _
from workflow.errors import BadInput
from workflow.queries.history import ONLY, Only, history_counts
from workflow.work import Work

WORDS: Mapping[str, str] = {
    "all": N_("全部 %(n)s"),
    "people": N_("人 %(n)s"),
    "system": N_("系统 %(n)s"),
    "documents": N_("文书 %(n)s"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice with its count."""

    href: str
    words: str
    current: bool


@dataclass(frozen=True, slots=True)
class Records:
    """The choices over the record; ``only`` is the one chosen."""

    chips: tuple[Chip, ...]
    only: Only | None


def chosen_records() -> Only | None:
    """What the address asks for; raises BadInput for a word that is none."""
    asked = request.args.get("only", "")
    if asked in ("", "all"):
        return None
    for one in ONLY:
        if one == asked:
            return one
    accepted = "、".join(ONLY)
    raise BadInput(
        "bad_input",
        f"only：“{asked[:20]}”不可用；可用：{accepted}",
        f"only: “{asked[:20]}” is none of {', '.join(ONLY)}",
    )


def records(work: Work, no: str, only: Only | None) -> Records:
    """The choices over the record of the case ``no``."""
    counts = asdict(history_counts(work, no))
    chips = tuple(
        Chip(
            url_for("pages.case", no=no, only=None if name == "all" else name, _anchor="record"),
            _(words, n=counts[name]),
            name == (only or "all"),
        )
        for name, words in WORDS.items()
    )
    return Records(chips, only)
