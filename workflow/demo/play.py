"""Plays the story through simulated time: every line of it is written by the real commands, at its own moment.

One transaction a step. Between two steps every rung that has fallen due meanwhile fires, at its very moment and in
order, through the real sweep; what the system has to look at is looked at at once, as a worker would.
"""

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, event, text

from workflow.actor import Actor
from workflow.catalogue import Catalogue
from workflow.commands.acknowledge_alert import acknowledge_alert
from workflow.commands.attach_material import attach_material
from workflow.commands.fire_rungs import sweep
from workflow.commands.look_at import look_at
from workflow.commands.open_bundle import open_bundle
from workflow.commands.open_case import open_case
from workflow.commands.take_action import take_action
from workflow.demo.papers import demo_pdf
from workflow.demo.scenes import Beat, Days, gaps_open, with_gaps
from workflow.demo.steps import Step
from workflow.demo.story import FIRST_DAY, SEED, Application, scene_of
from workflow.demo.town import Town
from workflow.demo.ways import gaps_filled, gaps_promised
from workflow.errors import Refused
from workflow.store import demo_time, people
from workflow.work import Office, Work

log = logging.getLogger("wugeyi.demo")

KEPT_BACK = (with_gaps, gaps_open, gaps_promised, gaps_filled)
ENDS: Mapping[str, str] = MappingProxyType(
    {"submitted": "submit", "simulated": "submit_simulated", "given_up": "withdraw"}
)
NOWHERE: Mapping[str, str] = MappingProxyType({})

# What stands beside every message of the demo's past: nobody was written to while it was made.
NOT_SENT = "演示数据：生成时只记入日志，未向任何人发送 (demo: logged while it was made, sent to nobody)"

# After every step: settle what is in the outbox, and say when the next rung is due and which cases the system was asked
# to look at. A bundle whose items are still at intake, or later undecided, could only be refused.
_AROUND = text("""
WITH settled AS (
  UPDATE outbox SET state = 'delivered', delivered_at = now(),
    channel = CASE WHEN channel IN ('system', 'render') THEN channel ELSE 'log' END,
    body = CASE WHEN channel IN ('system', 'render') THEN body
      ELSE body || jsonb_build_object('note', cast(:note AS text)) END
  WHERE state = 'pending' RETURNING channel, body),
asked AS (
  SELECT cast(body ->> 'case_id' AS bigint) AS id FROM settled WHERE channel = 'system'
  UNION
  SELECT k.id FROM settled JOIN cases k ON k.parent_id = cast(settled.body ->> 'children_of' AS bigint)
  WHERE settled.channel = 'system' AND k.ended_at IS NULL)
SELECT (SELECT min(fire_at) FROM clocks WHERE state = 'armed') AS next_rung,
  ARRAY(SELECT b.id FROM asked JOIN cases b USING (id)
    WHERE (b.ended_at IS NULL OR b.flow || '/' || b.state = ANY(:resting))
      AND (b.flow <> 'bundle' OR b.state IN ('simulating', 'simulated') OR NOT EXISTS (
        SELECT FROM cases k WHERE k.parent_id = b.id AND k.ended_at IS NULL
          AND CASE b.state WHEN 'received' THEN k.accepted_at IS NULL ELSE k.decided_at IS NULL END))
    ORDER BY b.id) AS asked""")
_CHILD = text("""
WITH RECURSIVE under AS (
  SELECT id, no, flow, department, '{}'::jsonb AS data, 0 AS depth FROM cases WHERE no = :no
  UNION ALL
  SELECT k.id, k.no, k.flow, k.department, under.data || k.data, depth + 1
  FROM cases k JOIN under ON k.parent_id = under.id)
SELECT no FROM under
WHERE depth > 0 AND flow = :flow AND data @> cast(:where AS jsonb)
  AND (cast(:department AS text) IS NULL OR department = :department)
ORDER BY id DESC LIMIT 1""")
_CASE = text("SELECT assignee_id, department FROM cases WHERE no = :no")
_OPEN_CARDS = text("""
SELECT id, person_id, card FROM alerts
WHERE acknowledged_at IS NULL AND (card = 'red' OR (card = 'yellow' AND id % 3 > 0)) ORDER BY id""")
_ITEM_CASES = text("SELECT k.item, k.no FROM cases k JOIN cases b ON b.id = k.parent_id WHERE b.no = :no")


@dataclass(frozen=True, slots=True)
class Cue:
    """One step of the story: when, on which thread (a case; refused once, the thread ends), and what to do."""

    at: datetime
    thread: str
    do: Callable[[], None]


@dataclass(slots=True)
class Player:
    """Plays cues on one office at ``clock``; ``refused`` lists what the rules did not let happen."""

    office: Office
    town: Town
    clock: datetime
    numbers: dict[str, str] = field(default_factory=dict)
    """The number of a case, by the thread it belongs to."""
    refused: list[str] = field(default_factory=list)
    resting: list[str] = field(init=False)
    """States in which a case has ended and the system may still act, each as flow/state."""
    aside: Connection = field(init=False)
    """For questions between the steps; commits each statement by itself."""

    def __post_init__(self) -> None:
        self.resting = sorted(
            f"{flow.name}/{state.name}"
            for flow in self.office.flows.values()
            for state in flow.states.values()
            if state.at_rest and any("system" in action.by for action in flow.actions_from(state.name))
        )

    def run(self, cues: list[Cue], until: datetime, step: Callable[[int, int], None]) -> None:
        """Play every cue up to ``until``, then let time pass until then; ``step`` is told how far it is."""
        due = sorted((cue for cue in cues if cue.at <= until), key=lambda cue: (cue.at, cue.thread))
        event.listen(self.office.engine, "begin", self._fix)
        try:
            with self.office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as self.aside:
                self._play_all(due, until, step)
        finally:
            event.remove(self.office.engine, "begin", self._fix)

    def _play_all(self, due: list[Cue], until: datetime, step: Callable[[int, int], None]) -> None:
        ended: set[str] = set()
        next_rung: datetime | None = None
        for number, cue in enumerate(due, start=1):
            self._let_time_pass(next_rung, cue.at)
            if cue.thread not in ended and not self._play(cue):
                ended.add(cue.thread)
            next_rung = self._look_around()
            step(number, len(due))
        self._let_time_pass(next_rung, until)

    def _fix(self, conn: Connection) -> None:
        demo_time.fix(conn, self.clock)

    def _play(self, cue: Cue) -> bool:
        try:
            cue.do()
        except Refused as refusal:
            # The calendar of some other year may bring two steps too close together; the case then stays as it is.
            self.refused.append(f"{self.clock.isoformat()} {cue.thread}: {refusal.code}: {refusal.en}")
            log.warning("a step of the demo was refused: %s", self.refused[-1])
            return False
        return True

    def _let_time_pass(self, next_rung: datetime | None, until: datetime) -> None:
        """Every rung due up to ``until`` fires at its moment; one that was armed late fires at once."""
        while next_rung is not None and next_rung <= until:
            self.clock = max(next_rung, self.clock)
            sweep(self.office)
            next_rung = self._look_around()
        self.clock = max(until, self.clock)

    def _look_around(self) -> datetime | None:
        """What workers do for the messages of a step; returns when the next rung is due."""
        found = self.aside.execute(_AROUND, {"note": NOT_SENT, "resting": self.resting}).one()
        if not found.asked:
            next_rung: datetime | None = found.next_rung
            return next_rung
        for case_id in found.asked:
            look_at(self.office, case_id)
        return self._look_around()

    @contextmanager
    def work(self, actor: Actor) -> Iterator[Work]:
        """A unit of work of ``actor`` at the player's moment."""
        with self.office.engine.begin() as conn:
            yield Work(self.office, conn, self.clock, actor)

    # ── services ─────────────────────────────────────────────────────────────────────────────────────────────────

    def steps(self, together: list[Step]) -> None:
        """Steps of one moment, one after the other."""
        for step in together:
            self.step(step)

    def step(self, step: Step) -> None:
        """One step of a service: a case is opened, or something is done to it or to a case under it."""
        site, begins = self.town.sites[step.site], step.begins
        no = self._number(step)
        with self.work(self._who(step, no)) as work:
            if no is not None and step.papers:
                self._hand_in(work, no, step.papers, edition=f"of {no}")
            if step.does is not None and no is not None:
                take_action(work, no, step.does, self._named(step.inputs))
            elif begins is not None:
                under = self.numbers[step.thread] if step.under else None
                case = open_case(work, begins, self._named(step.inputs), None if under else site.code, under)
                self.numbers[step.named] = case.no

    def _named(self, value: Any) -> Any:
        """Inputs with the people and cases they name by words of the story as the numbers that actions take."""
        match value:
            case str() if value.startswith("@"):
                return self.town.actors[value.removeprefix("@")].id
            case str() if value.startswith("#"):
                return self.numbers[value.removeprefix("#")]
            case list():
                return [self._named(one) for one in value]
            case Mapping():
                return {name: self._named(one) for name, one in value.items()}
        return value

    def _number(self, step: Step) -> str | None:
        """The case a step is about: the thread's own, or the newest of a flow (and department) under it."""
        if step.child is None:
            return self.numbers.get(step.named)
        return self._under(self.numbers[step.thread], step.child, step.department, step.where)

    def _under(self, no: str, flow: str, department: str | None = None, where: Mapping[str, str] = NOWHERE) -> str:
        asked = {"no": no, "flow": flow, "department": department, "where": json.dumps(dict(where))}
        return str(self.aside.execute(_CHILD, asked).one().no)

    def _who(self, step: Step, no: str | None) -> Actor:
        if step.by in self.town.actors:
            # Read anew: since the beginning somebody may have appointed them to a project, or left.
            person = self.town.actors[step.by].id
            assert person is not None
            return people.actor(self.aside, person)
        site = self.town.sites[step.site]
        match step.by:
            case "applicant" | "specialist":
                return self.town.actors[getattr(site, step.by)]
            case "clerk":
                return self.town.actors[self.town.clerk]
            case "district_leader":
                return self.town.actors[self.town.district_leader]
        row = self.aside.execute(_CASE, {"no": no}).one() if no is not None else None
        if row is not None and self.town.roles.get(row.assignee_id) == step.by:
            return self.town.by_id(row.assignee_id)
        department = None if step.by == "squad_leader" else step.department or (row.department if row else None)
        holders = [one for one in self.town.actors.values() if _serves(one, step.by, site.squad, department)]
        return holders[0]

    # ── applications ──────────────────────────────────────────────────────────────────────────────────────────────

    def open(self, thread: str, application: Application) -> None:
        """The applicant's draft with all its papers."""
        site = self.town.sites[application.project]
        with self.work(self.town.actors[site.applicant]) as work:
            case = open_bundle(work, site.code, [part.item for part in application.parts], {}, application.variants)
            self._hand_in(work, case.no, _papers_of(self.office.catalogue, application))
        self.numbers[thread] = case.no

    def act_on_bundle(self, thread: str, application: Application, action: str) -> None:
        """Submit a draft in earnest or for a review by simulation, or give it up."""
        site = self.town.sites[application.project]
        no = self.numbers[thread]
        with self.work(self.town.actors[site.applicant]) as work:
            take_action(work, no, action)
            found = work.conn.execute(_ITEM_CASES, {"no": no}).all()
        self.numbers |= {f"{thread}/{row.item}": row.no for row in found}

    def beat(self, thread: str, site: int, beat: Beat) -> None:
        """One beat of one item case, by whoever it belongs to at this moment."""
        own = self.numbers[thread]
        no = self._under(own, beat.child) if beat.child else own
        with self.work(self._person(no, site, beat.by)) as work:
            self._hand_in(work, no, beat.attach, edition=f"of {no}")
            if beat.action != "attach":
                take_action(work, no, beat.action, self._named(beat.inputs))

    def _person(self, no: str, site: int, role: str) -> Actor:
        case = self.aside.execute(_CASE, {"no": no}).one()
        if role in ("clerk", "officer") and self.town.roles.get(case.assignee_id) == role:
            return self.town.by_id(case.assignee_id)
        if role == "officer":
            squad = self.town.sites[site].squad
            return next(one for one in self.town.actors.values() if _serves(one, role, squad, case.department))
        username = {
            "applicant": self.town.sites[site].applicant,
            "specialist": self.town.sites[site].specialist,
            "clerk": self.town.clerk,
            "director": self.town.directors[case.department],
        }[role]
        return self.town.actors[username]

    def _hand_in(self, work: Work, no: str, codes: tuple[str, ...], edition: str = "first edition") -> None:
        for code in codes:
            attach_material(work, no, code, f"{code}.pdf", demo_pdf(f"{code} {edition}"))

    def clear_desks(self) -> None:
        """Red cards are acknowledged the day they come, and some of the yellow ones."""
        for row in self.aside.execute(_OPEN_CARDS).all():
            with self.work(self.town.by_id(row.person_id)) as work:
                acknowledge_alert(work, row.id, "已知悉，今日处理（演示数据）" if row.card == "red" else "")


def _serves(actor: Actor, role: str, squad: str, department: str | None) -> bool:
    """Whether the person holds the role for that squad, and for that department where one is named."""
    return any(
        grant.role == role and grant.squad in (None, squad) and department in (None, grant.department)
        for grant in actor.grants
    )


def step_cues(player: Player, days: Days, steps: Iterable[Step], now: datetime) -> Iterator[Cue]:
    """Every step of the services, at its moment; minutes beyond midnight belong to the day after, rest day or not."""
    together: list[Step] = []
    for step in steps:
        if together and not step.at_once:
            yield _step_cue(player, days, together, now)
            together = []
        together = [*together, step]
    if together:
        yield _step_cue(player, days, together, now)


def _step_cue(player: Player, days: Days, together: list[Step], now: datetime) -> Cue:
    first = together[0]
    at = days.moment(first.day, 0) + timedelta(minutes=first.minute)
    if first.ago is not None:
        at = now - timedelta(minutes=first.ago)
    return Cue(at, first.thread, partial(player.steps, together))


def cues_of(player: Player, days: Days, applications: tuple[Application, ...], seed: int = SEED) -> Iterator[Cue]:
    """Every step of the applications, at its moment."""
    catalogue = player.office.catalogue
    for application in applications:
        name = player.town.sites[application.project].name
        thread = f"{name}/{application.start}"
        rng = Random(f"{seed}/{thread}")
        drafted = days.moment(application.start - 1, rng.randint(14 * 60, 20 * 60))
        yield Cue(drafted, thread, partial(player.open, thread, application))
        if application.end == "draft":
            continue
        action = ENDS[application.end]
        moment = days.moment(application.start, rng.randint(8 * 60 + 31, 9 * 60 + 20))
        yield Cue(moment, thread, partial(player.act_on_bundle, thread, application, action))
        for deed in application.deeds:
            at = days.moment(application.start + deed.day, deed.minute)
            yield Cue(at, thread, partial(player.beat, thread, application.project, deed))
        for part in application.parts if application.end != "given_up" else ():
            item_thread = f"{thread}/{part.item}"
            for beat in part.kind(scene_of(application, part, catalogue, days, name, seed)):
                at = days.moment(application.start + beat.day, beat.minute)
                yield Cue(at, item_thread, partial(player.beat, item_thread, application.project, beat))


def desk_cues(player: Player, days: Days) -> Iterator[Cue]:
    """At the end of every working day but the last few, people say that they have seen their cards."""
    for offset in range(FIRST_DAY, -1):
        yield Cue(days.moment(offset, 17 * 60 + 20), f"desks/{offset}", player.clear_desks)


def _papers_of(catalogue: Catalogue, application: Application) -> tuple[str, ...]:
    """Everything the items require; what may follow is kept back where the story wants it to."""
    found = {
        material.code
        for part in application.parts
        for material in catalogue.items[part.item].materials
        if material.required and not (material.may_follow and part.kind in KEPT_BACK)
    }
    return tuple(sorted(found))
