"""Plays the story through simulated time: every line of it is written by the real commands, at its own moment.

One transaction a step. Between two steps every rung that has fallen due meanwhile fires, at its very moment and in
order, through the real sweep; what the system has to look at is looked at at once, as a worker would.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import event, text

from workflow.actor import Actor
from workflow.catalogue import Catalogue
from workflow.commands.attach_material import attach_material
from workflow.commands.fire_rungs import sweep
from workflow.commands.look_at import look_at
from workflow.commands.open_case import ask_help, open_bundle
from workflow.commands.take_action import take_action
from workflow.demo.papers import demo_pdf
from workflow.demo.scenes import Beat, Days, gaps_open, with_gaps
from workflow.demo.story import SEED, Application, HelpRequest, scene_of
from workflow.demo.town import Town
from workflow.errors import Refused
from workflow.store import demo_time
from workflow.work import Office, Work

log = logging.getLogger("wugeyi.demo")

KEPT_BACK = (with_gaps, gaps_open)

# What stands beside every message of the demo's past: nobody was written to while it was made.
NOT_SENT = "演示数据：生成时只记入日志，未向任何人发送 (demo: logged while it was made, sent to nobody)"

_PENDING = text("""
SELECT id, case_id, body FROM outbox WHERE state = 'pending' AND channel = 'system' ORDER BY id""")
_DONE = text("UPDATE outbox SET state = 'delivered', delivered_at = now() WHERE id = ANY(:ids)")
_LOGGED = text("""
UPDATE outbox SET state = 'delivered', delivered_at = now(), error = :note
WHERE state = 'pending' AND channel <> 'system'""")
_NEXT_RUNG = text("SELECT min(fire_at) FROM clocks WHERE state = 'armed' AND fire_at <= :until")
_ITEM_CASES = text("SELECT k.item, k.no FROM cases k JOIN cases b ON b.id = k.parent_id WHERE b.no = :no")
_CASE = text("SELECT assignee_id, department FROM cases WHERE no = :no")


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

    def run(self, cues: list[Cue], until: datetime, step: Callable[[int, int], None]) -> None:
        """Play every cue up to ``until``, then let time pass until then; ``step`` is told how far it is."""
        event.listen(self.office.engine, "begin", self._fix)
        try:
            ended: set[str] = set()
            due = sorted((cue for cue in cues if cue.at <= until), key=lambda cue: (cue.at, cue.thread))
            for number, cue in enumerate(due):
                self._let_time_pass(cue.at)
                if cue.thread not in ended and not self._play(cue):
                    ended.add(cue.thread)
                self._look()
                step(number + 1, len(due))
            self._let_time_pass(until)
            self._log_messages()
        finally:
            event.remove(self.office.engine, "begin", self._fix)

    def _fix(self, conn: Any) -> None:
        demo_time.fix(conn, self.clock)

    def _play(self, cue: Cue) -> bool:
        self.clock = max(cue.at, self.clock)
        try:
            cue.do()
        except Refused as refusal:
            # The calendar of some other year may bring two steps too close together; the case then stays as it is.
            self.refused.append(f"{self.clock.isoformat()} {cue.thread}: {refusal.code}: {refusal.en}")
            log.warning("a step of the demo was refused: %s", self.refused[-1])
            return False
        return True

    def _let_time_pass(self, until: datetime) -> None:
        while (moment := self._next_rung(until)) is not None:
            self.clock = max(moment, self.clock)
            sweep(self.office)
            self._look()
        self.clock = max(until, self.clock)

    def _next_rung(self, until: datetime) -> datetime | None:
        with self.office.engine.connect() as conn:
            moment: datetime | None = conn.execute(_NEXT_RUNG, {"until": until}).scalar()
        return moment

    def _look(self) -> None:
        """What a worker does for the system's own messages."""
        with self.office.engine.connect() as conn:
            pending = conn.execute(_PENDING).all()
        for case_id in dict.fromkeys(row.body["case_id"] for row in pending):
            look_at(self.office, case_id)
        if pending:
            with self.office.engine.begin() as conn:
                conn.execute(_DONE, {"ids": [row.id for row in pending]})

    def _log_messages(self) -> None:
        with self.office.engine.begin() as conn:
            conn.execute(_LOGGED, {"note": NOT_SENT})

    @contextmanager
    def work(self, actor: Actor) -> Iterator[Work]:
        """A unit of work of ``actor`` at the player's moment."""
        with self.office.engine.begin() as conn:
            yield Work(self.office, conn, self.clock, actor)

    # ── applications ──────────────────────────────────────────────────────────────────────────────────────────────

    def open(self, thread: str, application: Application) -> None:
        """The applicant's draft with all its papers."""
        site = self.town.sites[application.project]
        with self.work(self.town.actors[site.applicant]) as work:
            case = open_bundle(work, site.code, [part.item for part in application.parts], {})
            self._hand_in(work, case.no, _papers_of(self.office.catalogue, application))
        self.numbers[thread] = case.no

    def act_on_bundle(self, thread: str, application: Application, action: str) -> None:
        """Submit a draft, or give it up."""
        site = self.town.sites[application.project]
        no = self.numbers[thread]
        with self.work(self.town.actors[site.applicant]) as work:
            take_action(work, no, action)
            found = work.conn.execute(_ITEM_CASES, {"no": no}).all()
        self.numbers |= {f"{thread}/{row.item}": row.no for row in found}

    def beat(self, thread: str, site: int, beat: Beat) -> None:
        """One beat of one item case, by whoever it belongs to at this moment."""
        no = self.numbers[thread]
        with self.work(self._person(no, site, beat.by)) as work:
            self._hand_in(work, no, beat.attach, edition=f"of {no}")
            if beat.action != "attach":
                take_action(work, no, beat.action, beat.inputs)

    def _person(self, no: str, site: int, role: str) -> Actor:
        with self.office.engine.connect() as conn:
            case = conn.execute(_CASE, {"no": no}).one()
        if role in ("clerk", "officer") and self.town.roles.get(case.assignee_id) == role:
            return self.town.by_id(case.assignee_id)
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

    # ── help ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def ask(self, thread: str, request: HelpRequest) -> None:
        """An applicant asks for help."""
        site = self.town.sites[request.project]
        with self.work(self.town.actors[site.applicant]) as work:
            self.numbers[thread] = ask_help(work, site.code, request.question).no

    def help(self, thread: str, request: HelpRequest, by: str, action: str, inputs: Mapping[str, Any]) -> None:
        """The specialist answers or solves, or the applicant withdraws."""
        with self.work(self._person(self.numbers[thread], request.project, by)) as work:
            take_action(work, self.numbers[thread], action, inputs)


def cues_of(player: Player, days: Days, applications: tuple[Application, ...]) -> Iterator[Cue]:
    """Every step of the applications, at its moment."""
    catalogue = player.office.catalogue
    for application in applications:
        name = player.town.sites[application.project].name
        thread = f"{name}/{application.start}"
        rng = Random(f"{SEED}/{thread}")
        drafted = days.moment(application.start - 1, rng.randint(14 * 60, 20 * 60))
        yield Cue(drafted, thread, partial(player.open, thread, application))
        if application.end == "draft":
            continue
        action = "submit" if application.end == "submitted" else "withdraw"
        moment = days.moment(application.start, rng.randint(8 * 60 + 31, 9 * 60 + 20))
        yield Cue(moment, thread, partial(player.act_on_bundle, thread, application, action))
        for part in application.parts if application.end == "submitted" else ():
            item_thread = f"{thread}/{part.item}"
            for beat in part.kind(scene_of(application, part, catalogue, days, name)):
                at = days.moment(application.start + beat.day, beat.minute)
                yield Cue(at, item_thread, partial(player.beat, item_thread, application.project, beat))


def help_cues(player: Player, days: Days, requests: tuple[HelpRequest, ...]) -> Iterator[Cue]:
    """Every step of the requests for help, at its moment."""
    for number, request in enumerate(requests):
        asked = days.moment(request.day, request.minute)
        yield from _help(player, f"help/{number}", request, asked)


def open_help_cues(player: Player, now: datetime) -> Iterator[Cue]:
    """Two requests that are still open at the end: one just asked, one answered and being solved."""
    just = HelpRequest(0, 0, 0, "施工许可和质量安全监督手续可以一起提交吗？", None, None)
    yield from _help(player, "help/just", just, now - timedelta(minutes=6))
    answered = HelpRequest(60, 0, 0, "招标控制价备案在哪个窗口办理？", 12, None)
    yield from _help(player, "help/answered", answered, now - timedelta(minutes=170))


def _help(player: Player, thread: str, request: HelpRequest, asked: datetime) -> Iterator[Cue]:
    yield Cue(asked, thread, partial(player.ask, thread, request))
    if request.withdrawn:
        at = asked + timedelta(minutes=20)
        yield Cue(at, thread, partial(player.help, thread, request, "applicant", "withdraw", {}))
    if request.answered_after is not None:
        said = {"text": "已收到，正在联系主管科室，稍后答复（演示数据）"}
        at = asked + timedelta(minutes=request.answered_after)
        yield Cue(at, thread, partial(player.help, thread, request, "specialist", "answer", said))
    if request.solved_after is not None:
        solved = {"text": "已与主管科室确认并告知办理方式（演示数据）"}
        at = asked + timedelta(minutes=request.solved_after)
        yield Cue(at, thread, partial(player.help, thread, request, "specialist", "solve", solved))


def _papers_of(catalogue: Catalogue, application: Application) -> tuple[str, ...]:
    """Everything the items require; what may follow is kept back where the story wants it to."""
    found = {
        material.code
        for part in application.parts
        for material in catalogue.items[part.item].materials
        if material.required and not (material.may_follow and part.kind in KEPT_BACK)
    }
    return tuple(sorted(found))
