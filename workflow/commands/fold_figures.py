"""Fold what happened into the leader's figures: facts of the cases it happened to, and the totals by their differences.

A pass takes the next entries of the stream, or cases that were put down, or the next slice of a count from the first
case on, and commits facts, totals and how far it came together. Totals are changed by differences only, so that they
always equal the sums of the facts; that both equal a fresh computation `wugeyi verify` proves. A case that cannot be
worked out keeps the facts it had and is put aside by name; everything else goes on.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection

from workflow.clock.days import local_day, start_of_day
from workflow.commands.put_aside import do_all_but_the_bad
from workflow.errors import Unusable
from workflow.figures import DIMENSIONS, Rules, basis, changed_unversioned, contents, counted_now, rules_digest
from workflow.store import figures, readers, stream
from workflow.store.figures import Delta, Row
from workflow.store.readers import Ref
from workflow.store.stream import Entry
from workflow.work import Office, calendar_in_force, read_now

ENTRIES = 500
SLICE = 200


def fold_figures(office: Office) -> int:
    """One pass in a transaction of its own; returns how much it did, 0 where nothing waits or another worker is at it.

    Raises Unusable where a definition was changed without a new version.
    """
    with office.engine.begin() as conn:
        if not figures.alone(conn) or not _ready(office, conn):
            return 0
        done = stream.follow(conn, figures.READER, ENTRIES, lambda entries: _take(office, conn, entries))
        if done:
            return done
        again = [one.id for one in readers.to_try_again(conn, figures.READER, SLICE)]
        ids = again or figures.take_todo(conn, SLICE) or figures.next_swept(conn, SLICE)
        _fold(office, conn, ids)
        return len(ids)


def rebuild_figures(office: Office) -> int:
    """Count everything anew from nothing; returns how many passes it took. Raises Unusable where another worker is at
    it."""
    with office.engine.begin() as conn:
        if not figures.alone(conn):
            raise Unusable("a worker is folding figures at this moment: try again")
        figures.empty(conn)
    passes = 0
    while fold_figures(office):
        passes += 1
    return passes


def _ready(office: Office, conn: Connection) -> bool:
    """Whether facts can be made by this process's definitions; a change of what they rest on begins them anew."""
    kept, own = figures.definitions(conn), contents(office.catalogue)
    if any(max(versions) > own[code]["version"] for code, versions in kept.items() if code in own):
        # A newer process counts by newer definitions: this one would undo them.
        return False
    if changed := changed_unversioned(office.catalogue, kept):
        raise Unusable(
            f"rules/figures.yaml: {', '.join(changed)} changed without a new version: raise the version of each"
        )
    rules = rules_digest(office.catalogue)
    if not readers.may_make(conn, figures.READER, rules):
        return False
    now_by = basis(rules, calendar_in_force(office, conn).version)
    state = figures.state(conn)
    if state is None or state.basis != now_by:
        now = read_now(conn)
        new = {code: content for code, content in own.items() if content["version"] not in kept.get(code, {})}
        figures.add_definitions(conn, new, now)
        figures.begin_anew(conn, now_by, now)
    return True


def _take(office: Office, conn: Connection, entries: Sequence[Entry]) -> None:
    cases = {one.case_id for one in entries if one.kind == "event" and one.case_id is not None}
    projects = sorted({one.ref for one in entries if one.kind == "project" and one.ref is not None})
    if projects:
        figures.add_todo(conn, projects)
    _fold(office, conn, sorted(cases))


def _fold(office: Office, conn: Connection, ids: Sequence[int]) -> None:
    """Bring the facts of these cases, and of those that hang on them, to what they are now; bad ones are put aside."""
    if not ids:
        return
    permits = office.catalogue.landing.permits
    rules = Rules(office.catalogue, calendar_in_force(office, conn))
    refs = [Ref("case", one) for one in sorted(figures.with_dependents(conn, ids, permits))]
    do_all_but_the_bad(conn, figures.READER, refs, lambda part: _fold_part(office, conn, rules, part))


def _fold_part(office: Office, conn: Connection, rules: Rules, refs: Sequence[Ref]) -> None:
    found = figures.read(conn, [one.id for one in refs], office.catalogue.landing.permits)
    gone: list[tuple[int, Row]] = []
    new: list[tuple[int, Row]] = []
    for one in found:
        rows = figures.rows_of(one, office.flows, rules)
        gone += [(one.case.id, row) for row in one.kept - rows]
        new += [(one.case.id, row) for row in rows - one.kept]
    figures.replace_facts(conn, gone, new)
    figures.add_deltas(conn, _deltas(office, gone, new))


def _deltas(office: Office, gone: Iterable[tuple[int, Row]], new: Iterable[tuple[int, Row]]) -> list[Delta]:
    """The differences by row of the totals, those that cancel out left away, in the order in which they are written."""
    standing = counted_now(office.catalogue)
    sums: dict[tuple[str, str, str, str, int, object, str], list[int]] = defaultdict(lambda: [0, 0])
    for sign, rows in ((-1, gone), (1, new)):
        for _, row in rows:
            for key in _keys(row, standing):
                sums[key][0] += sign * row[2].n
                sums[key][1] += sign * row[2].amount
    changed = sorted((key, n, amount) for key, (n, amount) in sums.items() if n or amount)
    return [Delta(*key, n, amount) for key, n, amount in changed]  # type: ignore[arg-type]


def _keys(row: Row, standing: Sequence[str]) -> Iterator[tuple[str, str, str, str, int, object, str]]:
    figure, version, fact, where = row
    if figure in standing:
        grains = [("moment", fact.at)]
    else:
        day = local_day(fact.at)
        grains = [("day", start_of_day(day)), ("month", start_of_day(day.replace(day=1)))]
    values = [("all", ""), *((name, getattr(where, name)) for name in DIMENSIONS)]
    for dimension, value in values:
        for grain, at in grains:
            yield dimension, value, grain, figure, version, at, fact.part
