"""What has to be written so that the exchange says what the rows say: new rows, invalid ones, rows held back. Pure.

Nothing is deleted: a row that is different is marked invalid, with the reason, and a new one follows. A row goes out
after everything it refers to; where that is not there, or is not fit for upload itself, it is held back by name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workflow.exchange.rows import Reference, Row, digest, told
from workflow.exchange.tables import RANK

CHANGED = "数据变更，以新的有效数据为准"
GONE = "不再属于上报范围"
PARENT_GONE = "所引用的数据已无效"


@dataclass(frozen=True, slots=True)
class Written:
    """A valid row as it stands in the exchange. ``stopped``: a local check keeps it from upload."""

    lsh: int
    table: str
    key: str
    digest: bytes
    stopped: bool
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A row that cannot go out yet, and why."""

    row: Row
    sentence: str


@dataclass(frozen=True, slots=True)
class Invalid:
    """A row that is to be marked invalid, and why (SJWXYY)."""

    lsh: int
    table: str
    reason: str


@dataclass(frozen=True, slots=True)
class Flagged:
    """A row whose flags alone are different: no receiver sees them."""

    lsh: int
    table: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to be written: a row marked invalid, or a new one; each takes one position of the feed."""

    invalid: Invalid | None = None
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class Writing:
    """Everything to be written, in order. ``risen`` and ``fallen``: table and key of rows that have become fit to be
    referred to, and of those that are so no more."""

    acts: tuple[Act, ...]
    flagged: tuple[Flagged, ...]
    held: tuple[Held, ...]
    risen: frozenset[tuple[str, str]]
    fallen: frozenset[tuple[str, str]]


def writing(rows: Iterable[Row], standing: Sequence[Written], elsewhere: Mapping[tuple[str, str], bool]) -> Writing:
    """What turns ``standing``, all valid rows of some owners, into ``rows``, all rows these owners have now.

    ``elsewhere``: whether a row of another owner that is referred to is fit for upload; one not named is not there.
    """
    before = {(one.table, one.key): one for one in standing}
    fit = dict(elsewhere) | {place: not one.stopped for place, one in before.items()}
    ordered = sorted(rows, key=lambda row: RANK[row.table])
    wanted = {(row.table, row.key) for row in ordered}
    acts = [
        Act(invalid=Invalid(one.lsh, one.table, GONE))
        # What refers to others goes before them.
        for place, one in sorted(before.items(), key=lambda entry: (-RANK[entry[1].table], -entry[1].lsh))
        if place not in wanted
    ]
    fit |= {place: False for place in before if place not in wanted}
    held: list[Held] = []
    flagged: list[Flagged] = []
    for row in ordered:
        place = (row.table, row.key)
        stands = before.get(place)
        sentence = row.held or _missing(row.needs, fit)
        if sentence is not None:
            held.append(Held(row, sentence))
            fit[place] = False
            if stands is not None:
                acts.append(Act(invalid=Invalid(stands.lsh, row.table, PARENT_GONE)))
            continue
        fit[place] = not row.stopped
        if stands is not None and (row.former or stands.digest == digest(row)):
            fit[place] = not stands.stopped
            flags = tuple(told(row.flags))
            if flags != stands.flags and not row.former:
                flagged.append(Flagged(stands.lsh, row.table, flags))
            continue
        if stands is not None:
            acts.append(Act(invalid=Invalid(stands.lsh, row.table, CHANGED)))
        acts.append(Act(row=row))
    was_fit = {place for place, one in before.items() if not one.stopped}
    is_fit = {place for place in wanted | set(before) if fit[place]}
    return Writing(tuple(acts), tuple(flagged), tuple(held), frozenset(is_fit - was_fit), frozenset(was_fit - is_fit))


def _missing(needs: tuple[Reference, ...], fit: Mapping[tuple[str, str], bool]) -> str | None:
    """The sentence of the first row that is referred to and not fit; None where all are."""
    return next((one.otherwise for one in needs if not fit.get((one.table, one.key), False)), None)
