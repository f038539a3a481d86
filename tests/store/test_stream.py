"""The stream: who follows it misses nothing, whatever commits when."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, text

from tests import given
from tests.given import Town
from workers.caretaker import attend
from workflow.commands.attach_material import attach_material
from workflow.store import stream
from workflow.store.stream import Entry
from workflow.work import Office

NOW = given.moment("2026-03-02")
PDF = b"%PDF-1.7\n"


@pytest.fixture
def town(office: Office) -> Town:
    """People of every role and a project."""
    return given.town(office)


def note(conn: Connection, seq: int) -> None:
    conn.execute(text("INSERT INTO stream_pending (kind, case_id, seq) VALUES ('event', 1, :seq)"), {"seq": seq})


def positions(engine: Engine) -> list[int]:
    with engine.begin() as conn:
        return list(conn.execute(text("SELECT position FROM stream ORDER BY position")).scalars())


def taken(engine: Engine, reader: str = "reader", limit: int = 100) -> list[int]:
    """The numbers of the next entries of a reader."""
    found: list[Entry] = []
    with engine.begin() as conn:
        stream.follow(conn, reader, limit, found.extend)
    return [entry.seq for entry in found if entry.seq is not None]


def sequenced(engine: Engine) -> int:
    with engine.begin() as conn:
        return stream.sequence(conn)


def test_what_commits_late_comes_later_and_is_missed_by_nobody(engine: Engine) -> None:
    with engine.connect() as slow:
        transaction = slow.begin()
        note(slow, 1)
        with engine.begin() as quick:
            note(quick, 2)
        sequenced(engine)
        assert taken(engine) == [2]
        transaction.commit()
    sequenced(engine)
    assert taken(engine) == [1]


def test_every_line_of_history_has_one_position_and_a_case_keeps_its_order(office: Office, town: Town) -> None:
    no = given.draft(office, town, NOW)

    def upload(place: int) -> None:
        with given.at(office, town.applicant, NOW) as work:
            attach_material(work, no, "identity", f"{place}.pdf", PDF + str(place).encode())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(upload, range(8)))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: sequenced(office.engine), range(8)))
    attend(office)
    with office.engine.begin() as conn:
        told = conn.execute(text("SELECT case_id, seq FROM stream WHERE kind = 'event' ORDER BY position")).all()
        written = conn.execute(text("SELECT case_id, seq FROM events")).all()
    assert sorted(tuple(row) for row in told) == sorted(tuple(row) for row in written)
    for case_id in {row.case_id for row in told}:
        seqs = [row.seq for row in told if row.case_id == case_id]
        assert seqs == sorted(seqs)
    assert positions(office.engine) == list(range(1, len(positions(office.engine)) + 1))


def test_one_reader_comes_once_however_many_follow_under_its_name(engine: Engine) -> None:
    with engine.begin() as conn:
        for seq in range(1, 31):
            note(conn, seq)
    sequenced(engine)
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda _: taken(engine, limit=10), range(12)))
    parts += [taken(engine, limit=10) for _ in range(4)]
    assert sorted(seq for part in parts for seq in part) == list(range(1, 31))


def test_a_reader_that_fails_is_given_the_same_entries_again(engine: Engine) -> None:
    with engine.begin() as conn:
        note(conn, 1)
    sequenced(engine)

    def fail(entries: list[Entry]) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"), engine.begin() as conn:
        stream.follow(conn, "reader", 10, fail)
    assert taken(engine) == [1]


def test_two_sequencers_at_once_leave_no_gap_and_no_double(
    engine: Engine, open_another_engine: Callable[[], Engine]
) -> None:
    other = open_another_engine()
    with engine.begin() as conn:
        note(conn, 1)
        note(conn, 2)
    with engine.begin() as first:
        assert stream.sequence(first, 1) == 1
        with other.begin() as second:
            assert stream.sequence(second) == 0
    assert sequenced(other) == 1
    assert positions(engine) == [1, 2]
