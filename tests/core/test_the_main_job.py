"""An item case from submission to the delivered licence, through the real commands on a real database."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from tests import given
from tests.given import moment
from workflow.commands.fire_rungs import sweep
from workflow.commands.look_at import look_at
from workflow.commands.open_bundle import open_bundle
from workflow.commands.take_action import take_action
from workflow.errors import BadInput, Conflict, NotAllowed, NotFound, NotMet, Refused
from workflow.queries.verify import verify
from workflow.store import cases
from workflow.work import Office

RECEIVED = moment("2026-03-02")


def _case(office: Office, no: str):
    with office.engine.connect() as conn:
        reading = cases.read(conn, no=no)
    assert reading is not None
    return reading.case


def _refusal(office: Office, actor, now, no, action, inputs=None, version=None) -> Refused:
    before = _case(office, no)
    with pytest.raises(Refused) as caught:
        given.act(office, actor, now, no, action, inputs, version)
    assert _case(office, no) == before, "a refused action must write nothing"
    return caught.value


@pytest.fixture
def town(office):
    return given.town(office)


@pytest.fixture
def application(office, town):
    return given.application(office, town, RECEIVED)


@pytest.fixture
def item_no(application):
    return application.cases["LX01"]


@pytest.fixture
def in_review(office, town, item_no):
    given.act(office, town.clerk, moment("2026-03-03"), item_no, "accept")
    return item_no


def test_a_submitted_bundle_opens_every_item_received_at_the_same_instant(office, application):
    assert len(application.cases) == 3
    for no in application.cases.values():
        case = _case(office, no)
        assert (case.state, case.received_at, case.parent_id is not None) == ("received", RECEIVED, True)
        assert case.clock("completeness").due_on == date(2026, 3, 9)


def test_acceptance_starts_both_clocks_and_settles_the_completeness_check(office, in_review):
    case = _case(office, in_review)
    assert case.clock("completeness").state == "settled"
    assert case.clock("statutory").due_on == date(2026, 3, 31)
    assert case.clock("promised").due_on == date(2026, 3, 6)


def test_silence_accepts_as_of_the_day_of_receipt(office, town, item_no):
    from workflow.actor import CLOCK

    given.act(office, CLOCK, moment("2026-03-10", "00:05"), item_no, "accept_by_silence")
    case = _case(office, item_no)
    assert case.accepted_at == RECEIVED
    assert case.data["acceptance_mode"] == "deemed"
    assert case.clock("statutory").due_on == date(2026, 3, 30)


def test_a_person_may_not_do_what_is_the_clocks(office, town, item_no):
    refusal = _refusal(office, town.clerk, moment("2026-03-10"), item_no, "accept_by_silence")
    assert isinstance(refusal, NotAllowed)


def test_an_expert_review_moves_both_dates_by_its_working_days(office, town, item_no):
    given.act(office, town.clerk, RECEIVED, item_no, "accept")
    officer = town.officers["QX"]
    pause = {"cause": "expert_review", "until": "2026-03-06", "reason": "专家评审"}
    given.act(office, officer, moment("2026-03-03"), item_no, "start_special", pause)
    paused = _case(office, item_no)
    assert {paused.clock(name).state for name in ("statutory", "promised")} == {"paused"}
    assert paused.clock("statutory").due_on is None
    assert paused.clock("special_procedure").due_on == date(2026, 3, 6)
    given.act(office, officer, moment("2026-03-09"), item_no, "end_special", {"result": "通过"})
    case = _case(office, item_no)
    # four working days, 4 to 9 March, belong to the pause: 30 March becomes 3 April
    assert case.clock("statutory").due_on == date(2026, 4, 3)
    assert case.clock("promised").due_on == date(2026, 3, 11)
    assert [pause.until for pause in case.pauses] == [date(2026, 3, 9)]


def test_the_bureau_head_extends_once_and_before_expiry_only(office, town, in_review):
    director = town.directors["QX"]
    given.act(office, director, moment("2026-03-20"), in_review, "extend", {"days": 10, "reason": "案情复杂"})
    assert _case(office, in_review).clock("statutory").due_on == date(2026, 4, 15)
    again = _refusal(office, director, moment("2026-03-23"), in_review, "extend", {"days": 1, "reason": "再延"})
    assert again.code == "already_extended"


def test_an_extension_after_expiry_or_beyond_the_law_or_by_an_officer_is_refused(office, town, in_review):
    ten = {"days": 10, "reason": "案情复杂"}
    assert (
        _refusal(office, town.directors["QX"], moment("2026-04-01"), in_review, "extend", ten).code == "limit_expired"
    )
    eleven = {"days": 11, "reason": "案情复杂"}
    late = _refusal(office, town.directors["QX"], moment("2026-03-20"), in_review, "extend", eleven)
    assert late.code == "extension_too_long"
    assert isinstance(_refusal(office, town.officers["QX"], moment("2026-03-20"), in_review, "extend", ten), NotAllowed)


def test_only_the_district_leader_signs_fifteen_days_of_joint_handling(office, town, application):
    for no in application.cases.values():
        given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    _look(office, application.no)
    bundle = _case(office, application.no)
    assert bundle.state == "in_review"
    fifteen = {"days": 15, "reason": "联合办理"}
    assert isinstance(
        _refusal(office, town.directors["QX"], moment("2026-03-20"), application.no, "extend", fifteen), NotAllowed
    )
    given.act(office, town.district_leader, moment("2026-03-20"), application.no, "extend", fifteen)
    assert _case(office, application.no).clock("statutory").extension == 15


def test_a_second_correction_on_unchanged_material_is_refused_with_the_date_of_the_first(office, town, item_no):
    code = office.catalogue.items["LX01"].required_materials[0]
    faults = {"faults": [{"material": code, "problem": "缺少签章", "fix": "补盖公章"}]}
    given.act(office, town.clerk, moment("2026-03-03"), item_no, "ask_correction", faults)
    unchanged = _refusal(office, town.applicant, moment("2026-03-04"), item_no, "resubmit")
    assert unchanged.code == "corrections_incomplete"
    with given.at(office, town.applicant, moment("2026-03-05")) as work:
        given.attach(work, _case(office, item_no).id, code)
        take_action(work, item_no, "resubmit")
    case = _case(office, item_no)
    assert case.clock("completeness").round == 2
    assert case.clock("completeness").due_on == date(2026, 3, 12)
    other = office.catalogue.items["LX01"].required_materials[-1]
    again = {"faults": [{"material": other, "problem": "页码有误", "fix": "改正"}]}
    refusal = _refusal(office, town.clerk, moment("2026-03-06"), item_no, "ask_correction", again)
    assert refusal.code == "notice_already_given"
    assert "2026-03-03" in refusal.zh


def test_a_permit_waits_for_what_must_precede_it(office, town):
    app = given.application(office, town, RECEIVED, ["LX02"])
    no = app.cases["LX02"]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    refusal = _refusal(office, town.officers["QX"], moment("2026-03-04"), no, "grant", {"opinion": "同意"})
    assert isinstance(refusal, NotMet)
    assert refusal.code == "prerequisites_missing"


def test_a_missed_promise_needs_a_reason_fit_for_publication(office, town, in_review):
    officer = town.officers["QX"]
    late = moment("2026-03-20")
    refusal = _refusal(office, officer, late, in_review, "grant", {"opinion": "同意"})
    assert refusal.code == "late_reason_needed"
    given.act(office, officer, late, in_review, "grant", {"opinion": "同意", "late_reason": "专家时间冲突"})
    case = _case(office, in_review)
    assert (case.state, case.data["late_reason"]) == ("granted", "专家时间冲突")
    assert case.clock("delivery").due_on == date(2026, 4, 3)


def test_finishing_on_the_due_day_is_on_time(office, town, in_review):
    given.act(office, town.officers["QX"], moment("2026-03-06", "23:59"), in_review, "grant", {"opinion": "同意"})
    assert _case(office, in_review).state == "granted"


def test_the_bundle_finishes_by_itself_when_its_last_item_is_decided(office, town, application):
    for no in application.cases.values():
        case = _case(office, no)
        given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
        refusal = {"reason": "不符合规划", "basis": "城乡规划法"}
        given.act(office, town.officers[case.department], moment("2026-03-04"), no, "refuse", refusal)
    _look(office, application.no)
    assert _case(office, application.no).state == "finished"
    assert verify(office).breaches == ()


def _look(office: Office, no: str) -> None:
    look_at(office, _case(office, no).id)


def test_a_stale_version_is_answered_with_who_when_and_the_new_state(office, town, in_review):
    refusal = _refusal(office, town.officers["QX"], moment("2026-03-04"), in_review, "grant", {"opinion": "同意"}, 1)
    assert isinstance(refusal, Conflict)
    assert refusal.extra["by"] == town.clerk.name
    assert refusal.extra["state"] == "in_review"
    assert refusal.extra["action"] == "accept"
    assert refusal.extra["version"] == 2


def test_another_companys_case_does_not_exist_for_an_applicant(office, town, item_no):
    with office.engine.begin() as conn:
        stranger = given.person(conn, "stranger", given.Grant("applicant", company=given.company(conn, 7)))
    assert isinstance(_refusal(office, stranger, moment("2026-03-04"), item_no, "withdraw"), NotFound)


def test_an_officer_of_another_department_does_not_see_the_case(office, town, in_review):
    assert isinstance(_refusal(office, town.officers["ZJ"], moment("2026-03-04"), in_review, "grant"), NotFound)


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({}, "opinion"),
        ({"opinion": "  "}, "opinion"),
        ({"opinion": 5}, "opinion"),
        ({"opinion": "a\x00b"}, "opinion"),
        ({"opinion": "好", "extra": 1}, "extra"),
        ({"opinion": "长" * 5000}, "opinion"),
    ],
)
def test_bad_input_names_the_field_and_the_value(office, town, in_review, inputs, field):
    refusal = _refusal(office, town.officers["QX"], moment("2026-03-04"), in_review, "grant", inputs)
    assert isinstance(refusal, BadInput)
    assert field in {reason.facts["field"] for reason in refusal.reasons}


@pytest.mark.parametrize("cause", ["hearing", "nonsense", "other"])
def test_a_pause_without_a_lawful_cause_here_or_without_approval_is_refused(office, town, in_review, cause):
    pause = {"cause": cause, "until": "2026-03-20", "reason": "理由"}
    refusal = _refusal(office, town.officers["QX"], moment("2026-03-04"), in_review, "start_special", pause)
    codes = {refusal.code, *(reason.code for reason in refusal.reasons)}
    assert codes & {"cause_not_for_this_item", "bad_input", "cause_needs_role"}


@pytest.mark.parametrize("until", ["2026-03-04", "2026-03-01", "2026-12-31"])
def test_a_pause_ends_in_the_future_and_within_its_cap(office, town, in_review, until):
    pause = {"cause": "expert_review", "until": until, "reason": "理由"}
    refusal = _refusal(office, town.officers["QX"], moment("2026-03-04"), in_review, "start_special", pause)
    assert refusal.code == "pause_outside_bounds"


def test_ending_a_case_settles_every_clock_and_closes_every_pause(office, town, in_review):
    officer = town.officers["QX"]
    pause = {"cause": "expert_review", "until": "2026-03-10", "reason": "评审"}
    given.act(office, officer, moment("2026-03-04"), in_review, "start_special", pause)
    given.act(office, town.applicant, moment("2026-03-05"), in_review, "withdraw")
    case = _case(office, in_review)
    assert case.running_clocks == ()
    assert case.open_pauses == ()
    assert case.ended_at == moment("2026-03-05")


def test_history_lines_cannot_be_changed_or_deleted(office, in_review):
    for statement in ("UPDATE events SET action = 'x'", "DELETE FROM events", "TRUNCATE events"):
        with pytest.raises(Exception, match="append-only"), office.engine.begin() as conn:
            conn.execute(text(statement))


def test_a_date_past_the_published_calendar_is_provisional(office, town):
    now = moment("2026-12-18")
    app = given.application(office, town, now, ["LX06"])
    no = app.cases["LX06"]
    given.act(office, town.clerk, moment("2026-12-21"), no, "accept")
    case = _case(office, no)
    assert case.clock("statutory").provisional
    assert case.clock("statutory").due_on.year == 2027
    assert not case.clock("completeness").provisional


def test_a_help_request_runs_in_real_minutes_sooner_by_day_than_by_night(office, town):
    by_day = given.help_request(office, town, moment("2026-03-07", "10:00"))
    by_night = given.help_request(office, town, moment("2026-03-07", "23:30"))
    assert _case(office, by_day).clock("first_response").due_at == moment("2026-03-07", "10:30")
    assert _case(office, by_night).clock("first_response").due_at == moment("2026-03-08", "01:30")
    answer = {"text": "请准备消防设计文件"}
    given.act(office, town.specialist, moment("2026-03-07", "10:12"), by_day, "answer", answer)
    case = _case(office, by_day)
    assert case.clock("first_response").state == "settled"
    assert case.clock("resolution").state == "armed"


@pytest.mark.parametrize(
    ("action", "inputs"),
    [
        ("accept", {}),
        ("ask_correction", {"faults": [{"material": "application_form", "problem": "缺页", "fix": "补齐"}]}),
        ("decline_not_needed", {"reason": "无需许可"}),
        ("decline_not_ours", {"reason": "不归本局", "right_body": "省厅"}),
    ],
)
@pytest.mark.parametrize("when", [("2026-03-10", "00:01"), ("2026-03-18", "10:00")])
def test_nobody_acts_on_what_silence_has_already_accepted(office, town, item_no, action, inputs, when):
    """The fifth working day was 9 March; so in the minutes before the clock records it, and with every worker away."""
    refusal = _refusal(office, town.clerk, moment(*when), item_no, action, inputs)
    assert (type(refusal), refusal.code) == (Conflict, "clock_acts_first")
    sweep_at(office, moment("2026-03-18"))
    assert _case(office, item_no).clock("statutory").due_on == date(2026, 3, 30)


def sweep_at(office, now):
    given.time_is(office.engine, now)
    sweep(office)


def test_cards_earned_while_all_workers_were_away_are_not_lost_when_the_case_moves_on(office, town, in_review):
    late = {"opinion": "同意", "late_reason": "专家时间冲突"}
    given.act(office, town.officers["QX"], moment("2026-03-16"), in_review, "grant", late)
    with office.engine.connect() as conn:
        actions = conn.execute(
            text("SELECT action FROM events e JOIN cases c ON c.id = e.case_id WHERE c.no = :no ORDER BY e.seq"),
            {"no": in_review},
        ).scalars()
        assert [action for action in actions if action.startswith("rung:promised") or action == "grant"] == [
            *(f"rung:promised:{rung}" for rung in range(4)),
            "grant",
        ]
        cards = conn.execute(text("SELECT count(*) FROM alerts WHERE card = 'red'")).scalar_one()
    assert cards > 0
    assert verify(office).breaches == ()


def test_a_correction_may_only_name_papers_the_case_asks_for(office, town, item_no):
    faults = {"faults": [{"material": "zzz", "problem": "缺", "fix": "补"}]}
    refusal = _refusal(office, town.clerk, moment("2026-03-03"), item_no, "ask_correction", faults)
    assert refusal.code == "unknown_material"
    assert "application_form" in refusal.reasons[0].facts["accepted"]


def test_a_forgotten_pause_stops_the_clocks_no_longer_than_its_cap(office, town, in_review):
    officer = town.officers["QX"]
    pause = {"cause": "expert_review", "until": "2026-03-20", "reason": "评审"}
    given.act(office, officer, moment("2026-03-04"), in_review, "start_special", pause)
    sweep_at(office, moment("2026-06-01"))
    case = _case(office, in_review)
    assert case.state == "in_review"
    # twenty working days after 4 March; then 19 of the 20 statutory days are still to run
    assert [pause.until for pause in case.pauses] == [date(2026, 4, 1)]
    assert case.clock("statutory").due_on == office.base_calendar.add_working_days(date(2026, 4, 1), 19)
    again = {"cause": "expert_review", "until": "2026-06-02", "reason": "再评审"}
    assert (
        _refusal(office, officer, moment("2026-06-01"), in_review, "start_special", again).code
        == "pause_outside_bounds"
    )


def test_a_pause_closed_late_covers_no_day_beyond_its_cap(office, town, in_review):
    officer = town.officers["QX"]
    pause = {"cause": "expert_review", "until": "2026-03-20", "reason": "评审"}
    given.act(office, officer, moment("2026-03-04"), in_review, "start_special", pause)
    given.act(office, town.applicant, moment("2026-03-30"), in_review, "withdraw")
    assert [pause.until for pause in _case(office, in_review).pauses] == [date(2026, 3, 30)]


def test_joint_handling_counts_from_the_acceptance_of_its_last_item_however_late_the_message_comes(
    office, town, application
):
    for day, no in zip(("2026-03-03", "2026-03-04", "2026-03-05"), application.cases.values(), strict=True):
        given.act(office, town.clerk, moment(day), no, "accept")
    given.time_is(office.engine, moment("2026-03-20"))
    _look(office, application.no)
    bundle = _case(office, application.no)
    assert bundle.accepted_at == moment("2026-03-05")
    assert bundle.clock("statutory").due_on == office.base_calendar.add_working_days(date(2026, 3, 5), 45)
    assert "acceptance_mode" not in bundle.data


def test_missing_papers_are_promised_for_a_day_within_bounds_and_the_clock_runs_to_it(office, town):
    app = given.application(office, town, RECEIVED, ["SG08"])
    no = app.cases["SG08"]
    with office.engine.begin() as conn:
        conn.execute(text("DELETE FROM materials WHERE code = 'transport_contract'"))
    assert _refusal(office, town.clerk, moment("2026-03-03"), no, "accept").code == "promise_needed"
    officer, promise = town.officers["CG"], {"form": "电子件", "signed_by": "经办人"}
    for until in ("2000-01-01", "2026-03-03", "2026-03-18"):
        inputs = {**promise, "gaps_until": until}
        refusal = _refusal(office, town.clerk, moment("2026-03-03"), no, "accept_with_gaps", inputs)
        assert refusal.code == "gaps_outside_bounds"
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept_with_gaps", {**promise, "gaps_until": "2026-03-11"})
    put_off = {"opinion": "同意", "gaps_until": "2026-03-12"}
    assert _refusal(office, officer, moment("2026-03-04"), no, "grant_with_gaps", put_off).code == "promise_put_off"
    given.act(office, officer, moment("2026-03-04"), no, "grant_with_gaps", {"opinion": "同意"})
    case = _case(office, no)
    assert case.clock("gaps").due_on == date(2026, 3, 11)
    assert case.clock("delivery").due_on == date(2026, 3, 18)
    assert (
        _refusal(office, town.clerk, moment("2026-03-05"), no, "deliver", {"way": "post", "recipient": "某"}).code
        == "gaps_open"
    )


def test_an_applicant_learns_the_role_of_who_acted_first_not_the_name(office, town, in_review):
    refusal = _refusal(office, town.applicant, moment("2026-03-04"), in_review, "withdraw", {}, 1)
    assert refusal.extra["by"] == "综合窗口人员"
    assert town.clerk.name not in refusal.zh + refusal.en


def test_an_item_that_is_no_longer_in_force_cannot_be_applied_for(office, town):
    item = office.catalogue.items["LX01"]
    ended = replace(item, validity=replace(item.validity, valid_to=date(2026, 2, 28)))
    catalogue = replace(office.catalogue, items={**office.catalogue.items, "LX01": ended})
    with given.at(replace(office, catalogue=catalogue), town.applicant, RECEIVED) as work:
        with pytest.raises(BadInput) as refused:
            open_bundle(work, town.project.code, ["LX01", "LX06"], {})
        assert [reason.facts["value"] for reason in refused.value.reasons] == ["LX01"]
        assert "LX01" not in refused.value.extra["accepted"]
