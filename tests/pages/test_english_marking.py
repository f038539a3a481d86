"""Chinese inside an English page: marked where it stands, and not a letter of what people typed is lost."""

import re
from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.english import mark_chinese

CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
MARKS = re.compile(r"[\s，；：。（）、！？％,;:.()!?%]+")
"""What English sets otherwise, and the spaces that go with it."""
ZH = '<span lang="zh-CN">'


@pytest.mark.parametrize(
    ("page", "marked"),
    [
        ("<p>Plain English</p>", "<p>Plain English</p>"),
        ("<p>示例公司</p>", f"<p>{ZH}示例公司</span></p>"),
        ("<p>By 王敏 today</p>", f"<p>By {ZH}王敏</span> today</p>"),
        ("<p>王敏 and 李强</p>", f"<p>{ZH}王敏</span> and {ZH}李强</span></p>"),
        ("<p>Name：王敏，clerk</p>", f"<p>Name: {ZH}王敏</span>, clerk</p>"),
        ("<p>Left（5）</p>", "<p>Left (5) </p>"),
        ("<p>五个一（青岛）</p>", f"<p>{ZH}五个一（青岛）</span></p>"),
        ("<p>Company（示例公司）</p>", f"<p>Company ({ZH}示例公司</span>) </p>"),
        ("<p>“会商” and 《办法》</p>", f"<p>{ZH}“会商”</span> and {ZH}《办法》</span></p>"),
        ("<p>𠮷野家</p>", f"<p>{ZH}𠮷野家</span></p>"),
        ("<p>A1栋3层</p>", f"<p>A1{ZH}栋3层</span></p>"),
    ],
    ids=lambda words: str(words)[:30],
)
def test_a_run_of_chinese_is_marked_and_the_marks_between_are_english(page: str, marked: str) -> None:
    assert mark_chinese(page) == marked


@pytest.mark.parametrize(
    ("page", "marked"),
    [
        ("<option>规划科</option>", '<option lang="zh-CN">规划科</option>'),
        ('<option value="QX" selected>规划科</option>', '<option value="QX" selected lang="zh-CN">规划科</option>'),
        ("<title>王敏 · Cases</title>", '<title lang="zh-CN">王敏 · Cases</title>'),
        ('<text x="4">示例</text>', '<text x="4" lang="zh-CN">示例</text>'),
        ('<text x="4">Today</text>', '<text x="4">Today</text>'),
        ('<text><tspan x="1">示例</tspan></text>', '<text><tspan x="1" lang="zh-CN">示例</tspan></text>'),
        ("<desc>示例</desc>", '<desc lang="zh-CN">示例</desc>'),
        ('<input name="a" value="王敏，李强">', '<input name="a" value="王敏，李强" lang="zh-CN">'),
        ('<input name="a" value="x">', '<input name="a" value="x">'),
    ],
    ids=lambda words: str(words)[:30],
)
def test_what_holds_text_only_carries_the_mark_itself(page: str, marked: str) -> None:
    assert mark_chinese(page) == marked


def test_what_somebody_wrote_keeps_every_character() -> None:
    page = "<textarea>一、王敏（经办）：  两次，\n二、％</textarea><pre>第一行，\n  第二行；</pre>"
    marked = mark_chinese(page)
    assert "一、王敏（经办）：  两次，\n二、％</textarea>" in marked
    assert "第一行，\n  第二行；</pre>" in marked
    assert '<textarea lang="zh-CN">' in marked


def test_what_a_screen_reader_says_of_an_element_has_english_marks_and_the_other_attributes_stay() -> None:
    page = '<a href="/work?q=一，二" aria-label="Case：示例，open" data-x="，">Open</a>'
    assert mark_chinese(page) == '<a href="/work?q=一，二" aria-label="Case: 示例, open" data-x="，">Open</a>'


def test_a_mark_that_stands_already_is_not_set_twice() -> None:
    assert mark_chinese('<option lang="zh-CN">中文</option>') == '<option lang="zh-CN">中文</option>'
    assert mark_chinese('<input lang="zh-CN" value="中文">') == '<input lang="zh-CN" value="中文">'


class Words(HTMLParser):
    """The text of a page, and of that what stands in Chinese outside of a mark."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.unmarked = ""
        self.marks: list[bool] = [False]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("input", "br"):
            self.marks.append(self.marks[-1] or dict(attrs).get("lang") == "zh-CN")

    def handle_endtag(self, tag: str) -> None:
        self.marks.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        if CHINESE.search(data) and not self.marks[-1]:
            self.unmarked += data


def read(page: str) -> Words:
    words = Words()
    words.feed(page)
    words.close()
    return words


TYPED = st.text(
    alphabet=st.one_of(
        st.sampled_from("王敏示例公司一二𠮷（）《》“”，；：。、！？％ \t\n()<>&'\"-—·0129abcXYZé"),
        st.characters(exclude_categories=("Cs", "Cc")),
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(before=TYPED, inside=TYPED, after=TYPED)
def test_what_people_typed_is_read_letter_by_letter_and_its_chinese_is_marked(
    before: str, inside: str, after: str
) -> None:
    page = f"<p>{escape(before)}<b>{escape(inside)}</b>{escape(after)}</p>"
    marked = read(mark_chinese(page))
    assert MARKS.sub("", marked.text) == MARKS.sub("", before + inside + after)
    assert marked.unmarked == ""


@settings(max_examples=100, deadline=None)
@given(typed=TYPED)
def test_what_stands_in_a_field_is_not_touched(typed: str) -> None:
    page = f'<textarea name="a">{escape(typed)}</textarea><input name="b" value="{escape(typed)}">'
    marked = mark_chinese(page)
    assert f">{escape(typed)}</textarea>" in marked
    assert f'value="{escape(typed)}"' in marked
