"""What the caretaker looks after; one entry a duty."""

from collections.abc import Callable
from dataclasses import dataclass

from workers.office import channels
from workers.subscribers import hand_over
from workflow.commands.another_way import look_after_unreached
from workflow.commands.export_exchange import export_exchange
from workflow.commands.fold_figures import fold_figures
from workflow.commands.pass_alert_on import pass_unread_on
from workflow.commands.send_digests import send_digests
from workflow.commands.step_alerts_down import step_alerts_down
from workflow.store import outbox, stream
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


def release_held(office: Office) -> int:
    """What quiet hours held back goes out, also where the office's time was moved over their end."""
    with office.engine.begin() as conn:
        return outbox.release_held(conn)


def unreached(office: Office) -> int:
    """Alerts that reach their person by no way go to the next one."""
    return look_after_unreached(office, channels().keys() - {"log"})


DUTIES: tuple[Duty, ...] = (
    # before everything that follows the stream
    Duty("sequence", 5.0, sequence, follows=True),
    # a second after it happened it is in the figures
    Duty("figures", 5.0, fold_figures, follows=True),
    # before alerts are passed on: what is needless is not
    Duty("step_down", 5.0, step_alerts_down, follows=True),
    Duty("pass_on_unread", 15.0, pass_unread_on),
    Duty("subscribers", 2.0, hand_over, follows=True),
    Duty("exchange", 5.0, export_exchange, follows=True),
    Duty("release_held", 5.0, release_held),
    Duty("unreached", 30.0, unreached),
    Duty("digests", 60.0, send_digests),
)
