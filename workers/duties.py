"""What the caretaker looks after; one entry a duty."""

from collections.abc import Callable
from dataclasses import dataclass

from workflow.store import stream
from workflow.work import Office


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to be looked after every ``seconds``.

    ``do`` does a bounded part of it, commits, and answers how much it did; 0 ends its turn. What ``follows`` the stream
    is also done whenever something has happened, in the order of DUTIES.
    """

    name: str
    seconds: float
    do: Callable[[Office], int]
    follows: bool = False


def sequence(office: Office) -> int:
    """What is committed gets its position in the stream."""
    with office.engine.begin() as conn:
        return stream.sequence(conn)


DUTIES: tuple[Duty, ...] = (
    # before everything that follows the stream
    Duty("sequence", 5.0, sequence, follows=True),
)
