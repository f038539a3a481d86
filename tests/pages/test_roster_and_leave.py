"""A roster made, a leave entered and ended, on pages without script; every refusal at its field."""

from collections.abc import Callable

import pytest

from tests import given
from tests.given import SQUAD, moment
from tests.pages.conftest import Reader
from workflow.commands.record_absence import record_absence
from workflow.work import Office

SignedIn = Callable[[str], Reader]
NEXT_WEEK = f"/duty/{SQUAD}?from=2026-03-09"
TURNS = [f"t{number}" for number in range(14)]


def everybody(person: int | None, **other: object) -> dict[str, object]:
    return {**{name: str(person) for name in TURNS}, **other}


def test_a_leader_publishes_a_week_and_it_stands_there(signed_in: SignedIn, town: given.Town) -> None:
    leader = signed_in("squad_leader")
    leader.open("/duty")
    leader.follow("排班：建设项目审批服务攻坚队")
    leader.open(NEXT_WEEK)

    page = leader.press("发布值班表", **everybody(town.specialist.id, t13=str(town.squad_leader.id)))

    assert "值班表已发布，共 14 班" in page.words
    assert f"20:00—次日 08:00 {town.squad_leader.name}" in page.words
    assert page.words.count(town.specialist.name) >= 13
    assert "08:00—20:00" in leader.open("/duty?from=2026-03-09").words


def test_a_turn_left_empty_publishes_nothing_and_keeps_what_was_chosen(signed_in: SignedIn, town: given.Town) -> None:
    leader = signed_in("squad_leader")
    leader.open(NEXT_WEEK)

    page = leader.press("发布值班表", **everybody(town.specialist.id, t3=""))

    assert page.status == 400
    assert "无人值班" in page.words
    assert ("t2", str(town.specialist.id)) in page.form("发布值班表").fields
    assert "3月10日" in page.words


def test_who_is_away_is_named_at_the_turn(signed_in: SignedIn, town: given.Town, office: Office) -> None:
    assert town.specialist.id is not None
    assert town.clerk.id is not None
    with given.at(office, town.admin, moment("2026-03-02", "09:00")) as work:
        since, until = moment("2026-03-09", "00:00"), moment("2026-03-09", "12:00")
        record_absence(work, town.specialist.id, town.clerk.id, since, until, "年休假")
    leader = signed_in("squad_leader")
    leader.open(NEXT_WEEK)

    page = leader.press("发布值班表", **everybody(town.specialist.id))

    assert page.status == 400
    assert "3月9日（周一） 白班 08:00—20:00：" in page.words
    assert "请假，由" in page.words


def test_published_shifts_give_way_only_where_that_is_ticked(signed_in: SignedIn, town: given.Town) -> None:
    leader = signed_in("squad_leader")
    leader.open(NEXT_WEEK)
    leader.press("发布值班表", **everybody(town.specialist.id))

    refused = leader.press("发布值班表", **everybody(town.squad_leader.id))
    assert refused.status == 400
    assert "请勾选“替换已发布的班次”" in refused.words
    done = leader.press("发布值班表", **everybody(town.squad_leader.id, replace="yes"))

    assert "值班表已发布，共 14 班" in done.words


def test_the_past_is_not_rostered_and_of_this_week_only_what_has_not_begun(
    signed_in: SignedIn, town: given.Town
) -> None:
    leader = signed_in("squad_leader")

    assert "这一周已经过去" in leader.open(f"/duty/{SQUAD}?from=2026-02-16").words
    fields = dict(leader.open(f"/duty/{SQUAD}").form("发布值班表").fields)
    assert "t0" not in fields
    assert "t1" in fields


def test_others_look_and_applicants_do_not(signed_in: SignedIn, town: given.Town) -> None:
    clerk = signed_in("clerk").open(NEXT_WEEK)

    assert "值班表由本队队长、牵头部门局长或系统管理员发布" in clerk.words
    assert "发布值班表" not in [words for form in clerk.forms for words, _, _ in form.buttons]
    assert signed_in("applicant").open(NEXT_WEEK).status == 403
    assert signed_in("admin").open("/duty/nowhere").status == 404
    sent = {"csrf": dict(clerk.form("退出登录").fields)["csrf"], "t5": str(town.specialist.id)}
    assert signed_in("clerk").send(NEXT_WEEK, sent).status == 403


def test_a_leave_is_entered_seen_and_ended(signed_in: SignedIn, town: given.Town) -> None:
    officer = signed_in("officer_qx")
    officer.open("/leave")
    assert "现在没有人请假" in officer.page.words if officer.page else False

    page = officer.press(
        "登记", delegate=str(town.officers["ZJ"].id), since="3月2日", until="2026-03-04", reason="年休假"
    )

    assert f"请假期间由{town.officers['ZJ'].name}代理" in page.words
    assert "请假中" in page.words
    assert "officer_qx" in signed_in("officer_zj").open("/leave").words
    ended = officer.press(f"销假（{town.officers['QX'].name}的请假）")
    assert "已销假" in ended.words
    assert "已结束" in officer.open("/leave?show=all").words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"delegate": ""}, "请选择谁代理"),
        ({"since": "很快"}, "“从”应为日期或时间"),
        ({"until": ""}, "“到”应为日期或时间"),
        ({"until": "2026-03-01"}, "结束应晚于开始"),
        ({"since": "2026-02-01"}, "请假不得早于今天"),
        ({"reason": " "}, "“事由”不能为空白"),
    ],
)
def test_a_leave_that_cannot_be_says_why_at_its_field(
    signed_in: SignedIn, town: given.Town, typed: dict[str, str], words: str
) -> None:
    officer = signed_in("officer_qx")
    officer.open("/leave")
    usual = {"delegate": str(town.officers["ZJ"].id), "since": "2026-03-02", "until": "2026-03-04", "reason": "年休假"}

    page = officer.press("登记", **{**usual, **typed})

    assert page.status == 400
    assert words in page.words
    assert ("until", {**usual, **typed}["until"]) in page.form("登记").fields


def test_nobody_enters_a_leave_of_people_they_do_not_lead(signed_in: SignedIn, town: given.Town) -> None:
    officer = signed_in("officer_qx")
    officer.open("/leave")

    page = officer.press(
        "登记",
        person=str(town.clerk.id),
        delegate=str(town.officers["ZJ"].id),
        since="2026-03-02",
        until="2026-03-04",
        reason="年休假",
    )

    assert page.status == 403
    assert "只能登记本人的请假" in page.words
