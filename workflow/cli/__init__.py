"""The command ``wugeyi``: one module a subcommand, imported only when it is the one asked for.

Such a module has ``configure(parser)`` and ``run(args) -> int``, the exit status. ``args.command`` is its name.
"""

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from types import ModuleType

from workflow.errors import ConfigFaults, Unusable

COMMANDS = {
    "up": ("workflow.cli.up", "run everything on this machine: PostgreSQL, Redis, web, worker, beat"),
    "web": ("workflow.cli.roles", "run the web role (pages and JSON API)"),
    "worker": ("workflow.cli.roles", "run the worker role (sweeper, relay, deliveries)"),
    "beat": ("workflow.cli.roles", "run the beat role (second path of the sweep, housekeeping)"),
    "migrate": ("workflow.cli.migrate", "bring the database to this version"),
    "check": ("workflow.cli.check", "prove flows, catalogue and rules sound; list every fault"),
    "draw": ("workflow.cli.draw", "print a flow as a Mermaid diagram"),
    "demo": ("workflow.cli.demo", "fill the database with the demo war map"),
    "time": ("workflow.cli.time", "move time forward (demo mode only), for instance +1wd"),
    "tour": ("workflow.cli.tour", "run the main job against a running server and tell it as a story"),
    "import": ("workflow.cli.importing", "projects, people and running cases from files; templates to fill in"),
    "verify": ("workflow.cli.verify", "replay every history and check the hash chains"),
    "figures": ("workflow.cli.figures", "show the leader's figures, or count them anew"),
    "exchange": ("workflow.cli.exchange", "rows of the national exchange: bring up to date, write, check, reconcile"),
    "due": ("workflow.cli.due", "compute a due date"),
    "plan": ("workflow.cli.plan", "plan items forwards from a day, or backwards from a wanted one"),
    "calendar": ("workflow.cli.calendar", "show, preview, propose, sign, withdraw: the working calendar"),
    "amend": ("workflow.cli.amend", "change a limit by law, move running cases to a newer flow version"),
    "what-if": ("workflow.cli.what_if", "which dates would move if …; nothing is saved"),
    "font": ("workflow.cli.font", "make the web font for machines without Chinese fonts"),
    "proof": ("workflow.cli.proof", "print the day-by-day proof of a case's date"),
}

UNUSABLE = 2
"""Exit status where the service cannot start or go on as it is set up."""
STOPPED = 130
"""Exit status of a command ended by Ctrl-C, as shells have it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns its exit status. Faults of the set-up are one clear line each on stderr."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot write Chinese shows question marks instead of a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    parser, subparsers = _parsers()
    command = arguments[0] if arguments and arguments[0] in COMMANDS else None
    try:
        if command is None:
            # Answers --help and --version, and refuses what is no command.
            parser.parse_args(arguments or ["--help"])
            return 0
        module = _module(command)
        module.configure(subparsers[command])
        return int(module.run(parser.parse_args(arguments)))
    except (Unusable, ConfigFaults) as error:
        return _refuse(command, str(error))
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        # `wugeyi draw item | head`: the reader has seen enough. What is still buffered must not be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        line = _clear_line(error)
        if line is None:
            raise
        return _refuse(command, line)


def _parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    description = "Construction approvals of a district, kept to the day."
    parser = argparse.ArgumentParser(prog="wugeyi", description=description)
    parser.add_argument("--version", action="version", version=f"wugeyi {version('wugeyi')}")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    subparsers = {name: commands.add_parser(name, help=text, description=text) for name, (_, text) in COMMANDS.items()}
    return parser, subparsers


def _module(command: str) -> ModuleType:
    name, _ = COMMANDS[command]
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise Unusable("this installation does not have the command") from error


def _refuse(command: str | None, text: str) -> int:
    for line in text.splitlines():
        print(f"wugeyi {command}: {line}" if command else f"wugeyi: {line}", file=sys.stderr)
    return UNUSABLE


def _clear_line(error: Exception) -> str | None:
    """One line for a server that went away or a file that cannot be used; None for what is a mistake of ours."""
    # Looked up and not imported: a command that never touched the database should not pay for its libraries.
    lost = {
        "psycopg": ("the database does not answer", "OperationalError"),
        "sqlalchemy.exc": ("the database does not answer", "OperationalError"),
        "redis.exceptions": ("Redis does not answer", "ConnectionError"),
        "kombu.exceptions": ("Redis does not answer", "OperationalError"),
    }
    for module, (sentence, name) in lost.items():
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(error, kind):
            cause = getattr(error, "orig", None) or error
            return f"{sentence}: {str(cause).strip().splitlines()[0]}" if str(cause).strip() else sentence
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return None
