"""The shipped catalogue: it loads, and it says what the law and the fact book say."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from workflow.catalogue import Catalogue, load_catalogue
from workflow.catalogue.load import FILES
from workflow.clock.limit import Limit, Unit
from workflow.identifiers import ProjectCodeRule

CONFIG = Path(__file__).resolve().parents[2] / "config"

LX = [f"LX{number:02}" for number in range(1, 13)]
GC = [f"GC{number:02}" for number in range(1, 9)]
SG = [*(f"SG{number:02}" for number in range(1, 6)), "SG05a", "SG05b", "SG05c", *(f"SG{n:02}" for n in range(6, 14))]
JG = [f"JG{number:02}" for number in range(1, 11)]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(CONFIG)


def test_the_whole_catalogue_is_there_in_the_order_of_the_stages(catalogue: Catalogue) -> None:
    assert list(catalogue.items) == LX + GC + SG + JG
    assert [item.code for item in catalogue.stage_items(2)] == GC
    assert {item.stage for item in catalogue.items.values()} == {1, 2, 3, 4}


@pytest.mark.parametrize(
    ("code", "statutory", "base"),
    [
        ("LX03", "20wd", "acceptance"),
        ("LX04", None, None),
        ("LX07", "20wd", "acceptance"),
        ("GC01", None, None),
        ("GC07", "45wd", "acceptance"),
        ("SG02", "15wd", "acceptance"),
        ("SG05", "7wd", "receipt"),
        ("SG05b", "7wd", "receipt"),
        ("SG11", "30cd", "receipt"),
        ("JG08", None, None),
        ("JG10", "30wd", "acceptance"),
    ],
)
def test_the_limits_of_the_law_are_as_the_law_says(
    catalogue: Catalogue, code: str, statutory: str | None, base: str | None
) -> None:
    found = catalogue.items[code].statutory
    assert (None if found is None else str(found.limit)) == statutory
    assert (None if found is None else found.base) == base


@pytest.mark.parametrize(
    ("code", "days"),
    [
        ("LX01", 3),
        ("LX03", 5),
        ("LX07", 20),
        ("GC01", 7),
        ("GC03", 5),
        ("SG05", 1),
        ("SG08", 3),
        ("JG01", 3),
        ("JG08", 7),
    ],
)
def test_a_promise_is_the_default_of_the_district_and_says_that_it_is_assumed(
    catalogue: Catalogue, code: str, days: int
) -> None:
    promised = catalogue.items[code].promised
    assert promised is not None
    assert promised.limit == Limit(days, Unit.WORKING_DAY)
    assert promised.assumed
    assert not promised.instant


def test_what_is_done_on_the_spot_is_marked_and_fenced_with_one_day(catalogue: Catalogue) -> None:
    instant = {item.code for item in catalogue.items.values() if item.promised and item.promised.instant}
    assert instant == {"LX04", "SG04", "SG09", "JG06", "JG09"}
    assert {str(catalogue.items[code].promised.limit) for code in instant} == {"1wd"}  # type: ignore[union-attr]


def test_nothing_is_said_of_the_website_until_it_is_known(catalogue: Catalogue) -> None:
    site = catalogue.site
    assert [site.organiser, site.telephone, site.site_code, site.icp, site.police] == [None] * 5


def test_what_is_known_of_the_website_is_taken_as_it_was_given(tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config)
    known = """valid_from: 2026-01-01
valid_to: null
source: 主办单位
organiser: {zh: 示例主办单位, en: Example organiser}
telephone: "0532-00000000"
site_code: "0000000000"
icp: 鲁ICP备00000000号-1
police: 鲁公网安备00000000000000号
"""
    (config / "site.yaml").write_text(known, encoding="utf-8")

    site = load_catalogue(config).site

    assert site.organiser is not None
    assert (site.organiser.zh, site.site_code, site.icp) == ("示例主办单位", "0000000000", "鲁ICP备00000000号-1")


def test_an_extension_is_ten_days_by_the_director_and_forty_for_a_verification(catalogue: Catalogue) -> None:
    days = {item.code: item.extension.days for item in catalogue.items.values() if item.extension}
    assert days.pop("LX03") == 40
    assert set(days.values()) == {10}
    assert "SG05" not in days
    assert {item.extension.role for item in catalogue.items.values() if item.extension} == {"director"}


def test_a_variant_has_its_own_limits_and_keeps_the_rest(catalogue: Catalogue) -> None:
    report = catalogue.items["SG11"].limits("report")
    assert [str(one.limit) for one in report if one] == ["60cd", "10wd"]
    large = catalogue.items["SG01"].limits("large")
    assert [str(one.limit) for one in large if one] == ["15wd", "5wd"]
    assert catalogue.items["SG11"].limits() == (catalogue.items["SG11"].statutory, catalogue.items["SG11"].promised)
    with pytest.raises(KeyError):
        catalogue.items["SG11"].limits("none")


def test_only_the_closed_list_of_article_45_and_the_commissioned_evaluation_stop_the_law(catalogue: Catalogue) -> None:
    stopping = {code for code, cause in catalogue.causes.items() if "statutory" in cause.stops}
    article_45 = {"hearing", "tender", "auction", "inspection", "testing", "quarantine", "appraisal", "expert_review"}
    # 施工许可管理办法 5(3): of the permit whose seven days start anew once its papers are complete, nothing else
    # of a tender its own periods (招标投标法实施条例 22, 54, 62): no item may be paused for these
    tenders = {"tender_objection", "tender_order"}
    assert stopping == article_45 | {"commissioned_evaluation", "documents_incomplete"} | tenders
    assert all(tenders.isdisjoint(item.pauses) for item in catalogue.items.values())
    assert all("promised" in cause.stops for cause in catalogue.causes.values())
    assert catalogue.causes["publicity"].stops == {"promised"}
    assert catalogue.causes["other"].approval == "director"


def test_the_longest_pauses_are_those_of_the_fact_book(catalogue: Catalogue) -> None:
    caps = {code: str(cause.cap) for code, cause in catalogue.causes.items()}
    assert (caps.pop("expert_review"), caps.pop("rectification")) == ("20wd", "3wd")
    assert (caps.pop("tender_objection"), caps.pop("tender_order")) == ("90wd", "90wd")
    assert set(caps.values()) == {"30wd"}


def test_a_works_permit_waits_for_the_planning_permit_and_so_down_to_the_site_opinion(catalogue: Catalogue) -> None:
    assert "GC03" in catalogue.blockers("SG05")
    assert {"GC01", "LX08", "LX06"} <= set(catalogue.blockers("GC03"))
    assert catalogue.blockers("JG09") == ("JG08",)
    (allocation,) = [one for one in catalogue.items["LX08"].must_precede if "LX07" in one.any_of]
    assert allocation.or_document == "land_contract"


def test_what_must_come_before_the_works_begin_is_tied_to_that_event(catalogue: Catalogue) -> None:
    before = {
        item.code for item in catalogue.items.values() for one in item.prerequisites if one.event == "works_start"
    }
    assert before == {"LX04", "LX10", "LX11", "GC06", "GC07", "SG10", "SG11", "SG12"}
    assert [one.event for one in catalogue.items["JG01"].prerequisites if one.event] == ["completion_acceptance"]


def test_permits_live_as_long_as_their_law_says(catalogue: Catalogue) -> None:
    lives = {item.code: str(item.lifetime.limit) for item in catalogue.items.values() if item.lifetime}
    years = {"LX03": "2y", "LX08": "1y", "GC03": "1y", "SG11": "5y"}
    months = {"SG05": "3mo", "SG05a": "2mo", "SG05b": "2mo", "SG05c": "2mo"}
    assert lives == years | months
    renewal = catalogue.items["SG05"].lifetime.renewal  # type: ignore[union-attr]
    assert renewal is not None
    assert (renewal.times, str(renewal.limit)) == (2, "3mo")
    assert catalogue.items["GC03"].pre_licence.renewal is None  # type: ignore[union-attr]


def test_one_upload_serves_every_item_that_asks_for_the_paper(catalogue: Catalogue) -> None:
    assert len(catalogue.materials["application_form"].items) > 30
    assert catalogue.materials["planning_permit"].items == ("SG02", "SG10", "JG01")
    for code, shared in catalogue.materials.items():
        assert all(catalogue.items[item].material(code).title == shared.title for item in shared.items)  # type: ignore[union-attr]
    assert catalogue.items["LX01"].material("seismic_report") is None
    assert "stability_opinion" not in catalogue.items["LX02"].required_materials


def test_an_escalation_climbs_to_the_district_leader_and_stops(catalogue: Catalogue) -> None:
    assert catalogue.above("officer") == ("squad_leader", "director", "district_leader")
    assert catalogue.above("district_leader") == ()
    assert [role.code for role in catalogue.roles.values() if role.automatic] == ["clock", "system"]


def test_the_programme_is_as_published(catalogue: Catalogue) -> None:
    assert [stage.title.zh for stage in catalogue.stages.values()] == [
        "立项用地规划许可",
        "工程建设许可",
        "施工许可",
        "竣工验收",
        "并行推进",
    ]
    assert str(catalogue.ceiling) == "100wd"
    assert {squad.serves for squad in catalogue.squads.values()} == {"needs_permit", "needs_tender"}
    assert len(catalogue.battlefronts) == 7
    assert sum(not front.assumed for front in catalogue.battlefronts.values()) == 4
    assert next(street.title.zh for street in catalogue.streets.values()) == "中韩街道"
    assert len(catalogue.streets) == 5


def test_rows_are_filed_under_the_city(catalogue: Catalogue) -> None:
    assert (catalogue.district.filed_under, catalogue.district.region) == ("370200", "370212")


def test_the_rules_are_the_defaults_of_the_fact_book(catalogue: Catalogue) -> None:
    assert (str(catalogue.lights.yellow_left), str(catalogue.lights.red_after)) == ("1wd", "1wd")
    assert str(catalogue.conventions.completeness) == "5wd"
    assert catalogue.conventions.joint.extension_role == "district_leader"
    assert (str(catalogue.help.first_response_day), str(catalogue.help.first_response_night)) == ("30min", "2h")
    assert catalogue.thresholds["tender_works"].amount == 4_000_000
    assert catalogue.project_code_rule == ProjectCodeRule()
    assert list(catalogue.codes["blzt"]) == [str(number) for number in range(1, 17)]
    assert not catalogue.codes["blzt"]["16"].exported
    assert len(catalogue.codes["splclx"]) == 10


def test_every_file_says_from_when_and_from_where(catalogue: Catalogue) -> None:
    assert len(catalogue.sources) == len(catalogue.items) + len(FILES)
    assert all(validity.source for validity in catalogue.sources.values())
    assert catalogue.in_force("SG05", date(2022, 1, 1))
    assert not catalogue.in_force("SG05", date(2021, 12, 31))


def test_a_digest_follows_the_content_not_the_remarks(catalogue: Catalogue, tmp_path: Path) -> None:
    copy = tmp_path / "config"
    shutil.copytree(CONFIG, copy)
    file = copy / "items" / "SG05.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text("# remark\n" + text, encoding="utf-8")
    assert load_catalogue(copy).items["SG05"].digest == catalogue.items["SG05"].digest
    file.write_text(text.replace("limit: 1wd", "limit: 2wd"), encoding="utf-8")
    changed = load_catalogue(copy)
    assert changed.items["SG05"].digest != catalogue.items["SG05"].digest
    assert changed.items["SG06"].digest == catalogue.items["SG06"].digest
    assert changed.digest != catalogue.digest
