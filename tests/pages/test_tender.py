"""A tender on its page: the sentence, and every period with its article and this project's days."""

from collections.abc import Callable

import pytest

from tests.bidding import Tender
from tests.given import Town, moment
from tests.pages.conftest import Reader
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
        "✓ 符合",
    ):
        assert said in page.words, said


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
