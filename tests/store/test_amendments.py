"""Amendments: proposed by one person, signed by another, and nothing moves before that."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from tests import given
from tests.core.notices_given import the_2027_notice
from tests.given import moment
from tests.hall import CLOSURE, NOTICE, NOW, PAPER, Hall, open_hall
from workflow.actor import Actor
from workflow.clock.calendar import Notice, published_calendar
from workflow.clock.notice_rules import days_that_add_up
from workflow.clock.notices import notice_data
from workflow.clock.statutory import statutory_days
from workflow.commands.adopt_calendar import adopt_calendar
from workflow.commands.amend import propose, refuse, sign
from workflow.errors import BadInput, Conflict, NotAllowed, NotFound, Refused, Unusable
from workflow.queries.amendments import amendment, amendment_preview, amendments
from workflow.queries.calendar_year import calendar_year, missing_year, nth_working_day
from workflow.queries.moves import calendar_preview, hypothetical
from workflow.queries.paging import Paging
from workflow.store import calendars
from workflow.work import Office


@pytest.fixture
def hall(office: Office) -> Hall:
    return open_hall(office)


def refused(do: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        do()
    return caught.value


def test_a_notice_holds_from_the_signature_of_a_second_person_on(hall: Hall) -> None:
    made = hall.year()
    assert (made.state, made.proposed_by, made.decided_by) == ("proposed", hall.first.name, None)
    assert hall.works(date(2027, 1, 4))
    signed = hall.sign(made.id)
    assert (signed.state, signed.decided_by, signed.decided_at) == ("in_force", hall.second.name, NOW)
    assert not hall.works(date(2027, 1, 4))
    with given.at(hall.office, hall.first, NOW) as work:
        held = calendars.succession(work.conn)
        assert [one.amendment_id for one in held] == [None, made.id]
        assert held[0].version == hall.office.base_calendar.version
        assert work.calendar.version == signed.preview["new_version"]
        assert not work.calendar.is_provisional(date(2027, 1, 4))


def test_nobody_signs_what_he_proposed_himself(hall: Hall) -> None:
    made = hall.year()
    with pytest.raises(NotAllowed) as caught, given.at(hall.office, hall.first, NOW) as work:
        sign(work, made.id)
    assert caught.value.code == "second_person"
    assert hall.works(date(2027, 1, 4))


def test_the_database_itself_refuses_one_person_for_both(hall: Hall) -> None:
    made = hall.year()
    with pytest.raises(Exception, match="check"), hall.office.engine.begin() as conn:
        conn.execute(text("UPDATE amendments SET decided_by = proposed_by WHERE id = :id"), {"id": made.id})


@pytest.mark.parametrize("role", ["clerk", "squad_leader", "district_leader", "supervisor", "applicant"])
def test_only_administrators_amend(hall: Hall, role: str) -> None:
    made = hall.year()
    actor: Actor = getattr(hall.town, role)
    for do in (
        lambda work: propose(work, "year", notice_data(NOTICE), PAPER),
        lambda work: sign(work, made.id),
        lambda work: refuse(work, made.id, "不同意"),
    ):
        with pytest.raises(NotAllowed) as caught, given.at(hall.office, actor, NOW) as work:
            do(work)
        assert caught.value.code == "role_required"
    assert hall.count("amendments") == 1


def test_a_proposal_is_refused_by_another_or_taken_back_by_its_own_proposer(hall: Hall) -> None:
    one, other = hall.year(), hall.year()
    with given.at(hall.office, hall.second, NOW) as work:
        assert refuse(work, one.id, "日期有误").decided_by == hall.second.name
    with given.at(hall.office, hall.first, NOW) as work:
        back = refuse(work, other.id, "重复")
    assert (back.state, back.decided_by, back.decision_note) == ("refused", hall.first.name, "重复")
    assert hall.works(date(2027, 1, 4))


def test_a_decided_proposal_names_who_decided_it_and_when(hall: Hall) -> None:
    made = hall.put_in_force()
    with pytest.raises(Conflict) as caught:
        hall.sign(made.id)
    assert caught.value.code == "already_decided"
    assert hall.second.name in caught.value.zh
    assert "2026-12-17 10:00" in caught.value.en
    with pytest.raises(Conflict), given.at(hall.office, hall.first, NOW) as work:
        refuse(work, made.id, "迟了")
    with pytest.raises(NotFound):
        hall.sign(4711)


def test_every_fault_of_a_notice_is_named_in_both_languages_and_nothing_is_written(hall: Hall) -> None:
    content = {
        "year": 2027,
        "off": [
            {"from": "2027-01-01", "to": "2027-01-32", "name": "元旦"},
            {"date": "2027-05-01", "name": "劳动节"},
            {"date": "2027-05-01", "name": "劳动节"},
        ],
        "make_up": ["2027-02-17", "tomorrow"],
        "colour": "red",
    }
    with pytest.raises(BadInput) as caught, given.at(hall.office, hall.first, NOW) as work:
        propose(work, "year", content, "  ")
    facts = {(reason.facts["field"], reason.facts["value"]) for reason in caught.value.reasons}
    assert {("document", "  "), ("off[0].to", "2027-01-32"), ("make_up[1]", "tomorrow"), ("colour", "red")} <= facts
    assert any(reason.zh == "off[2]：2027-05-01 重复列出" for reason in caught.value.reasons)
    assert all("不符合要求" not in reason.zh for reason in caught.value.reasons)
    assert hall.count("amendments") == 0


@pytest.mark.parametrize(
    ("kind", "content", "field", "zh"),
    [
        (
            "year",
            notice_data(the_2027_notice({}, date(2027, 1, 6))),
            "make_up",
            "2027-01-06 是周三，调休上班日应为周六或周日",
        ),
        ("year", notice_data(replace(NOTICE, year=2026)), "off", "不在通知年度内"),
        ("year", {"year": 2028, "off": [{"date": "2028-01-01", "name": "元旦"}]}, "off", "缺少法定节假日"),
        ("year", notice_data(the_2027_notice({date(2027, 3, 8): "妇女节"})), "off", "天数不平"),
        ("year", {**notice_data(NOTICE), "kind": "closure"}, "kind", "种类不同"),
        (
            "closure",
            {"year": 2026, "off": [{"date": "2026-12-20", "name": "台风"}]},
            "off",
            "2026-12-20（周日）本来就是休息日",
        ),
        ("closure", {"year": 2026, "off": []}, "off", "至少应有一个放假日"),
        ("closure", {"year": True, "off": "none"}, "year", "应为 1900 至 2100"),
        ("withdrawal", {"amendment": 9, "reason": "有误"}, "amendment", "目前没有可撤回的"),
        ("withdrawal", {"amendment": True, "reason": " "}, "reason", "应为 1 至 500 字的文字"),
        ("holiday", {}, "kind", "可用：year、closure、withdrawal"),
    ],
)
def test_nonsense_is_refused_by_its_field(hall: Hall, kind: str, content: dict[str, Any], field: str, zh: str) -> None:
    found = refused(lambda: hall.propose(kind, content))
    assert isinstance(found, BadInput)
    reasons = [reason for reason in found.reasons if str(reason.facts["field"]).partition("[")[0] == field]
    assert zh in "；".join(reason.zh for reason in reasons), found.zh
    assert hall.count("amendments") == 0


def the_2028_notice() -> Notice:
    """An invented one that adds up: the statutory days, and days in July for those on a weekend."""
    bare = Notice(2028, {day: named.name for day, named in statutory_days(2028).items()}, frozenset(), "测试通知")
    in_the_week, expected = days_that_add_up(bare)
    july = [day for n in range(3, 31) if (day := date(2028, 7, n)).weekday() < 5]
    return replace(bare, off={**bare.off, **dict.fromkeys(july[: expected - in_the_week], "补休")})


def test_a_year_that_leaves_a_gap_is_refused(hall: Hall) -> None:
    found = refused(lambda: hall.year(the_2028_notice()))
    assert [(reason.facts["field"], reason.facts["value"]) for reason in found.reasons] == [("year", 2028)]
    assert "空缺" in found.zh


def test_a_notice_that_changes_nothing_is_refused(hall: Hall) -> None:
    hall.put_in_force()
    found = refused(hall.year)
    assert "没有任何变化" in found.zh
    assert hall.count("amendments") == 1


def test_a_correction_replaces_the_notice_of_its_year(hall: Hall) -> None:
    hall.put_in_force()
    corrected = hall.put_in_force(the_2027_notice({date(2027, 1, 5): "元旦"}, date(2027, 1, 9)))
    assert hall.works(date(2027, 1, 4))
    assert not hall.works(date(2027, 1, 5))
    hall.sign(hall.propose("withdrawal", {"amendment": corrected.id, "reason": "更正有误"}).id)
    # What was before: the first notice, still in force underneath.
    assert not hall.works(date(2027, 1, 4))
    assert hall.works(date(2027, 1, 5))


def test_a_withdrawn_notice_leaves_the_estimate_behind(hall: Hall) -> None:
    made = hall.put_in_force()
    out = hall.sign(hall.propose("withdrawal", {"amendment": made.id, "reason": "通知废止"}).id)
    assert out.preview["new_version"] == hall.office.base_calendar.version
    with given.at(hall.office, hall.first, NOW) as work:
        assert amendment(work, made.id).state == "withdrawn"
        assert work.calendar.is_provisional(date(2027, 1, 4))
    assert "不是现行的" in refused(lambda: hall.propose("withdrawal", {"amendment": made.id, "reason": "再撤"})).zh


def test_a_withdrawal_that_would_leave_a_gap_is_refused(hall: Hall) -> None:
    first = hall.put_in_force()
    hall.put_in_force(the_2028_notice())
    found = refused(lambda: hall.propose("withdrawal", {"amendment": first.id, "reason": "有误"}))
    assert "空缺" in found.zh


def test_what_is_withdrawn_already_is_not_withdrawn_once_more(hall: Hall) -> None:
    """Two had proposed it before either was signed."""
    made = hall.sign(hall.propose("closure", CLOSURE).id)
    first, second = (hall.propose("withdrawal", {"amendment": made.id, "reason": "有误"}) for _ in range(2))
    hall.sign(first.id)
    with given.at(hall.office, hall.second, NOW) as work:
        assert refused(lambda: amendment_preview(work, second.id)).code == "bad_input"
        mark = f"{work.calendar.version}..{work.calendar.version}"
    for seen in (None, mark):
        assert "不是现行的" in refused(lambda seen=seen: hall.sign(second.id, seen=seen)).zh
    assert hall.count("calendars_in_force") == 3


def test_a_preview_made_stale_by_another_calendar_is_looked_at_again_first(hall: Hall) -> None:
    year, closure = hall.year(), hall.propose("closure", CLOSURE)
    hall.sign(closure.id)
    with pytest.raises(Conflict) as caught:
        hall.sign(year.id)
    assert caught.value.code == "stale_preview"
    assert hall.works(date(2027, 1, 4))
    with given.at(hall.office, hall.second, NOW) as work:
        seen = amendment_preview(work, year.id)
    with pytest.raises(Conflict):
        hall.sign(year.id, seen="2004-2026.00000000..2004-2027.00000000")
    signed = hall.sign(year.id, seen=seen.mark)
    assert signed.preview["old_version"] == closure.preview["new_version"]
    assert not hall.works(date(2027, 1, 4))
    assert not hall.works(date(2026, 12, 21))


def test_of_two_notices_for_one_year_the_one_signed_last_holds(hall: Hall) -> None:
    first, second = hall.year(), hall.year(the_2027_notice({date(2027, 1, 5): "元旦"}, date(2027, 1, 9)))
    hall.sign(second.id)
    with given.at(hall.office, hall.second, NOW) as work:
        seen = amendment_preview(work, first.id).mark
    hall.sign(first.id, seen=seen)
    # A further amendment makes the calendar anew of all that is in force.
    hall.sign(hall.propose("closure", CLOSURE).id)
    assert not hall.works(date(2027, 1, 4))
    assert hall.works(date(2027, 1, 5))


def test_what_lies_between_a_proposal_and_its_signature_shows_in_the_figures_kept(hall: Hall) -> None:
    year = hall.year()
    assert year.preview["cases"] == 0
    given.application(hall.office, hall.town, moment("2026-12-28"))
    hall.sign(hall.propose("closure", CLOSURE).id)
    with given.at(hall.office, hall.second, NOW) as work:
        seen = amendment_preview(work, year.id)
    assert hall.sign(year.id, seen=seen.mark).preview["cases"] == seen.cases == 3


def test_two_who_sign_two_notices_of_one_year_at_once_do_not_both_win(hall: Hall) -> None:
    one, other = hall.year(), hall.year(the_2027_notice({date(2027, 1, 5): "元旦"}, date(2027, 1, 9)))
    told: list[str] = []

    def put(amendment_id: int) -> None:
        try:
            told.append(hall.sign(amendment_id).state)
        except Conflict as conflict:
            told.append(conflict.code)

    threads = [Thread(target=put, args=(made.id,)) for made in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["in_force", "stale_preview"]


def test_a_closure_in_the_past_says_so(hall: Hall) -> None:
    made = hall.propose("closure", {"year": 2026, "off": [{"date": "2026-12-10", "name": "台风停工"}]})
    assert made.preview["past_days"] == 1


def test_amendments_are_listed_newest_first_a_page_at_a_time(hall: Hall) -> None:
    ids = [hall.year().id for _ in range(3)]
    with given.at(hall.office, hall.town.clerk, NOW) as work:
        page = amendments(work, Paging("s", 2))
        rest = amendments(work, Paging("s", 2, page.next_cursor))
        assert [one.id for one in (*page.rows, *rest.rows)] == ids[::-1]
        assert rest.next_cursor is None
    for look in (lambda work: amendments(work, Paging("s")), lambda work: amendment_preview(work, ids[0])):
        with pytest.raises(NotAllowed), given.at(hall.office, hall.town.applicant, NOW) as work:
            look(work)


def test_the_files_calendar_is_taken_over_once_however_many_do_it(hall: Hall) -> None:
    def adopt() -> None:
        with hall.office.engine.begin() as conn:
            adopt_calendar(hall.office, conn)

    threads = [Thread(target=adopt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with hall.office.engine.connect() as conn:
        assert [one.amendment_id for one in calendars.succession(conn)] == [None]


def test_newer_files_go_under_the_amendments_in_force(hall: Hall) -> None:
    hall.put_in_force()
    closure = Notice(2026, {date(2026, 12, 22): "停电"}, frozenset(), "通告", "closure")
    newer = replace(hall.office, notices=(closure, the_2027_notice()), base_calendar=published_calendar([closure]))
    with hall.office.engine.begin() as conn:
        assert adopt_calendar(newer, conn)
        assert not adopt_calendar(newer, conn)
        held = calendars.in_force(conn)
        assert held is not None
        assert (held.amendment_id, held.base) == (None, newer.base_calendar.version)
    assert not hall.works(date(2026, 12, 22))
    # The amendment beats the file of its year.
    assert not hall.works(date(2027, 1, 4))
    stale = refused(lambda: hall.propose("closure", CLOSURE))
    assert stale.code == "other_calendar_files"


def test_files_that_leave_a_gap_under_an_amendment_are_refused_at_the_start(hall: Hall) -> None:
    with_2027 = replace(hall.office, notices=(NOTICE,), base_calendar=published_calendar([NOTICE]))
    replace(hall, office=with_2027).put_in_force(the_2028_notice())
    with pytest.raises(Unusable, match="2028 leaves a gap"), hall.office.engine.begin() as conn:
        adopt_calendar(hall.office, conn)


def test_a_hypothetical_rest_day_moves_dates_only_in_the_answer(hall: Hall) -> None:
    no = next(iter(given.application(hall.office, hall.town, moment("2026-12-28")).cases.values()))
    with given.at(hall.office, hall.first, moment("2026-12-28", "11:00")) as work:
        asked = hypothetical(work, [date(2027, 1, 4)], [date(2027, 1, 9)])
        found = calendar_preview(work, asked)
        assert [new.date for _, new in found.changed] == [date(2027, 1, 4), date(2027, 1, 9)]
        assert no in {row.no for row in found.rows}
        assert (found.cases, found.later, found.complete) == (3, 3, True)
        assert {(move.old_on, move.new_on) for row in found.rows for move in row.moves} == {
            (date(2027, 1, 5), date(2027, 1, 6))
        }
        assert calendar_preview(work, hypothetical(work, [date(2027, 1, 2)])).cases == 0
    assert hall.works(date(2027, 1, 4))
    for rest, worked in (([date(1850, 1, 1)], []), ([date(2027, 1, 4)], [date(2027, 1, 4)])):
        with pytest.raises(BadInput):
            hypothetical(hall.office.base_calendar, rest, worked)


def test_a_year_is_shown_by_months_with_its_working_days(hall: Hall) -> None:
    found = calendar_year(hall.office.base_calendar, 2026)
    assert [month.working_days for month in found.months] == [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]
    assert (found.working_days, found.published, len(found.make_up)) == (248, True, 6)
    assert not calendar_year(hall.office.base_calendar, 2027).published
    with pytest.raises(BadInput):
        calendar_year(hall.office.base_calendar, 1899)


def test_the_next_year_is_missed_from_the_first_of_november_on(hall: Hall) -> None:
    calendar = hall.office.base_calendar
    assert missing_year(calendar, date(2026, 10, 31)) is None
    assert missing_year(calendar, date(2026, 11, 1)) == 2027
    assert missing_year(calendar, date(2027, 3, 1)) == 2027
    assert missing_year(published_calendar([NOTICE]), date(2027, 10, 31)) is None


def test_the_nth_working_day_is_counted_from_either_end(hall: Hall) -> None:
    calendar = hall.office.base_calendar
    assert nth_working_day(calendar, 1, 2026, 2).date == date(2026, 2, 2)
    assert nth_working_day(calendar, -1, 2026, 2).date == date(2026, 2, 28)
    assert nth_working_day(calendar, 16, 2026, 2).date == date(2026, 2, 28)
    assert nth_working_day(calendar, 1, 2026, 1).date == date(2026, 1, 4)
    assert nth_working_day(calendar, 248, 2026).date == nth_working_day(calendar, -1, 2026).date == date(2026, 12, 31)
    for n, year, month in ((17, 2026, 2), (0, 2026, 2), (1, 2026, 13), (1, 2101, 1)):
        with pytest.raises(BadInput):
            nth_working_day(calendar, n, year, month)
