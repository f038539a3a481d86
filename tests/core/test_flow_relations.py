"""What a flow says of others, of what it keeps and of what it makes is proved before use, by name."""

import ast
from collections import Counter
from pathlib import Path

import pytest

import workflow.guards
import workflow.making
from workflow.catalogue import Catalogue, load_catalogue
from workflow.errors import ConfigFaults
from workflow.loading import load_flows
from workflow.settings import default_config_folder

CONFIG = default_config_folder()
THING = """
flow: thing
version: 1
title: {zh: 一件, en: Thing}
internal: true
opening:
  zh: 发起
  en: Begin
  by: [specialist, officer]
  department: department
  named_by: what
  asks:
    what: {zh: 事由, en: What, type: text, required: true}
    department: {zh: 部门, en: Department, type: word, of: departments, required: true}
    due_on: {zh: 期限, en: Due on, type: date}
  tell: [assignee]
states:
  open: {zh: 在办, en: Open, initial: true, turn: officer}
  done: {zh: 办结, en: Done, final: true}
actions:
  ask:
    zh: 征询
    en: Ask
    from: open
    by: officer
    needs: no_child_open(note)
    asks:
      departments: {zh: 部门, en: Departments, type: words, of: departments, required: true}
    collects: asked
    opens: {flow: note, each: departments, passes: what, only_if: kept(what)}
    tell: [assignee]
  finish:
    zh: 办结
    en: Finish
    from: open
    to: done
    by: [officer, system]
    needs: [children_ended(note), kept(asked)]
clocks:
  due:
    zh: 期限
    en: Due
    while: open
    starts: opened_at
    limit: kept.due_on
    unless: asked
    basis: 约定
    ladder:
      - {at: due, card: yellow, tell: [assignee]}
"""
NOTE = """
flow: note
version: 1
title: {zh: 便笺, en: Note}
opening:
  zh: 记
  en: Note down
  by: [system]
  under: [thing]
  department: QX
  asks:
    what: {zh: 事由, en: What, type: text, required: true}
states:
  open: {zh: 在办, en: Open, initial: true, turn: officer}
  done: {zh: 办结, en: Done, final: true}
actions:
  finish: {zh: 办结, en: Finish, from: open, to: done, by: officer}
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(CONFIG)


def _faults(catalogue: Catalogue, folder: Path, thing: str = THING, note: str = NOTE) -> list[str]:
    (folder / "thing.v1.yaml").write_text(thing, encoding="utf-8")
    (folder / "note.v1.yaml").write_text(note, encoding="utf-8")
    try:
        load_flows(folder, catalogue)
    except ConfigFaults as found:
        return str(found).splitlines()
    return []


def test_the_two_flows_of_this_page_are_sound(catalogue: Catalogue, tmp_path: Path) -> None:
    assert _faults(catalogue, tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("flow: note, each", "flow: nota, each", "actions.ask.opens.flow: no case of 'nota' can be opened"),
        ("no_child_open(note)", "no_child_open(nota)", "actions.ask.needs: no_child_open(nota): there is no flow"),
        ("only_if: kept(what)", "only_if: some_child(nota)", "actions.ask.opens.only_if"),
        ("only_if: kept(what)", "only_if: some_child(note)", "actions.ask.opens.only_if: some_child(note) looks at"),
        ("children_ended(note)", "children_ended", "is about a flow"),
        ("children_ended(note)", "children_ended(note", "unknown condition"),
        ("kept(asked)", "kept(nothing)", "unknown datum 'nothing'"),
        ("kept(asked)", "project_code_valid(x)", "nothing stands in brackets here"),
        ("limit: kept.due_on", "limit: kept.never", "clocks.due.limit: unknown datum 'never'"),
        ("limit: kept.due_on", "limit: kept.what", "clocks.due.limit: 'what' is no date and no moment"),
        ("starts: opened_at", "starts: kept.what", "clocks.due.starts: 'what' is no date and no moment"),
        ("unless: asked", "unless: never", "clocks.due.unless: unknown datum 'never'"),
        ("limit: kept.due_on", "limit: rule.never", "clocks.due.limit: unknown limit 'rule.never'"),
        ("each: departments", "each: department", "actions.ask.opens.each: unknown field"),
        ("passes: what", "passes: why", "actions.ask.opens.passes: unknown field 'why'"),
        ("collects: asked", "collects: asked\n    keeps: why", "actions.ask.keeps: unknown field 'why'"),
        (
            "collects: asked",
            "collects: asked\n    makes:\n      sum: {zh: 和, en: Sum, type: number, by: nobody}",
            "actions.ask.makes.sum.by: unknown maker 'nobody'",
        ),
        ("named_by: what", "named_by: why", "opening.named_by: unknown field 'why'"),
        ("department: department\n", "department: where\n", "opening.department: 'where' is no department"),
        ("by: [specialist, officer]", "by: [applicant, officer]", "opening.by: the flow is internal"),
        ("  tell: [assignee]\nstates", "  tell: [applicant]\nstates", "opening.tell: the flow is internal"),
        ("turn: officer", "turn: applicant", "states.open.turn: the flow is internal"),
        (
            "of: departments, required: true}\n    due",
            "of: deptartments, required: true}\n    due",
            "not one of the acc",
        ),
        (
            "  named_by: what\n",
            "  named_by: what\n  needs: no_material_missing\n",
            "opening.needs: no_material_missing",
        ),
    ],
)
def test_a_fault_is_named_with_its_key(catalogue: Catalogue, tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert THING.count(old) == 1, "the test must change one thing"
    found = _faults(catalogue, tmp_path, THING.replace(old, new))
    assert any(expected in one for one in found), found
    assert max(len(one) for one in found) < 1200, "nobody reads a list of everything there is"


def test_a_faulty_file_makes_no_faults_in_the_files_that_name_its_flow(catalogue: Catalogue, tmp_path: Path) -> None:
    found = _faults(catalogue, tmp_path, note=NOTE.replace("turn: officer", "turn: offizier"))
    assert len(found) == 1, found
    assert "note.v1.yaml" in found[0]


@pytest.mark.parametrize(("package", "table"), [(workflow.guards, "GUARDS"), (workflow.making, "MAKERS")])
def test_no_two_modules_give_one_name_a_meaning(package: object, table: str) -> None:
    """The tables are merged: of two conditions of one name the later would silently take the place of the other."""
    folder = Path(str(package.__file__)).parent  # type: ignore[attr-defined]
    names = Counter(name for path in sorted(folder.glob("*.py")) for name in _keys(path, table))
    assert names
    assert [name for name, times in names.items() if times > 1] == []


def _keys(path: Path, table: str) -> list[str]:
    """The names written down in the table of one module."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        targets = (
            [node.target] if isinstance(node, ast.AnnAssign) else node.targets if isinstance(node, ast.Assign) else []
        )
        if any(isinstance(target, ast.Name) and target.id == table for target in targets):
            found += [
                str(key.value)
                for inner in ast.walk(node)
                if isinstance(inner, ast.Dict)
                for key in inner.keys
                if isinstance(key, ast.Constant)
            ]
    return found
