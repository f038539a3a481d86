"""The list of approval items, open to everybody."""

from collections.abc import Callable

from tests.pages.conftest import Reader
from workflow.work import Office


def test_somebody_not_signed_in_reads_every_item_and_chooses_a_stage(stranger: Reader, office: Office) -> None:
    page = stranger.open("/items")
    public = [item for item in office.catalogue.items.values() if item.public]
    assert page.status == 200
    assert all(item.title.zh in page.words for item in public)
    second = stranger.open("/items?stage=2")
    assert "建设工程规划许可证" in second.words
    assert "建筑工程施工许可证" not in second.words


def test_a_stage_nobody_knows_shows_all_of_them(stranger: Reader) -> None:
    assert "建筑工程施工许可证" in stranger.open("/items?stage=9").words
    assert "建筑工程施工许可证" in stranger.open("/items?stage=second").words


def test_every_item_is_complete(stranger: Reader, office: Office) -> None:
    for code, item in office.catalogue.items.items():
        page = stranger.open(f"/items/{code}")
        assert page.status == 200, code
        assert all(paper.title.zh in page.words for paper in item.materials), code
        assert all(one.title.zh in page.words for one in item.prerequisites), code
        assert all(limit.basis in page.words for limit in (item.statutory, item.promised) if limit), code
        assert "行政复议" in page.words, code


def test_an_item_nobody_knows_is_not_found(stranger: Reader) -> None:
    page = stranger.open("/items/XX99")
    assert page.status == 404
    assert "没有事项“XX99”" in page.words


def test_whoever_is_signed_in_keeps_name_and_menu_on_an_open_page(signed_in: Callable[[str], Reader]) -> None:
    page = signed_in("applicant").open("/items/SG05")
    assert page.link("我的办件")
    assert page.link("申请办理")


def test_a_session_that_has_ended_makes_the_reader_a_stranger_on_an_open_page(stranger: Reader) -> None:
    stranger.client.set_cookie("wugeyi_session", "0" * 43)
    stranger.client.set_cookie(stranger.client.application.extensions["wugeyi"].cookie, "0" * 43)
    page = stranger.open("/items")
    assert page.status == 200
    assert page.link("登录")
