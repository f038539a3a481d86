"""Opening a case by hand, and the lanes of a project, as a person without script does it."""

from collections.abc import Callable

from tests import given
from tests.pages.conftest import Reader
from workflow.work import Office


def test_a_task_is_given_from_the_page_of_the_case_above_it(
    office: Office, town: given.Town, signed_in: Callable[[str], Reader]
) -> None:
    bundle = given.application(office, town, given.moment("2026-03-02", "09:00")).no
    reader = signed_in("specialist")
    reader.open(f"/cases/{bundle}")
    page = reader.follow("交办任务")
    page = reader.press("交办任务", what="核对红线", department="ZG", due_on="3月10日")
    assert "已发起“任务”" in page.words
    assert "核对红线" in page.words
    assert "自然资源和规划局" in page.words
    print(page.words[:1500])
    page = reader.open(f"/projects/{town.project.code}")
    assert page.status == 200
    print(page.words[:1500])
