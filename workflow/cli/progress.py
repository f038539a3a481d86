"""What is being waited for, shown when it takes longer than two seconds.

Drawn by the caller's own steps and not by a thread: servers and roles are forked from this process later.
"""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

PATIENCE_SECONDS = 2.0
LINE_SECONDS = 5.0
"""Between two lines where the output is no terminal."""

Advance = Callable[[int, int, str], None]
"""Told how far it is: steps done, steps in all (0 = unknown), and what is being done."""


@contextlib.contextmanager
def progress_bar(title: str) -> Iterator[Advance]:
    """A function to be told each step within the block; shows a bar on a terminal and a line now and then elsewhere."""
    begun = time.monotonic()
    with contextlib.ExitStack() as stack:
        draw: list[Advance] = []

        def advance(done: int, total: int, text: str) -> None:
            if time.monotonic() - begun < PATIENCE_SECONDS:
                return
            if not draw:
                draw.append(stack.enter_context(_bar(title)) if sys.stdout.isatty() else _lines(title))
            draw[0](done, total, text)

        yield advance


@contextlib.contextmanager
def _bar(title: str) -> Iterator[Advance]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, auto_refresh=False, transient=True) as progress:
        task = progress.add_task(title, total=None)

        def advance(done: int, total: int, text: str) -> None:
            words = f"{title}: {text}" if text else title
            progress.update(task, description=words, completed=done, total=total or None)
            progress.refresh()

        yield advance


def _lines(title: str) -> Advance:
    last = [time.monotonic() - LINE_SECONDS]

    def advance(done: int, total: int, text: str) -> None:
        if time.monotonic() - last[0] < LINE_SECONDS:
            return
        last[0] = time.monotonic()
        print(f"{title}: {text}" + (f" ({done} of {total})" if total else ""), flush=True)

    return advance
