"""Strip, wall, list and sentence come from one list of days: the vector of the pages' own description, §7."""

from datetime import date

from api.pages.panels import big
from api.pages.strips import cells
from tests import given
from workflow.clock.calendar import published_calendar
from workflow.clock.limit import Limit, Unit
from workflow.clock.pauses import Pause
from workflow.clock.proof import Proof, proof

TODAY = date(2026, 11, 23)
PAUSE = Pause(date(2026, 11, 11), date(2026, 11, 17), "expert_review")


def proved(days: int, pause: Pause = PAUSE) -> Proof:
    """A limit of so many working days, accepted on 2026-10-29, with the expert review in between."""
    limit = Limit(days, Unit.WORKING_DAY)
    return proof(given.moment("2026-10-29", "14:02"), limit, published_calendar(), [pause], 0, TODAY)


def count(found: Proof, tone: str, remaining: int = 0) -> int:
    """How many cells carry a tone."""
    return sum(tone in cell.tone.split() for cell in cells(found, TODAY, remaining))


def test_the_strip_of_the_promise_says_what_its_sentence_says() -> None:
    found = proved(15)
    assert found.sentence_zh == "11月25日（周三）：已用 13 日，暂停 4 日，还剩 2 日"
    assert [count(found, tone) for tone in ("s-used", "s-pause", "s-left")] == [13, 4, 2]
    [due] = [cell.day for cell in cells(found, TODAY, 2) if "is-due" in cell.tone]
    assert due == date(2026, 11, 25)
    [today] = [cell.day for cell in cells(found, TODAY, 2) if "is-today" in cell.tone]
    assert today == TODAY


def test_the_strip_of_the_law_marks_what_lies_beyond_the_last_notice() -> None:
    found = proved(45)
    assert found.due == date(2027, 1, 7)
    assert [count(found, tone) for tone in ("s-used", "s-pause", "s-left")] == [13, 4, 32]
    provisional = [cell.day for cell in cells(found, TODAY, 32) if "s-prov" in cell.tone]
    assert provisional
    assert min(day for day in provisional if day) == date(2027, 1, 4)


def test_while_a_pause_is_open_what_remains_follows_without_dates() -> None:
    found = proved(15, Pause(date(2026, 11, 11), None, "expert_review"))
    left = [cell for cell in cells(found, TODAY, 6) if cell.day is None]
    assert len(left) == 6
    assert left[-1].tone == "s-left is-due"


def test_the_big_number_is_the_number_of_the_words() -> None:
    assert (big("剩 2 个工作日").before, big("剩 2 个工作日").number) == ("剩", "2")
    assert big("恢复后还剩 12 日").after == "日"
    assert big("剩 2 小时 5 分钟").after == "小时 5 分钟"
    assert big("今天到期").before == "今天到期"
    assert big("今天到期").number == ""
