"""What pictures are drawn with."""

from datetime import date

import pytest

from api.pictures.drawing import (
    Caption,
    Days,
    captions,
    element,
    fitted,
    picture,
    placed,
    rows_of,
    sign,
    width_of,
    words,
)
from tests.pictures.reading import faults_of, words_of


def test_what_a_person_typed_cannot_become_an_element() -> None:
    assert element("text", "<script>", title='"') == '<text title="&quot;">&lt;script&gt;</text>'


def test_a_picture_has_its_size_in_rem_and_its_box_in_pixels() -> None:
    drawn = picture(1280, 206, [])
    assert 'width="80rem"' in drawn
    assert 'height="12.88rem"' in drawn
    assert 'viewBox="0 0 1280 206"' in drawn
    assert 'aria-hidden="true"' in drawn


def test_a_picture_that_stands_alone_is_named_by_its_title_and_description() -> None:
    drawn = picture(10, 10, [], title="甲", desc="乙", key="p3")
    assert 'role="img" aria-labelledby="p3-title p3-desc"' in drawn
    assert "aria-hidden" not in drawn


def test_a_chinese_character_is_an_em_wide_and_a_digit_a_good_half() -> None:
    assert width_of("青岛", 10) == 20
    assert width_of("12", 10) == pytest.approx(11.2)


def test_words_are_cut_to_the_room_they_have() -> None:
    assert fitted("青岛市崂山区", 200) == "青岛市崂山区"
    assert fitted("青岛市崂山区", 45) == "青岛…"
    assert fitted("青岛市崂山区", 12) == ""


def test_a_day_has_its_place_on_the_axis() -> None:
    axis = Days(date(2026, 11, 2), date(2026, 11, 11), 100, 200)
    assert axis.pitch == 10
    assert axis.begin(date(2026, 11, 2)) == 100
    assert axis.middle(date(2026, 11, 11)) == 195
    assert not axis.shows(date(2026, 11, 12))
    assert axis.kept(date(2027, 1, 1)) == date(2026, 11, 11)


@pytest.mark.parametrize("count", [1, 2, 5, 12])
def test_captions_close_together_take_rows_of_their_own(count: int) -> None:
    found = placed([Caption(100.0 + 9 * n, f"第 {n} 项送达证件") for n in range(count)], right=600)
    drawn = picture(600, 20 + 18 * rows_of(found), [captions(found, 2)])
    assert faults_of(drawn) == []
    assert len(words_of(drawn)) == count


def test_a_caption_ends_at_its_mark_where_it_would_leave_the_picture_or_cross_today() -> None:
    (at_the_edge,) = placed([Caption(580, "送达证件")], right=600)
    assert at_the_edge.right < 580
    (at_today,) = placed([Caption(100, "送达证件")], right=600, today=120)
    assert at_today.right < 100


@pytest.mark.parametrize("name", ["ok", "warn", "bad", "hold", "early", "done", "todo", "now"])
def test_every_letter_of_the_status_alphabet_has_a_shape_of_its_own(name: str) -> None:
    shapes = {one: sign(one, 0, 0, 5) for one in ("ok", "warn", "bad", "hold", "early", "done", "todo", "now")}  # type: ignore[arg-type]
    assert [one for one, shape in shapes.items() if shape == shapes[name]] == [name]


def test_words_that_cover_each_other_are_seen() -> None:
    assert faults_of(picture(100, 40, [words(0, 20, "甲乙"), words(5, 22, "丙")])) == ["甲乙 over 丙"]
    assert faults_of(picture(20, 40, [words(0, 20, "甲乙丙")])) == ["outside: 甲乙丙"]
