"""The story of the demo: which applications each project of the war map has made, and how each of their items goes.

Two parts. History fills the months before, stage by stage, in the order the prerequisites ask for. The living part is
placed by hand, counted back from the day the demo is made, so that on that day every light is on somewhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from workflow.catalogue import Catalogue
from workflow.demo import lives, scenes, ways
from workflow.demo.files import DemoFiles, DemoProject
from workflow.demo.scenes import Kind, Scene

SEED = 20220331
FIRST_DAY = -84
"""Working days before the making of the demo: about four months."""
SLOT = 19
"""Working days a finished application takes at most, to the delivery of its last result."""
GOVERNMENT = (1, 2)


@dataclass(frozen=True, slots=True)
class Part:
    """One item of an application and how it goes."""

    item: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Application:
    """One bundle of a project (index in the war map). ``start``: the working day of its submission, not after 0.

    ``end`` is ``submitted``, ``simulated`` (for a review before there is land), ``draft`` (never submitted) or
    ``given_up`` (a draft withdrawn the day after). ``deeds`` are what is done with the application itself.
    """

    project: int
    start: int
    parts: tuple[Part, ...]
    end: str = "submitted"
    variants: Mapping[str, str] = field(default_factory=dict)
    deeds: tuple[scenes.Beat, ...] = ()


@dataclass(frozen=True, slots=True)
class Living:
    """A hand-placed application: its parts, the form of those that have several, the working day of its submission.

    ``stands_on``: what was granted just before it, instead of a history drawn at random.
    """

    start: int
    parts: Mapping[str, Kind]
    end: str = "submitted"
    variants: Mapping[str, str] = field(default_factory=dict)
    stands_on: tuple[str, ...] = ()
    deeds: tuple[scenes.Beat, ...] = ()


def project_facts(project: DemoProject, number: int) -> dict[str, Any]:
    """The traits of a project and the papers it holds from elsewhere, as prerequisites read them."""
    government = project.splclx in GOVERNMENT
    traits = {
        "government_investment": government,
        "filing_list": not government,
        "must_tender": project.needs_tender or government,
        "civil_defence_basement": project.needs_permit and project.area_m2 > 20000,
        "ordinary_fire_works": project.needs_permit,
        "greenery": project.battlefront == "park_city",
        "road_excavation": project.battlefront in ("municipal_works", "zhuzhou_road") and government,
        "regional_assessment": project.battlefront == "zhuzhou_road" and number % 2 == 0,
    }
    papers = {"planning_conditions": "2022-01-20"}
    if project.name not in ways.WITHOUT_LAND:
        papers["land_document"] = "2022-02-25"
        papers |= {} if government else {"land_contract": "2022-02-18"}
    return {name: True for name, holds in traits.items() if holds} | papers


def applications(
    files: DemoFiles, catalogue: Catalogue, days: scenes.Days, seed: int = SEED
) -> tuple[Application, ...]:
    """Every application of the demo, the same for the same files, day and seed: each project draws from its own."""
    found: list[Application] = []
    placed = _placed(files, catalogue, days)
    for index, project in enumerate(files.projects):
        rng = Random(f"{seed}/{project.name}")
        living = placed.get(index)
        end = living.start - 3 if living else -rng.randint(2, 26)
        if living and living.stands_on:
            found.append(_foundation(index, living))
        else:
            found.extend(_history(index, project, end, bool(living), rng, catalogue))
        if living:
            found.append(_application(index, living))
    return tuple(found)


def scene_of(
    application: Application, part: Part, catalogue: Catalogue, days: scenes.Days, name: str, seed: int = SEED
) -> Scene:
    """The scene of one item, with a random source of its own: a change elsewhere does not move it."""
    rng = Random(f"{seed}/{name}/{application.start}/{part.item}")
    return Scene(rng, catalogue.items[part.item], days, application.start)


Path = tuple[tuple[str, ...], ...]
"""The items of one application after the other, in the order a project goes through them."""
PRIVATE_PATH: Path = (
    ("LX04", "SG11"),
    ("LX08", "GC01", "SG12"),
    ("GC03", "GC04", "SG02"),
    ("SG05", "SG08", "SG13"),
)
GOVERNMENT_PATH: Path = (
    ("LX01", "LX06", "LX05"),
    ("LX02", "LX10", "SG12"),
    ("GC01", "GC06", "SG11"),
    ("GC03", "GC02", "SG02"),
)
TENDER_PATHS: tuple[Path, ...] = (
    (("SG03", "SG12"), ("SG08", "SG07", "SG13")),
    (("LX01", "LX06"), ("LX02", "SG03", "LX11")),
    (("SG03", "SG13", "GC06"),),
    (("LX06", "LX12"), ("SG03", "SG11", "SG08")),
    (("GC01", "SG12"), ("GC03", "SG03"), ("SG10", "GC05")),
)
# Later applications stand on these: they are granted, with or without a correction.
FOUNDATIONS = frozenset({"LX01", "LX02", "LX04", "LX06", "LX08", "GC01", "GC03"})


def _history(
    index: int, project: DemoProject, end: int, has_living: bool, rng: Random, catalogue: Catalogue
) -> Iterator[Application]:
    """The finished applications of a project, the last one over by the working day ``end``."""
    bundles = _bundles(index, project, has_living, rng)
    start = end - SLOT * len(bundles) + rng.randint(-3, 0)
    for bundle in bundles:
        if start >= FIRST_DAY:
            parts = tuple(Part(item, _kind(item, rng, catalogue)) for item in bundle)
            yield Application(index, start, parts)
        start += SLOT


def _bundles(index: int, project: DemoProject, has_living: bool, rng: Random) -> Path:
    if project.needs_permit:
        path = GOVERNMENT_PATH if project.splclx in GOVERNMENT else PRIVATE_PATH
        return path[: rng.choice((1, 1, 2, 2, 3) if has_living else (1, 1, 2))]
    if has_living or index % 3 == 0:
        return ()
    path = TENDER_PATHS[index % len(TENDER_PATHS)]
    return path[: rng.choice((1, 1, len(path)))]


def _kind(item: str, rng: Random, catalogue: Catalogue) -> Kind:
    """How a finished item went; about four in five early, as the article's figure asks."""
    own = catalogue.items[item]
    if item in FOUNDATIONS:
        return rng.choices((scenes.prompt, scenes.corrected, scenes.on_the_day), (80, 14, 6))[0]
    kinds: list[tuple[Kind, int]] = [
        (scenes.prompt, 62),
        (scenes.corrected, 12),
        (scenes.on_the_day, 6),
        (partial(scenes.late, over=rng.randint(1, 2)), 4),
        (scenes.refused, 2),
        (scenes.silent, 2),
        (scenes.withdrawn, 1),
        (scenes.not_needed, 1),
        (scenes.not_ours, 1),
    ]
    if any(material.required and material.may_follow for material in own.materials):
        kinds.append((scenes.with_gaps, 40))
    if "expert_review" in own.pauses:
        kinds.append((scenes.paused, 16))
    return rng.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]


def _application(index: int, living: Living) -> Application:
    parts = tuple(Part(*part) for part in living.parts.items())
    return Application(index, living.start, parts, living.end, living.variants, living.deeds)


def _foundation(index: int, living: Living) -> Application:
    """What the placed application stands on, one granted after the other."""
    parts = tuple(
        Part(item, partial(scenes.granted_at, decided=1 + 2 * number, delivered=2 + 2 * number))
        for number, item in enumerate(living.stands_on)
    )
    return Application(index, living.start - lives.FOUNDATION, parts)


def _living(life: lives.Life, catalogue: Catalogue, days: scenes.Days) -> Living:
    """The application from which that life came."""
    lifetime = catalogue.items[life.item].lifetime
    if lifetime is None:
        raise ValueError(f"{life.item}: what it grants has no life; an item with a lifetime is accepted")
    start = lives.start_of(life, lifetime.limit, days)
    begun = any(deed.action == "report_use" for deed in life.deeds)
    stands_on = (*LAWFUL_START, *PERMIT_STANDS_ON) if begun else PERMIT_STANDS_ON
    return Living(start, {life.item: partial(lives.lived, deeds=life.deeds)}, stands_on=stands_on)


def _placed(files: DemoFiles, catalogue: Catalogue, days: scenes.Days) -> dict[int, Living]:
    """The hand-placed applications by project, spread over each membership, so that all streets have some."""
    permits = [index for index, project in enumerate(files.projects) if project.needs_permit]
    tenders = [index for index, project in enumerate(files.projects) if not project.needs_permit]
    order = [*permits[0::2], *permits[1::2]], [*tenders[0::3], *tenders[1::3], *tenders[2::3]]
    grown = [_living(life, catalogue, days) for life in lives.LIVES]
    permit = [*LIVING_PERMIT, *grown, *LIVING_COUNTED]
    pairs = zip(order[0], permit, strict=False), zip(order[1], LIVING_TENDER, strict=False)
    named = {project.name: index for index, project in enumerate(files.projects)}
    otherwise = {named[name]: living for name, living in OTHER_WAYS.items()}
    return {index: living for pair in pairs for index, living in pair} | otherwise


PROMPT = scenes.prompt
REVIEW = scenes.under_review
WAITING = scenes.waiting
PERMIT_STANDS_ON = ("GC01", "GC03")
LAWFUL_START = ("LX04",)
"""What the start of works needs before it besides the permit, of an enterprise's project."""

# Promised limits of the items here, in working days: SG12, SG13, SG08, SG07, GC04: 3; LX10, LX11, LX06, LX12, SG11,
# GC06, GC07, SG02, LX05: 5; GC01: 7; LX07: 20; GC08 and LX09: none.
LIVING_PERMIT: tuple[Living, ...] = (
    # the day the demo is made is the last day
    Living(-5, {"LX10": REVIEW, "SG13": PROMPT}),
    Living(-3, {"SG12": REVIEW, "SG11": REVIEW}),
    Living(-7, {"GC01": REVIEW, "GC06": PROMPT}),
    # one working day left: the yellow card of this morning
    Living(-4, {"SG11": REVIEW, "GC06": REVIEW}),
    Living(-2, {"SG12": REVIEW, "SG13": REVIEW, "LX10": REVIEW}),
    # overdue: one, two, four, six and nine working days
    Living(-6, {"SG11": REVIEW, "SG08": PROMPT}),
    Living(-5, {"SG12": REVIEW, "SG13": PROMPT}),
    Living(-9, {"LX10": REVIEW, "GC06": PROMPT}),
    # an expert review is running; one was planned to end two working days ago
    Living(-4, {"SG02": partial(scenes.under_expert_review, until=9), "SG11": REVIEW, "SG13": PROMPT}),
    Living(-6, {"LX10": partial(scenes.under_expert_review, until=13), "SG08": PROMPT}),
    Living(-9, {"SG12": partial(scenes.under_expert_review, until=7), "SG13": PROMPT}),
    Living(-2, {"GC01": partial(scenes.under_expert_review, until=15), "GC06": REVIEW}),
    # at intake: the first to the fifth of five working days
    Living(0, {"GC04": WAITING, "SG08": WAITING, "SG12": WAITING}),
    Living(-1, {"SG11": WAITING, "GC06": REVIEW}),
    Living(-3, {"SG13": WAITING, "SG08": WAITING}),
    Living(-4, {"GC06": WAITING, "SG02": WAITING, "SG12": PROMPT}),
    Living(-5, {"SG11": WAITING, "SG08": PROMPT}),
    # the applicant's turn
    Living(-3, {"SG02": partial(scenes.ask_correction, asked=2), "GC06": REVIEW}),
    Living(-9, {"GC04": partial(scenes.ask_correction, asked=1), "SG13": PROMPT}),
    # accepted by silence, in review since
    Living(-8, {"GC08": WAITING, "SG13": PROMPT}),
    Living(-11, {"LX09": WAITING, "SG08": PROMPT}),
    # extended, and dates beyond the year
    Living(-16, {"LX07": scenes.extended}),
    Living(-3, {"GC07": REVIEW, "SG11": REVIEW}),
    # granted, to be delivered; the second is close to the ten working days
    Living(-6, {"GC06": scenes.to_deliver, "SG12": scenes.to_deliver}),
    Living(-12, {"SG12": scenes.to_deliver, "SG13": PROMPT}),
    # drafts
    Living(-1, {"GC06": WAITING, "SG12": WAITING}, end="draft"),
    Living(-10, {"SG08": WAITING}, end="given_up"),
)
LIVING_TENDER: tuple[Living, ...] = (
    Living(-3, {"SG07": REVIEW, "SG08": PROMPT}),
    Living(-4, {"LX11": REVIEW, "LX06": REVIEW}),
    Living(-11, {"LX12": REVIEW, "SG03": PROMPT}),
    Living(-14, {"LX11": REVIEW, "SG13": PROMPT}),
    Living(-3, {"LX06": partial(scenes.under_expert_review, until=10), "SG12": REVIEW}),
    Living(-7, {"LX01": partial(scenes.under_expert_review, until=11), "LX06": PROMPT}),
    Living(-2, {"SG03": WAITING, "SG07": WAITING}),
    Living(0, {"SG03": WAITING, "SG13": WAITING}),
    Living(-4, {"SG12": WAITING, "LX11": REVIEW}),
    Living(-5, {"SG13": partial(scenes.ask_correction, asked=3), "SG03": PROMPT}),
    Living(-7, {"SG07": scenes.gaps_open, "SG08": scenes.gaps_open}),
    Living(-4, {"SG08": scenes.gaps_open, "LX11": REVIEW}),
    Living(-8, {"LX09": WAITING, "SG13": PROMPT}),
    Living(-8, {"GC07": partial(scenes.under_expert_review, until=19), "SG12": PROMPT}),
    Living(-5, {"SG12": scenes.to_deliver, "LX11": scenes.to_deliver}),
    Living(-2, {"SG03": PROMPT, "LX06": REVIEW, "LX12": REVIEW}),
    Living(-1, {"LX01": REVIEW, "LX06": REVIEW}),
    Living(-22, {"SG08": scenes.revoked, "SG13": PROMPT}),
    Living(-24, {"SG07": scenes.cancelled, "SG12": PROMPT}),
    Living(-2, {"SG03": WAITING}, end="draft"),
    Living(-6, {"SG07": WAITING, "SG08": WAITING}, end="draft"),
    # written down late; decided within minutes, beside one taken back; decided after the promise
    Living(-7, {"LX06": scenes.entered_late, "SG13": PROMPT}),
    Living(-5, {"SG08": scenes.within_minutes, "SG13": scenes.withdrawn}),
    Living(-12, {"LX11": partial(scenes.late, over=2), "SG13": PROMPT}),
)
# On permits, after those whose results live: how time is counted.
LIVING_COUNTED: tuple[Living, ...] = (
    # one assessment by report, one by form: 60 and 30 days; the report's date lies in another year
    Living(-3, {"SG11": REVIEW}, variants={"SG11": "report"}),
    Living(-3, {"SG11": REVIEW, "SG13": PROMPT}),
    # 20 + 40 working days, and the renewal of a life of a year: dates so far ahead that no notice has settled them
    Living(-4, {"LX03": partial(scenes.extended, on=1, by=40)}),
    Living(-60, {"GC03": partial(lives.lived, deeds=lives.EARLY_RENEWAL)}, stands_on=("GC01",)),
    # papers incomplete, the time started anew yesterday
    Living(-6, {"SG05": scenes.counted_anew}, stands_on=PERMIT_STANDS_ON),
)
# Other ways of an application, on projects that have no placed one yet.
BY_COMMITMENT = {"SG12": "commitment"}
OTHER_WAYS: Mapping[str, Living] = {
    # before there is land: in review by simulation, passed and waiting, turned into an application in earnest
    "仰口旅游服务中心": Living(-3, {"GC01": ways.to_improve, "GC03": WAITING}, end="simulated", stands_on=("LX04",)),
    "枣行社区旧村改造": Living(
        -8, {"GC01": ways.simulated, "GC03": ways.improved_and_simulated}, end="simulated", stands_on=("LX04",)
    ),
    "金家岭财富管理大厦": Living(
        -14,
        {"GC01": partial(ways.converted, decided=12), "GC03": ways.converted},
        end="simulated",
        stands_on=("LX04",),
        deeds=ways.LAND_COMES,
    ),
    # a hearing may be asked for; one is called
    "仙霞岭路文化中心": Living(-3, {"GC03": ways.hearing_told}, stands_on=("GC01",)),
    "登瀛片区旧村改造": Living(-5, {"GC03": partial(ways.hearing_called, host="@zg-juzhang")}, stands_on=("GC01",)),
    # a commitment gives a pre-licence: it lives, died, was turned into the permit
    "云岭路中学扩建": Living(-12, {"GC03": ways.pre_licensed}, stands_on=("GC01",)),
    "辽阳东路生物医药孵化器": Living(-58, {"GC03": ways.pre_licence_lapsed}, stands_on=("GC01",)),
    "香港东路酒店改造": Living(-20, {"GC03": ways.made_formal}, stands_on=("GC01",)),
    # a commitment gives the licence: to be decided, to be checked, kept, not kept, advised to be revoked, revoked
    "枣山西路打通工程": Living(-1, {"SG12": ways.on_commitment}, variants=BY_COMMITMENT),
    "文张路北延打通工程": Living(-6, {"SG12": ways.committed}, variants=BY_COMMITMENT),
    "十九路南侧停车场": Living(-20, {"SG12": ways.commitment_kept}, variants=BY_COMMITMENT),
    "海尔路-银川路立交停车场": Living(-14, {"SG12": ways.commitment_not_kept}, variants=BY_COMMITMENT),
    "午山绿道": Living(-22, {"SG12": ways.revocation_advised}, variants=BY_COMMITMENT),
    "石老人滨海公园": Living(-30, {"SG12": ways.commitment_revoked}, variants=BY_COMMITMENT),
    # papers that follow: promised, come, overdue
    "滨海路支线打通工程": Living(-2, {"SG08": ways.gaps_promised}),
    "株洲路道路整治": Living(-10, {"SG08": ways.gaps_filled}),
    "株洲路综合管廊": Living(-12, {"SG08": scenes.gaps_open}),
    # sent back to the window; sent back and decided in time; handed over
    "株洲路片区电力迁改": Living(-2, {"SG08": ways.returned, "SG12": ways.returned}),
    "张村河河道整治上游段": Living(-10, {"SG12": ways.returned_and_sent_again}),
    "张村河河道整治中游段": Living(-2, {"SG08": partial(ways.handed_over, department="ZJ")}),
    # a change asked for, made, taken back; the permit recalled by the office
    "张村河跨河桥一号桥": Living(-9, {"SG08": ways.change_asked}),
    "张村河跨河桥二号桥": Living(-15, {"SG08": partial(ways.change_decided, action="approve", inputs=ways.CHANGED)}),
    "辽阳东路路面整治": Living(
        -15, {"SG08": partial(ways.change_decided, action="withdraw", inputs={}, by="applicant")}
    ),
    "海尔路路灯节能改造": Living(-14, {"SG08": ways.recalled}),
    # the whole application taken back
    "深圳路雨水管网改造": Living(-8, {"SG08": REVIEW, "LX11": REVIEW}, deeds=ways.TAKEN_BACK),
}
