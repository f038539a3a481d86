"""The file of a case as one archive: complete, checkable, the same every time, and nothing hidden is in it."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from tests import given
from tests.api.conftest import Caller
from tests.goings import busy_office
from workflow.actor import Actor
from workflow.case_file.names import LONGEST, Names, safe
from workflow.change import chain
from workflow.queries.verify import event_from
from workflow.work import Office


@pytest.fixture
def busy(office: Office, town: given.Town) -> given.Application:
    """Items that have gone different ways."""
    return busy_office(office, town)


def packed(caller: Caller, no: str) -> tuple[bytes, zipfile.ZipFile]:
    answer = caller("GET", f"/api/v1/cases/{no}/file.zip")
    assert answer.status_code == 200, answer.text
    return answer.data, zipfile.ZipFile(io.BytesIO(answer.data))


def checked(archive: zipfile.ZipFile) -> dict[str, object]:
    """The manifest, once every member has been found as it says, and none beside."""
    manifest = json.loads(archive.read("manifest.json"))
    assert archive.testzip() is None
    assert {one["path"] for one in manifest["members"]} | {"manifest.json"} == set(archive.namelist())
    assert len(archive.namelist()) == len(set(archive.namelist()))
    for one in manifest["members"]:
        content = archive.read(one["path"])
        assert (len(content), hashlib.sha256(content).hexdigest()) == (one["size"], one["sha256"]), one["path"]
    return dict(manifest)


def test_a_case_file_holds_everything_and_proves_it(
    busy: given.Application, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    no = busy.cases["LX11"]
    _, archive = packed(by_token(town.supervisor), no)
    manifest = checked(archive)
    names = set(archive.namelist())

    assert {"case.json", "history.json", "history.html", "chain.jsonl", "materials.json"} <= names
    assert {"clocks/statutory-1.json", "clocks/statutory-1.csv"} <= names
    assert any(name.startswith("materials/") for name in names)
    assert manifest["not_rendered"], "no worker has rendered anything in this test"
    assert all(f"documents/{number}.json" in names for number in manifest["not_rendered"])
    history = json.loads(archive.read("history.json"))
    assert [line["seq"] for line in history] == list(range(1, len(history) + 1))
    head = b""
    for line in archive.read("chain.jsonl").decode().splitlines():
        told = json.loads(line)
        body = json.dumps(told["event"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        head = hashlib.sha256(head + body).digest()
        assert head.hex() == told["hash"]
    assert head.hex() == manifest["chain_head"] == history[-1]["hash"]
    assert {info.date_time for info in archive.infolist()} == {(2026, 3, 6, 10, 0, 0)}


def test_a_case_with_a_rendered_document_has_its_file(
    engine: Engine, busy: given.Application, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    no = busy.cases["LX11"]
    pdf = b"%PDF-1.7 rendered"
    with engine.begin() as conn:
        conn.execute(
            text("INSERT INTO blobs VALUES (:sha, :size, :body)"),
            {"sha": hashlib.sha256(pdf).digest(), "size": len(pdf), "body": pdf},
        )
        conn.execute(text("UPDATE documents SET pdf = :sha"), {"sha": hashlib.sha256(pdf).digest()})
    _, archive = packed(by_token(town.supervisor), no)
    manifest = checked(archive)

    assert manifest["not_rendered"] == []
    assert {archive.read(name) for name in archive.namelist() if name.endswith(".pdf") and "documents/" in name} == {
        pdf
    }


def test_the_same_state_gives_the_same_bytes_and_an_ended_case_for_ever(
    engine: Engine, office: Office, busy: given.Application, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    caller = by_token(town.supervisor)
    running, paused = busy.cases["LX06"], busy.cases["LX10"]
    first = {no: packed(caller, no)[0] for no in (running, paused)}
    given.time_is(engine, given.moment("2026-03-06", "16:45"))

    for no, content in first.items():
        assert packed(caller, no)[0] == content
    given.act(office, town.applicant, given.moment("2026-03-06", "16:50"), running, "withdraw", {"reason": "不办了"})
    ended = packed(caller, running)[0]
    assert ended != first[running]
    given.time_is(engine, given.moment("2027-06-01", "10:00"))
    assert packed(caller, running)[0] == ended


def test_an_applicants_file_leaves_out_what_the_office_says_among_itself(
    office: Office, busy: given.Application, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    no = busy.cases["LX10"]
    _, archive = packed(by_token(town.applicant), no)
    manifest = checked(archive)
    everything = b"".join(archive.read(name) for name in archive.namelist())

    assert "chain.jsonl" not in archive.namelist()
    assert manifest["contains_internal"] is False
    assert "officer_qx·示例" not in everything.decode(errors="replace")
    assert json.loads(archive.read("case.json"))["assignee"] is None


def test_somebody_elses_case_is_not_found(
    office: Office, busy: given.Application, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    with office.engine.begin() as conn:
        stranger = given.company(conn, 2)
        outsider = given.person(conn, "outsider", given.Grant("applicant", company=stranger))

    for no in (*busy.cases.values(), "LS2026-999999"):
        assert by_token(outsider)("GET", f"/api/v1/cases/{no}/file.zip").status_code == 404


NASTY = [
    "../../etc/passwd",
    "..\\..\\x.pdf",
    "C:\\x.pdf",
    "/abs.pdf",
    "CON.pdf",
    "a\u202egpj.exe",
    "图纸（一）.pdf",
    "x" * 400 + ".pdf",
    "图" * 400 + ".pdf",
    "𠀀" * 400 + ".图图图图图图图图图图",
    "..",
    " . ",
    "",
]


@pytest.mark.parametrize("name", NASTY)
def test_no_name_leads_out_of_its_folder(name: str) -> None:
    found = safe(name)

    assert found
    assert len(found) <= LONGEST
    assert len(found.encode()) <= 255 - len(" (99)"), "no file system holds more"
    assert "/" not in found
    assert "\\" not in found
    assert found not in (".", "..")
    assert "\u202e" not in found
    assert ":" not in found
    assert found.split(".")[0].upper() != "CON"


def test_two_files_of_one_name_are_numbered_and_chinese_names_stay(
    engine: Engine, busy: given.Application, town: given.Town, by_token: Callable[[Actor], Caller]
) -> None:
    with engine.begin() as conn:
        conn.execute(text("UPDATE materials SET filename = '../图纸.pdf', code = 'site_map'"))
    _, archive = packed(by_token(town.supervisor), busy.cases["LX10"])
    checked(archive)
    found = sorted(name for name in archive.namelist() if name.startswith("materials/"))

    assert "materials/site_map/.._图纸.pdf".replace(".._", "_") in found or any("图纸.pdf" in name for name in found)
    assert any("图纸 (2).pdf" in name for name in found)
    assert all(info.flag_bits & 0x800 for info in archive.infolist() if "图纸" in info.filename)
    assert all(".." not in name.split("/") for name in found)


def test_names_that_differ_in_case_only_are_told_apart() -> None:
    names = Names()

    assert [names.give("m", one) for one in ("A.pdf", "a.PDF", "A.pdf")] == ["m/A.pdf", "m/a (2).PDF", "m/A (3).pdf"]


def test_uploads_beyond_the_bound_are_refused_by_name(
    busy: given.Application, town: given.Town, by_token: Callable[[Actor], Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow.queries.case_file.MOST_BYTES", 10)
    answer = by_token(town.supervisor)("GET", f"/api/v1/cases/{busy.cases['LX10']}/file.zip")

    assert answer.status_code == 422
    assert answer.json["code"] == "case_file_too_large"
    assert answer.json["extra"]["field"] == "materials"


def test_the_chain_of_the_file_is_the_one_of_the_case(engine: Engine, busy: given.Application) -> None:
    """The checker above and the office's own rule agree on what a link is."""
    with engine.begin() as conn:
        rows = conn.execute(
            text("SELECT to_json(e) FROM events e JOIN cases c ON c.id = e.case_id WHERE c.no = :no ORDER BY e.seq"),
            {"no": busy.cases["LX11"]},
        ).scalars()
        head = b""
        for row in rows:
            head = chain(head, event_from(busy.cases["LX11"], row))
        kept = conn.execute(
            text("SELECT chain_head FROM cases WHERE no = :no"), {"no": busy.cases["LX11"]}
        ).scalar_one()
    assert head == bytes(kept)
