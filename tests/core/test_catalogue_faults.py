"""Broken catalogues: every kind of fault is named, with file, key, line and what is known instead."""

# ruff: noqa: E501 - the table of broken lines is read by its columns

import shutil
from pathlib import Path

import pytest

from workflow.catalogue import load_catalogue
from workflow.catalogue.item_checks import circles
from workflow.catalogue.load import FILES
from workflow.errors import ConfigFaults, Fault

CONFIG = Path(__file__).resolve().parents[2] / "config"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A configuration of one's own to break."""
    for folder in ("items", "rules", "programme", "codes", "documents"):
        shutil.copytree(CONFIG / folder, tmp_path / "config" / folder)
    for file in CONFIG.glob("*.yaml"):
        shutil.copy(file, tmp_path / "config")
    return tmp_path / "config"


def change(config: Path, file: str, old: str, new: str) -> None:
    text = (config / file).read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    (config / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(config: Path) -> tuple[Fault, ...]:
    with pytest.raises(ConfigFaults) as caught:
        load_catalogue(config)
    return caught.value.faults


def one_fault(config: Path) -> Fault:
    found = faults(config)
    assert len(found) == 1, [str(fault) for fault in found]
    return found[0]


def line_of(config: Path, file: str, text: str) -> int:
    lines = (config / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


BROKEN = [
    ("site.yaml", "icp: null", "icp: 12345", "icp", "a number is put in quotes", ""),
    ("site.yaml", "site_code: null", 'site_code: "37021"', "site_code", "not in the form of 0000000000", ""),
    ("site.yaml", "icp: null", "icp: 备案中", "icp", "not in the form of 鲁ICP备", ""),
    ("site.yaml", "police: null", "police: 公安备案中", "police", "not in the form of 鲁公网安备", ""),
    ("site.yaml", "telephone: null", "telephone: 请来电", "telephone", "not in the form of 0532-", ""),
    ("site.yaml", "telephone: null", "phone: null", "phone", "unknown key", ""),
    # file, text, its replacement, key of the fault, words of its message, one known word
    ("items/SG05.yaml", "department: QX", "department: QK", "department", "unknown department 'QK'", "QX"),
    ("items/SG07.yaml", "[JJ]", "[JX]", "co_departments[0]", "unknown department", "JJ"),
    ("items/SG05.yaml", "[GC03]", "[GC33]", "prerequisites[0].any_of[0]", "unknown item 'GC33'", "GC03"),
    ("items/GC03.yaml", "substitutes: [LX06]", "substitutes: [LX66]", "prerequisites[1].substitutes[0]", "LX66", "LX06"),
    ("items/LX06.yaml", "[expert_review,", "[expert_reveiw,", "pauses[0]", "did you mean expert_review?", "expert_review"),
    ("items/LX06.yaml", "[expert_review, other]", "[other, other]", "pauses[1]", "stands twice", ""),
    ("items/LX06.yaml", "role: director", "role: directer", "extension.role", "did you mean director?", "director"),
    ("items/LX06.yaml", "limit: 5wd", "limit: 21wd", "promised.limit", "longer than the law's 20wd", "at most 20wd"),
    ("items/LX06.yaml", "limit: 5wd", "limit: 5 wd", "promised.limit", "a whole number and a unit", ""),
    ("items/LX06.yaml", "limit: 5wd", "limit: 0wd", "promised.limit", "at least 1", ""),
    ("items/LX06.yaml", "limit: 5wd", "limit: 5", "promised.limit", "5: a limit is needed", ""),
    ("items/SG11.yaml", "limit: 10wd", "limit: 3mo", "variants[0].promised.limit", "longer than the law's 60cd", ""),
    ("items/SG06.yaml", "code: water_quality", "code: drainage_plan", "materials[2].code", "stands twice", ""),
    ("items/GC03.yaml", "issued_by: GC01", "issued_by: GC11", "materials[3].issued_by", "unknown issuer", "GC01"),
    ("items/LX08.yaml", "or_document: land_contract", "or_document: land_contact", "prerequisites[1].or_document", "did you mean land_contract?", "land_contract"),
    ("items/LX10.yaml", "event: works_start", "event: work_start", "prerequisites[0].event", "did you mean works_start?", "works_start"),
    ("items/LX10.yaml", "    event: works_start\n", "", "prerequisites[0]", "needs an event", ""),
    ("items/LX10.yaml", "event: works_start", "event: works_start\n    any_of: [LX01]", "prerequisites[0]", "about this item itself", ""),
    ("items/LX07.yaml", "    any_of: [LX02]\n", "", "prerequisites[0]", "needs any_of or or_document", ""),
    ("items/LX07.yaml", "any_of: [LX02]", "any_of: [LX02]\n    event: works_start", "prerequisites[0].event", "has no event", ""),
    ("items/LX07.yaml", "applies_if: allocated_land", "applies_if: allocated", "applies_if", "unknown project trait", "allocated_land"),
    ("items/LX11.yaml", "    waived_if: regional_assessment", "    waived_if: regional", "prerequisites[0].waived_if", "unknown project trait", "regional_assessment"),
    ("items/SG05.yaml", "until: works_start", "until: never", "lifetime.until", "unknown event", "works_start"),
    ("items/JG09.yaml", "from: completion_acceptance", "from: completion", "duty.from", "unknown event", "completion_acceptance"),
    ("items/JG09.yaml", "code: JG09", "code: JG11", "code", "the file is called JG09.yaml", "JG09"),
    ("items/LX06.yaml", "stage: 1", "stage: 2", "stage", "LX belongs to stage 1", "1"),
    ("items/LX06.yaml", "stage: 1", "stage: 7", "stage", "7: must be", ""),
    ("items/LX06.yaml", "kind: permit", "kind: permt", "kind", "did you mean permit?", "permit"),
    ("items/LX06.yaml", "kind: permit", "kind: permit\nkin: permit", "kin", "unknown key; did you mean kind?", "kind"),
    ("items/LX06.yaml", "public: true", "public: yes", "public", "'yes': true or false is needed", ""),
    ("items/LX06.yaml", "version: 1", 'version: "1"', "version", "a whole number is needed", ""),
    ("items/LX06.yaml", "version: 1", "version: 0", "version", "0: must be", ""),
    ("items/LX06.yaml", "valid_from: 2022-01-01", "valid_from: 2022-02-30", "valid_from", "a date is needed", ""),
    ("items/LX06.yaml", "valid_to: null", "valid_to: 2021-12-31", "valid_to", "is before valid_from", ""),
    ("items/LX06.yaml", "max_mb: 20", "max_mb: 0", "materials[0].max_mb", "0: must be", ""),
    ("items/LX06.yaml", "formats: [pdf, docx]", "formats: [pdf, exe]", "materials[0].formats[1]", "'exe': not one of", "zip"),
    ("items/LX06.yaml", "formats: [pdf, docx]", "formats: []", "materials[0].formats", "at least one format", ""),
    ("items/LX06.yaml", "may_follow: false", "may_follow: true", "materials[0].may_follow", "no gap_limit", ""),
    ("items/SG07.yaml", "required: true, may_follow: true", "required: false, may_follow: true", "materials[3].may_follow", "only a required paper", ""),
    ("items/SG11.yaml", "pauses:", "extension: {days: 10, role: director, basis: x}\npauses:", "extension", "counts working days", ""),
    ("items/GC01.yaml", "pauses:", "extension: {days: 10, role: director, basis: x}\npauses:", "extension", "no statutory limit", ""),
    ("items/SG01.yaml", "code: large\n    zh: 大型工程", "code: large\n    zh: 7", "variants[0].zh", "7: text is needed", ""),
    ("items/SG08.yaml", "zh: 申请表（申请文件）", "zh: 申请书", "materials[0]", "another name or issuer than in items/LX01.yaml", "申请表（申请文件） / Application form"),
    ("organisation.yaml", "squad_leader: director", "squad_leader: directer", "superiors.squad_leader", "unknown role 'directer'", "director"),
    ("organisation.yaml", "director: district_leader", "director: squad_leader", "superiors.squad_leader", "stand above each other", ""),
    ("organisation.yaml", "scope: company", "scope: firm", "roles.applicant.scope", "not one of the accepted words", "company"),
    ("organisation.yaml", 'region: "370212"', "region: 370212", "district.region", "put in quotes", ""),
    ("organisation.yaml", "level: district}", "level: district, credit_code: 91370212MA0000015X}", "departments.QX.credit_code", "need Y", ""),
    ("rules/pauses.yaml", "opened_by: [officer]", "opened_by: [offcer]", "causes.hearing.opened_by[0]", "unknown role", "officer"),
    ("rules/pauses.yaml", "approval: director", "approval: directer", "causes.other.approval", "unknown role", "director"),
    ("rules/pauses.yaml", "approval: director", "approval: null", "causes.other", "needs an approval", ""),
    ("rules/pauses.yaml", "notice: true", "notice: false", "causes.hearing.notice", "told in writing", "true"),
    ("rules/pauses.yaml", "cap: 3wd", "cap: 1wd", "causes.rectification.alarm", "not inside the pause", ""),
    ("rules/pauses.yaml", "cap: 30wd", "cap: 42cd", "causes.hearing.cap", "counted in working days", "42wd"),
    ("rules/pauses.yaml", "stops: [statutory, promised]", "stops: []", "causes.hearing.stops", "stops no clock", "promised"),
    ("rules/pauses.yaml", "opened_by: [officer]", "opened_by: []", "causes.hearing.opened_by", "at least one role", ""),
    ("rules/lights.yaml", "red: 3}", "red: 1}", "months_late.red", "not above yellow", ""),
    ("rules/lights.yaml", "red: 2, counted", "red: 1, counted", "milestones.entry.red", "not above yellow", ""),
    ("rules/lights.yaml", "counted: calendar_months", "counted: weeks", "milestones.start.counted", "not one of", "full_months"),
    ("rules/lights.yaml", "notice_left: 2wd", "notice_left: 1wd", "notice_left", "not before yellow", ""),
    ("rules/clocks.yaml", "rung_time: 09:00", "rung_time: 25:00", "rung_time", "a time of day is needed", ""),
    ("rules/clocks.yaml", "extension_role: district_leader", "extension_role: leader", "joint.extension_role", "unknown role", "district_leader"),
    ("rules/clocks.yaml", "pause_alarm: 3wd", "pause_alarm: 30wd", "pause_alarm", "not inside a pause", ""),
    ("rules/clocks.yaml", "pause_counting: after_start_through_end", "pause_counting: both_ends", "pause_counting", "not one of", "after_start_through_end"),
    ("rules/figures.yaml", "of: early, among", "of: earli, among", "figures.early_finish.ratios.share.of", "no part 'earli'", "early"),
    ("rules/figures.yaml", "    parts_of: days\n", "", "figures.net_days", "needs either parts or parts_of", ""),
    ("rules/figures.yaml", "unit: working_days", "unit: days", "figures.days_saved.unit", "not one of", "working_days"),
    ("rules/figures.yaml", "version: 1", "version: 0", "figures.early_finish.version", "0: must be", ""),
    ("rules/early-finish.yaml", "compare: fewer", "compare: less", "compare", "not one of", "fewer"),
    ("rules/landing-time.yaml", "permits: [SG05,", "permits: [SG95,", "permits[0]", "unknown item", "SG05"),
    ("rules/forecast.yaml", "likely_from: 50", "likely_from: 101", "likely_from", "101: must be", ""),
    ("rules/report.yaml", "early_share_target: 76", "early_share_target: 101", "early_share_target", "101: must be", ""),
    ("rules/forecast.yaml", "least_reached: 5", "least_reached: 0", "least_reached", "0: must be", ""),
    ("rules/thresholds.yaml", "unit: m2", "unit: mu", "thresholds.permit_free_area.unit", "not one of", "m2"),
    ("programme/stages.yaml", "lead: ZG", "lead: ZQ", "stages[1].lead", "unknown department", "ZG"),
    ("programme/stages.yaml", "milestone: GC03", "milestone: GC93", "stages[1].milestone", "unknown item", "GC03"),
    ("programme/stages.yaml", "{no: 4,", "{no: 3,", "stages", "the stages 1 to 5 are needed", ""),
    ("programme/stages.yaml", "lead: null, virtual: true", "lead: null", "stages[4].virtual", "is virtual", ""),
    ("programme/squads.yaml", "role: squad_leader", "role: captain", "squads.permits.members[0].role", "unknown role", "squad_leader"),
    ("programme/squads.yaml", "serves: needs_permit", "serves: permits", "squads.permits.serves", "not one of", "needs_permit"),
    ("programme/help.yaml", "day_to: 22:00", "day_to: 07:00", "day_to", "must end after it begins", ""),
    ("codes/streets.yaml", "code: null", 'code: "370212"', "streets.zhonghan.code", "9 digits", ""),
    ("codes/project-code.yaml", "[2013, 2020]", "[2020, 2013]", "legacy_years", "the first and the last", ""),
    ("codes/permit-number.yaml", r"'\d{18}'", r"'(\d{18}'", "patterns[0]", "not a regular expression", ""),
    ("codes/blzt.yaml", '"1": {', "1: {", "codes", "put it in quotes", ""),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "key", "words", "known"), BROKEN)
def test_a_broken_line_is_named_with_file_key_line_and_what_is_known(
    copy: Path, file: str, old: str, new: str, key: str, words: str, known: str
) -> None:
    change(copy, file, old, new)
    fault = one_fault(copy)
    assert (fault.file, fault.key) == (file, key)
    assert words in fault.message
    assert fault.line is not None
    if known:
        assert known in fault.known


def test_a_fault_stands_at_the_line_of_its_value(copy: Path) -> None:
    change(copy, "items/SG05.yaml", "department: QX", "department: QK")
    assert one_fault(copy).line == line_of(copy, "items/SG05.yaml", "department:")


def test_a_missing_key_is_named_at_the_thing_that_lacks_it(copy: Path) -> None:
    change(copy, "items/SG05.yaml", "  from: receipt\n", "")
    fault = one_fault(copy)
    assert (fault.key, fault.line) == ("statutory.from", line_of(copy, "items/SG05.yaml", "statutory:"))
    assert "missing" in fault.message


def test_items_that_wait_for_each_other_are_named_as_a_circle(copy: Path) -> None:
    waits = "prerequisites:\n  - kind: must_precede_decision\n    any_of: [GC03]\n    zh: 某\n    en: Some\n"
    change(copy, "items/LX06.yaml", "public:", waits + "public:")
    circle = [fault for fault in faults(copy) if "wait for each other" in fault.message]
    assert circle
    assert any("LX06 → GC03" in fault.message for fault in circle)
    assert all(fault.file.startswith("items/") for fault in circle)


def test_an_item_that_waits_for_itself_is_a_circle_too(copy: Path) -> None:
    change(copy, "items/LX07.yaml", "any_of: [LX02]", "any_of: [LX07]")
    assert "LX07 → LX07" in one_fault(copy).message


def test_circles_are_found_once_each() -> None:
    assert circles({"a": ["b"], "b": ["c"], "c": ["a", "d"], "d": ["d"], "e": ["a"]}) == [("a", "b", "c"), ("d",)]
    assert circles({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) == []


def test_every_fault_of_every_file_is_listed_in_the_order_of_files_and_lines(copy: Path) -> None:
    change(copy, "items/SG05.yaml", "department: QX", "department: QK")
    change(copy, "items/SG05.yaml", "[GC03]", "[GC33]")
    change(copy, "items/GC01.yaml", "kind: review", "kind: reveiw")
    change(copy, "rules/pauses.yaml", "approval: director", "approval: directer")
    change(copy, "items/LX01.yaml", "version: 1", "version: 1\nversion: 2")
    (copy / "codes/streets.yaml").unlink()
    found = faults(copy)
    assert [(fault.file, fault.key) for fault in found] == [
        ("codes/streets.yaml", "(file)"),
        ("items/GC01.yaml", "kind"),
        ("items/LX01.yaml", "version"),
        ("items/SG05.yaml", "department"),
        ("items/SG05.yaml", "prerequisites[0].any_of[0]"),
        ("rules/pauses.yaml", "causes.other.approval"),
    ]


def test_one_unreadable_file_is_not_blamed_on_the_files_that_refer_to_it(copy: Path) -> None:
    (copy / "organisation.yaml").write_text("roles: [", encoding="utf-8")
    assert {fault.file for fault in faults(copy)} == {"organisation.yaml"}


def test_a_file_that_would_be_skipped_silently_is_a_fault(copy: Path) -> None:
    (copy / "items/SG06.yaml").rename(copy / "items/SG06.yml")
    found = faults(copy)
    assert ("items/SG06.yml", "only <code>.yaml files belong here") in [(one.file, one.message) for one in found]


def test_a_folder_without_configuration_names_everything_that_is_missing(tmp_path: Path) -> None:
    found = faults(tmp_path)
    assert len(found) == len(FILES) + 2, "the two folders are missing as well"
    assert all("missing" in fault.message for fault in found)


def test_what_is_no_mapping_at_all_is_a_fault(copy: Path) -> None:
    (copy / "items/SG06.yaml").write_text("- a\n- b\n", encoding="utf-8")
    (copy / "rules/lights.yaml").write_text("plain\n", encoding="utf-8")
    (copy / "programme/squads.yaml").write_text("valid_from: 2022-01-01\nvalid_to: null\nsource: x\nsquads: []\n")
    assert [(one.file, one.message) for one in faults(copy)] == [
        ("items/SG06.yaml", "a mapping of keys to values is needed"),
        ("programme/squads.yaml", "not a valid mapping type"),
        ("rules/lights.yaml", "'plain': a mapping of keys to values is needed"),
    ]
