"""Documents as files: rendered by the courier after the action, the same bytes again, never in the action's way."""

import hashlib
import io
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest
from sqlalchemy import text

from tests import given, shipped
from tests.given import Town, moment
from workflow.catalogue import DocumentKind
from workflow.catalogue.document_files import ALWAYS
from workflow.commands.pass_on import pass_on
from workflow.commands.render_document import render_document, set_anew
from workflow.documents import COMMON_FACTS
from workflow.queries.documents import document_file
from workflow.settings import default_config_folder
from workflow.store import documents, outbox
from workflow.typesetting import Sheet, Unprintable, typeset
from workflow.work import Office

CONFIG = default_config_folder()
RECEIVED = moment("2026-03-02")
KINDS = shipped.catalogue().documents
TABLE = {"heads": ["材料", "问题", "要求"], "rows": [["申请表", "缺少签章", "补签"], ["施工合同", "未附页", "补齐"]]}
SAMPLES: Mapping[str, Any] = {
    "case": "LS2026-000123",
    "title": "青岛虚拟现实产业园项目一期：建设工程规划许可证",
    "item": "建设工程规划许可证",
    "project_name": "青岛虚拟现实产业园项目一期",
    "project_code": "2203-370212-04-01-100013",
    "company_name": "示例产业园开发有限公司",
    "department": "区行政审批服务局",
    "contact": "综合窗口",
    "phone": "12345",
    "supervision_phone": "0532-12345",
    "materials": {"heads": ["材料", "文件", "SHA-256"], "rows": [["申请表", "a.pdf", "ab" * 11 + "\n" + "cd" * 11]]},
    "missing": {"lines": ["授权委托书"]},
    "conditions": {"lines": ["已取得用地手续"]},
    "required_materials": {"lines": ["申请表", "营业执照"]},
    "documents": {
        "heads": ["文书名称", "编号", "出具日期"],
        "rows": [["准予决定书", "LS2026-000123-准-5", "2026年3月6日"]],
    },
    "items": {
        "heads": ["事项", "编号", "结果", "日期"],
        "rows": [["规划许可", "LS2026-000124", "准予许可", "2026年3月6日"]],
    },
    "deadlines": "法定时限：20 个工作日，2026年3月30日届满\n承诺时限：5 个工作日，2026年3月9日届满",
    "remedies": "如不服本决定，可以自知道之日起 60 日内申请行政复议，也可以 6 个月内提起行政诉讼。",
    "said.faults": TABLE,
    "problems": TABLE,
}
MUST_SAY: Mapping[str, tuple[str, ...]] = {
    "receipt": ("五个工作日内", "SHA-256", "abababab"),
    "acceptance_notice": ("属于本机关职权范围", "齐全、符合法定形式", "法定时限", "承诺时限", "查询"),
    "not_accepted_decision": ("请向下列机关申请", "60日", "6个月"),
    "correction_notice": ("全部", "唯一一次", "缺少签章", "未附页"),
    "gaps_promise": ("不予送达许可证件", "授权委托书", "签章"),
    "commitment": ("办理依据", "应当具备的条件", "应当提交的材料", "期限和效力", "后果", "设计单位（签章）", "二个月"),
    "special_procedure_notice": ("第四十五条", "书面告知"),
    "extension_notice": ("第四十二条", "原届满日", "现届满日", "批准人"),
    "hearing_notice": ("五日内", "七日前", "主持人不是审查该申请的工作人员"),
    "consultation_letter": ("需要答复的问题", "答复期限", "不适用于行政许可决定"),
    "permit_decision": ("准予行政许可", "十个工作日", "公开", "有效期"),
    "refusal_decision": ("不予行政许可", "理由", "法律依据", "60日", "6个月"),
    "delivery_receipt": ("LS2026-000123-准-5", "代收人", "受送达人（签章）"),
    "rectification_notice": ("合并为一份清单", "缺少签章"),
    "renewal_receipt": ("视为准予延续",),
    "objection_answer": ("三日内",),
}


@pytest.fixture
def town(office: Office) -> Town:
    return given.town(office)


@pytest.fixture
def receipt(office: Office, town: Town) -> str:
    """The number of a receipt just issued, not rendered yet."""
    no = given.application(office, town, RECEIVED, ["LX06"]).cases["LX06"]
    return f"{no}-收-1"


def sheet(kind: DocumentKind, *names: str) -> Sheet:
    """A sheet of that kind that states these facts."""
    stated = dict.fromkeys((*ALWAYS, *names))
    return Sheet(
        kind=kind,
        number=f"LS2026-000123-{kind.code}-7",
        words={name: SAMPLES.get(name, f"【{name}】") for name in stated},
        titles={name: COMMON_FACTS[name].zh if name in COMMON_FACTS else name for name in stated},
        seal=hashlib.sha256(kind.kind.encode()).digest(),
        check_code="ABCDEFGH234567AB",
        issued_at=RECEIVED,
        public_url="https://wugeyi.example.org",
    )


def words_of(pdf: bytes) -> str:
    """The text of a PDF without its spaces, which lie where the lines and the scripts change and a word may break."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().replace("\u200b", "").split()) for page in pages)


def words_in(value: Any) -> list[str]:
    """The words of a fact, cell by cell."""
    if isinstance(value, str):
        return ["".join(line.split()) for line in value.split("\n")]
    cells = value["lines"] if "lines" in value else [cell for row in value["rows"] for cell in row]
    return [word for cell in cells for word in words_in(cell)]


def pass_everything_on(office: Office) -> list[str]:
    """Everything that is due, through the courier."""
    with office.engine.begin() as conn:
        due = outbox.due_ids(conn, 100)
    return [pass_on(office, message, {}) for message in due]


def message_of(office: Office, number: str) -> tuple[str, int, str | None]:
    """State, attempts and error of the message that has a document rendered."""
    with office.engine.connect() as conn:
        row = conn.execute(
            text("SELECT state, attempts, error FROM outbox WHERE effect_key = :key"), {"key": f"document:{number}"}
        ).one()
    return row.state, row.attempts, row.error


def file_of(office: Office, number: str) -> bytes | None:
    with office.engine.connect() as conn:
        case_id = conn.execute(text("SELECT case_id FROM documents WHERE no = :no"), {"no": number}).scalar_one()
        return documents.file(conn, case_id, number)


# ── every kind ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_says_all_it_must_with_head_and_foot(kind: DocumentKind) -> None:
    full = sheet(kind, *kind.facts)
    found = words_of(typeset(CONFIG, full))
    source = (CONFIG / "documents" / kind.file).read_text(encoding="utf-8")

    # A letter from one department to another names its own addressee, and its lead instead of the office of the case.
    elsewhere = {"company_name": '"company_name"' not in source, "department": "by:" in source}
    printed = [name for name in ALWAYS if not elsewhere.get(name)]
    for name in (*printed, *(names[0] for names in kind.states)):
        for word in words_in(full.words[name]):
            assert word in found, name
    for word in (kind.title.zh, f"编号：{full.number}", "联系电话：12345", "监督电话：0532-12345", full.check_code):
        assert "".join(word.split()) in found
    for word in MUST_SAY.get(kind.kind, ()):
        assert word in found, word
    assert ("行政许可专用章" in found) == (kind.seal == "permit")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_can_be_set_with_no_more_than_it_must_state(kind: DocumentKind) -> None:
    first = [sheet(kind, *(names[0] for names in kind.states)), sheet(kind, *(names[-1] for names in kind.states))]
    for one in first:
        assert words_of(typeset(CONFIG, one)).count("none") == 0


def test_a_letter_that_asks_for_opinions_always_says_what_silence_means() -> None:
    kind = KINDS["consultation_letter"]
    plain = words_of(typeset(CONFIG, sheet(kind, "said.question", "said.answer_by")))
    assert "逾期未答复的，内部意见按“无意见”处理" in plain
    other = words_of(typeset(CONFIG, sheet(kind, "said.question", "said.answer_by", "said.silence")))
    assert "按“无意见”处理" not in other
    assert "【said.silence】" in other


def test_the_same_document_comes_out_byte_for_byte_the_same() -> None:
    for kind in KINDS.values():
        assert typeset(CONFIG, sheet(kind, *kind.facts)) == typeset(CONFIG, sheet(kind, *kind.facts)), kind.kind


def test_only_fonts_of_the_package_are_in_a_file() -> None:
    pages = pypdf.PdfReader(io.BytesIO(typeset(CONFIG, sheet(KINDS["receipt"], *KINDS["receipt"].facts)))).pages
    fonts = {font.get_object()["/BaseFont"] for page in pages for font in page["/Resources"]["/Font"].values()}
    assert fonts
    assert all("NotoSansSC" in font for font in fonts)


def test_what_was_typed_is_text_and_never_typst() -> None:
    kind = KINDS["refusal_decision"]
    evil = '#panic("x") *bold* $x$ [ ] \\ /* // <label> @ref "quoted"'
    given_ = sheet(kind, *kind.facts)
    found = words_of(typeset(CONFIG, replace(given_, words={**given_.words, "said.reason": evil})))
    assert '#panic("x")*bold*$x$[]\\/*//<label>@ref"quoted"' in found


# ── the courier ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_courier_renders_what_an_action_issued_and_again_the_same_bytes(
    office: Office, town: Town, receipt: str
) -> None:
    assert file_of(office, receipt) is None, "the action does not wait for it"

    pass_everything_on(office)

    assert message_of(office, receipt)[0] == "delivered"
    first = file_of(office, receipt)
    assert first is not None
    assert first.startswith(b"%PDF-")
    found = words_of(first)
    assert "申请材料接收凭证" in found
    assert town.project.code in found
    assert "2026年3月2日10:00" in found
    assert hashlib.sha256(b"%PDF-1.7 example").hexdigest() in found
    with office.engine.connect() as conn:
        row = documents.issued(conn, receipt)
    assert row is not None
    assert row.rendered
    assert set_anew(office, row) == first
    assert render_document(office, receipt) is False, "the first one stands"


def test_a_broken_template_fails_visibly_and_never_the_action(office: Office, town: Town, tmp_path: Path) -> None:
    config = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    frame = config / "documents" / "_frame.typ"
    whole = frame.read_text(encoding="utf-8")
    frame.write_text(whole + "\n#let broken = (\n", encoding="utf-8")
    office = replace(office, config=config)
    no = given.application(office, town, RECEIVED, ["LX06"]).cases["LX06"]

    pass_everything_on(office)

    state, attempts, error = message_of(office, f"{no}-收-1")
    assert (state, attempts) == ("pending", 1)
    assert error is not None
    assert "documents/receipt.typ" in error
    assert "unclosed delimiter" in error

    frame.write_text(whole, encoding="utf-8")
    with office.engine.begin() as conn:
        conn.execute(text("UPDATE outbox SET next_at = now() WHERE state = 'pending'"))
    pass_everything_on(office)
    assert message_of(office, f"{no}-收-1")[0] == "delivered"


def test_facts_that_were_changed_under_their_seal_are_not_printed(office: Office, receipt: str) -> None:
    with office.engine.begin() as conn:
        conn.execute(
            text("""
UPDATE documents SET facts = jsonb_set(facts, '{words,received_at}', cast(:day AS jsonb)) WHERE no = :no"""),
            {"no": receipt, "day": '"2026年3月1日"'},
        )
    with pytest.raises(Unprintable, match="is not what its seal covers"):
        render_document(office, receipt)


def test_a_template_that_was_changed_is_not_taken_for_the_one_it_was_issued_with(office: Office, receipt: str) -> None:
    kind = replace(office.catalogue.documents["receipt"], digest="0" * 64)
    changed = replace(office.catalogue, documents={**office.catalogue.documents, "receipt": kind})
    with pytest.raises(Unprintable, match="Put the file back"):
        render_document(replace(office, catalogue=changed), receipt)


def test_a_file_is_for_those_who_may_see_the_case(office: Office, town: Town, receipt: str) -> None:
    pass_everything_on(office)
    no = receipt.split("-收")[0]
    with given.at(office, town.applicant, RECEIVED) as work:
        found = document_file(work, no, receipt)
    assert found.filename == f"{receipt}.pdf"
    assert found.content == file_of(office, receipt)
