"""Tells the story and checks it: a line for every thing that was found to be so, the end at the first that is not."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from workflow.demo.tour.caller import Answer

T = TypeVar("T")
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.1


class NotSo(Exception):
    """Something is not as it was promised."""


@dataclass(slots=True)
class Teller:
    """Prints chapters and checks; ``checks`` counts what held."""

    say: Callable[[str], None]
    chapters: int = 0
    checks: int = 0

    def chapter(self, title: str) -> None:
        """The next thing that happens."""
        self.chapters += 1
        self.say(f"\n{self.chapters}. {title}")

    def tell(self, sentence: str) -> None:
        """Something a reader should know, nothing checked."""
        self.say(f"     {sentence}")

    def so(self, holds: bool, sentence: str, found: object = None) -> None:
        """``sentence`` must hold; raises NotSo with what was ``found`` instead."""
        if not holds:
            raise NotSo(f"{sentence}" + (f"; found: {found}" if found is not None else ""))
        self.checks += 1
        self.say(f"   ✓ {sentence}")

    def same(self, found: object, expected: object, sentence: str) -> None:
        """What was found is what was expected."""
        self.so(found == expected, f"{sentence}: {expected}", found)

    def done(self, answer: Answer, status: int, sentence: str) -> Any:
        """The request was answered with this status; returns its body."""
        self.so(answer.status == status, sentence, f"{answer.status} {answer.body}")
        return answer.body

    def refused(self, answer: Answer, status: int, code: str, sentence: str) -> Any:
        """The request was refused with this status and this stable code; returns the problem."""
        found = answer.body.get("code") if isinstance(answer.body, dict) else answer.body
        self.so(
            (answer.status, found) == (status, code),
            f"{sentence}: {status} {code}",
            f"{answer.status} {answer.body}",
        )
        return answer.body

    def comes(self, look: Callable[[], T | None], sentence: str) -> T:
        """``look`` finds something before patience ends; it is asked again and again, as workers need a moment."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = look()
            if found:
                self.so(True, sentence)
                return found
            if time.monotonic() > ends:
                raise NotSo(f"{sentence}; not within {PATIENCE_SECONDS:.0f} s")
            time.sleep(LOOK_SECONDS)
