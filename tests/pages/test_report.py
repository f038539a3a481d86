"""The report for the meeting: findings, pictures and table agree with the figures, and print on A4."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from unicodedata import normalize

import pypdf
import pytest

from tests import given
from tests.pages.browsing import Site
from tests.pages.conftest import Reader
from tests.pages.world import NOW as THAT_DAY
from tests.pages.world import World
from workflow.actor import Actor, Grant
from workflow.queries.figure_scope import Ask
from workflow.queries.figures import figures
from workflow.queries.report import outside_share, report_facts
from workflow.work import Office

WATCHER = Actor(1, "苏督查", grants=(Grant("supervisor"),))
MARCH = "/report?from=2026-03-01&to=2026-03-31"
ASK = Ask(date(2026, 3, 1), date(2026, 3, 31))

Member = Callable[[str], Reader]


def test_the_report_counts_what_its_figures_count(world: World, member: Member) -> None:
    page = member("supervisor").open(MARCH)
    assert page.status == 200
    assert "审批服务运行情况（2026年3月）" in page.words
    found = re.search(r"办结承诺件 (\d+) 件；提前办结 (\d+) 件", page.words)
    assert found is not None
    figure = member("supervisor").open("/figures?from=2026-03-01&to=2026-03-31")
    assert int(found[1]) > 0
    assert f"承诺件 {found[1]}" in re.sub(r"\s+", " ", figure.words)


def test_without_a_period_it_is_the_last_whole_month(world: World, member: Member) -> None:
    assert "（2026年2月）" in member("supervisor").open("/report").words


def test_days_not_of_a_whole_month_are_named(world: World, member: Member) -> None:
    assert "3月2日 至 3月11日" in member("supervisor").open("/report?from=2026-03-02&to=2026-03-11").words


def test_a_period_without_anything_says_so_and_draws_nothing(world: World, member: Member) -> None:
    page = member("director_qx").open("/report?from=2025-01-01&to=2025-01-31")
    assert page.status == 200
    assert "画不出图" in page.words


@pytest.mark.parametrize("given_days", ["from=2026-13-01", "from=abc", "from=2026-03-31&to=2026-03-01"])
def test_days_that_are_none_are_refused_in_words(world: World, member: Member, given_days: str) -> None:
    assert member("supervisor").open(f"/report?{given_days}").status == 400


def test_an_officer_has_no_report(world: World, member: Member) -> None:
    assert member("officer_qx").open(MARCH).status == 403


def test_the_facts_of_the_pictures_are_those_of_the_figures(world: World, office: Office) -> None:
    """Each case once, whoever asks and however it is cut."""
    with given.at(office, WATCHER, THAT_DAY) as work:
        facts = report_facts(work, ASK)
        saved = figures(work, ASK, ["days_saved"]).figure("days_saved").whole
        asked = figures(work, ASK, ["help_hours"]).figure("help_hours").whole
        whole = saved.part("promise")
        assert whole is not None
        assert sum(facts.early.values()) == whole.n
        assert sum(days * n for days, n in facts.early.items()) == whole.amount
        assert sum(facts.asked.values()) == sum(part.n for part in asked.parts)
        for key in office.catalogue.departments:
            cut = replace(ASK, dimension="department", value=key)
            mine = figures(work, cut, ["days_saved"]).figure("days_saved").whole.part("promise")
            assert sum(report_facts(work, cut).early.values()) == (mine.n if mine else 0), key


def test_the_share_outside_office_hours_is_computed() -> None:
    asked = {(1, 9): 3, (1, 17): 1, (6, 10): 2, (5, 16): 4}
    assert outside_share(asked, 9, 17) == pytest.approx(0.3)
    assert outside_share({}, 9, 17) is None


@pytest.mark.browser
def test_the_report_prints_on_a4_with_page_numbers_and_without_menus(site: Site) -> None:
    page = site.page("supervisor")
    page.goto(site.origin + MARCH)
    printed = pypdf.PdfReader(BytesIO(page.pdf(prefer_css_page_size=True, tagged=True)))
    assert 1 <= len(printed.pages) <= 4
    box = printed.pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (595, 842)
    # Chromium writes some characters as their radicals.
    words = normalize("NFKC", "".join(one.extract_text() for one in printed.pages))
    assert "审批服务运行情况" in words
    assert "退出登录" not in words
    assert "更多" not in words
    assert re.search(rf"1\s*/\s*{len(printed.pages)}", words)
    assert printed.trailer["/Root"]["/MarkInfo"]["/Marked"]


@pytest.mark.browser
def test_no_figure_of_the_report_is_cut_by_the_end_of_a_page(site: Site) -> None:
    page = site.page("supervisor")
    page.goto(site.origin + MARCH)
    page.emulate_media(media="print")
    broken = page.evaluate(
        "[...document.querySelectorAll('figure')].filter(one => getComputedStyle(one).breakInside !== 'avoid').length"
    )
    page.emulate_media(media="screen")
    assert broken == 0
