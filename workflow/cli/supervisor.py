"""The roles of one machine under honcho's manager: started together, watched, stopped together.

What is added to honcho: roles that end when the supervisor is killed, a bound of the whole stop, a watch on readiness
and on the embedded servers, and the name of the role that ended first.
"""

import http.client
import json
import multiprocessing
import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from subprocess import Popen
from typing import Any

from honcho.manager import Manager
from honcho.printer import Printer
from honcho.process import Process

from workflow.embedded.bound import end_with_parent
from workflow.embedded.processes import bound_command, end, working_in
from workflow.settings import Settings

READY_SECONDS = 120.0
"""Bound of the roles' start; a database of another machine may be slow."""
STOP_SECONDS = 5.0
"""How long roles may take to stop before they are killed: with the servers after them, all is gone within 10 s."""
WATCH_SECONDS = 0.5
HEARTBEAT_SECONDS = 5.0
"""A sweeper's last sign of life that is older was another worker's."""
ROLE_WORDS = ("api.wsgi:application", "workers.celery_app")
"""What tells the command line of a role from a stranger's."""


def run_roles(
    settings: Settings,
    commands: Mapping[str, list[str]],
    environment: Mapping[str, str],
    servers: Mapping[str, Popen[bytes]],
    on_ready: Callable[[], None],
) -> str | None:
    """Run ``commands`` by name until Ctrl-C, SIGTERM or the end of one of them or of one of ``servers``.

    ``on_ready`` is called once, from another thread, when the web role says it is ready. Returns None after a stop
    that was asked for, else a sentence on what went wrong. No process is left when it returns.
    """
    folder = roles_folder(settings)
    folder.mkdir(exist_ok=True)
    # Python 3.14 would start honcho's processes through a fork server, which outlives a killed supervisor.
    multiprocessing.set_start_method("fork", force=True)
    sys.stdout.flush()
    sys.stderr.flush()
    # Honcho minds SIGINT and SIGTERM only; a closed terminal is to stop everything as cleanly.
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    supervisor = _Supervisor(_Watch(settings, servers, on_ready))
    for name, command in commands.items():
        line = f"exec {shlex.join(bound_command(command, signal.SIGTERM, parent='-'))}"
        supervisor.add_process(name, line, env=dict(environment), cwd=str(folder))
    try:
        supervisor.loop()
    finally:
        supervisor.watch.over.set()
        end(working_in(folder, ROLE_WORDS), signal.SIGKILL, 0)
        for child in multiprocessing.active_children():
            child.kill()
    return supervisor.watch.failure or supervisor.failure


def end_leftovers(settings: Settings) -> None:
    """End the roles of this home that a killed supervisor left behind."""
    end(working_in(roles_folder(settings), ROLE_WORDS), signal.SIGTERM, STOP_SECONDS)


def roles_folder(settings: Settings) -> Path:
    """The folder roles work in: nobody else does, which is how leftovers are known."""
    return settings.home / "run"


class _Watch(threading.Thread):
    """Waits for readiness, then looks after the embedded servers; asks for a stop by the signal a person would send."""

    def __init__(self, settings: Settings, servers: Mapping[str, Popen[bytes]], on_ready: Callable[[], None]) -> None:
        super().__init__(name="watch", daemon=True)
        self.over = threading.Event()
        self.failure: str | None = None
        self._settings = settings
        self._servers = servers
        self._on_ready = on_ready

    def run(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        ready = False
        while not self.over.wait(WATCH_SECONDS if ready else 0.1):
            for name, process in self._servers.items():
                if process.poll() is not None:
                    self._fail(f"{name} ended by itself (exit status {process.returncode})")
            if ready:
                continue
            answer = _readiness(self._settings)
            if answer == "ready":
                ready = True
                self._on_ready()
            elif time.monotonic() > deadline:
                self._fail(f"not ready after {READY_SECONDS:.0f} s: {answer}")

    def _fail(self, sentence: str) -> None:
        if not self.over.is_set():
            self.over.set()
            self.failure = sentence
            os.kill(os.getpid(), signal.SIGTERM)


class _Supervisor(Manager):
    """Honcho's manager with our processes and a watch."""

    def __init__(self, watch: _Watch) -> None:
        super().__init__(_Output())
        self._process_ctor = _Role
        self.watch = watch
        self.failure: str | None = None

    def _start(self) -> None:
        super()._start()
        # Not before: a process with threads should not fork.
        self.watch.start()

    def terminate(self) -> None:
        # Honcho learns a child's pid from a message; asked to stop before it came, it would stumble over its absence.
        if not self._all_started():
            _later(0.1, self.terminate)
            return
        ended = {name: state["returncode"] for name, state in self._processes.items() if "returncode" in state}
        if ended and not self._terminating and self.returncode not in {128 + signal.SIGINT, 128 + signal.SIGTERM}:
            name, status = next(iter(ended.items()))
            self.failure = f"{name} ended by itself (exit status {status})"
        self.watch.over.set()
        super().terminate()
        # Honcho begins to count only when a first role has stopped.
        _later(STOP_SECONDS, self.kill)


class _Role(Process):
    """Honcho's go-between of one role: it reads the role's output and must not outlive the supervisor."""

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        end_with_parent(signal.SIGKILL)
        # Forked with the supervisor's handlers, which a Ctrl-C at this moment would run a second time in here.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        super().run(events, ignore_signals)


class _Output(Printer):
    """Honcho's prefixed lines; a reader that went away (``| head``, a closed terminal) stops no service."""

    read = True

    def write(self, message: Any) -> None:
        if not self.read:
            return
        try:
            super().write(message)
        except OSError:
            self.read = False


def _later(seconds: float, call: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, call)
    timer.daemon = True
    timer.start()


def _readiness(settings: Settings) -> str:
    """``ready``, or what stood in the way."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    # Not urllib: a proxy set in the environment would be asked for our own address.
    connection = http.client.HTTPConnection(host, settings.port, timeout=3)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        body = response.read(4000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
    if response.status != http.client.OK:
        return f"/readyz answers {response.status}: {body.strip()}"
    return "ready" if _worker_beats(body) else "the worker has not reported yet"


def _worker_beats(body: str) -> bool:
    """Whether ``/readyz`` tells of a sweeper at work; the web role is ready without one, this machine is not."""
    try:
        return float(json.loads(body)["heartbeat_age_seconds"]["sweeper"]) < HEARTBEAT_SECONDS
    except (ValueError, KeyError, TypeError):
        return False
