"""A new item, a new flow with clocks, a new document and a new lawful cause: files, and nothing but files."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, text

from tests import given
from workflow.commands.fire_rungs import sweep
from workflow.queries.verify import verify
from workflow.settings import default_config_folder
from workflow.work import Office, open_office

MONDAY = given.moment("2026-03-02")

FLOW = """
flow: tree_survey
version: 1
title: {zh: 古树名木普查, en: Survey of old trees}
lane: station
opening:
  zh: 发起普查
  en: Begin a survey
  by: [specialist]
  department: CG
  named_by: area
  asks:
    area: {zh: 范围, en: Area, type: text, required: true}
    trees:
      zh: 树木
      en: Trees
      type: rows
      required: true
      unique: [name]
      columns:
        name: {zh: 名称, en: Name, type: text, required: true}
        age: {zh: 树龄, en: Age, type: integer, required: true, minimum: 1, maximum: 3000}
    until: {zh: 完成日, en: To be done by, type: date, required: true}
  tell: [assignee]
states:
  walking: {zh: 普查中, en: Being surveyed, initial: true, turn: officer}
  resting: {zh: 台风停工, en: Stopped by a typhoon, turn: officer}
  done:    {zh: 已完成, en: Done, final: true, outcome: done}
actions:
  stop:
    zh: 台风停工
    en: Stop for the typhoon
    from: walking
    to: resting
    by: officer
    effect: pause typhoon
  go_on:
    zh: 恢复普查
    en: Go on
    from: resting
    to: walking
    by: officer
    effect: resume
  finish:
    zh: 完成普查
    en: Finish
    from: walking
    to: done
    by: officer
    asks:
      finding: {zh: 结论, en: Finding, type: text, required: true}
    issues: tree_notice
    tell: [specialist]
clocks:
  survey:
    zh: 普查期限
    en: Time for the survey
    while: [walking, resting]
    starts: opened_at
    limit: 5wd
    paused_by: promised
    basis: 普查方案
    ladder:
      - {at: 1 working day left, card: yellow, tell: [assignee, director]}
      - {at: 1 working day after, card: red, tell: [director, district_leader]}
  walk:
    zh: 完成日
    en: Day to be done
    while: [walking, resting]
    starts: opened_at
    limit: kept.until
    basis: 发起时确定
    ladder:
      - {at: due, card: red, tell: [assignee, director]}
"""

DOCUMENT = """/*
code: 树
title: {zh: 古树名木普查结论, en: Findings of a survey of trees}
version: 1
valid_from: 2022-01-01
valid_to: null
source: 示例
assumed: true
basis: 普查方案
seal: office
states: [said.finding, kept.area]
*/
#import "_frame.typ": *
#show: official.with(to: fact("company_name"))

范围：#fact("kept.area")。结论：#fact("said.finding")。
"""

CAUSE: dict[str, Any] = {
    "zh": "台风停工",
    "en": "Stopped by a typhoon",
    "basis": "青岛市防台风应急预案",
    "stops": ["promised"],
    "cap": "10wd",
    "alarm": "1wd",
    "opened_by": ["officer"],
    "approval": None,
    "notice": False,
    "exchange": "8",
    "assumed": True,
}


@pytest.fixture(scope="module")
def widened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped configuration with one file, or one entry of a file, more of each kind."""
    config = tmp_path_factory.mktemp("widened") / "config"
    shutil.copytree(default_config_folder(), config)
    (config / "flows" / "tree_survey.v1.yaml").write_text(FLOW, encoding="utf-8")
    (config / "documents" / "tree_notice.typ").write_text(DOCUMENT, encoding="utf-8")
    pauses = config / "rules" / "pauses.yaml"
    kept = yaml.safe_load(pauses.read_text(encoding="utf-8"))
    kept["causes"]["typhoon"] = CAUSE
    pauses.write_text(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False), encoding="utf-8")
    item = (config / "items" / "SG08.yaml").read_text(encoding="utf-8")
    item = item.replace("code: SG08", "code: SG14").replace("城市建筑垃圾处置核准", "渣土夜间运输核准")
    (config / "items" / "SG14.yaml").write_text(item, encoding="utf-8")
    return config


@pytest.fixture
def office(widened: Path, engine: Engine) -> Office:
    return open_office(widened, engine)


def test_a_new_flow_with_a_new_cause_and_a_new_document_runs_from_its_files(office: Office) -> None:
    town = given.town(office)
    trees = [{"name": "银杏", "age": 300}, {"name": "国槐", "age": 120}]
    inputs = {"area": "北宅", "trees": trees, "until": "2026-03-20"}
    no = given.opened(office, town.specialist, MONDAY, "tree_survey", inputs, on=town.project.code)
    officer = town.officers["CG"]
    given.act(office, officer, given.moment("2026-03-04"), no, "stop")
    given.act(office, officer, given.moment("2026-03-06"), no, "go_on")
    given.time_is(office.engine, given.moment("2026-03-10", "09:00"))
    assert sweep(office).fired == 1, "the yellow card, two working days later than without the typhoon"
    given.act(office, officer, given.moment("2026-03-10", "10:00"), no, "finish", {"finding": "长势良好"})
    with office.engine.connect() as conn:
        document = conn.execute(text("SELECT kind, no, facts FROM documents WHERE no LIKE :no"), {"no": f"{no}%"}).one()
    assert document.kind == "tree_notice"
    assert "树" in document.no
    assert "长势良好" in str(document.facts)
    assert verify(office).breaches == ()


def test_a_new_item_is_applied_for_and_granted_from_its_file(office: Office) -> None:
    town = given.town(office)
    no = given.application(office, town, MONDAY, ["SG14"]).cases["SG14"]
    given.act(office, town.clerk, MONDAY, no, "accept")
    given.act(office, town.officers["CG"], given.moment("2026-03-03"), no, "grant", {"opinion": "符合要求"})
    with office.engine.connect() as conn:
        assert conn.execute(text("SELECT outcome FROM cases WHERE no = :no"), {"no": no}).scalar_one() == "granted"
    assert verify(office).breaches == ()
