"""People, roles and one's own password, as an administrator and others without script go about it."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests import given
from tests.pages.conftest import Reader
from workflow.work import Office

SignedIn = Callable[[str], Reader]
GOOD = "新的-口令-2026a"


def added(admin: Reader, **typed: object) -> str:
    """The password shown for somebody just added."""
    admin.open("/admin")
    admin.follow("人员")
    admin.follow("新增人员")
    page = admin.press("建立账号", **{"name": "王五", "username": "wangwu", "email": "", **typed})
    assert page.status == 200, page.words
    return page.words.split("初始密码 ")[-1].split()[0]


def enter(app: Flask, username: str, password: str) -> Reader:
    reader = Reader(app.test_client())
    reader.open("/login")
    reader.press("登录", username=username, password=password)
    return reader


def test_somebody_is_added_given_a_role_and_works(signed_in: SignedIn, app: Flask) -> None:
    admin = signed_in("admin")
    password = added(admin)
    assert admin.page is not None
    assert "只显示这一次" in admin.page.words

    one = admin.follow("已记下，继续")
    assert "还没有角色" in one.words
    assert "建立账号" in one.words
    given_role = admin.press("给予角色", role="officer:ZJ")

    assert "已给予“审批科员”" in given_role.words
    assert "区住房和城乡建设局 审批科员" in given_role.words
    wang = enter(app, "wangwu", password)
    assert wang.open("/work").status == 200
    assert password not in admin.open("/admin/people?q=wangwu").words
    assert password not in admin.follow("王五").words


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    admin.open("/admin/people/new")

    page = admin.press("建立账号", name="", username="王", email="x")

    assert page.status == 400
    assert "“姓名”应为 1 到 60 个字" in page.words
    assert "“登录名”应为 2 到 40 个小写字母" in page.words
    assert "“电子邮件”应为邮箱地址" in page.words
    assert ("username", "王") in page.form("建立账号").fields
    taken = admin.press("建立账号", name="王五", username="clerk", email="")
    assert taken.status == 409
    assert "登录名“clerk”已有人使用" in taken.words


def test_pressing_twice_makes_one_account_and_shows_the_same_password(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    admin.open("/admin/people/new")
    assert admin.page is not None
    form = admin.page.form("建立账号")
    sent = {**dict(form.fields), "name": "王五", "username": "wangwu", "email": ""}

    first, second = admin.send(form.action, sent), admin.send(form.action, sent)

    assert (first.status, second.status) == (200, 200)
    assert first.words == second.words
    assert admin.open("/admin/people?q=wangwu").words.count("王五") == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"role": ""}, "没有“”"),
        ({"role": "specialist:", "place": "2203-370212-04-01-999999"}, "没有登记这个项目"),
        ({"role": "specialist:", "place": ""}, "须指明"),
        ({"role": "applicant:", "place": "91370212MA0000077X"}, "没有登记这个单位"),
        ({"role": "clerk:", "place": "2203-370212-04-01-100013"}, "不填这一项"),
    ],
)
def test_a_role_that_cannot_be_given_says_why(
    signed_in: SignedIn, town: given.Town, typed: dict[str, str], words: str
) -> None:
    admin = signed_in("admin")
    admin.open(f"/admin/people/{town.supervisor.id}")

    page = admin.press("给予角色", **{"place": "", **typed})

    assert page.status == 400
    assert words in page.words


def test_a_role_is_withdrawn_after_a_page_that_says_what_it_means(signed_in: SignedIn, town: given.Town) -> None:
    admin = signed_in("admin")
    admin.open(f"/admin/people/{town.supervisor.id}")

    asked = admin.follow("收回“督查人员”")
    assert "其他角色不变" in asked.words
    done = admin.press("收回角色")

    assert "已收回“督查人员”" in done.words
    assert "收回角色：督查人员" in done.words
    assert admin.open(f"/admin/people/{town.supervisor.id}/roles/1/withdraw").status == 404


def test_an_account_is_closed_opened_and_given_another_password(
    signed_in: SignedIn, app: Flask, town: given.Town
) -> None:
    admin, clerk = signed_in("admin"), signed_in("clerk")
    admin.open(f"/admin/people/{town.clerk.id}")

    assert "1 处登录和令牌即刻失效" in admin.follow("停用账号").words
    assert "已停用" in admin.press("停用账号").words
    assert "登录" in clerk.open("/work").title
    assert "账号已启用" in admin.press("重新启用").words
    admin.open(f"/admin/people/{town.clerk.id}")
    admin.follow("重设初始密码")
    shown = admin.press("重设密码")
    password = shown.words.split("初始密码 ")[-1].split()[0]
    assert enter(app, "clerk", password).open("/work").status == 200


def test_one_s_own_account_is_somebody_else_s_to_change(signed_in: SignedIn, town: given.Town) -> None:
    admin = signed_in("admin")
    page = admin.open(f"/admin/people/{town.admin.id}/close")

    assert "请由另一位管理员办理" in page.words
    key = {"csrf": dict(page.form("退出登录").fields)["csrf"]}
    refused = admin.send(f"/admin/people/{town.admin.id}/close", key)
    assert refused.status == 409
    assert "不能停用自己的账号" in refused.words


def test_nobody_else_finds_or_opens_it(signed_in: SignedIn, town: given.Town) -> None:
    clerk = signed_in("clerk")

    assert "/admin" not in [href for _, href in clerk.open("/work").links]
    for path in ("/admin", "/admin/people", f"/admin/people/{town.clerk.id}", "/admin/roles"):
        assert clerk.open(path).status == 403, path
    assert signed_in("admin").open("/admin/people/99999").status == 404


def test_the_list_is_searched_and_says_where_nobody_fits(signed_in: SignedIn) -> None:
    admin = signed_in("admin")

    found = admin.open("/admin/people?department=ZJ&role=director")
    assert "director_zj" in found.words
    assert "officer_zj" not in found.words
    assert "没有符合条件的账号" in admin.open("/admin/people?state=closed").words
    assert admin.open("/admin/people?department=XX").status == 400


def test_what_roles_may_do_is_read_off_the_flows(signed_in: SignedIn, office: Office) -> None:
    admin = signed_in("admin")
    everything = admin.open("/admin/roles").words
    assert "审批事项" in everything

    officer = admin.follow("审批科员").words

    actions = [action for action in office.flow("item").actions.values() if "officer" in action.by]
    assert actions
    assert all(action.title.zh in officer for action in actions)
    assert "攻坚队长 → 局长 → 分管区领导" in officer


def test_my_password_is_changed_by_the_old_one(signed_in: SignedIn, app: Flask) -> None:
    here, there = signed_in("clerk"), signed_in("clerk")
    here.open("/password")

    assert "两次填写的新密码不一样" in here.press("修改密码", old=given.PASSWORD, new=GOOD, again="x").words
    assert "请填写新密码" in here.press("修改密码", old=given.PASSWORD).words
    wrong = here.press("修改密码", old="x", new="short", again="short")
    assert wrong.status == 400
    assert "“现在的密码”不正确" in wrong.words
    assert "“新密码”应为 10 到 256 个字符" in wrong.words
    assert all(value == "" for name, value in wrong.form("修改密码").fields if name in ("old", "new", "again"))
    done = here.press("修改密码", old=given.PASSWORD, new=GOOD, again=GOOD)

    assert "密码已修改。其他 1 处登录或令牌已退出" in done.words
    assert "登录" in there.open("/work").title
    assert enter(app, "clerk", GOOD).open("/work").status == 200


def test_after_five_wrong_passwords_one_waits(signed_in: SignedIn) -> None:
    clerk = signed_in("clerk")
    clerk.open("/password")
    for _ in range(5):
        clerk.press("修改密码", old="x", new=GOOD, again=GOOD)

    assert clerk.press("修改密码", old=given.PASSWORD, new=GOOD, again=GOOD).status == 429
