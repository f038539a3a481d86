"""Are these rows of the national exchange as section 3.4 of the fact book wants them? Knows nothing of the generator.

Reads rows only, as a consumer gets them: one object each with ``table``, ``LSH``, ``row`` and ``flags``, in the order
of the feed. Numbers in brackets are the rules of 3.4; what each of them needs of 3.2 and 3.3 is written down here
again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

CITY, DISTRICT = "370200", "370212"

FLOW, STAGE, ITEM = "SPGL_DFXMSPLCXXB", "SPGL_DFXMSPLCJDXXB", "SPGL_DFXMSPLCJDSXXXB"
PROJECT, COMPANY = "SPGL_XMJBXXB", "SPGL_XMDWXXB"
CASE, STEP, DECISION = "SPGL_XMSPSXBLXXB", "SPGL_XMSPSXBLXXXXB", "SPGL_XMSPSXPFWJXXB"
PAPER, SPECIAL, OPINION = "SPGL_XMQTFJXXB", "SPGL_XMSPSXBLTBCXXXB", "SPGL_XMSPSXZQYJXXB"

PARENTS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    STAGE: ((FLOW, ("SPLCBM", "SPLCBBH")),),
    ITEM: ((STAGE, ("SPLCBM", "SPLCBBH", "SPJDBM")),),
    PROJECT: ((FLOW, ("SPLCBM", "SPLCBBH", "SPLCLX")),),
    COMPANY: ((PROJECT, ("XMDM", "GCDM")),),
    CASE: ((PROJECT, ("GCDM",)), (ITEM, ("SPLCBM", "SPLCBBH", "SPSXBM", "SPSXBBH"))),
    STEP: ((CASE, ("GCDM", "SPSXSLBM")),),
    DECISION: ((CASE, ("GCDM", "SPSXSLBM")),),
    PAPER: ((CASE, ("SPSXSLBM",)),),
    SPECIAL: ((CASE, ("GCDM", "SPSXSLBM")),),
    OPINION: ((CASE, ("GCDM", "SPSXSLBM")),),
    "SPGL_XMDTXXB": ((PROJECT, ("XMDM", "GCDM")),),
    "SPGL_ZRZTXXB": ((PROJECT, ("XMDM", "GCDM")),),
    "SPGL_JSGCJGYSBAXXB": ((PROJECT, ("XMDM", "GCDM")),),
    "SPGL_JSGCXFYSXXB": ((CASE, ("GCDM", "SPSXSLBM")),),
    "SPGL_GZCNZBJJGXXB": ((CASE, ("GCDM", "SPSXSLBM")),),
}
"""What a row refers to, and by which columns (1)."""

CODES: Mapping[str, frozenset[int]] = {
    "BLZT": frozenset(range(1, 16)),
    "SPLCLX": frozenset(range(1, 11)),
    "SLFS": frozenset({1, 4}),
    "GKFS": frozenset({1}),
    "LXLX": frozenset({1, 2, 3}),
    "XMTZLY": frozenset({1, 2, 3}),
    "TDHQFS": frozenset(range(1, 6)),
    "DWLX": frozenset({1, 2, 3, 4, 5, 6, 7, 99}),
    "TBCX": frozenset(range(1, 9)),
    "SJYXBS": frozenset({0, 1}),
}
ENDS = frozenset({2, 4, 5, 11, 12, 13})
QUICK_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as it was read last."""

    table: str
    lsh: int
    row: Mapping[str, Any]
    flags: tuple[str, ...]

    @property
    def valid(self) -> bool:
        return bool(self.row["SJYXBS"] == 1)

    @property
    def waiting(self) -> bool:
        """Valid, and fit for upload."""
        return self.valid and self.row["SJSCZT"] == 0


def faults_of(objects: Iterable[Mapping[str, Any]], received: Sequence[str] | None = None) -> list[str]:
    """Every sentence about what is wrong; ``received`` are the numbers of the cases that must be there."""
    entries, faults = _read(objects)
    faults += _parents(entries)
    faults += _rows(entries)
    faults += _flows(entries)
    faults += _events(entries)
    faults += _decisions(entries)
    there = {entry.row["SPSXSLBM"] for entry in entries if entry.table == CASE and entry.valid}
    faults += [f"(8) {no} is hidden" for no in received or () if no not in there]
    return faults


def _read(objects: Iterable[Mapping[str, Any]]) -> tuple[list[Entry], list[str]]:
    newest: dict[int, Entry] = {}
    faults = []
    last = 0
    for one in objects:
        if one["position"] <= last:
            faults.append(f"(1) position {one['position']} after {last}")
        last = one["position"]
        lsh = one["LSH"]
        known = newest.get(lsh)
        if known is not None and one["row"]["SJYXBS"] != 0:
            faults.append(f"(3) LSH {lsh} was sent twice, and is still valid")
        if one["row"]["LSH"] != lsh:
            faults.append(f"(1) LSH {lsh} is {one['row']['LSH']} in its row")
        newest[lsh] = Entry(one["table"], lsh, one["row"], tuple(one["flags"]))
    return sorted(newest.values(), key=lambda entry: entry.lsh), faults


def _parents(entries: Sequence[Entry]) -> Iterator[str]:
    """(1) What a row refers to was uploaded before it, fit for upload; and what it refers to is valid now."""
    wanted = {(table, columns) for parents in PARENTS.values() for table, columns in parents}
    before: dict[tuple[Any, ...], int] = {}
    valid: set[tuple[Any, ...]] = set()
    for entry in entries:
        for table, columns in wanted:
            if entry.table == table and entry.row["SJSCZT"] == 0:
                place = (table, columns, tuple(entry.row[column] for column in columns))
                before.setdefault(place, entry.lsh)
                if entry.valid:
                    valid.add(place)
    for entry in entries:
        for table, columns in PARENTS.get(entry.table, ()):
            place = (table, columns, tuple(entry.row[column] for column in columns))
            if before.get(place, entry.lsh) >= entry.lsh:
                yield f"(1) {entry.table} {entry.lsh} comes before its {table} {place[2]}"
            elif entry.valid and place not in valid:
                yield f"(1) {entry.table} {entry.lsh}: its {table} {place[2]} is not valid"


def _rows(entries: Sequence[Entry]) -> Iterator[str]:
    keys: dict[tuple[str, str], int] = {}
    for entry in entries:
        row, name = entry.row, f"{entry.table} {entry.lsh}"
        if not entry.valid and not row["SJWXYY"]:
            yield f"(3) {name} is invalid and does not say why"
        if entry.valid and keys.setdefault((entry.table, row["DFSJZJ"]), entry.lsh) != entry.lsh:
            yield f"(3) {name}: two valid rows of one key"
        if row["XZQHDM"] != CITY:
            yield f"(4) {name} is filed under {row['XZQHDM']}"
        if row["SJSCZT"] == -1 and not row["SBYY"]:
            yield f"(8) {name} has failed a check and does not say which"
        if entry.waiting:
            yield from _waiting(entry, name)


def _waiting(entry: Entry, name: str) -> Iterator[str]:
    row = entry.row
    for column, known in CODES.items():
        if row.get(column) is not None and row[column] not in known:
            yield f"(8) {name}: {column} {row[column]} is no code"
    for column, value in row.items():
        if isinstance(value, str) and (value[:10] == "1970-01-01" or value in ("A01", "xx市")):
            yield f"(9) {name}: {column} is made up"
    if entry.table == PROJECT:
        if row["JSDDXZQH"] != DISTRICT:
            yield f"(4) {name} lies in {row['JSDDXZQH']}"
        if not row["GCDM"] or row["GCDM"] == row["XMDM"] or not row["GCDM"].startswith(row["XMDM"]):
            yield f"(5) {name}: GCDM {row['GCDM']} of {row['XMDM']}"
        if row["NKGSJ"] and row["NJCSJ"] and row["NKGSJ"] >= row["NJCSJ"]:
            yield f"(8) {name}: error 130"
    if entry.table == COMPANY and not (row["DWMC"] and len(row["DWTYSHXYDM"] or "") == 18):
        yield f"(8) {name}: no name or credit code"


def _flows(entries: Sequence[Entry]) -> Iterator[str]:
    """(4), (6): the flow of a case is that of its project's type, in force on the day it was filed."""
    since = {
        (one.row["SPLCBM"], one.row["SPLCBBH"]): date.fromisoformat(one.row["SPLCSXSJ"])
        for one in entries
        if one.table == FLOW and one.valid
    }
    flow_of = {one.row["GCDM"]: one.row["SPLCBM"] for one in entries if one.table == PROJECT and one.valid}
    filed = {
        one.row["SPSXSLBM"]: datetime.fromisoformat(one.row["BLSJ"]).date()
        for one in entries
        if one.table == STEP and one.valid and one.row["BLZT"] == 1
    }
    for one in entries:
        if one.table != CASE or not one.valid:
            continue
        row, no = one.row, one.row["SPSXSLBM"]
        pair = (row["SPLCBM"], row["SPLCBBH"])
        if flow_of.get(row["GCDM"]) != row["SPLCBM"]:
            yield f"(4) {no} is in another flow than its project"
        if no in filed and since.get(pair, date.max) > filed[no]:
            yield f"(6) {no} was filed before its flow {pair} was in force"


def _events(entries: Sequence[Entry]) -> Iterator[str]:
    of_case: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.table == STEP and entry.valid:
            of_case[entry.row["SPSXSLBM"]].append(entry)
    cases = {entry.row["SPSXSLBM"]: entry for entry in entries if entry.table == CASE and entry.valid}
    specials: dict[str, int] = defaultdict(int)
    for entry in entries:
        if entry.table == SPECIAL and entry.valid:
            specials[entry.row["SPSXSLBM"]] += "延长" not in entry.row["TBCXMC"]
            if entry.row["TBCX"] == 8 and not entry.row["TBCXMC"]:
                yield f"(7) {entry.row['SPSXSLBM']}: 其他 without a name"
    on_the_spot = {one.row["SPSXBM"] for one in entries if one.table == ITEM and one.valid and one.row["BJLX"] == 1}
    for no, case in cases.items():
        if no not in of_case:
            yield f"(7) {no} has no event"
            continue
        # By time: a corrected event has a newer number than those after it.
        events = sorted(of_case[no], key=lambda entry: str(entry.row["BLSJ"]))
        yield from _stream(no, events)
        yield from _quick(no, events, case, case.row["SPSXBM"] in on_the_spot)
        if specials[no] != sum(one.row["BLZT"] == 9 for one in events):
            yield f"(7) {no}: as many special procedures as 9s are wanted, {specials[no]} found"


def _stream(no: str, events: Sequence[Entry]) -> Iterator[str]:
    codes = [entry.row["BLZT"] for entry in events]
    times = [datetime.fromisoformat(entry.row["BLSJ"]) for entry in events]
    if codes[0] != 1:
        yield f"(7) {no} begins with {codes[0]}"
    if any(later <= earlier for earlier, later in pairwise(times)):
        yield f"(7) {no}: BLSJ does not grow"
    for code in set(codes) - {9, 10}:
        if codes.count(code) > 1:
            yield f"(7) {no}: {code} comes {codes.count(code)} times"
    if codes.count(3) != codes.count(8) or any(
        codes[place + 1 : place + 2] != [8] for place, code in enumerate(codes) if code == 3
    ):
        yield f"(7) {no}: 8 does not follow 3: {codes}"
    is_open = False
    for code in codes:
        if (code == 9 and is_open) or (code == 10 and not is_open):
            yield f"(7) {no}: 9 and 10 are not in pairs: {codes}"
        is_open = code == 9 if code in (9, 10) else is_open
        if code in ENDS and is_open:
            yield f"(7) {no}: an open 9 when it ended: {codes}"
    if 13 in codes and 3 not in codes:
        yield f"(7) {no}: 13 without 3"
    if any(code in (11, 12) for code in codes) and 3 not in codes:
        yield f"(7) {no}: granted without being accepted"
    if 7 in codes and (6 not in codes or codes.index(7) < codes.index(6)):
        yield f"(7) {no}: 7 without 6"
    end = next((place for place, code in enumerate(codes) if code in ENDS), len(codes))
    if any(code not in (14, 15) for code in codes[end + 1 :]):
        yield f"(7) {no} goes on after its end: {codes}"


def _quick(no: str, events: Sequence[Entry], case: Entry, on_the_spot: bool) -> Iterator[str]:
    """(8) 秒办 is there, and says that it is. What is to be decided on the spot is none."""
    times = {entry.row["BLZT"]: datetime.fromisoformat(entry.row["BLSJ"]) for entry in events}
    decided = next((times[code] for code in (11, 12, 13) if code in times), None)
    if decided is None or 3 not in times or on_the_spot:
        return
    at = {
        code: [datetime.fromisoformat(one.row["BLSJ"]) for one in events if one.row["BLZT"] == code] for code in (9, 10)
    }
    paused = sum((end - start).total_seconds() for start, end in zip(at[9], at[10], strict=False))
    minutes = ((decided - times[3]).total_seconds() - paused) / 60
    told = any(flag.startswith("quick") for flag in case.flags)
    if told and minutes > QUICK_MINUTES:
        yield f"(8) {no} is marked as 秒办 and took {minutes:.0f} minutes"
    if not told and minutes < QUICK_MINUTES - 1:
        yield f"(8) {no} took {minutes:.0f} minutes and is not marked as 秒办"


def _decisions(entries: Sequence[Entry]) -> Iterator[str]:
    """3.2: day, number and title where the result is 通过; an end of its life, or a flag that says why not yet."""
    decided = {entry.row["SPSXSLBM"]: entry for entry in entries if entry.table == DECISION and entry.valid}
    for entry in entries:
        if entry.table != STEP or not entry.valid or entry.row["BLZT"] not in (11, 12):
            continue
        decision = decided.get(entry.row["SPSXSLBM"])
        if decision is None:
            yield f"(3.2) {entry.row['SPSXSLBM']} was granted and has no 批复"
        elif not all(decision.row[name] for name in ("PFRQ", "PFWH", "PFWJBT")):
            yield f"(3.2) the 批复 of {entry.row['SPSXSLBM']} is not complete"
        elif not decision.row["PFWJYXQX"] and not decision.flags:
            yield f"(3.2) the 批复 of {entry.row['SPSXSLBM']} does not say until when"
