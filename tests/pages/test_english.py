"""English is complete: every sentence of the interface has it, and on an English page only data are Chinese."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from api.wording import TRANSLATIONS

ROOT = Path(__file__).parents[2]
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef]")
LETTER = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
HOLE = re.compile(r"%\((\w+)\)s")
LOOSE_PERCENT = re.compile(r"%(?![%(])|%\(\w*\)(?!s)")
OFFICIAL = ("五个一", "崂山", "好差评", "容缺", "中文", "一网通办", "11月25日")
"""Names that an English sentence may give in Chinese, so that they are found again on paper, and what a field
takes as it is typed; what stands in quotation marks is such an example too."""
RECOGNISED = {"notice_text.py": None, "what_if.py": "_UNITS", "english.py": "_CHINESE"}
"""Modules, and tables of modules, of what is read and never shown: published notices, units as people type them."""


@cache
def extracted() -> dict[str, tuple[str, int]]:
    """Every sentence in the code and the templates, with a place where it stands."""
    methods = [("**.py", "python"), ("pages/templates/**.html", "jinja2")]
    found = extract_from_dir(
        ROOT / "api", methods, keywords={"_": None, "N_": None}, strip_comment_tags=False, directory_filter=None
    )
    return {sentence: (file, line) for file, line, sentence, *_ in found if isinstance(sentence, str)}


@cache
def catalogue() -> Catalog:
    """The English catalogue."""
    with (TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def entries() -> Iterator[tuple[str, Message, tuple[str, ...]]]:
    """Each entry: its key, the entry, its English in one or two forms."""
    for message in catalogue():
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string)
            yield key, message, forms


def test_every_sentence_has_english() -> None:
    have = {key for key, _, forms in entries() if all(forms)}
    lacking = {sentence: place for sentence, place in extracted().items() if sentence not in have}
    assert lacking == {}


def test_the_catalogue_has_nothing_that_no_page_says() -> None:
    assert sorted({key for key, _, _ in entries()} - set(extracted())) == []
    assert list(catalogue().obsolete) == []
    assert [key for key, message, _ in entries() if message.fuzzy] == []


def test_english_fills_in_the_same_holes() -> None:
    for key, _, forms in entries():
        for form in forms:
            lost = set(HOLE.findall(key)) ^ set(HOLE.findall(form))
            # "one day" needs no number
            assert lost <= ({"n"} if len(forms) == 2 and form == forms[0] else set()), f"{key} → {form}"
            assert not LOOSE_PERCENT.search(form.replace("%%", "")), f"{key} → {form}"
            assert form % dict.fromkeys(HOLE.findall(form), "x")


def test_no_english_sentence_is_chinese() -> None:
    kept = re.compile("|".join(("“[^”]*”", *OFFICIAL)))
    for key, _, forms in entries():
        for form in forms:
            assert not CHINESE.search(kept.sub("", form)), f"{key} → {form}"


def test_no_english_sentence_begins_or_ends_otherwise_than_its_chinese() -> None:
    """A sentence that another follows has to keep its space, a label its colon."""
    for key, _, forms in entries():
        for form in forms:
            assert form.strip(), key
            assert not (key.endswith("：") and not form.rstrip().endswith(":")), f"{key} → {form}"


def literals(tree: ast.Module, table: str = "") -> Iterator[ast.Constant]:
    """Chinese text in the code that is shown without going through ``_`` or ``N_``; ``table`` is read, never shown."""
    spared = {id(inner) for node in ast.walk(tree) if _fine(node, table) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in spared and LETTER.search(str(node.value)):
            yield node


def _fine(node: ast.AST, table: str) -> bool:
    """Whether Chinese may stand inside: documentation, a sentence of the catalogue, both languages side by side, what
    words are compared with or searched for, and what is shown where that was found."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Compare():
            return True
        case ast.IfExp(test=ast.Compare()):
            return LETTER.search(ast.unparse(node.test)) is not None
        case ast.Call(func=ast.Name(id="_" | "N_")) | ast.Call(func=ast.Attribute(value=ast.Name(id="re"))):
            return True
        case ast.Call(func=ast.Attribute(attr="startswith" | "endswith" | "removeprefix" | "removesuffix")):
            return True
        case ast.Call():
            return _in_both([*node.args, *(word.value for word in node.keywords)])
        case ast.Tuple():
            return _in_both(node.elts)
        case ast.FunctionDef():
            return any(isinstance(one, ast.Call) and ast.unparse(one) == "lang()" for one in ast.walk(node))
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name == table
    return False


def _in_both(parts: list[ast.expr]) -> bool:
    """Whether Chinese stands beside its English: two texts in a row, the second of them without Chinese."""
    said = [text for text in map(_text, parts) if text]
    return any(LETTER.search(first) and not LETTER.search(second) for first, second in pairwise(said))


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return "".join(map(_text, node.values)) or "x" if isinstance(node, ast.JoinedStr) else ""


@pytest.mark.parametrize(
    "module",
    sorted([*(ROOT / "api" / "pages").rglob("*.py"), *(ROOT / "api" / "pictures").rglob("*.py")]),
    ids=lambda path: path.name,
)
def test_no_word_of_the_interface_stands_in_the_code_unmarked(module: Path) -> None:
    table = RECOGNISED.get(module.name, "")
    if table is not None:
        tree = ast.parse(module.read_text(encoding="utf-8"))
        assert [f"{module.name}:{node.lineno} {node.value!r}" for node in literals(tree, table)] == []
