"""查进度: what anybody with a number and four digits learns, what nobody learns, and how often one may ask."""

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from tests.pages.conftest import HEADERS, Reader
from tests.pages.reading import Page
from tests.pages.world import World
from workflow.commands.prove_number import PER_NUMBER, prove_number
from workflow.errors import NotFound, TooMany
from workflow.work import Office

SignedIn = Callable[[str], Reader]
PHONE = "0532-8888 6620"


@pytest.fixture
def reader(app: Flask, world: World) -> Reader:
    """Somebody who is not signed in."""
    return Reader(app.test_client())


def with_phone(engine: Engine, world: World, phone: str = PHONE) -> None:
    with engine.begin() as conn:
        conn.execute(
            text("UPDATE cases SET data = jsonb_set(data, '{form}', jsonb_build_object('phone', cast(:phone AS text))) "
                 "WHERE no = :no"),
            {"phone": phone, "no": world.bundle},
        )  # fmt: skip


def last_four(engine: Engine, no: str) -> str:
    with engine.connect() as conn:
        return str(conn.execute(text("SELECT right(company, 4) FROM cases WHERE no = :no"), {"no": no}).scalar_one())


def ask(reader: Reader, no: str, digits: str) -> Page:
    reader.open("/query")
    return reader.press("查询", no=no, digits=digits)


def test_number_and_last_four_digits_show_state_clock_and_next_step(
    reader: Reader, world: World, engine: Engine
) -> None:
    with_phone(engine, world)
    page = ask(reader, world.paused, "6620")
    assert page.status == 200
    assert f"{world.paused}：特别程序" in page.words
    assert "恢复后还剩" in page.words
    assert "不计时：专家评审（3月5日起，还没有结束，计划到 3月20日）" in page.words
    assert "目前不需要申请人做任何事" in page.words
    assert re.fullmatch(rf"/query/{world.paused}/[A-Z2-7]{{16}}", page.address)


def test_nothing_personal_is_shown(reader: Reader, world: World, engine: Engine) -> None:
    with_phone(engine, world)
    for no in (world.bundle, world.paused, world.correcting, world.delivered):
        shown = ask(reader, no, "6620").response.text
        for private in (world.town.project.name, world.town.project.company_name, "王敏", "组织节能专家评审", "盖章"):
            assert private not in shown, (no, private)


def test_a_wrong_number_and_wrong_digits_read_the_same(reader: Reader, world: World, engine: Engine) -> None:
    with_phone(engine, world)
    wrong_digits = ask(reader, world.paused, "0000")
    wrong_number = ask(reader, "LS2026-999999", "6620")
    assert (wrong_digits.status, wrong_number.status) == (404, 404)
    assert wrong_digits.words == wrong_number.words
    assert wrong_digits.form("查询").fields == [("no", world.paused), ("digits", "0000")]


def test_a_draft_and_what_the_office_says_among_itself_are_not_found(
    reader: Reader, world: World, engine: Engine
) -> None:
    with engine.connect() as conn:
        internal = conn.execute(text("SELECT no FROM cases WHERE internal LIMIT 1")).scalar()
    for no in filter(None, (world.draft, internal)):
        assert ask(reader, no, last_four(engine, no)).status == 404, no


def test_without_any_telephone_the_last_four_of_the_credit_code_stand_in(
    reader: Reader, world: World, engine: Engine
) -> None:
    code = last_four(engine, world.paused)
    assert ask(reader, world.paused, code.lower()).status == 200
    with_phone(engine, world)
    assert ask(reader, world.paused, code).status == 404, "a telephone was given: the public code is no proof any more"


def test_a_telephone_given_for_messages_counts(reader: Reader, world: World, engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(
            text("INSERT INTO contact_points (person_id, channel, address, created_at) "
                 "VALUES (:person, 'sms', '13900001234', app_now())"),
            {"person": world.town.applicant.id},
        )  # fmt: skip
    assert ask(reader, world.received, "1234").status == 200


def test_full_width_digits_and_spaces_are_read(reader: Reader, world: World, engine: Engine) -> None:
    with_phone(engine, world)
    assert ask(reader, f" {world.paused.lower()} ", "６６２０").status == 200


@pytest.mark.parametrize(("no", "digits", "fields"), [("", "", 2), ("LS2026-000001", "12", 1), ("", "6620", 1)])
def test_what_is_missing_is_told_at_its_field(reader: Reader, no: str, digits: str, fields: int) -> None:
    page = ask(reader, no, digits)
    assert page.status == 400
    assert page.title.startswith("错误：")
    assert len([href for _, href in page.links if href.startswith("#f-")]) == fields


def test_the_address_of_a_receipt_needs_no_digits_and_cannot_be_made_up(
    reader: Reader, world: World, member: SignedIn
) -> None:
    receipt = member("applicant").open(f"/cases/{world.received}/receipt")
    path = receipt.link("不登录查进度")
    assert reader.open(path).status == 200
    assert "已收件" in reader.open(path).words
    seal = path.rsplit("/", 1)[1]
    assert reader.open(f"/query/{world.paused}/{seal}").status == 404
    assert reader.open(f"/query/{world.received}/{'A' * 16}").status == 404
    assert reader.open(f"/query/LS2026-999999/{seal}").words == reader.open(f"/query/{world.received}/x").words


def test_who_asks_too_often_is_told_how_long_to_wait(reader: Reader, world: World) -> None:
    for _ in range(10):
        assert ask(reader, world.paused, "0000").status == 404
    page = ask(reader, world.paused, "0000")
    assert page.status == 429
    assert "请 15 分钟后再试" in page.words
    assert 0 < int(page.response.headers["Retry-After"]) <= 900
    assert page.form("查询").fields[0] == ("no", world.paused)
    for n in range(9):
        assert ask(reader, f"LS2026-90000{n}", "0000").status == 404
    assert ask(reader, "LS2026-900009", "0000").status == 429, "twenty from one address, of whatever numbers"


def test_wrong_tries_count_in_every_process_and_right_ones_nowhere(app: Flask, world: World, engine: Engine) -> None:
    with_phone(engine, world)
    for n in range(12):
        assert ask(Reader(app.test_client()), world.paused, "6620").status == 200, n
    for n in range(9):
        assert ask(Reader(app.test_client()), world.paused, "0000").status == 404, n
    assert ask(Reader(app.test_client()), world.paused, "6620").status == 200
    assert ask(Reader(app.test_client()), world.paused, "0001").status == 404
    assert ask(Reader(app.test_client()), world.paused, "6620").status == 429
    with engine.begin() as conn:
        conn.execute(text("UPDATE login_failures SET locked_until = now() - interval '1 second'"))
    assert ask(Reader(app.test_client()), world.paused, "6620").status == 200


def test_of_many_tries_at_once_no_more_are_answered_than_of_one_after_another(
    office: Office, world: World, engine: Engine
) -> None:
    with_phone(engine, world)

    def guess(n: int) -> str:
        try:
            return prove_number(office, world.paused, f"{n:04}", f"10.0.0.{n}")
        except (NotFound, TooMany) as refusal:
            return type(refusal).__name__

    with ThreadPoolExecutor(8) as pool:
        told = Counter(pool.map(guess, range(30)))
    assert told == {"NotFound": PER_NUMBER.failures, "TooMany": 30 - PER_NUMBER.failures}


def test_no_search_engine_keeps_it(reader: Reader, world: World, member: SignedIn) -> None:
    path = member("applicant").open(f"/cases/{world.received}/receipt").link("不登录查进度")
    for address in ("/query", path, "/query/x/y"):
        page = reader.open(address)
        assert "noindex" in page.response.headers["X-Robots-Tag"]
        assert '<meta name="robots" content="noindex, nofollow">' in page.response.text


def test_before_acceptance_the_day_and_what_silence_means_are_told(
    reader: Reader, world: World, engine: Engine
) -> None:
    page = ask(reader, world.received, last_four(engine, world.received))
    assert "第 2 / 5 个工作日" in page.words
    assert "视为收件当日已经受理" in page.words


def test_the_page_is_in_the_menu_and_the_foot_of_strangers(reader: Reader) -> None:
    assert reader.open("/login").link("查进度") == "/query"
    assert reader.page is not None
    assert reader.page.link("去查进度") == "/query"


def test_it_speaks_english(reader: Reader, world: World, engine: Engine) -> None:
    reader.client.set_cookie("wugeyi-lang", "en")
    reader.open("/query")
    page = reader.press("Check", no=world.paused, digits=last_four(engine, world.paused))
    assert "left once resumed" in page.words
    assert "The applicant does not have to do anything now." in page.words


def test_a_signed_in_reader_finds_the_way_to_the_whole_case(member: SignedIn, world: World) -> None:
    applicant = member("applicant")
    path = applicant.open(f"/cases/{world.received}/receipt").link("不登录查进度")
    assert applicant.open(path).link("看全部内容") == f"/cases/{world.received}"


def test_a_draft_has_no_receipt(member: SignedIn, world: World) -> None:
    applicant = member("applicant")
    assert applicant.client.get(f"/cases/{world.draft}/receipt", headers=HEADERS).status_code == 404


def test_the_receipt_tells_number_qr_next_step_and_date(member: SignedIn, world: World) -> None:
    page = member("applicant").open(f"/cases/{world.received}/receipt")
    assert f"回执编号 {world.received}" in page.words
    assert "下一步：作出受理决定，或者一次性告知要补正的全部内容" in page.words
    assert "最迟 3月16日（周一）" in page.words
    assert '<svg viewBox="' in page.response.text
