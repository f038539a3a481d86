"""What every import shares: who may, all or nothing, the refusal that names every cell, and the line in the list.

A dry run does everything an import does and takes it back, so that what it says is what would happen.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from workflow.commands.file_types import plain_name
from workflow.errors import BadInput, NotAllowed, Reason, Refused
from workflow.importing.faults import CellFault
from workflow.logs import facts, logger
from workflow.store import imports
from workflow.store.imports import NewImport
from workflow.work import Work

log = logger("imports")

FAULTS_TOLD = 500
"""Faults that a refusal lists; a file with more is read again once these are repaired."""
NO_SECRETS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, or with ``dry_run`` would do: rows by what became of them. With ``faults`` nothing was
    written. ``secrets`` are first passwords by user name: shown once, kept nowhere."""

    kind: str
    dry_run: bool
    created: int
    changed: int
    same: int
    faults: tuple[CellFault, ...] = ()
    id: int | None = None
    cases: tuple[str, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=lambda: NO_SECRETS)

    @property
    def rows(self) -> int:
        return self.created + self.changed + self.same


class _TakenBack(Exception):
    """Ends a part of the transaction that is not to stay."""


def check_may_import(work: Work) -> None:
    """Imports are the administrator's."""
    if not work.actor.holds("admin"):
        raise NotAllowed("role_required", "导入由系统管理员办理", "Imports are for the administrator")


@contextmanager
def tried(work: Work) -> Iterator[Callable[[], None]]:
    """A part of the unit of work that is taken back when the block calls what it is given, or raises."""

    def take_back() -> None:
        raise _TakenBack

    try:
        with work.conn.begin_nested():
            yield take_back
    except _TakenBack:
        pass


def finished(
    work: Work, filename: str, content: bytes, outcome: Outcome, write: Callable[[int], None] | None = None
) -> Outcome:
    """Record an import that was carried out; raises BadInput with every fault where there is one and it is no dry run.

    ``write`` is told the number of the import.
    """
    log.info(
        "a file was read" if outcome.dry_run or outcome.faults else "a file was imported",
        extra=facts(
            table=outcome.kind,
            count=outcome.created,
            moved=outcome.changed,
            failed=len(outcome.faults),
        ),
    )
    if outcome.faults and not outcome.dry_run:
        raise refused(outcome.faults)
    if outcome.dry_run:
        return outcome
    result = {"created": outcome.created, "changed": outcome.changed, "same": outcome.same}
    cases = {"cases": list(outcome.cases)} if outcome.cases else {}
    digest = hashlib.sha256(content).digest()
    new = NewImport(outcome.kind, plain_name(filename), digest, work.actor.id, {**result, **cases})
    number = imports.add_import(work.conn, new, work.now)
    if write is not None:
        write(number)
    return replace(outcome, id=number)


def refused(faults: Sequence[CellFault]) -> BadInput:
    """The refusal of a file that can be read but not taken: every fault by sheet and cell."""
    told = faults[:FAULTS_TOLD]
    count = len(faults)
    return BadInput(
        "import_refused",
        f"文件有 {count} 处错误，没有写入任何内容：" + "；".join(_zh(one) for one in told[:20]),
        f"The file has {count} faults, nothing was written: " + "; ".join(_en(one) for one in told[:20]),
        reasons=[_reason(one) for one in told],
    )


def _zh(fault: CellFault) -> str:
    return f"{fault.sheet}!{fault.cell} {fault.column}“{fault.value}”{fault.zh}"


def _en(fault: CellFault) -> str:
    return f"{fault.sheet}!{fault.cell} “{fault.value}” {fault.en}"


def _reason(fault: CellFault) -> Reason:
    told = {"sheet": fault.sheet, "cell": fault.cell, "column": fault.column, "value": fault.value}
    accepted = {"accepted": list(fault.accepted)} if fault.accepted else {}
    return Reason(fault.code, _zh(fault), _en(fault), {"field": f"{fault.sheet}!{fault.cell}", **told, **accepted})


def reasons_of(refusal: Refused) -> Sequence[Reason]:
    """Every reason of a refusal, or the refusal itself where it gives none."""
    return refusal.reasons or (Reason(refusal.code, refusal.zh, refusal.en, refusal.extra),)
