"""What the pictures of the war map show: projects by place (P3), their milestones (P6), and the words around them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from flask import url_for
from markupsafe import Markup

from api.pages.figure_words import value_words
from api.pages.leading import LIGHT_WORDS, NONE, of_places
from api.pages.lists import with_query
from api.pictures import district as district_picture
from api.pictures import milestones as milestones_picture
from api.pictures.district import Mark, Tile
from api.pictures.drawing import SIGN_OF_LIGHT, Sign
from api.pictures.milestones import Diamond, Month, Reached, Row, months_around
from api.wording import N_, _, lang, short_day
from workflow.clock.words import MONTHS_EN, Light
from workflow.progress import MilestoneProgress
from workflow.queries.district import GRAVITY, DistrictProject

Shown = Literal["street", "front", "squad"]
ROWS = 6
"""Projects whose milestones are drawn."""
NAMED = 6
"""Projects of one place that the list of a phone names."""
SIGNS: Mapping[Light | None, Sign] = {light: SIGN_OF_LIGHT[str(light)] for light in GRAVITY} | {None: "todo"}


@dataclass(frozen=True, slots=True)
class PlaceList:
    """One place as a list: the first of those that are not well, how many more of them there are, and all there are."""

    name: str
    count: int
    projects: tuple[DistrictProject, ...]
    troubled: tuple[DistrictProject, ...]
    more: int
    href: str


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """One project with the words at the end of its row; ``tone`` is the light's name for the tag of a phone."""

    project: DistrictProject
    missed: int
    chip: str
    tone: str


def place_lists(projects: Sequence[DistrictProject], by: str) -> list[PlaceList]:
    """The projects by place; the gravest first among those that are not well."""
    return [_listed(by, key, here) for key, here in of_places(projects, by)]


def _listed(by: str, key: str, here: Sequence[DistrictProject]) -> PlaceList:
    troubled = sorted(filter(_troubled, here), key=_gravity)
    return PlaceList(
        place_name(by, key),
        len(here),
        tuple(here),
        tuple(troubled[:NAMED]),
        max(0, len(troubled) - NAMED),
        with_query("pages.war_map_projects", by=by, place=key or NONE, screen=None, freeze=None),
    )


def place_name(by: str, key: str) -> str:
    """A street, battlefront or squad by its name."""
    return value_words(by, key) or _("未登记")


def district_words(projects: Sequence[DistrictProject], by: str) -> str:
    """The picture in one sentence: how many are late, and where."""
    late = [(place_name(by, key), n) for key, here in of_places(projects, by) if (n := _late(here))]
    if not late:
        return _("没有超期的项目")
    where = "，".join(_("%(place)s %(n)s 个", place=place, n=n) for place, n in late)
    return _("%(n)s 个项目超期", n=sum(n for _place, n in late)) + _("：%(where)s", where=where)


def district_drawn(projects: Sequence[DistrictProject], by: str) -> Markup:
    """P3, on land and sea for streets."""
    tiles = [
        Tile(key, place_name(by, key), _("%(n)s 个", n=len(here)), tuple(_mark(one) for one in here))
        for key, here in of_places(projects, by)
    ]
    return district_picture.district(tiles, _("黄海")) if by == "street" else district_picture.columns(tiles)


def legend(projects: Sequence[DistrictProject]) -> list[tuple[Sign, str]]:
    """The lights that the picture shows, each with how often."""
    lights = (Light.NORMAL, Light.WARNING, Light.OVERDUE, Light.PAUSED, None)
    counts = [(light, sum(one.light is light for one in projects)) for light in lights]
    return [(SIGNS[light], _("%(light)s %(n)s", light=_(LIGHT_WORDS[light]), n=n)) for light, n in counts if n or light]


def milestone_lines(projects: Sequence[DistrictProject], today: date) -> list[MilestoneLine]:
    """Every project with milestones: those with missed ones first, the longest missed before, then the next due."""
    lines = [_line(one, today) for one in projects if one.milestones]
    return sorted(lines, key=lambda line: _next_day(line.project, today))


def milestone_words(lines: Sequence[MilestoneLine]) -> str:
    """How many milestones were missed, in one sentence."""
    missed = sum(one.missed for one in lines)
    return _("里程碑：%(n)s 个到期未完成", n=missed) if missed else _("里程碑：没有到期未完成的")


def milestones_drawn(lines: Sequence[MilestoneLine], today: date) -> Markup:
    """P6 of these projects."""
    *months, end = months_around(today)
    named = [Month(one, month_name(one, today)) for one in months]
    rows = [_row(one, today) for one in lines]
    said = _("今天 %(day)s", day=short_day(today, today))
    return milestones_picture.milestones(rows, named, end, today, said)


def month_name(first: date, today: date) -> str:
    """``11月`` or ``Nov``, with the year where it is not this one."""
    other = first.year != today.year and first.month == 1
    if lang() == "en":
        return MONTHS_EN[first.month - 1] + (f" {first.year}" if other else "")
    return (f"{first.year}年" if other else "") + f"{first.month}月"


LATE_CHIP, EARLY_CHIP, DONE_CHIP, TODAY_CHIP = N_("晚 %(n)s 天"), N_("%(n)s 天后"), N_("已全部完成"), N_("今天")


def _late(here: Sequence[DistrictProject]) -> int:
    return sum(one.light is Light.OVERDUE for one in here)


def _troubled(one: DistrictProject) -> bool:
    return one.light not in (Light.NORMAL, None)


def _gravity(one: DistrictProject) -> int:
    return len(GRAVITY) if one.light is None else GRAVITY.index(one.light)


def _mark(one: DistrictProject) -> Mark:
    light, total = _(LIGHT_WORDS[one.light]), len(one.milestones)
    said = _(
        "%(name)s：%(light)s，里程碑 %(done)s / %(total)s",
        name=one.project.name,
        light=light,
        done=one.done,
        total=total,
    )
    href = url_for("pages.project", code=one.project.code)
    return Mark(one.project.name, href, SIGNS[one.light], one.done, total, said)


def _missed(one: MilestoneProgress, today: date) -> bool:
    return one.done_on is None and one.planned_on is not None and one.planned_on < today


def _next_day(one: DistrictProject, today: date) -> tuple[bool, date]:
    """The plan of the oldest one not reached; projects that have reached all come last."""
    open_days = [m.planned_on for m in one.milestones if m.done_on is None and m.planned_on is not None]
    return (not open_days, min(open_days, default=today))


def _line(one: DistrictProject, today: date) -> MilestoneLine:
    missed = sum(_missed(m, today) for m in one.milestones)
    none_left, day = _next_day(one, today)
    days = (day - today).days
    if none_left:
        return MilestoneLine(one, missed, _(DONE_CHIP), "done")
    if days == 0:
        return MilestoneLine(one, missed, _(TODAY_CHIP), "warning")
    if days > 0:
        return MilestoneLine(one, missed, _(EARLY_CHIP, n=days), "normal")
    return MilestoneLine(one, missed, _(LATE_CHIP, n=-days), "overdue")


def _row(line: MilestoneLine, today: date) -> Row:
    one = line.project
    diamonds = [_diamond(m, today) for m in one.milestones if m.done_on or m.planned_on]
    href = url_for("pages.project", code=one.project.code)
    order = tuple(sorted(diamonds, key=lambda found: found.day))
    return Row(one.project.name, href, SIGNS[one.light], order, line.chip, line.missed > 0)


def _diamond(one: MilestoneProgress, today: date) -> Diamond:
    day = one.done_on or one.planned_on or today
    return Diamond(day, _kind(one, today), f"{one.name}：{short_day(day, today)}")


def _kind(one: MilestoneProgress, today: date) -> Reached:
    if one.done_on is None:
        return "missed" if _missed(one, today) else "planned"
    if one.planned_on is None or one.done_on == one.planned_on:
        return "done"
    return "early" if one.done_on < one.planned_on else "late"
