"""A tender on its page: the sentence, and every period with its article and this project's days."""

import re
from collections.abc import Callable

import pytest

from tests.bidding import Tender
from tests.given import Town, moment
from tests.pages.conftest import Reader
from tests.pictures.reading import faults_of
from workflow.work import Office


@pytest.mark.parametrize("who", ["specialist", "applicant"])
def test_every_period_stands_on_the_page_of_a_tender_with_article_days_and_result(
    office: Office, town: Town, signed_in: Callable[[str], Reader], who: str
) -> None:
    tender = Tender(office, town).begin().issued()
    tender.sweep(moment("2026-03-20"))
    page = signed_in(who).open(f"/cases/{tender.no}")
    assert page.status == 200
    for said in (
        "投标中，3月23日 09:30 截止并开标，还有 3 天",
        "不少于 20 天，招标投标法 24",
        "3月2日至3月23日，共 21 天；最早 3月22日",
        "最晚 3月13日",
        "符合",
        "下一个日期：3月23日 投标截止即开标",
        "公告与文件发售 3月2日至3月9日 发售不少于 5 天",
        "开标评标 日期未定",
        "招标按自然日计算，不占用审批时限。",
    ):
        assert said in page.words, said


def test_the_ribbon_of_a_suspended_tender_is_hatched_until_the_objection_is_answered(
    office: Office, town: Town, signed_in: Callable[[str], Reader]
) -> None:
    tender = Tender(office, town).begin().issued()
    tender.sweep(moment("2026-03-11"))
    reader = signed_in("specialist")
    before = reader.open(f"/cases/{tender.no}")
    assert 'class="f-hatch o-hold"' not in _ribbon(before.response.text)
    objection = tender.object(moment("2026-03-11"))
    page = reader.open(f"/cases/{tender.no}")
    assert 'class="f-hatch o-hold"' in _ribbon(page.response.text)
    assert "暂停中：期限带显示斜纹，恢复后重新计算日期" in page.words
    tender.answer(objection, moment("2026-03-12"))
    tender.sweep(moment("2026-03-12", "11:00"))
    assert 'class="f-hatch o-hold"' not in _ribbon(reader.open(f"/cases/{tender.no}").response.text)


def test_the_words_of_the_ribbon_keep_apart_at_every_step_of_a_tender(
    office: Office, town: Town, signed_in: Callable[[str], Reader]
) -> None:
    tender, reader = Tender(office, town).begin(), signed_in("specialist")
    assert "招标期限带" not in reader.open(f"/cases/{tender.no}").response.text
    tender.issued().contracted()
    tender.sweep(moment("2026-04-10", "12:00"))
    page = reader.open(f"/cases/{tender.no}")
    assert faults_of(_ribbon(page.response.text)) == []
    for said in ("退还保证金最晚 4月15日", "候选人公示 3月25日至3月30日", "定标与签合同 3月31日至4月10日"):
        assert said in page.words or said.replace("最晚 4月15日", "最晚 4/15") in page.words, said


def _ribbon(page: str) -> str:
    found = re.search(r'aria-label="招标期限带">(<svg.*?</svg>)', page, re.DOTALL)
    assert found is not None
    return found[1]


def test_a_case_that_is_no_tender_has_no_such_table(
    office: Office, town: Town, signed_in: Callable[[str], Reader]
) -> None:
    tender = Tender(office, town).begin().issued()
    tender.sweep(moment("2026-03-10"))
    objection = tender.object(moment("2026-03-10"))
    assert "每个期限和依据" not in signed_in("specialist").open(f"/cases/{objection}").words
    page = signed_in("specialist").open(f"/cases/{tender.no}")
    assert "暂停中，1 件异议待答复" in page.words
    assert objection in page.words
