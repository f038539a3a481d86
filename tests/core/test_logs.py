"""Logs: JSON lines with fixed texts and listed facts; nothing that somebody typed."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from workflow import logs

log = logs.logger("test")


@pytest.fixture
def written() -> Iterator[StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = StringIO()
    logs.configure("INFO", stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def lines(stream: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_its_text_its_facts_and_what_it_is_about(written: StringIO) -> None:
    with logs.about(request="r-1", case="LS2026-000123"):
        log.info("answered", extra=logs.facts(status=200))

    [line] = lines(written)
    assert line["text"] == "answered"
    assert (line["request"], line["case"], line["status"]) == ("r-1", "LS2026-000123", 200)
    assert (line["level"], line["part"]) == ("INFO", "test")
    assert line["at"].endswith("+00:00")


def test_the_next_line_is_no_longer_about_it(written: StringIO) -> None:
    with logs.about(request="r-1"):
        pass
    log.info("answered")

    assert "request" not in lines(written)[0]


def test_a_fact_that_is_not_listed_cannot_be_logged() -> None:
    with pytest.raises(ValueError, match="username"):
        logs.facts(username="张三")


def test_of_an_exception_the_type_and_the_places_are_written_but_not_the_message(written: StringIO) -> None:
    try:
        raise ValueError("张三 13800000000")
    except ValueError:
        log.exception("a promise was broken")

    [line] = lines(written)
    assert line["error"] == "ValueError"
    assert any("test_logs.py" in place for place in line["places"])
    assert "张三" not in written.getvalue()


def test_an_end_of_line_in_a_fact_cannot_forge_a_line(written: StringIO) -> None:
    log.info("answered", extra=logs.facts(code='x"}\n{"text": "forged'))

    assert len(lines(written)) == 1
