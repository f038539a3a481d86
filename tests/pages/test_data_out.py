"""The pages from which data go out, as a person without script uses them."""

import io
from collections.abc import Callable

import openpyxl
from flask.testing import FlaskClient

from tests import given
from tests.pages.conftest import HEADERS, Reader


def fetched(client: FlaskClient, address: str) -> bytes:
    response = client.get(address, headers=HEADERS)
    assert response.status_code == 200, response.get_data(as_text=True)[:400]
    return response.data


def test_a_calendar_is_subscribed_to_replaced_and_ended(signed_in: Callable[[str], Reader], stranger: Reader) -> None:
    clerk = signed_in("clerk")
    page = clerk.open("/calendar-feed")
    assert "还没有订阅地址" in page.words

    page = clerk.press("生成订阅地址")
    address = page.response.get_data(as_text=True).split('value="http://localhost/calendar/')[1].split('"')[0]
    assert fetched(stranger.client, f"/calendar/{address}").startswith(b"BEGIN:VCALENDAR")

    page = clerk.open("/calendar-feed")
    assert address not in page.response.get_data(as_text=True), "shown once"
    clerk.press("换一个地址（原地址立即失效）")
    assert stranger.client.get(f"/calendar/{address}").status_code == 404
    clerk.open("/calendar-feed")
    page = clerk.press("停用订阅")
    assert "日历订阅已停用" in page.words


def test_the_worklist_leads_to_its_file_with_the_filters_of_the_page(
    signed_in: Callable[[str], Reader], office: object, town: given.Town
) -> None:
    made = given.application(office, town, given.moment("2026-03-02", "10:00"))
    clerk = signed_in("clerk")
    clerk.open(f"/work?tab=all&q={made.no}")
    page = clerk.page
    assert page is not None

    lines = fetched(clerk.client, page.link("导出本列表（CSV）")).decode().splitlines()
    assert len(lines) == 2


def test_a_ledger_is_asked_for_with_a_form_and_refused_beside_the_field(
    signed_in: Callable[[str], Reader], office: object, town: given.Town
) -> None:
    given.application(office, town, given.moment("2026-03-02", "10:00"))
    clerk = signed_in("clerk")
    clerk.open("/work")
    clerk.follow("台账导出（Excel）")
    page = clerk.open("/ledger?get=1&from=2026-03-02&to=2020-01-01&department=")
    assert page.status == 400
    assert "不应晚于" in page.words
    page = clerk.open("/ledger?get=1&from=3月2日&to=2026-03-03")
    assert page.status == 400
    assert "应为 2026-03-02 这样的日期" in page.words
    assert clerk.open("/ledger?get=1&department=ZZ").status == 400

    rows = openpyxl.load_workbook(io.BytesIO(fetched(clerk.client, "/ledger?get=1&from=2026-03-01&to=2026-03-31")))
    assert len(list(rows.active.iter_rows())) == 4


def test_both_faces_of_a_case_lead_to_its_file(
    signed_in: Callable[[str], Reader], office: object, town: given.Town
) -> None:
    no = given.application(office, town, given.moment("2026-03-02", "10:00")).no
    for username in ("clerk", "applicant"):
        reader = signed_in(username)
        page = reader.open(f"/cases/{no}")
        assert fetched(reader.client, page.link("下载本件案卷（ZIP）"))[:2] == b"PK"
