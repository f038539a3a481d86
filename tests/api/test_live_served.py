"""The live stream as it is served: a real gunicorn, clients that are cut off, notices that commit late."""

import random
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from api.live import MOST, MOST_OF_ONE
from tests import given
from tests.api.test_gunicorn import Server, environment, free_port
from tests.listening import LIVE, Heard, head_of, id_of, notice, secret_of, sequenced, take
from workflow.cli.roles import WEB_THREADS, web_command
from workflow.settings import load_settings
from workflow.work import Office

pytestmark = pytest.mark.journey

PROCESSES = 2


@dataclass(slots=True)
class Served:
    """A gunicorn of two processes, started as ``wugeyi web`` starts it, on the test's database."""

    server: Server

    def client(self, secret: str) -> "Client":
        return Client(self.server.port, secret)


@dataclass(slots=True)
class Client:
    """An EventSource that may be cut off."""

    port: int
    secret: str
    heard: Heard = field(default_factory=Heard)
    status: int = 0

    def listen(self, seconds: float, enough: Callable[[Heard], bool] = lambda _: False) -> float:
        """Connect, read for so long, go away; returns for how long the answer lasted."""
        http = HTTPConnection("127.0.0.1", self.port, timeout=40)
        headers = {"Authorization": f"Bearer {self.secret}", "Last-Event-ID": self.heard.last}
        began = time.monotonic()
        try:
            http.request("GET", LIVE, headers=headers)
            answer = http.getresponse()
            self.status = answer.status
            rest = ""
            assert http.sock is not None or answer.isclosed()
            while time.monotonic() - began < seconds and not enough(self.heard):
                if http.sock is not None:
                    http.sock.settimeout(max(0.05, seconds - (time.monotonic() - began)))
                piece = answer.read1(4096)
                if not piece:
                    break
                *blocks, rest = (rest + piece.decode()).split("\n\n")
                for block in blocks:
                    take(self.heard, block)
        except (TimeoutError, HTTPException, ValueError):
            pass  # cut off in the middle of something: what is not whole is not taken
        finally:
            http.close()
        return time.monotonic() - began


@pytest.fixture
def served(database_url: str, tmp_path: Path) -> Iterator[Served]:
    port = free_port()
    settings = load_settings(
        {"WUGEYI_PORT": str(port), "WUGEYI_WEB_WORKERS": str(PROCESSES), "WUGEYI_HOST": "127.0.0.1"}
    )
    command = web_command(settings)
    assert command[command.index("--threads") + 1] == str(WEB_THREADS)
    with (tmp_path / "web.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment(tmp_path, database_url), stderr=log)
    server = Server(port, tmp_path, database_url)
    deadline = time.monotonic() + 40
    while True:
        assert process.poll() is None, server.log
        assert time.monotonic() < deadline, server.log
        try:
            if server.ask("GET", "/healthz")[0] == 200:
                break
        except OSError:
            # A process of its own tells nobody when it listens: asked again, up to the deadline above.
            time.sleep(0.2)
    yield Served(server)
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def test_a_client_cut_off_at_random_misses_nothing_and_hears_each_once(
    served: Served, engine: Engine, town: given.Town
) -> None:
    chance = random.Random(20261123)
    person, other = id_of(town.clerk), id_of(town.admin)
    sequenced(engine)
    client = served.client(secret_of(engine, town.clerk))
    client.listen(0.6)
    assert client.heard.last == str(head_of(engine))
    done = threading.Event()
    written: list[str] = []

    def write(writer: int) -> None:
        """Some commit at once, some long after others that began later, some not at all."""
        for number in range(40):
            with engine.connect() as conn:
                transaction = conn.begin()
                key = f"{writer}-{number}"
                notice(conn, person, key)
                notice(conn, other, f"other-{key}")
                # So that transactions really commit in another order than they began.
                time.sleep(chance.choice((0, 0.05, 0.2, 0.6)))
                if chance.random() < 0.1:
                    transaction.rollback()
                else:
                    transaction.commit()
                    written.append(key)

    def give_positions() -> None:
        while not done.is_set():
            sequenced(engine)
            # The pace of a worker; at none, the client would never be cut off between two positions.
            time.sleep(chance.uniform(0.005, 0.05))

    sequencer = threading.Thread(target=give_positions)
    writers = [threading.Thread(target=write, args=(number,)) for number in range(5)]
    for thread in (sequencer, *writers):
        thread.start()
    cuts = 0
    while any(thread.is_alive() for thread in writers):
        client.listen(chance.choice((0.01, 0.1, 0.4, 0.9)))
        cuts += 1
    done.set()
    sequencer.join()
    for _ in range(3):
        sequenced(engine)
    until = time.monotonic() + 20
    while len(client.heard.ids) < len(written) and time.monotonic() < until:
        client.listen(2.0, lambda heard: len(heard.ids) >= len(written))

    with engine.connect() as conn:
        wanted = conn.execute(
            text("SELECT position FROM stream WHERE person_id = :person ORDER BY position"), {"person": person}
        )
        assert client.heard.ids == list(wanted.scalars())
    assert len(client.heard.ids) == len(set(client.heard.ids)) == len(written) > 100
    assert cuts > 10
    print(f"{len(written)} notices, {cuts} cuts")


def test_listeners_never_keep_requests_waiting_and_the_rest_is_served_what_there_is(
    served: Served, engine: Engine, office: Office, town: given.Town
) -> None:
    people = [town.clerk, town.specialist, town.supervisor, town.district_leader, town.squad_leader, town.admin]
    people += list(town.officers.values())
    clients = [served.client(secret_of(engine, actor)) for actor in people for _ in range(MOST_OF_ONE)]
    assert len(clients) > 2 * MOST * PROCESSES
    lasted: dict[int, float] = {}

    def listen(number: int) -> None:
        lasted[number] = clients[number].listen(4.0)

    threads = [threading.Thread(target=listen, args=(number,)) for number in range(len(clients))]
    for thread in threads:
        thread.start()
    # The seats fill in the server's own time; how many do is asserted below.
    time.sleep(1.5)
    bearer = secret_of(engine, town.clerk)
    times = []
    for _ in range(40):
        began = time.monotonic()
        assert served.server.ask("GET", "/api/v1/cases", Authorization=f"Bearer {bearer}")[0] == 200
        times.append(time.monotonic() - began)
    with engine.connect() as conn:
        held = conn.execute(
            text("""
SELECT count(*) FROM pg_stat_activity
WHERE state LIKE 'idle in transaction%' AND xact_start < now() - interval '1 s'""")
        ).scalar_one()
    for thread in threads:
        thread.join()

    stayed = [number for number, seconds in lasted.items() if seconds > 3.5]
    assert 0 < len(stayed) <= MOST * PROCESSES
    assert all(client.status == 200 for client in clients)
    assert all(client.heard.waiting for client in clients), "who has no seat is served what there is"
    assert all(clients[number].heard.retry == [5000] for number in lasted if number not in stayed)
    assert sorted(times)[len(times) // 2] < 0.5
    assert held == 0, "nobody who waits holds a transaction"
    print(f"{len(clients)} clients, {len(stayed)} stayed, median {sorted(times)[20] * 1000:.0f} ms")


def test_a_seat_that_is_left_is_free_at_once_and_signing_out_ends_it(
    served: Served, engine: Engine, town: given.Town
) -> None:
    secret = secret_of(engine, town.clerk)
    for _ in range(3 * MOST * PROCESSES):
        served.client(secret).listen(0.05)
    # That a client has gone is noticed by writing to it; nothing tells from outside when.
    time.sleep(2)
    client = served.client(secret)
    lasted: list[float] = []
    thread = threading.Thread(target=lambda: lasted.append(client.listen(15)))
    thread.start()
    # Longer than an answer without a seat takes: that it lasts is the point.
    time.sleep(1.5)
    assert thread.is_alive(), "whoever has gone keeps no seat"
    with engine.begin() as conn:
        conn.execute(text("UPDATE tokens SET revoked_at = now() WHERE person_id = :me"), {"me": town.clerk.id})
    thread.join(5)

    assert not thread.is_alive(), "signing out ends it"
    assert lasted[0] < 6
    assert client.listen(1) < 1
    assert client.status == 401


def test_a_quiet_stream_gives_signs_of_life_and_ends_by_itself(
    served: Served, engine: Engine, town: given.Town
) -> None:
    request = f"GET {LIVE} HTTP/1.0\r\nAuthorization: Bearer {secret_of(engine, town.clerk)}\r\n\r\n"
    body = b""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", served.server.port), timeout=40) as connection:
        connection.sendall(request.encode())
        while piece := connection.recv(4096):
            body += piece
    lasted = time.monotonic() - began

    assert 24 < lasted < 29
    assert len(re.findall(rb"^: $", body, re.M)) == 2
    assert body.rstrip().endswith(b"retry: 1000")
