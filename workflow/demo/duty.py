"""Who is on duty in the demo, round the clock, and who is away: rosters and one leave, by the real commands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from workflow.commands.publish_roster import publish_roster
from workflow.commands.record_absence import record_absence
from workflow.demo.play import Cue, Player
from workflow.demo.scenes import Days
from workflow.store.duty import Shift

CHANGES_AT = 8 * 60
"""Minutes after midnight at which one shift follows another."""
SHIFT = timedelta(hours=12)
PUBLISHED = -25
"""The working day on which the first roster was published; it holds from the next one on."""
LATER = -3
"""When the second one was, which leaves out who is going to be away."""
GAP_AFTER, GAP, AHEAD = timedelta(days=10), timedelta(hours=12), timedelta(days=15)
"""From the making of the demo: when nobody is on duty, for how long, and where the roster ends."""


@dataclass(frozen=True, slots=True)
class Turns:
    """The people of a squad who take turns, first and later; ``leader`` publishes."""

    squad: str
    leader: str
    first: tuple[str, ...]
    later: tuple[str, ...]


TURNS = (
    Turns(
        "permits", "duizhang1", ("zhuanyuan1", "zhuanyuan2", "zhuanyuan3"), ("zhuanyuan1", "zhuanyuan2", "zhuanyuan3")
    ),
    Turns(
        "tenders", "duizhang2", ("zhuanyuan4", "zhuanyuan5", "zhuanyuan6"), ("zhuanyuan4", "zhuanyuan5", "duizhang2")
    ),
)
AWAY, DELEGATE = "zhuanyuan6", "zhuanyuan5"


def duty_cues(player: Player, days: Days) -> Iterator[Cue]:
    """The rosters of both squads, and the leave."""
    begins, later, now = (days.moment(day, CHANGES_AT) for day in (PUBLISHED + 1, LATER + 1, 0))
    gap = now + GAP_AFTER
    for turns in TURNS:
        for day, people, since, until in (
            (PUBLISHED, turns.first, begins, later),
            (LATER, turns.later, later, gap),
            (LATER, turns.later, gap + GAP, now + AHEAD),
        ):
            at = days.moment(day, 16 * 60)
            do = partial(_publish, player, turns, people, since, until)
            yield Cue(at, f"duty/{turns.squad}/{since:%m%d}", do)
    away = partial(_go, player, days.moment(-1, 18 * 60), days.moment(4, 18 * 60))
    yield Cue(days.moment(-1, 11 * 60), "leave", away)


def _publish(player: Player, turns: Turns, people: tuple[str, ...], since: datetime, until: datetime) -> None:
    ids = [player.town.actors[name].id for name in people]
    shifts: list[Shift] = []
    while since < until:
        ends = min(since + SHIFT, until)
        person = ids[len(shifts) % len(ids)]
        assert person is not None
        shifts.append(Shift(person, since, ends))
        since = ends
    with player.work(player.town.actors[turns.leader]) as work:
        publish_roster(work, turns.squad, shifts[0].since, until, shifts)


def _go(player: Player, since: datetime, until: datetime) -> None:
    person, delegate = (player.town.actors[name] for name in (AWAY, DELEGATE))
    assert person.id is not None
    assert delegate.id is not None
    with player.work(person) as work:
        record_absence(work, person.id, delegate.id, since, until, "年休假（演示数据）")
