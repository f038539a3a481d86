"""The office's page of a case: what may be done, items by steps, the five lanes, the record by kinds."""

import re

from flask import Flask

from tests.pages.test_every_page import readers
from tests.pages.world import World


def test_the_first_deed_that_leads_on_is_the_one_filled_button(world: World, app: Flask) -> None:
    page = readers(app)["officer_qx"].open(f"/cases/{world.overdue}")
    filled = re.findall(r'class="btn btn-primary"[^>]*>([^<]+)<', page.response.text.split("</main>")[0])
    assert filled == ["准予许可"]


def test_items_stand_by_steps_with_a_word_and_a_sign_in_every_cell(world: World, app: Flask) -> None:
    page = readers(app)["supervisor"].open(f"/cases/{world.bundle}")
    table = re.search(r"<table>.*?每一行是一个事项.*?</table>", page.response.text, re.S)
    assert table is not None
    rows = {
        re.search(r"LS\d+-\d+", row)[0]: row for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", table[0], re.S)
    }  # type: ignore[index]
    assert list(rows) == sorted(rows)
    assert rows[world.delivered].count("已完成") == 5
    assert "待补正" in rows[world.correcting]
    assert "暂停计时" in rows[world.paused]
    assert "超期" in rows[world.overdue]
    assert rows[world.overdue].count("未开始") == 2


def test_the_lanes_say_what_holds_the_project_up_and_tell_it_again_as_a_list(world: World, app: Flask) -> None:
    page = readers(app)["supervisor"].open(f"/cases/{world.bundle}")
    assert re.search(r"五个一泳道：.+拖住了进度，.+超期 1 日", page.words)
    for lane in ("一套机制", "一事全办", "一次办好", "一站服务", "一帮到底"):
        assert page.response.text.count(lane) >= 2, lane
    assert 'class="rows lane-lines"' in page.response.text


def test_an_officer_reads_in_the_lanes_only_what_it_may_see(world: World, app: Flask) -> None:
    office = readers(app)
    theirs = office["officer_qx"].open(f"/cases/{world.paused}").response.text
    lanes = re.search(r'<ul class="rows lane-lines">.*?</ul>', theirs, re.S)
    whole = re.search(
        r'<ul class="rows lane-lines">.*?</ul>', office["supervisor"].open(f"/cases/{world.paused}").response.text, re.S
    )
    assert lanes is not None
    assert whole is not None
    assert lanes[0] != whole[0]


def test_the_record_is_read_by_kinds_and_the_kind_stands_in_the_address(world: World, app: Flask) -> None:
    officer = readers(app)["officer_qx"]
    page = officer.open(f"/cases/{world.delivered}")
    counts = {kind: int(n) for kind, n in re.findall(r">(全部|人|系统|文书) (\d+)</a>", page.response.text)}
    assert counts["全部"] == counts["人"] + counts["系统"]
    page = officer.open(f"/cases/{world.delivered}?only=documents")
    assert len(re.findall(r"<time datetime", page.response.text)) == counts["文书"]
    assert "准予行政许可决定书" in page.words
    assert officer.open(f"/cases/{world.delivered}?only=nonsense").status == 400


def test_an_ended_case_says_that_it_can_be_read_only(world: World, app: Flask) -> None:
    page = readers(app)["officer_qx"].open(f"/cases/{world.delivered}")
    assert re.search(r"本件已于 .+ 办结，只供查阅", page.words)


def test_the_applicant_reads_no_lanes_of_the_office(world: World, app: Flask) -> None:
    text = readers(app)["applicant"].open(f"/cases/{world.paused}").response.text
    assert "lane-lines" not in text


def test_whoever_comes_second_reads_who_acted_and_what_both_saw(world: World, app: Flask) -> None:
    office = readers(app)
    first, second = office["officer_qx"], office["director_qx"]
    second.open(f"/cases/{world.paused}/actions/end_special")
    first.open(f"/cases/{world.paused}/actions/end_special")
    assert first.press("结束特别程序", result="通过").status == 200
    page = second.press("结束特别程序", result="我写的结论")
    assert page.status == 409
    assert "办理“结束特别程序”" in page.words
    assert "您看到的" in page.words
    assert "我写的结论" in page.words


def test_in_english_the_item_and_the_kinds_are_english(world: World, app: Flask) -> None:
    reader = readers(app)["supervisor"]
    reader.client.set_cookie("wugeyi-lang", "en")
    page = reader.open(f"/cases/{world.paused}")
    assert app.extensions["wugeyi"].office.catalogue.items["LX10"].title.en in page.headings[0]
    assert "Five lanes: " in page.words
    assert "CNY" in page.words
