"""The main job on one machine: `wugeyi up` with the demo, the tour twice, every history verified, the end."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.journey

READY_SECONDS = 240
"""Sixty are promised on an idle machine; here other tests run beside it."""
STOP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Server:
    """A running `wugeyi up` with the demo."""

    home: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    output: Path

    def wugeyi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command beside it, as a person in a second terminal would."""
        return subprocess.run(
            [sys.executable, "-m", "workflow.cli", *arguments],
            env=self.environment,
            cwd=self.home.parent,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def said(self) -> str:
        return self.output.read_text(errors="replace")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("WUGEYI_") and name not in ("DATABASE_URL", "REDIS_URL", "SMTP_URL")
    }
    # Not tmp_path: PostgreSQL runs as another user under root, and pytest keeps closing its folders to others.
    with tempfile.TemporaryDirectory(prefix="wugeyi-tour-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        environment = inherited | {"WUGEYI_HOME": str(folder / "home"), "WUGEYI_PORT": str(_free_port())}
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "workflow.cli", "up"],
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = Server(folder / "home", environment, process, folder / "output")
        try:
            _wait_until_ready(server)
            yield server
        finally:
            for pid in _processes_of(server.home):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def tours(server: Server) -> list[subprocess.CompletedProcess[str]]:
    """What the tour said on the fresh demo, and again on what it had left."""
    return [server.wugeyi("tour") for _ in range(2)]


def test_the_banner_names_the_accounts_their_password_and_how_to_move_time(server: Server) -> None:
    said = server.said()
    assert re.search(r"shenqing +wugeyi-demo +建设单位", said)
    assert "time +1wd" in said
    assert "tour" in said


def test_the_tour_finds_everything_so_and_again_on_what_it_left(
    tours: list[subprocess.CompletedProcess[str]],
) -> None:
    for done in tours:
        assert done.returncode == 0, done.stdout + done.stderr
        assert "all of it is so: " in done.stdout
        assert "✗" not in done.stdout


@pytest.mark.usefixtures("tours")
def test_after_the_tours_every_history_still_holds(server: Server) -> None:
    done = server.wugeyi("verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every chain and every replay holds" in done.stdout


def test_time_moves_to_the_next_working_morning_and_the_workers_fire_what_falls_due(server: Server) -> None:
    done = server.wugeyi("time", "+1wd")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"the office's time: \d{4}-\d\d-\d\d 09:05", done.stdout)
    assert "not fired" not in done.stdout
    back = server.wugeyi("time", "--to", "2020-01-01T09:00")
    assert back.returncode == 2
    assert "time moves forward only" in back.stderr


def test_time_is_not_moved_outside_of_demo_mode(server: Server) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "workflow.cli", "time", "+1wd"],
        env=server.environment | {"WUGEYI_DEMO": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 2
    assert "in demo mode only" in refused.stderr


def test_the_proof_of_a_date_is_printed(server: Server, tours: list[subprocess.CompletedProcess[str]]) -> None:
    told = tours[-1].stdout
    found = re.search(r"The proof of one date: the promise of (LS\d{4}-\d{6})", told)
    assert found, told
    done = server.wugeyi("proof", found[1], "promised")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "暂停 pause（expert_review）" in done.stdout


def test_a_tour_without_a_server_is_one_clear_line(server: Server) -> None:
    done = server.wugeyi("tour", "--url", f"http://127.0.0.1:{_free_port()}")
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert "does not answer" in line
    assert "wugeyi up" in line


def test_the_stop_leaves_no_process_behind(server: Server) -> None:
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(STOP_SECONDS) == 0, server.said()
    assert _processes_of(server.home) == {}


def _wait_until_ready(server: Server) -> None:
    ends = time.monotonic() + READY_SECONDS
    while "wugeyi is ready" not in server.said():
        assert server.process.poll() is None, server.said()
        assert time.monotonic() < ends, server.said()
        # What another process prints: read again, up to the deadline.
        time.sleep(0.1)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _processes_of(home: Path) -> dict[int, str]:
    """Every live process that works under ``home`` or names it, with its command line."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_text(errors="replace").replace("\0", " ").strip()
            if words and (str((entry / "cwd").readlink()).startswith(f"{home}/") or f"{home}/" in words):
                found[int(entry.name)] = words
    return found
