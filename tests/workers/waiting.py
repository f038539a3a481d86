"""Waiting for what other processes do: bounded, and saying what was waited for."""

import time
from collections.abc import Callable

from sqlalchemy import Engine, text


def until(what: str, is_so: Callable[[], bool], seconds: float = 20.0) -> float:
    """Wait until ``is_so``; returns how long it took. Fails after ``seconds``, naming ``what``."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not so after {seconds:.0f} s: {what}")
        time.sleep(0.05)
    return time.monotonic() - began


def number(engine: Engine, statement: str) -> int:
    """One number out of the database."""
    with engine.connect() as conn:
        return int(conn.execute(text(statement)).scalar_one())
