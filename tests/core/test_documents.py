"""Documents: their files are read strictly, what they must state stops the action, and the seal covers all of it."""

# ruff: noqa: E501 - the table of broken files is read by its columns

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from tests import given
from tests.given import Town, moment
from workflow.catalogue import Catalogue, load_catalogue
from workflow.catalogue.document_files import ALWAYS
from workflow.commands.fire_rungs import sweep
from workflow.documents import COMMON_FACTS, GROUPS
from workflow.errors import ConfigFaults, Fault, NotMet
from workflow.loading import load_flows
from workflow.settings import default_config_folder
from workflow.statements import FACTS, check_code, seal_of
from workflow.store.cases import ALL_GROUPS
from workflow.store.documents import Issued, issued
from workflow.typesetting import trial_faults
from workflow.work import Office, open_office

CONFIG = default_config_folder()
RECEIVED = moment("2026-03-02")
# fmt: off
KINDS = [
    "receipt", "acceptance_notice", "not_needed_notice", "not_accepted_decision", "correction_notice",
    "gaps_promise", "commitment", "special_procedure_notice", "special_procedure_end_notice", "extension_notice",
    "hearing_notice", "consultation_letter", "consultation_minutes", "permit_decision", "refusal_decision",
    "delivery_receipt", "rectification_notice", "joint_opinion", "filing_certificate", "revocation_decision",
    "recall_decision", "cancellation_decision", "change_decision", "renewal_receipt", "renewal_decision",
    "renewal_refusal", "lapse_notice", "lateness_statement", "supervision_notice", "joint_completion_notice",
    "help_receipt", "help_closing", "tender_suspension_notice", "objection_answer", "complaint_decision",
    "checklist_sheet",
]
# fmt: on


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(CONFIG)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration of one's own to break."""
    return Path(shutil.copytree(CONFIG, tmp_path / "config"))


@pytest.fixture
def town(office: Office) -> Town:
    return given.town(office)


def change(config: Path, file: str, old: str, new: str) -> None:
    path = config / "documents" / file
    source = path.read_text(encoding="utf-8")
    assert old in source
    path.write_text(source.replace(old, new, 1), encoding="utf-8")


def one_fault(config: Path) -> Fault:
    with pytest.raises(ConfigFaults) as caught:
        load_flows(config / "flows", load_catalogue(config))
    assert len(caught.value.faults) == 1, str(caught.value)
    return caught.value.faults[0]


def document(office: Office, no: str, kind: str) -> Issued:
    """The newest document of that kind on a case."""
    with office.engine.connect() as conn:
        number = conn.execute(
            text("""
SELECT d.no FROM documents d JOIN cases c ON c.id = d.case_id WHERE c.no = :no AND d.kind = :kind
ORDER BY d.id DESC LIMIT 1"""),
            {"no": no, "kind": kind},
        ).scalar_one()
        found = issued(conn, number)
    assert found is not None
    return found


def rows(office: Office, table: str) -> int:
    with office.engine.connect() as conn:
        return int(conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


# ── the files ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_kind_of_the_plan_has_its_file(catalogue: Catalogue) -> None:
    assert sorted(KINDS) == sorted(set(KINDS) & set(catalogue.documents))


def test_numbers_keep_the_words_they_have_always_carried(catalogue: Catalogue) -> None:
    delivered = {
        "receipt": "收",
        "acceptance_notice": "受",
        "correction_notice": "补",
        "not_needed_notice": "免",
        "not_accepted_decision": "不受",
        "special_procedure_notice": "特",
        "special_procedure_end_notice": "特终",
        "extension_notice": "延",
        "permit_decision": "准",
        "refusal_decision": "驳",
        "delivery_receipt": "送",
        "revocation_decision": "撤",
        "cancellation_decision": "销",
        "joint_completion_notice": "联",
        "renewal_receipt": "续收",
        "renewal_decision": "续",
        "renewal_refusal": "不续",
        "lapse_notice": "废",
    }
    assert {kind: catalogue.documents[kind].code for kind in delivered} == delivered


def test_every_fact_has_a_meaning_and_every_group_is_one_that_can_be_read() -> None:
    assert set(FACTS) == set(COMMON_FACTS)
    assert set(ALWAYS) <= set(COMMON_FACTS)
    assert set(GROUPS) <= set(COMMON_FACTS)
    assert frozenset().union(*GROUPS.values()) <= ALL_GROUPS


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "words", "known"),
    [
        ("refusal_decision.typ", "decided_on,", "decided_at,", "states[2]", "did you mean decided_on?", "decided_on"),
        ("refusal_decision.typ", "said.basis,", "sad.basis,", "states[4]", "'sad.basis'", "said.<field of the action>"),
        ("refusal_decision.typ", 'fact("said.basis")', 'fact("said.bases")', "(text)", "do not name", "said.basis"),
        ("refusal_decision.typ", 'fact("said.basis")', 'fact("basics")', "(text)", "did you mean basis?", "said.basis"),
        ("refusal_decision.typ", "remedy: decision", "remedy: decisions", "remedy", "did you mean decision?", "silence"),
        ("refusal_decision.typ", "remedy: decision\n", "", "remedy", "or neither", "remedies"),
        ("refusal_decision.typ", "code: 驳", "code: 准", "code", "is the code of permit_decision already", "准"),
        ("refusal_decision.typ", "seal: permit", "seal: round", "seal", "not one of", "office"),
        ("refusal_decision.typ", "version: 1", "version: 0", "version", "1", ""),
        ("refusal_decision.typ", "/*", "//", "(file)", "front matter in a comment", ""),
        ("refusal_decision.typ", "basis: ", "bases: ", "basis", "missing data", ""),
        ("remedies.yaml", "valid_from: 2024-01-01", "valid_from: 2024-01-02", "valid_from", "the day after", "2024-01-01"),
        ("contacts.yaml", "  QX: {", "  QK: {", "departments.QK", "unknown department", "QX"),
    ],
)  # fmt: skip
def test_a_broken_document_file_is_named_with_file_key_and_what_is_known(
    config: Path, file: str, old: str, new: str, key: str, words: str, known: str
) -> None:
    change(config, file, old, new)
    with pytest.raises(ConfigFaults) as caught:
        load_catalogue(config)
    found = next(fault for fault in caught.value.faults if fault.file == f"documents/{file}")
    assert found.key.endswith(key)
    assert words in found.message
    assert any(known in one for one in (*found.known, ""))
    assert found.line is not None


def test_what_is_no_template_does_not_lie_in_the_folder_unseen(config: Path) -> None:
    (config / "documents" / "Receipt.typ").write_text("", encoding="utf-8")
    assert "<kind>.typ" in one_fault(config).known


def test_without_the_shared_frame_nothing_is_printed(config: Path) -> None:
    (config / "documents" / "_frame.typ").unlink()
    assert one_fault(config).file == "documents/_frame.typ"


def test_what_typst_cannot_set_is_found_before_anything_is_issued(config: Path) -> None:
    assert trial_faults(config, load_catalogue(config).documents.values()) == []
    change(config, "receipt.typ", "本凭证不是受理通知。", "本凭证不是受理通知。#if given( [")
    change(config, "lapse_notice.typ", "应当重新申请。", "应当重新申请。#nowhere")
    found = trial_faults(config, load_catalogue(config).documents.values())
    assert [fault.file for fault in found] == ["documents/lapse_notice.typ", "documents/receipt.typ"]
    assert "unknown variable: nowhere" in found[0].message
    assert "unclosed delimiter" in found[1].message


def test_an_action_that_issues_a_document_asks_what_the_document_must_state(config: Path) -> None:
    flow = config / "flows" / "item.v2.yaml"
    source = flow.read_text(encoding="utf-8")
    flow.write_text(source.replace("issues: lapse_notice", "issues: refusal_decision"), encoding="utf-8")
    with pytest.raises(ConfigFaults) as caught:
        load_flows(config / "flows", load_catalogue(config))
    missing = [fault for fault in caught.value.faults if fault.key == "actions.lapse.issues"]
    assert len(missing) == 2, "its reason and its basis"
    assert "said.reason, which is neither asked here nor kept" in missing[0].message


def test_what_a_document_must_state_may_not_be_left_out_of_the_form(config: Path) -> None:
    flow = config / "flows" / "item.v2.yaml"
    source = flow.read_text(encoding="utf-8")
    old = "reason: {zh: 无需许可的理由, en: Why no permit is needed, type: text, required: true}"
    flow.write_text(source.replace(old, old.replace("true", "false")), encoding="utf-8")
    found = one_fault(config)
    assert found.key == "actions.decline_not_needed.asks.reason.required"
    assert found.known == ("true",)


def test_of_two_versions_the_one_in_force_on_the_day_is_used(config: Path) -> None:
    folder = config / "documents"
    shutil.copy(folder / "receipt.typ", folder / "receipt.v1.typ")
    change(config, "receipt.typ", "version: 1\nvalid_from: 2022-01-01", "version: 2\nvalid_from: 2026-07-01")
    kind = load_catalogue(config).documents["receipt"]
    assert [kind.on(date(2026, 6, 30)).version, kind.on(date(2026, 7, 1)).version] == [1, 2]
    assert kind.on(date(2020, 1, 1)).version == 1, "before all of them the oldest"


def test_the_newest_version_is_the_one_without_a_number(config: Path) -> None:
    folder = config / "documents"
    shutil.copy(folder / "receipt.typ", folder / "receipt.v2.typ")
    change(config, "receipt.v2.typ", "version: 1", "version: 2")
    assert one_fault(config).known == ("receipt.typ",)


def test_the_remedy_told_is_the_one_in_force_on_the_day_of_issue(catalogue: Catalogue) -> None:
    before, after = (catalogue.remedies["decision"].on(day) for day in (date(2023, 12, 31), date(2024, 1, 1)))
    assert before is not None
    assert after is not None
    assert "有管辖权的人民政府" in after.text.zh
    assert "有管辖权的人民政府" not in before.text.zh
    for one in (before, after):
        assert "60 日" in one.text.zh
        assert "6 个月" in one.text.zh
        assert "3 个月" not in one.text.zh, "the templates of 2018–19 were wrong"
    silence = catalogue.remedies["silence"].on(date(2026, 1, 1))
    assert silence is not None
    assert "应当先" in silence.text.zh, "复议 first: 行政复议法 23"


# ── what is stated ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_acceptance_notice_states_both_due_dates(office: Office, town: Town) -> None:
    no = given.application(office, town, RECEIVED, ["LX06"]).cases["LX06"]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")

    stated = document(office, no, "acceptance_notice").facts["words"]

    assert stated["received_at"] == "2026年3月2日 10:00"
    assert stated["accepted_on"] == "2026年3月3日"
    assert "法定时限：20 个工作日，2026年3月31日届满" in stated["deadlines"]
    assert "承诺时限" in stated["deadlines"]
    assert stated["project_code"] == town.project.code
    assert stated["company_name"] == town.project.company_name
    assert stated["supervision_phone"]


def test_an_acceptance_by_silence_states_the_day_of_receipt(office: Office, town: Town) -> None:
    no = given.application(office, town, RECEIVED, ["LX06"]).cases["LX06"]
    now = moment("2026-03-10", "00:10")
    given.time_is(office.engine, now)
    sweep(office)

    stated = document(office, no, "acceptance_notice").facts["words"]

    assert stated["accepted_on"] == "2026年3月2日"
    assert "视为受理" in stated["acceptance"]
    assert "2026年3月30日届满" in stated["deadlines"]


def test_a_receipt_lists_the_files_of_its_own_item_with_their_hash(office: Office, town: Town) -> None:
    no = given.application(office, town, RECEIVED, ["LX06", "SG05"]).cases["SG05"]
    stated = document(office, no, "receipt").facts["words"]["materials"]
    assert stated["heads"] == ["材料", "文件", "SHA-256"]
    names = [row[0] for row in stated["rows"]]
    assert "施工合同" in names
    asked = {one.title.zh for one in office.catalogue.items["SG05"].materials}
    assert set(names) <= asked
    assert stated["rows"][0][2].replace("\n", "") == hashlib.sha256(b"%PDF-1.7 example").hexdigest()


def test_a_pause_notice_states_cause_basis_time_needed_and_what_it_does_to_the_due_date(
    office: Office, town: Town
) -> None:
    no = given.application(office, town, RECEIVED, ["LX06"]).cases["LX06"]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    department = office.catalogue.items["LX06"].department
    said = {"cause": "expert_review", "until": "2026-03-11", "reason": "方案复杂"}
    given.act(office, town.officers[department], moment("2026-03-04"), no, "start_special", said)

    pause = document(office, no, "special_procedure_notice").facts["words"]["pause"]

    assert "专家评审" in pause
    assert "行政许可法 45" in pause
    assert "开始日：2026年3月4日" in pause
    assert "所需时间 5 个工作日" in pause
    assert "法定时限届满日：原为2026年3月31日，按期结束的，顺延至2026年4月8日" in pause, "4 to 6 April are a holiday"


def test_an_extension_states_who_approved_it_and_both_ends(office: Office, town: Town) -> None:
    no = given.application(office, town, RECEIVED, ["LX06"]).cases["LX06"]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    department = office.catalogue.items["LX06"].department
    said = {"days": 10, "reason": "需要补充论证"}
    given.act(office, town.directors[department], moment("2026-03-05"), no, "extend", said)

    stated = document(office, no, "extension_notice").facts["words"]

    assert stated["previous_due"] == "2026年3月31日"
    assert stated["new_due"] == "2026年4月15日"
    assert stated["handler"] == "局长"
    assert stated["said.days"] == "10"


def test_a_delivery_receipt_states_what_was_delivered_how_and_to_whom(office: Office, town: Town) -> None:
    no = decided(office, town)
    department_clerk = town.clerk
    said = {"way": "window", "recipient": "示例公司1 收发室"}
    given.act(office, department_clerk, moment("2026-03-09"), no, "deliver", said)

    stated = document(office, no, "delivery_receipt").facts["words"]

    assert [row[:2] for row in stated["documents"]["rows"]] == [
        ["准予行政许可决定书", document(office, no, "permit_decision").no]
    ]
    assert stated["said.way"] == "窗口领取"
    assert stated["said.recipient"] == "示例公司1 收发室"
    with office.engine.connect() as conn:
        running = conn.execute(
            text("""
SELECT k.state FROM clocks k JOIN cases c ON c.id = k.case_id WHERE c.no = :no AND k.name = 'delivery'"""),
            {"no": no},
        ).scalar_one()
    assert running == "settled"


def test_a_grant_states_validity_and_when_it_is_delivered(office: Office, town: Town) -> None:
    stated = document(office, decided(office, town), "permit_decision").facts["words"]
    assert stated["delivery_due"] == "2026年3月20日", "ten working days"
    assert stated["decided_on"] == "2026年3月6日"
    assert stated["said.opinion"] == "符合条件"


def decided(office: Office, town: Town) -> str:
    """A case granted on 6 March 2026."""
    no = given.application(office, town, RECEIVED, ["LX06"]).cases["LX06"]
    given.act(office, town.clerk, moment("2026-03-03"), no, "accept")
    department = office.catalogue.items["LX06"].department
    given.act(office, town.officers[department], moment("2026-03-06"), no, "grant", {"opinion": "符合条件"})
    return no


# ── missing facts, seal, a kind by files alone ───────────────────────────────────────────────────────────────────────


def test_a_missing_fact_stops_the_action_with_the_list_and_nothing_is_written(office: Office, town: Town) -> None:
    no = given.application(office, town, RECEIVED, ["LX06"]).cases["LX06"]
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE projects SET name = ''"))
    before = [rows(office, table) for table in ("events", "documents", "outbox", "clocks")]

    with pytest.raises(NotMet) as caught:
        given.act(office, town.clerk, moment("2026-03-03"), no, "accept")

    refusal = caught.value
    assert refusal.code == "document_facts_missing"
    assert [reason.facts for reason in refusal.reasons] == [{"document": "acceptance_notice", "fact": "project_name"}]
    assert refusal.reasons[0].zh == "《受理通知书》必须载明“项目名称”，本件尚无"
    assert (
        refusal.reasons[0].en
        == "The “Notice of acceptance” must state “Name of the project”, which this case does not have"
    )
    assert [rows(office, table) for table in ("events", "documents", "outbox", "clocks")] == before


def test_the_seal_covers_template_number_and_every_fact(office: Office, town: Town) -> None:
    no = given.application(office, town, RECEIVED, ["LX06"]).cases["LX06"]
    found = document(office, no, "receipt")

    assert found.template.startswith("receipt v1 ")
    assert seal_of(found.template, found.no, found.facts) == found.seal
    assert check_code(found.seal) == found.check_code
    assert len(found.check_code) == 16

    other = json.loads(json.dumps(found.facts))
    other["words"]["materials"]["rows"][0][1] = "another.pdf"
    seals = {
        found.seal,
        seal_of(found.template, found.no, other),
        seal_of(found.template, found.no + "0", found.facts),
        seal_of("receipt v2", found.no, found.facts),
    }
    assert len(seals) == 4


@pytest.fixture
def office_with_withdrawals(config: Path, office: Office) -> Office:
    """A new kind of document, and the next version of a flow that issues it: two files, nothing else."""
    template = (config / "documents" / "lapse_notice.typ").read_text(encoding="utf-8")
    own = (
        template.replace("code: 废", "code: 撤件")
        .replace("失效告知书", "撤件确认书")
        .replace("[effective_at]", "[said.why]")
    )
    body = '*/\n#import "_frame.typ": *\n#show: official.with(to: fact("company_name"))\n\n你单位撤回申请：#fact("said.why")\n'
    head = own.split("*/")[0].replace("may_state: [validity]\n", "")
    (config / "documents" / "withdrawal_notice.typ").write_text(head + body, encoding="utf-8")
    newest = max(config.glob("flows/item.v*.yaml"))
    version = int(newest.name.split(".v")[1].removesuffix(".yaml"))
    flow = newest.read_text(encoding="utf-8").replace(f"\nversion: {version}\n", f"\nversion: {version + 1}\n")
    old = "      reason: {zh: 理由, en: Reason, type: text, required: false}\n    tell: [clerk, assignee]\n"
    assert old in flow
    new = "      why: {zh: 理由, en: Reason, type: text, required: true}\n    issues: withdrawal_notice\n    tell: [clerk]\n"
    (config / "flows" / f"item.v{version + 1}.yaml").write_text(flow.replace(old, new), encoding="utf-8")
    return replace(open_office(config, office.engine), engine=office.engine)


def test_a_new_kind_of_document_works_by_files_alone(office_with_withdrawals: Office) -> None:
    office = office_with_withdrawals
    town = given.town(office)
    no = given.application(office, town, RECEIVED, ["LX06"]).cases["LX06"]

    given.act(office, town.applicant, moment("2026-03-03"), no, "withdraw", {"why": "项目另行选址"})

    found = document(office, no, "withdrawal_notice")
    assert "-撤件-" in found.no
    assert found.facts["words"]["said.why"] == "项目另行选址"
