"""By hand: the form of an item is chosen beside it, and what was done on paper is entered for its day."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import text

from tests import given
from tests.pages.conftest import Reader
from tests.pages.test_main_job import choose, fill_in, hand_in
from workflow.work import Office

SignedIn = Callable[[str], Reader]
ItIs = Callable[[str, str], datetime]


def test_an_applicant_chooses_the_form_beside_the_item_and_sees_it_on_the_case(
    office: Office, town: given.Town, signed_in: SignedIn
) -> None:
    applicant = signed_in("applicant")
    # a form of an item that is not ticked counts for nothing
    no = choose(applicant, ["SG11"], variant_SG11="report", variant_SG01="large")
    page = applicant.open(f"/apply/{no}/items")
    assert "环境影响报告书" in page.words
    assert "被抽中检查" not in page.words
    assert dict(page.form("保存并继续").fields)["variant_SG11"] == "report"
    fill_in(applicant, no)
    applicant.open(f"/apply/{no}/papers")
    hand_in(applicant, *office.catalogue.items["SG11"].required_materials)
    applicant.open(f"/apply/{no}/check")
    applicant.press("核对无误，去提交")
    applicant.press("提交申请", sure="yes")
    with office.engine.connect() as conn:
        item_no = conn.execute(
            text("SELECT k.no FROM cases k JOIN cases b ON b.id = k.parent_id WHERE b.no = :no"), {"no": no}
        ).scalar_one()
    assert "环境影响报告书" in applicant.open(f"/cases/{item_no}").words
    assert "环境影响报告书" in signed_in("clerk").open(f"/cases/{item_no}").words


def test_a_form_that_is_none_is_refused_beside_the_picker(town: given.Town, signed_in: SignedIn) -> None:
    applicant = signed_in("applicant")
    applicant.open("/apply")
    applicant.press("建立申请")
    applicant.open(applicant.page.address + "/items")
    page = applicant.press("保存并继续", items=["SG11"], variant_SG11="book")
    assert page.status == 400
    assert "没有可选的情形“book”" in page.words


def test_an_acceptance_is_one_press_and_may_be_entered_for_an_earlier_day(
    office: Office, town: given.Town, signed_in: SignedIn, it_is: ItIs
) -> None:
    no = given.application(office, town, given.moment("2026-03-02"), ["LX01"]).cases["LX01"]
    it_is("2026-03-05", "10:00")
    clerk = signed_in("clerk")
    page = clerk.open(f"/cases/{no}")
    assert "受理" in page.buttons
    page = clerk.follow("补录受理（已于此前办理）")
    page = clerk.press("受理", effective_on="2026-03-06")
    assert "不能晚于今天" in page.words
    page = clerk.press("受理", effective_on="2026-03-03")
    assert "审查中" in page.words
    assert "实际办理日" in page.words
