"""A fact entered wrongly is put right by the director: everything that still runs follows, what has ended stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from tests import given
from tests.given import Town, moment
from workflow.actor import Actor
from workflow.case import Case, ClockRecord, PauseRecord
from workflow.change import Change
from workflow.commands.correct_pause import correct_pause, preview_pause
from workflow.commands.correct_receipt import correct_receipt, preview_receipt
from workflow.commands.fire_rungs import sweep
from workflow.errors import BadInput, Conflict, NotAllowed, NotFound, NotMet, Refused
from workflow.queries.verify import verify
from workflow.reading import visible_case
from workflow.work import Office

WHY = "收件登记错误，以回执为准"


@dataclass(frozen=True, slots=True)
class Desk:
    """One case of one item and the people around it; everything it does is followed by what the workers would do."""

    office: Office
    town: Town
    no: str
    department: str

    @property
    def director(self) -> Actor:
        return self.town.directors[self.department]

    @property
    def officer(self) -> Actor:
        return self.town.officers[self.department]

    def act(self, actor: Actor, now: datetime, action: str, inputs: Mapping[str, object] | None = None) -> None:
        given.act(self.office, actor, now, self.no, action, inputs)
        self.sweep(now)

    def sweep(self, now: datetime) -> None:
        given.time_is(self.office.engine, now)
        sweep(self.office)

    def case(self) -> Case:
        with given.at(self.office, self.town.supervisor, moment("2026-03-02")) as work:
            return visible_case(work, self.no).case

    def clock(self, name: str) -> ClockRecord:
        found = self.case().clock(name)
        assert found is not None
        return found

    def pause(self) -> PauseRecord:
        return self.case().pauses[-1]

    def receipt(
        self, now: datetime, received: date | datetime, by: Actor | None = None, version: int | None = None
    ) -> Change:
        seen = self.case().version if version is None else version
        with given.at(self.office, by or self.director, now) as work:
            change = correct_receipt(work, self.no, seen, received, WHY)
        self.sweep(now)
        return change

    def days(self, now: datetime, since: str, until: str | None, pause_id: int | None = None) -> Change:
        case = self.case()
        pause_id = case.pauses[-1].id if pause_id is None else pause_id
        assert pause_id is not None
        last = date.fromisoformat(until) if until else None
        with given.at(self.office, self.director, now) as work:
            change = correct_pause(work, self.no, case.version, pause_id, date.fromisoformat(since), last, WHY)
        self.sweep(now)
        return change

    def holds(self) -> None:
        """Every promise of the history and of the dates is kept."""
        assert verify(self.office).breaches == ()


@pytest.fixture
def desk(office: Office) -> Desk:
    """LX10 (statutory and promised limit) received on Monday, 2 March 2026, 10:00."""
    town = given.town(office)
    item = office.catalogue.items[given.default_items(office)[0]]
    no = given.application(office, town, moment("2026-03-02"), [item.code]).cases[item.code]
    return Desk(office, town, no, item.department)


def paused(desk: Desk, until: str = "2026-03-20") -> None:
    """Accepted on 3 March, paused for an expert review from 5 March on."""
    desk.act(desk.town.clerk, moment("2026-03-03"), "accept")
    said = {"cause": "expert_review", "until": until, "reason": "专家评审"}
    desk.act(desk.officer, moment("2026-03-05"), "start_special", said)


def reviewed(desk: Desk) -> None:
    """The same, resumed on 10 March."""
    paused(desk)
    desk.act(desk.officer, moment("2026-03-10"), "end_special", {"result": "评审结束"})


def codes(refusal: Refused) -> list[str]:
    return [reason.code for reason in refusal.reasons]


# ── the receipt ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_earlier_receipt_takes_the_clock_that_counts_from_it_along(desk: Desk) -> None:
    before = desk.clock("completeness")
    assert before.due_on == date(2026, 3, 9)
    change = desk.receipt(moment("2026-03-03"), moment("2026-02-27", "09:00"))
    after = desk.clock("completeness")
    assert (after.started_at, after.due_on) == (moment("2026-02-27", "09:00"), date(2026, 3, 5))
    assert desk.case().received_at == moment("2026-02-27", "09:00")
    assert (change.event.action, change.event.actor_role, change.after.state) == (
        "receipt_corrected",
        "director",
        "received",
    )
    desk.holds()


def test_the_line_of_history_says_old_new_why_and_everything_that_moved(desk: Desk) -> None:
    said = desk.receipt(moment("2026-03-03"), date(2026, 2, 27)).event.input
    old, new = "2026-03-02T02:00:00.000000+00:00", "2026-02-27T01:00:00.000000+00:00"
    assert (said["old"], said["new"], said["reason"]) == (old, new, WHY)
    assert said["moments"] == {"received_at": new, "entered_at": new}
    assert said["starts"] == [{"clock": "completeness", "round": 1, "old": old, "new": new}]
    assert said["kept"] == []
    assert [(move["clock"], move["old"], move["new"]) for move in said["moves"]] == [
        ("completeness", "2026-03-09", "2026-03-05")
    ]


def test_a_day_means_the_opening_of_the_office_and_never_the_future(desk: Desk) -> None:
    desk.receipt(moment("2026-03-03", "08:00"), date(2026, 3, 3))
    assert desk.case().received_at == moment("2026-03-03", "08:00")
    desk.receipt(moment("2026-03-04", "08:00"), date(2026, 2, 28))
    assert desk.case().received_at == moment("2026-02-28", "09:00")


def test_where_the_time_to_speak_is_over_by_the_true_receipt_the_clock_accepts_by_itself(desk: Desk) -> None:
    true = moment("2026-02-24", "09:00")
    desk.receipt(moment("2026-03-04"), true)
    case = desk.case()
    assert (case.state, case.accepted_at, case.data["acceptance_mode"]) == ("in_review", true, "deemed")
    assert desk.clock("statutory").started_at == true
    desk.holds()


def test_an_acceptance_by_silence_moves_with_the_receipt_and_every_limit_with_it(desk: Desk) -> None:
    desk.sweep(moment("2026-03-10", "09:30"))
    before = desk.clock("statutory")
    assert desk.case().data["acceptance_mode"] == "deemed"
    silence = desk.clock("completeness")
    said = desk.receipt(moment("2026-03-10", "10:00"), moment("2026-03-04")).event.input
    case = desk.case()
    assert case.received_at == case.accepted_at == case.entered_at == moment("2026-03-04")
    assert {start["clock"] for start in said["starts"]} == {"statutory", "promised"}
    after = desk.clock("statutory")
    assert before.due_on is not None
    assert after.due_on == desk.office.base_calendar.add_working_days(before.due_on, 2)
    assert desk.clock("completeness") == silence, "it has stopped: evidence"
    assert said["kept"] == [{"clock": "completeness", "round": 1, "due_on": "2026-03-09"}]
    desk.holds()


def test_after_an_express_acceptance_the_limits_stay_where_they_are(desk: Desk) -> None:
    desk.act(desk.town.clerk, moment("2026-03-03"), "accept")
    before = desk.clock("statutory")
    change = desk.receipt(moment("2026-03-04"), date(2026, 2, 27))
    assert change.messages == ()
    assert desk.clock("statutory") == before
    assert desk.case().accepted_at == moment("2026-03-03")
    assert [kept["clock"] for kept in change.event.input["kept"]] == ["completeness"]
    desk.holds()


def test_a_limit_counted_from_receipt_follows_it_even_after_the_acceptance(office: Office) -> None:
    """建筑法 8: the construction permit is decided seven days from receipt."""
    town = given.town(office)
    code = next(c for c, item in office.catalogue.items.items() if item.statutory and item.statutory.base == "receipt")
    item = office.catalogue.items[code]
    no = given.application(office, town, moment("2026-03-02"), [code]).cases[code]
    desk = Desk(office, town, no, item.department)
    desk.act(town.clerk, moment("2026-03-03"), "accept")
    desk.receipt(moment("2026-03-04"), moment("2026-02-27"))
    assert desk.clock("statutory").started_at == moment("2026-02-27")
    desk.holds()


def test_a_rung_that_had_fired_is_armed_anew_where_its_moment_lies_ahead_again(desk: Desk) -> None:
    desk.sweep(moment("2026-03-06", "09:30"))
    before = desk.clock("completeness")
    assert (before.rung, before.epoch) == (1, 1)
    desk.receipt(moment("2026-03-06", "10:00"), moment("2026-03-05"))
    after = desk.clock("completeness")
    assert (after.rung, after.epoch, after.due_on) == (0, 2, date(2026, 3, 12))
    desk.sweep(moment("2026-03-11", "09:30"))
    assert desk.clock("completeness").rung == 1
    desk.holds()


def test_who_waits_for_the_date_is_told_old_and_new(desk: Desk) -> None:
    [message] = desk.receipt(moment("2026-03-03"), date(2026, 2, 27)).messages
    assert message.body["what"] == "dates"
    assert message.body["why"] == "receipt_corrected"
    assert [move["new"] for move in message.body["moves"]] == ["2026-03-05"]


@pytest.mark.parametrize(
    ("received", "code"),
    [
        (moment("2026-03-03", "10:00"), "nothing_corrected"),
        (date(2026, 3, 6), "receipt_in_future"),
        (moment("2026-03-05", "10:01"), "receipt_in_future"),
        (moment("2026-03-04", "10:01"), "receipt_after_its_consequence"),
        (date(2026, 2, 10), "receipt_too_far_back"),
    ],
)
def test_a_receipt_that_cannot_have_been_is_refused_by_name(
    office: Office, received: date | datetime, code: str
) -> None:
    town = given.town(office)
    item = office.catalogue.items[given.default_items(office)[0]]
    no = given.application(office, town, moment("2026-03-03"), [item.code]).cases[item.code]
    desk = Desk(office, town, no, item.department)
    desk.act(town.clerk, moment("2026-03-04"), "accept")
    before = desk.case()
    with pytest.raises(NotMet) as refused:
        desk.receipt(moment("2026-03-05"), received)
    assert codes(refused.value) == [code]
    assert refused.value.reasons[0].facts["field"] == "received_at"
    assert desk.case() == before


def test_the_bound_goes_back_from_the_day_it_was_entered_however_often_it_is_corrected(desk: Desk) -> None:
    """Ten working days before 2 March 2026, the Spring Festival in between, end on 10 February."""
    earliest = desk.office.base_calendar.add_working_days(date(2026, 3, 2), -10)
    desk.act(desk.town.clerk, moment("2026-03-03"), "accept")
    desk.receipt(moment("2026-03-16"), earliest)
    with pytest.raises(NotMet) as refused:
        desk.receipt(moment("2026-03-16", "11:00"), date.fromordinal(earliest.toordinal() - 1))
    assert refused.value.reasons[0].facts["earliest"] == earliest.isoformat()


def test_a_receipt_does_not_come_after_a_pause_that_silence_had_made_possible(desk: Desk) -> None:
    desk.sweep(moment("2026-03-10", "09:30"))
    said = {"cause": "expert_review", "until": "2026-03-20", "reason": "专家评审"}
    desk.act(desk.officer, moment("2026-03-10", "11:00"), "start_special", said)
    with pytest.raises(NotMet) as refused:
        desk.receipt(moment("2026-03-12"), date(2026, 3, 11))
    assert codes(refused.value) == ["receipt_after_its_consequence"]
    desk.receipt(moment("2026-03-12"), date(2026, 3, 9))
    assert desk.case().entered_at == moment("2026-03-10", "11:00"), "the pause was entered when it was"
    desk.holds()


# ── both ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_director_of_the_department_corrects(desk: Desk) -> None:
    elsewhere = next(director for code, director in desk.town.directors.items() if code != desk.department)
    for actor in (desk.officer, desk.town.clerk, desk.town.admin, desk.town.applicant):
        with pytest.raises(NotAllowed):
            desk.receipt(moment("2026-03-03"), date(2026, 2, 27), by=actor)
    with pytest.raises(NotFound):
        desk.receipt(moment("2026-03-03"), date(2026, 2, 27), by=elsewhere)


def test_who_saw_an_older_version_is_told_who_acted_and_the_version_goes_up(desk: Desk) -> None:
    before = desk.case().version
    desk.receipt(moment("2026-03-03"), date(2026, 2, 27), version=before)
    assert desk.case().version == before + 1
    with pytest.raises(Conflict, match="Time of receipt corrected") as refused:
        desk.receipt(moment("2026-03-03", "11:00"), date(2026, 2, 26), version=before)
    assert refused.value.code == "stale_version"


def test_a_case_that_has_come_to_its_end_is_not_corrected(desk: Desk) -> None:
    reviewed(desk)
    desk.act(desk.officer, moment("2026-03-11"), "refuse", {"reason": "不符合", "basis": "第38条"})
    for correct in (
        lambda: desk.receipt(moment("2026-03-12"), date(2026, 2, 27)),
        lambda: desk.days(moment("2026-03-12"), "2026-03-04", "2026-03-10"),
    ):
        with pytest.raises(Conflict) as refused:
            correct()
        assert refused.value.code == "case_ended"


@pytest.mark.parametrize("reason", ["", "  ", "错" * 501])
def test_a_correction_says_why(desk: Desk, reason: str) -> None:
    version = desk.case().version
    with (
        pytest.raises(BadInput) as refused,
        given.at(desk.office, desk.director, moment("2026-03-03")) as work,
    ):
        correct_receipt(work, desk.no, version, date(2026, 2, 27), reason)
    assert refused.value.reasons[0].facts["field"] == "reason"


def test_a_preview_says_the_same_and_writes_nothing(desk: Desk) -> None:
    reviewed(desk)
    before, now = desk.case(), moment("2026-03-11")
    pause_id = before.pauses[0].id
    assert pause_id is not None
    with given.at(desk.office, desk.director, now) as work:
        receipt = preview_receipt(work, desk.no, before.version, date(2026, 2, 27), WHY)
        pause = preview_pause(work, desk.no, before.version, pause_id, date(2026, 3, 3), date(2026, 3, 10), WHY)
    assert desk.case() == before
    assert receipt.change.event.input["moments"].keys() == {"received_at"}
    assert desk.days(now, "2026-03-03", "2026-03-10").event.input == pause.change.event.input


def test_a_card_earned_by_the_old_date_is_dealt_before_the_date_moves(desk: Desk) -> None:
    now = moment("2026-03-09", "10:00")
    version = desk.case().version
    with given.at(desk.office, desk.director, now) as work:
        correct_receipt(work, desk.no, version, moment("2026-03-05"), WHY)
    with desk.office.engine.connect() as conn:
        lines = conn.execute(
            text("SELECT e.action FROM events e JOIN cases c ON c.id = e.case_id WHERE c.no = :no ORDER BY e.seq"),
            {"no": desk.no},
        ).scalars()
        assert list(lines)[-2:] == ["rung:completeness:0", "receipt_corrected"]
    desk.holds()


def test_a_line_that_was_forged_is_missed_by_the_moment_it_gave(desk: Desk, superuser_url: str) -> None:
    import psycopg

    desk.receipt(moment("2026-03-03"), date(2026, 2, 27))
    with psycopg.connect(superuser_url.replace("+psycopg", ""), autocommit=True) as server:
        server.execute("UPDATE cases SET received_at = received_at + interval '1 day' WHERE no = %s", [desk.no])
    found: list[Any] = [breach for breach in verify(desk.office).breaches if breach.what.startswith("received_at is ")]
    assert [(breach.case_no, breach.seq) for breach in found] == [(desk.no, desk.case().seq)]
