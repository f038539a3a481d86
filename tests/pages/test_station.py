"""One stop on its pages: who has answered a consultation, what silence means, and the lists of what is open."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from tests import given, parts
from tests.pages import services
from tests.pages.conftest import Reader
from tests.pages.test_every_page import readers
from tests.pages.world import World
from tests.pictures.reading import faults_of
from workflow.work import Office


def test_a_consultation_shows_at_a_glance_who_has_not_answered_and_what_happens_on_the_date(
    world: World, app: Flask
) -> None:
    page = readers(app)["officer_qx"].open(f"/cases/{world.services.asking}")
    for said in (
        "3 个部门，3月9日发起，4 个工作日内回复，期限 3月13日（周五），剩 2 个工作日。",
        "已回复 0 个，还差自然资源和规划局、住房和城乡建设局、生态环境局。",
        "未回复，剩 2 日",
        "3月13日到期",
        "到期不回复会怎样",
        "记为“无意见”，由该部门承担责任；仅适用于部门之间的内部意见，不因此视为同意许可",
        "还有 3 个部门未回复。全部回复，或过了 3月13日，可以形成结论。",
    ):
        assert said in page.words, said
    assert 'aria-disabled="true" aria-describedby="why-not-concluded">形成结论</button>' in page.response.text
    assert faults_of(_hub(page.response.text)) == []
    assert _hub(page.response.text).count("edge dash") == 3


def test_opinions_stand_with_sign_word_day_and_conditions_with_owner_and_date(world: World, app: Flask) -> None:
    page = readers(app)["officer_qx"].open(f"/cases/{world.services.split}")
    for said in (
        "3 个部门，3月9日发起。",
        "答复已齐：1 个同意，1 个有条件同意，1 个不同意。",
        "北侧登高场地不小于15米 负责：区住房和城乡建设局，3月20日前 · 办理中",
        "距交叉口不足70米；城市道路工程设计规范",
    ):
        assert said in page.words, said
    assert "到期不回复会怎样" not in page.words


def test_an_open_condition_leads_to_its_task_for_whoever_may_open_it(world: World, app: Flask) -> None:
    reader = readers(app)["specialist"]
    reader.open(f"/cases/{world.services.split}")
    task = reader.follow(services.CONDITION["what"])
    assert task.status == 200
    assert "北侧登高场地不小于15米" in task.words


def test_the_form_of_an_opinion_says_from_the_start_what_silence_means(world: World, app: Flask) -> None:
    reader = readers(app)["officer_hb"]
    for address in ("", "/actions/agree_with_conditions"):
        page = reader.open(f"/cases/{world.services.opinion}{address}")
        assert "到期不回复会怎样" in page.words
        assert "不因此视为同意许可" in page.words


def test_applicants_read_nothing_of_what_offices_say_among_themselves(world: World, app: Flask) -> None:
    page = readers(app)["applicant"].open(f"/cases/{world.services.split}")
    assert page.status == 200
    for said in ("谁回复了", "距交叉口不足70米", "有条件同意"):
        assert said not in page.words, said


@pytest.mark.parametrize(
    ("username", "address", "said"),
    [
        ("officer_qx", "/consultations", "3 个部门已回复 0 个，还差自然资源和规划局、住房和城乡建设局、生态环境局"),
        ("officer_qx", "/consultations", "答复已齐"),
        ("supervisor", "/tenders", "3月23日"),
        ("supervisor", "/acceptances", "1 段验收中，1 段未申请"),
        ("officer_hb", "/consultations", "没有您可以看的在办会商。"),
    ],
)
def test_the_lists_of_one_stop_tell_who_is_missing_and_the_next_date(
    world: World, app: Flask, username: str, address: str, said: str
) -> None:
    page = readers(app)[username].open(address)
    assert page.status == 200
    assert said in page.words


def test_staff_find_the_lists_in_the_menu_and_applicants_are_refused(world: World, app: Flask) -> None:
    assert 'href="/consultations"' in readers(app)["officer_qx"].open("/work").response.text
    applicant = readers(app)["applicant"]
    assert 'href="/consultations"' not in applicant.open("/my").response.text
    assert applicant.open("/consultations").status == 403


def test_a_list_asks_no_more_of_the_database_however_many_acceptances_there_are(
    office: Office, town: given.Town, signed_in: Callable[[str], Reader]
) -> None:
    monday = given.moment("2026-03-02")
    given.time_is(office.engine, monday)
    parts.begun(office, town, monday)
    reader = signed_in("supervisor")
    reader.open("/acceptances")
    counts = []
    for permit in ("370212202603020102", "370212202603020103"):
        counts.append(_statements(office.engine, lambda: reader.open("/acceptances")))
        parts.begun(office, town, monday, permit_no=permit)
    assert counts[0] == counts[1]


def _statements(engine: Engine, do: Callable[[], object]) -> int:
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    do()
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def _hub(page: str) -> str:
    found = re.search(r'aria-label="谁回复了（示意图）">(<svg.*?</svg>)', page, re.DOTALL)
    assert found is not None
    return found[1]
