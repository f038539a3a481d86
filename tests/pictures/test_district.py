"""P3: tiles that grow, move and never meet; marks that say what the lists say."""

import re

import pytest

from api.pictures.district import Mark, Tile, columns, district, in_columns, on_land
from api.pictures.drawing import Sign
from tests.pictures.reading import faults_of, size_of, words_of

STREETS = ("beizhai", "wanggezhuang", "zhonghan", "shazikou", "jinjialing")
SIGNS: tuple[Sign, ...] = ("ok", "warn", "bad", "hold", "todo")
NAMES = ("株洲路数字经济大厦", "张村河两岸九年一贯制学校", "Olympic Sailing Centre Hotel", "中科曙光", "滨海步道")


def tiles(count: int, streets: tuple[str, ...] = STREETS) -> list[Tile]:
    """So many projects, half of them in one street, most of them not well."""
    marks = [
        Mark(f"{NAMES[n % 5]}{n}", f"/projects/{n}", SIGNS[n % 5], n % 4, 3, f"{NAMES[n % 5]}{n}") for n in range(count)
    ]
    whose = [2 if n % 2 else n % len(streets) for n in range(count)]
    return [
        Tile(
            key,
            f"{key}街道",
            f"{whose.count(place)} 个",
            tuple(m for m, at in zip(marks, whose, strict=True) if at == place),
        )
        for place, key in enumerate(streets)
    ]


@pytest.mark.parametrize("count", [0, 1, 50, 129, 300])
@pytest.mark.parametrize("draw", ["district", "columns"])
def test_no_word_leaves_the_picture_or_covers_another(count: int, draw: str) -> None:
    drawn = district(tiles(count), "黄海") if draw == "district" else columns(tiles(count))
    assert faults_of(drawn) == []


@pytest.mark.parametrize("count", [1, 50, 129, 300])
def test_tiles_never_overlap_and_stay_inside(count: int) -> None:
    width, height = size_of(district(tiles(count), "黄海"))
    for place in (on_land(tiles(count)), in_columns(tiles(count))):
        for n, one in enumerate(place):
            assert one.x >= 0
            assert one.x + one.width <= width
            for other in place[n + 1 :]:
                beside = one.x + one.width <= other.x or other.x + other.width <= one.x
                assert beside or one.bottom < other.y or other.bottom < one.y, (one.tile.key, other.tile.key)
    assert max(one.bottom for one in on_land(tiles(count))) < height


def test_a_small_district_stands_where_it_is_drawn() -> None:
    assert size_of(district(tiles(20), "黄海")) == (912, 652)
    placed = {one.tile.key: (one.x, one.y) for one in on_land(tiles(20))}
    assert placed["beizhai"] == (70, 84)
    assert placed["jinjialing"] == (20, 480)


def test_every_project_is_one_mark_with_its_link_and_the_keyboard_passes_by() -> None:
    drawn = district(tiles(129), "黄海")
    assert len(re.findall(r'<a href="/projects/\d+" tabindex="-1">', drawn)) == 129
    assert drawn.count('class="ring"') == 129


def test_only_who_is_not_well_is_named_and_neighbours_by_what_they_do_not_share() -> None:
    marks = tuple(
        Mark(name, "/p", sign, 0, 0, name)
        for name, sign in (("株洲路光电研发中心", "bad"), ("株洲路人才公寓", "warn"), ("株洲路产业园", "ok"))
    )
    said = [one.said for one in words_of(district([Tile("zhonghan", "中韩街道", "3 个", marks)], "黄海"))]
    assert said[2:] == ["黄海", "光电研…", "人才公寓"] or {"光电研…", "人才公寓"} <= set(said)
    assert not any("产业园" in one for one in said)


def test_a_ring_is_as_long_as_the_share_of_milestones_reached() -> None:
    def ring(done: int) -> str:
        return str(columns([Tile("a", "甲", "1", (Mark("乙", "/p", "ok", done, 4, "乙"),))]))

    assert "ring-on" not in ring(0)
    assert "0 0 1 59.00 58.00" in ring(1).replace("  ", " ") or "ring-on rg-ok" in ring(1)
    assert ring(4).count("<circle") == 3, "the whole ring is a circle"
