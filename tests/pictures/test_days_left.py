"""P1: every case stands in the column of its working days left, mine below those of others."""

import re

import pytest

from api.pages import wording
from api.pictures.days_left import HOLDS, PHONE, WIDE, Left, columns, phone, wide

DAYS = {left: f"11/{23 + left}" for left in {*WIDE.ticks, *PHONE.ticks}}


@pytest.fixture(autouse=True)
def in_chinese() -> None:
    """Outside of a request the pictures speak Chinese."""
    assert wording.lang() == "zh"


def test_what_lies_outside_stands_in_the_end_columns() -> None:
    found = columns([Left(-30, "bad", True, 1), Left(60, "ok", False, 2), Left(3, "ok", True, 1)])
    assert list(found) == [-6, 3, 24]


def test_mine_stand_below_those_of_others() -> None:
    found = columns([Left(5, "ok", False, 1), Left(5, "ok", True, 1)])
    assert [one.mine for one in found[5]] == [True, False]


def test_a_shape_stands_in_the_middle_of_its_column_and_leads_to_its_case() -> None:
    svg = wide([Left(0, "ok", True, 1, ("/cases/LS2026-000001",))], DAYS)
    x = WIDE.x(0)
    assert (
        f'<a href="/cases/LS2026-000001" tabindex="-1"><circle class="dot f-ok st" cx="{x:g}" cy="143" r="6.5"/></a>'
        in svg
    )


def test_what_a_column_cannot_hold_is_told_as_a_number() -> None:
    svg = wide([Left(8, "ok", False, 20)], DAYS)
    assert svg.count("<circle") == HOLDS - 1
    assert f">+{20 - HOLDS + 1}</text>" in svg
    assert wide([Left(8, "ok", False, HOLDS)], DAYS).count("<circle") == HOLDS


@pytest.mark.parametrize("form", [wide, phone])
def test_nothing_of_it_leaves_its_frame_and_no_word_is_below_twelve_pixels(form: object) -> None:
    cases = [Left(left, "ok", left % 2 == 0, 30) for left in range(-9, 30)]
    svg = str(form(cases, DAYS))  # type: ignore[operator]
    width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups())  # type: ignore[union-attr]
    for axis, most in (("x", width), ("y", height), ("cx", width), ("cy", height)):
        assert all(0 <= float(one) <= most for one in re.findall(rf' {axis}="(-?[\d.]+)"', svg))
    assert "font-size" not in svg


def test_hidden_from_screen_readers_for_the_list_says_it() -> None:
    assert 'aria-hidden="true"' in wide([Left(1, "warn", True, 1)], DAYS)
