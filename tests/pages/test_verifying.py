"""The check of papers: marks open the deeds, the one notice goes out once and after a second look."""

from collections.abc import Mapping

from flask import Flask

from tests import given
from tests.pages.conftest import Reader
from tests.pages.test_every_page import readers
from tests.pages.world import World
from workflow.work import Office


def _codes(reader: Reader) -> list[str]:
    assert reader.page is not None
    return [value for name, value in reader.page.form("保存标记").fields if name == "faults"]


def _all(reader: Reader, mark: str, **others: str) -> Mapping[str, str]:
    return {f"mark.{code}": others.get(code, mark) for code in _codes(reader)}


def test_the_check_says_which_day_it_is_and_what_silence_means(world: World, app: Flask) -> None:
    page = readers(app)["clerk"].open(f"/cases/{world.received}/verify")
    assert "第 2 / 5 个工作日" in page.words
    assert "结束还不告知，视为 3月9日（周一） 收件当日已受理" in page.words
    assert page.response.text.count('<li class="s-') == 5


def test_before_every_paper_is_marked_nothing_goes_out(world: World, app: Flask) -> None:
    clerk = readers(app)["clerk"]
    page = clerk.open(f"/cases/{world.received}/verify")
    assert "告知只能发一次，请先看完" in page.words
    assert "一次性告知补正" not in page.buttons
    form = page.form("保存标记")
    sent = {**dict(form.fields), "do": "ask_correction"}
    page = clerk.send(form.action, sent)
    assert page.status == 400
    assert "告知只能发一次" in page.words


def test_all_in_order_opens_acceptance_and_keeps_the_marks(world: World, app: Flask) -> None:
    clerk = readers(app)["clerk"]
    clerk.open(f"/cases/{world.received}/verify")
    page = clerk.press("保存标记", **_all(clerk, "ok"))
    assert "没有标为“需补正”的材料" in page.words
    page = clerk.press("受理")
    assert page.address == f"/cases/{world.received}"
    assert "已受理" in page.words


def test_a_paper_to_be_corrected_closes_acceptance_and_opens_the_notice(world: World, app: Flask) -> None:
    clerk = readers(app)["clerk"]
    clerk.open(f"/cases/{world.received}/verify")
    code = _codes(clerk)[0]
    marked = {**_all(clerk, "ok"), f"mark.{code}": "wrong"}
    page = clerk.press("保存标记", **marked)
    assert "有 1 份需补正" in page.words
    page = clerk.press("一次性告知补正")
    assert page.status == 400
    assert "标了需补正，请填写问题" in page.words
    said = {f"faults.{code}.problem": "缺 3 号楼北立面图", f"faults.{code}.fix": "补在第 12 页后"}
    page = clerk.press("一次性告知补正", **said)
    assert page.status == 200, page.words
    assert "本次已列出全部问题，之后不再要求补正其他内容" in page.words
    assert "缺 3 号楼北立面图" in page.words
    page = clerk.press("发出告知书（1 项）")
    assert page.address == f"/cases/{world.received}"
    assert "待补正" in page.words


def test_going_back_from_the_confirmation_loses_nothing(world: World, app: Flask) -> None:
    clerk = readers(app)["clerk"]
    clerk.open(f"/cases/{world.received}/verify")
    code = _codes(clerk)[0]
    said = {f"faults.{code}.problem": "缺章", f"faults.{code}.fix": "盖章后重传"}
    clerk.press("保存标记", **{**_all(clerk, "ok"), f"mark.{code}": "wrong", **said})
    clerk.press("一次性告知补正")
    page = clerk.press("回去再看看")
    fields = dict(page.form("保存标记").fields)
    assert fields[f"mark.{code}"] == "wrong"
    assert fields[f"faults.{code}.problem"] == "缺章"


def test_a_second_notice_is_refused_with_the_day_of_the_first(world: World, app: Flask, office: Office) -> None:
    clerk = readers(app)["clerk"]
    page = clerk.open(f"/cases/{world.correcting}/verify")
    assert page.address == f"/cases/{world.correcting}", "it waits for the applicant: there is nothing to check"
    now = given.moment("2026-03-11", "09:40")
    with given.at(office, world.town.applicant, now) as work:
        given.attach(work, given.case_id(office.engine, world.correcting), "site_map")
    given.act(office, world.town.applicant, now, world.correcting, "resubmit")
    page = clerk.open(f"/cases/{world.correcting}/verify")
    assert "3月3日（周二） 已经一次性告知过" in page.words
    code = next(one for one in _codes(clerk) if one != "site_map")
    said = {f"faults.{code}.problem": "缺章", f"faults.{code}.fix": "盖章后重传"}
    clerk.press("保存标记", **{**_all(clerk, "ok"), f"mark.{code}": "wrong", **said})
    clerk.press("一次性告知补正")
    page = clerk.press("发出告知书（1 项）")
    assert page.status >= 400
    assert "已于 2026-03-03 一次性告知" in page.words


def test_whoever_does_not_check_papers_is_led_to_the_case(world: World, app: Flask) -> None:
    page = readers(app)["supervisor"].open(f"/cases/{world.received}/verify")
    assert page.address == f"/cases/{world.received}"
