"""The page of who is on duty, as a person without script reads it."""

from flask import Flask

from tests import given
from tests.given import SQUAD, moment
from tests.pages.conftest import Reader
from workflow.commands.publish_roster import publish_roster
from workflow.commands.record_absence import record_absence
from workflow.store.duty import Shift
from workflow.work import Office

NOW, LAST, FULL = moment("2026-03-02", "09:00"), moment("2026-03-02", "20:00"), moment("2026-03-20", "00:00")


def test_the_page_says_who_is_on_for_whom_who_is_next_and_where_nobody_is(office: Office, app: Flask) -> None:
    town = given.town(office)
    assert town.specialist.id is not None
    assert town.squad_leader.id is not None
    assert town.clerk.id is not None
    with given.at(office, town.admin, NOW) as work:
        shifts = [Shift(town.specialist.id, NOW, LAST), Shift(town.squad_leader.id, LAST, FULL)]
        publish_roster(work, SQUAD, NOW, FULL, shifts)
        record_absence(work, town.specialist.id, town.clerk.id, NOW, LAST, "病假")
    given.time_is(office.engine, moment("2026-03-02", "10:00"))
    reader = Reader(app.test_client())
    reader.open("/login")
    reader.press("登录", username="clerk", password=given.PASSWORD)

    words = reader.open("/duty").words

    assert f"{town.clerk.name}（代{town.specialist.name}）" in words
    assert "至 3月2日 20:00" in words
    assert f"{town.squad_leader.name}，3月2日 20:00 起" in words
    assert "今后 7 天没有空档" in words
    assert "现在无人值班" in words  # the other squad has no roster
    assert "空档" in words
    assert reader.open("/help").link("现在谁值班") == "/duty"
