"""The main job by hand, through real forms: from the application to the delivered licence."""

from collections.abc import Callable
from datetime import datetime

from tests import given
from tests.pages.conftest import PDF, Reader
from workflow.work import Office

ITEMS = ["LX10", "LX06"]

SignedIn = Callable[[str], Reader]
ItIs = Callable[[str, str], datetime]


def hand_in(reader: Reader, *codes: str) -> None:
    """Upload a small file for each paper, in one press."""
    page = reader.press("上传所选文件", files={code: (f"{code}.pdf", PDF) for code in codes})
    assert page.status == 200, page.words


def choose(reader: Reader, items: list[str], **forms: str) -> str:
    """Begin a joint application for ``items``; returns its number."""
    reader.open("/apply")
    page = reader.press("建立申请")
    no = page.address.rsplit("/", 1)[1]
    reader.open(f"/apply/{no}/items")
    page = reader.press("保存并继续", items=items, **forms)
    assert page.status == 200, page.words
    return no


def fill_in(reader: Reader, no: str) -> None:
    """Who applies, and what is built."""
    reader.open(f"/apply/{no}/company")
    page = reader.press("保存并继续", confirmed="yes", contact="王敏", phone="０５３２－８８８８８８８８")
    assert page.status == 200, page.words
    reader.open(f"/apply/{no}/project")
    page = reader.press("保存并继续", summary="两栋办公楼")
    assert page.status == 200, page.words


def apply_for(office: Office, reader: Reader, items: list[str], **forms: str) -> str:
    """Fill in and submit a joint application; returns its number."""
    no = choose(reader, items, **forms)
    fill_in(reader, no)
    reader.open(f"/apply/{no}/papers")
    hand_in(reader, *sorted({code for item in items for code in office.catalogue.items[item].required_materials}))
    page = reader.open(f"/apply/{no}")
    page = reader.follow("核对全部内容")
    page = reader.press("核对无误，去提交")
    page = reader.press("提交申请", sure="yes")
    assert page.address == f"/cases/{no}/receipt", page.words
    assert f"申请已提交，编号 {no}" in page.words
    return no


def item_case(page_words: str, reader: Reader, title: str) -> str:
    """The number of an item case, from the links of the bundle's page."""
    assert reader.page is not None
    href = next(href for words, href in reader.page.links if title in words)
    return href.rsplit("/", 1)[1]


def test_the_main_job_is_done_by_hand(office: Office, town: given.Town, signed_in: SignedIn, it_is: ItIs) -> None:
    applicant, clerk, officer = signed_in("applicant"), signed_in("clerk"), signed_in("officer_qx")
    bundle = apply_for(office, applicant, ITEMS)
    page = applicant.open(f"/cases/{bundle}")
    assert "已收件，各事项核验中" in page.headings[0]
    no = item_case(page.words, applicant, "节能审查")

    # the clerk asks once for everything that is wrong
    page = clerk.open(f"/cases/{no}")
    assert {"受理"} <= set(page.buttons)
    page = clerk.open(f"/cases/{no}/actions/ask_correction")
    page = clerk.press(
        "一次性告知补正", **{"faults.energy_report.problem": "缺盖章", "faults.energy_report.fix": "盖章后重新上传"}
    )
    assert page.status == 200, page.words
    assert "待补正" in page.words

    # the applicant sees it at home, corrects in place, hands in again
    page = applicant.open("/my")
    assert "需要您处理（1）" in page.words
    page = applicant.follow(
        "去补正：" + next(words for words, _ in page.links if "节能审查" in words).removeprefix("去补正：")
    )
    assert "缺盖章" in page.words
    assert "提交补正材料" not in page.buttons, "still closed: nothing was corrected"
    hand_in(applicant, "application_form")
    page = applicant.page
    applicant.press("上传所选文件", files={"energy_report": ("盖章.pdf", PDF + b" sealed")})
    page = applicant.press("提交补正材料")
    assert "已收件" in page.headings[0]

    # accepted, paused, resumed, granted, delivered
    clerk.open(f"/cases/{no}")
    page = clerk.press("受理")
    assert "受理通知书" in page.words
    it_is("2026-03-04", "09:30")
    officer.open("/work?tab=department")
    assert any(no in href for _, href in officer.page.links)
    officer.open(f"/cases/{no}/actions/start_special")
    page = officer.press("启动特别程序", cause="expert_review", until="２０２６年３月１３日", reason="节能专家评审")
    assert page.status == 200, page.words
    assert "暂停计时" in page.words
    assert "行政许可法 45" in applicant.open(f"/cases/{no}").words
    it_is("2026-03-11", "09:30")
    officer.open(f"/cases/{no}/actions/end_special")
    page = officer.press("结束特别程序", result="专家同意")
    assert "审查中" in page.words
    officer.open(f"/cases/{no}/actions/grant")
    page = officer.press("准予许可", opinion="符合要求")
    assert page.status == 200, page.words
    assert "准予行政许可决定书" in page.words
    clerk.open(f"/cases/{no}/actions/deliver")
    page = clerk.press("送达证件", way="window", recipient="王敏")
    assert "已送达" in page.words
    page = applicant.open(f"/cases/{no}")
    assert "已送达" in page.headings[0]
    assert "目前不需要您做任何事" in page.words
