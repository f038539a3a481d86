"""What a proof says of a past moment is what it said at that moment, whatever was recorded since."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests import given
from tests.core.test_corrections import Desk
from tests.given import moment
from workflow.cli import main
from workflow.clock.calendar import Notice, published_calendar
from workflow.clock.days import local_day
from workflow.clock.limit import Limit, Unit
from workflow.commands.settle_dates import settle_calendar
from workflow.errors import BadInput, NotFound, Refused
from workflow.queries.proof import ClockProof, clock_proof
from workflow.queries.verify import verify
from workflow.reading import visible_case
from workflow.store import calendars
from workflow.work import Office, begin_work

A_MOMENT = timedelta(minutes=1)
A_LITTLE = timedelta(minutes=5)


@dataclass(slots=True)
class Story:
    """A case under way; ``told`` keeps what every clock said, by name and round, a little after every step."""

    desk: Desk
    closures: int = 0
    told: dict[datetime, dict[tuple[str, int], ClockProof]] = field(default_factory=dict)

    def step(self, now: datetime, do: Callable[[datetime], object]) -> None:
        do(now)
        self.listen(now + A_LITTLE)

    def listen(self, now: datetime) -> None:
        # What the sweep records it records some milliseconds later.
        self.desk.sweep(now - A_MOMENT)
        self.told[now] = self.says(now)

    def says(self, now: datetime, at: date | datetime | None = None) -> dict[tuple[str, int], ClockProof]:
        """Every clock there is, or was at ``at``, with its proof."""
        found = {}
        with given.at(self.desk.office, self.desk.town.supervisor, now) as work:
            clocks = visible_case(work, self.desk.no).case.clocks
            for clock in clocks:
                try:
                    found[clock.name, clock.round] = clock_proof(work, self.desk.no, clock.name, clock.round, at)
                except NotFound:
                    assert at is not None, f"{clock.name} {clock.round} is there now"
        return found

    def close(self, now: datetime, *days: date) -> None:
        """A special closure on these days comes into force, and the dates settle."""
        office = self.desk.office
        notice = Notice(2026, dict.fromkeys(days, "台风停工"), frozenset(), "通告", "closure")
        with office.engine.begin() as conn:
            if self.closures == 0:
                base = office.base_calendar
                calendars.put_in_force(conn, base, base.version, moment("2026-01-01"), None)
                calendars.mark_settled(conn)
            calendars.put_in_force(conn, published_calendar([notice]), office.base_calendar.version, now, None)
        self.closures += 1
        given.time_is(office.engine, now)
        settle_calendar(office)


@pytest.fixture
def story(office: Office) -> Story:
    """LX10 received on Monday, 2 March 2026."""
    town = given.town(office)
    given.time_is(office.engine, moment("2026-03-02"))
    item = office.catalogue.items["LX10"]
    no = given.application(office, town, moment("2026-03-02"), [item.code]).cases[item.code]
    return Story(Desk(office, town, no, item.department))


def steps(story: Story) -> Iterator[tuple[datetime, Callable[[datetime], object]]]:
    """Everything a date can follow from, one after the other."""
    desk = story.desk
    review = {"cause": "expert_review", "until": "2026-03-16", "reason": "专家评审"}
    yield moment("2026-03-02", "11:00"), lambda now: desk.receipt(now, date(2026, 2, 28))
    yield moment("2026-03-03"), lambda now: desk.act(desk.town.clerk, now, "accept")
    yield moment("2026-03-04"), lambda now: desk.receipt(now, date(2026, 2, 27))
    yield moment("2026-03-05"), lambda now: desk.act(desk.officer, now, "start_special", review)
    yield moment("2026-03-06"), lambda now: desk.days(now, "2026-03-04", None)
    yield moment("2026-03-09"), lambda now: story.close(now, date(2026, 3, 16), date(2026, 3, 17))
    yield moment("2026-03-11"), lambda now: desk.act(desk.officer, now, "end_special", {"result": "评审结束"})
    yield moment("2026-03-12"), lambda now: desk.act(desk.director, now, "extend", {"days": 5, "reason": "案情复杂"})
    yield moment("2026-03-13"), lambda now: desk.days(now, "2026-03-05", "2026-03-09")
    yield moment("2026-03-18"), lambda now: desk.days(now, "2026-03-03", "2026-03-10")
    yield moment("2026-03-20"), lambda now: story.close(now, date(2026, 3, 24))
    yield moment("2026-03-23"), story.listen
    yield moment("2026-03-30"), story.listen
    yield moment("2026-03-31"), lambda now: desk.days(now, "2026-03-05", "2026-03-11")
    said = {"opinion": "同意", "late_reason": "评审时间较长"}
    yield moment("2026-04-02"), lambda now: desk.act(desk.officer, now, "grant", said)
    yield moment("2026-04-03"), lambda now: desk.days(now, "2026-03-05", "2026-03-06")
    handed = {"way": "post", "recipient": "经办人"}
    yield moment("2026-04-07"), lambda now: desk.act(desk.town.clerk, now, "deliver", handed)


def told(story: Story) -> Story:
    """The whole story, from its beginning to its end."""
    story.listen(moment("2026-03-02", "10:05"))
    for now, do in steps(story):
        story.step(now, do)
    assert verify(story.desk.office).breaches == ()
    return story


def as_said(found: ClockProof) -> ClockProof:
    """What was said, without that it was said of a past moment."""
    return replace(found, as_of=None)


def test_at_every_moment_the_proof_says_what_it_said_then(story: Story) -> None:
    told(story)
    end = moment("2026-05-06")
    assert len(story.told) > 15
    compared = 0
    for then, expected in story.told.items():
        found = story.says(end, then)
        assert found.keys() == expected.keys(), then
        for key, proof in expected.items():
            assert proof.fresh, (then, key)
            assert as_said(found[key]) == proof, (then, key)
            compared += 1
    assert compared > 60


def test_it_said_so_all_along_and_not_only_in_the_end(story: Story) -> None:
    """Told again after every step: no step changes what was said of the moments before it."""
    story.listen(moment("2026-03-02", "10:05"))
    for now, do in steps(story):
        before = dict(story.told)
        story.step(now, do)
        for then, expected in before.items():
            found = story.says(now + 2 * A_LITTLE, then)
            assert {key: as_said(one) for key, one in found.items()} == expected, (now, then)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_in_whatever_order_the_past_stays_what_it_was(story: Story, seed: int) -> None:
    """Thirty things tried on as many days; what is refused leaves everything as it is."""
    dice, desk = Random(seed), story.desk
    story.listen(moment("2026-03-02", "10:05"))
    day = date(2026, 3, 2)
    done = 0
    for _ in range(30):
        day += timedelta(days=dice.choice((0, 1, 1, 2)))
        now = max(moment(day.isoformat(), f"{dice.randrange(9, 18):02}:00"), max(story.told) + A_LITTLE)
        try:
            _something(story, dice, now)
            done += 1
        except Refused:
            pass
        story.listen(now + A_LITTLE)
    assert done > 5
    assert verify(desk.office).breaches == ()
    end = max(story.told) + timedelta(days=30)
    for then, expected in story.told.items():
        found = {key: as_said(one) for key, one in story.says(end, then).items()}
        assert found.keys() == expected.keys(), then
        for key, one in expected.items():
            assert _said_of_days(found[key]) == _said_of_days(one), (then, key)


def _said_of_days(found: ClockProof) -> ClockProof:
    """Without the calendar's name: one that changes no day of a clock leaves it with the one that made its date."""
    clock, proof = (replace(one, calendar_version="") for one in (found.clock, found.proof))
    return replace(found, clock=clock, proof=proof)


def _something(story: Story, dice: Random, now: datetime) -> None:
    desk, today = story.desk, local_day(now)

    def about() -> date:
        return today - timedelta(days=dice.randrange(12))

    until = (today + timedelta(days=dice.randrange(3, 20))).isoformat()
    match dice.choice(("receipt", "days", "days", "days", "pause", "pause", "resume", "extend", "close", "accept")):
        case "receipt":
            desk.receipt(now, about())
        case "days":
            pauses = [pause for pause in desk.case().pauses if pause.id is not None]
            if pauses:
                pause = dice.choice(pauses)
                last = about().isoformat() if pause.until else None
                desk.days(now, about().isoformat(), last, pause.id)
        case "pause":
            cause = dice.choice(("expert_review", "hearing", "other", "documents_incomplete"))
            by = desk.director if cause == "other" else desk.officer
            desk.act(by, now, "start_special", {"cause": cause, "until": until, "reason": "试"})
        case "resume":
            desk.act(desk.officer, now, "end_special", {"result": "结束"})
        case "extend":
            desk.act(desk.director, now, "extend", {"days": dice.randrange(1, 11), "reason": "试"})
        case "close":
            ahead = (today + timedelta(days=dice.randrange(20)) for _ in range(2))
            days = sorted({day for day in ahead if desk.office.base_calendar.is_working(day)})
            if days:
                story.close(now, *days)
        case "accept":
            desk.act(desk.town.clerk, now, "accept")


def test_a_day_stands_for_its_end_and_today_for_now(story: Story) -> None:
    told(story)
    end = moment("2026-05-06")
    late = story.says(end, date(2026, 3, 5))["statutory", 1]
    assert late.as_of == moment("2026-03-06", "00:00") - timedelta(microseconds=1)
    assert late.proof.due is None, "paused at 10:00"
    early = story.says(end, moment("2026-03-05", "09:59"))["statutory", 1]
    assert early.proof.due is not None
    assert story.says(end, date(2026, 5, 6))["statutory", 1].as_of == end


def test_the_papers_of_pauses_and_extension_are_named_as_they_were(story: Story) -> None:
    told(story)
    end, no = moment("2026-05-06"), story.desk.no
    before = story.says(end, moment("2026-03-11", "12:00"))["statutory", 1]
    assert before.extension is None
    after = story.says(end, moment("2026-03-12", "12:00"))["statutory", 1]
    assert after.extension is not None
    assert (after.extension.days, after.extension.by.zh) == (5, story.desk.director.name)
    assert after.extension.document == f"{no}-延-{_seq(story, 'extend')}"
    [pause] = after.pauses
    assert (pause.document, pause.opened_by.zh) == (
        f"{no}-特-{_seq(story, 'start_special')}",
        story.desk.officer.name,
    )
    assert (pause.since, pause.until) == (date(2026, 3, 4), date(2026, 3, 11))


def _seq(story: Story, action: str) -> int:
    with story.desk.office.engine.connect() as conn:
        return int(
            conn.exec_driver_sql(
                "SELECT e.seq FROM events e JOIN cases c ON c.id = e.case_id WHERE c.no = %s AND e.action = %s",
                (story.desk.no, action),
            ).scalar_one()
        )


def test_what_has_stopped_is_proved_by_what_was_known_when_it_stopped(story: Story) -> None:
    """Corrected after the decision, the pause gives the settled limits no other proof."""
    told(story)
    decided = story.told[moment("2026-04-02", "10:05")]
    now = story.says(moment("2026-05-06"))
    for key in (("statutory", 1), ("promised", 1)):
        assert now[key].fresh
        assert now[key].proof == decided[key].proof
        assert [pause.until for pause in now[key].pauses] == [date(2026, 3, 11)]


@pytest.mark.parametrize(
    ("name", "at", "there"),
    [
        ("statutory", date(2026, 3, 2), ["completeness"]),
        ("pause_cap", moment("2026-03-05", "09:59"), ["completeness", "promised", "statutory"]),
        ("delivery", date(2026, 4, 1), ["completeness", "pause_cap", "promised", "special_procedure", "statutory"]),
        ("nonsense", date(2026, 3, 2), ["completeness"]),
    ],
)
def test_before_a_clock_existed_the_answer_names_those_that_did(
    story: Story, name: str, at: date | datetime, there: list[str]
) -> None:
    told(story)
    with (
        given.at(story.desk.office, story.desk.town.supervisor, moment("2026-05-06")) as work,
        pytest.raises(NotFound) as refused,
    ):
        clock_proof(work, story.desk.no, name, at=at)
    assert refused.value.extra["accepted"] == there
    assert f"{at:%Y-%m-%d}" in refused.value.en


@pytest.mark.parametrize(
    "at",
    [
        date(2026, 3, 1),
        moment("2026-03-02", "09:59"),
        date(2026, 3, 4),
        moment("2026-03-03", "10:01"),
    ],
)
def test_a_moment_before_the_case_or_in_the_future_is_refused_by_name(story: Story, at: date | datetime) -> None:
    with (
        given.at(story.desk.office, story.desk.town.supervisor, moment("2026-03-03")) as work,
        pytest.raises(BadInput, match="as_of") as refused,
    ):
        clock_proof(work, story.desk.no, "completeness", at=at)
    [reason] = refused.value.reasons
    assert (reason.facts["field"], reason.facts["value"]) == ("as_of", at.isoformat())
    assert "2026-03-02 10:00" in reason.facts["accepted"]


def test_a_second_round_did_not_exist_while_the_first_one_ran(story: Story) -> None:
    desk = story.desk
    notice = [{"material": "application_form", "problem": "缺盖章", "fix": "盖章后上传"}]
    desk.act(desk.town.clerk, moment("2026-03-03"), "ask_correction", {"faults": notice})
    with given.at(desk.office, desk.town.applicant, moment("2026-03-05")) as work:
        given.attach(work, given.case_id(desk.office.engine, desk.no), "application_form")
    desk.act(desk.town.applicant, moment("2026-03-06"), "resubmit")
    desk.receipt(moment("2026-03-09"), date(2026, 3, 5))
    end = moment("2026-03-09", "11:00")
    assert story.says(end, date(2026, 3, 4)).keys() == {("completeness", 1), ("correction", 1)}
    assert story.says(end)["completeness", 2].clock.started_at == moment("2026-03-06", "10:00") - timedelta(
        days=1, hours=1
    )
    assert story.says(end, date(2026, 3, 8))["completeness", 2].clock.started_at == moment("2026-03-06")
    assert story.says(end, date(2026, 3, 2))["completeness", 1].clock.state == "armed"


def test_the_promised_end_of_a_pause_is_counted_in_the_calendar_of_then(story: Story) -> None:
    """16 March becomes a day off: the promised day rolls on, and its number of working days is another one."""
    told(story)
    end = moment("2026-05-06")
    before = story.says(end, date(2026, 3, 8))["special_procedure", 1]
    after = story.says(end, date(2026, 3, 9))["special_procedure", 1]
    assert (before.proof.due, before.clock.limit) == (date(2026, 3, 16), Limit(7, Unit.WORKING_DAY))
    assert after.proof.due == date(2026, 3, 18)
    assert after.proof.calendar_version != before.proof.calendar_version


def test_the_command_line_says_the_same_in_words_json_and_csv(
    story: Story,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    told(story)
    given.time_is(story.desk.office.engine, moment("2026-05-06"))
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("WUGEYI_HOME", str(tmp_path))
    expected = story.says(moment("2026-05-06"), date(2026, 3, 12))["statutory", 1]

    def say(*options: str) -> str:
        assert main(["proof", story.desk.no, "statutory", *options]) == 0
        return capsys.readouterr().out

    shown: dict[str, Any] = json.loads(say("--as-of", "2026-03-12", "--json"))
    assert expected.proof.due is not None
    assert shown["due"] == expected.proof.due.isoformat()
    assert shown["extended"]["days"] == 5
    assert [pause["document"] for pause in shown["pauses"]] == [pause.document for pause in expected.pauses]
    lines = say("--as-of", "2026-03-12", "--csv").splitlines()
    assert len(lines) == 1 + len(expected.proof.days)
    words = say("--as-of", "2026-03-12T23:59")
    assert expected.proof.sentence_zh in words
    assert "截至 as of 2026-03-12 23:59" in words
    assert say("--csv") != "\n".join(lines)
    for at, said in (("2026-03-01", "as_of: 2026-03-01"), ("yesterday", "--as-of 'yesterday'")):
        assert main(["proof", story.desk.no, "statutory", "--as-of", at]) != 0
        assert said in capsys.readouterr().err


def test_the_office_reads_the_past_of_a_case_it_does_not_touch(story: Story) -> None:
    told(story)
    with begin_work(story.desk.office, story.desk.town.supervisor) as work:
        before = visible_case(work, story.desk.no).case
    story.says(moment("2026-05-06"), date(2026, 3, 12))
    with begin_work(story.desk.office, story.desk.town.supervisor) as work:
        assert visible_case(work, story.desk.no).case == before
