"""``wugeyi due --batch``: one question a line in, one answer a line out, whatever a line holds."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, TextIO

from workflow.cli.due_question import Causes, answer, question_from
from workflow.clock.calendar import Calendar

LONGEST_LINE = 64 * 1024
MOST_DIGITS = 1000


def run_batch(lines: BinaryIO, out: TextIO, calendar: Calendar, causes: Causes) -> int:
    """Answer every line of UTF-8 JSON as `answer` does, or with ``line`` and ``error``; how many had an error.

    In the order of the lines, written as they are read. Only ``out`` and the configuration can raise.
    """
    errors = 0
    # What does not end a line in JSON must not end one in the answers: they are ASCII, so it is escaped.
    encode = json.JSONEncoder().encode
    for number, line in enumerate(_bounded(lines), start=1):
        try:
            told = answer(question_from(_parsed(line), causes), calendar)
        except ValueError as error:
            errors += 1
            told = {"line": number, "error": str(error)}
        out.write(encode(told) + "\n")
    return errors


def _bounded(lines: BinaryIO) -> Iterator[bytes | None]:
    """The lines without their ends; None for one longer than is accepted, which is never held in memory."""
    while line := lines.readline(LONGEST_LINE + 1):
        if len(line) <= LONGEST_LINE or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = lines.readline(LONGEST_LINE)
        yield None


def _parsed(line: bytes | None) -> Any:
    if line is None:
        raise ValueError(f"the line is too long: {LONGEST_LINE} bytes are accepted")
    try:
        text = line.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise ValueError(f"the line is not UTF-8 text (byte {error.start})") from None
    if not text:
        raise ValueError("the line is empty: an object such as {'from': …, 'limit': …} is accepted")
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise ValueError("not JSON that is accepted: nested too deeply") from None


def _whole(digits: str) -> int:
    # Python refuses to read longer ones, in words that speak of Python.
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits: at most {MOST_DIGITS} are accepted")
    return int(digits)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for place, (key, _) in enumerate(pairs) if key in dict(pairs[:place]))
        raise ValueError(f"{twice!r} stands twice: each key once is accepted")
    return found
