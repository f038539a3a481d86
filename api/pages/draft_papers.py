"""The papers of a draft: one slot each, or many files at once and then which file is which paper."""

from collections.abc import Sequence

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.draft_leaving import left
from api.pages.draft_tasks import filled
from api.pages.drafts import UNMATCHED, Draft, draft_in, elsewhere, keep, read_draft
from api.pages.faults import Fault, at_its_field
from api.pages.frame import show
from api.pages.loose import MOST, LooseFile, waiting, written
from api.pages.matching import Candidate, guesses
from api.pages.once import Done, lead_on, once
from api.pages.sheets import sheets
from api.pages.slots import Slot, slots
from api.wording import _, own
from workflow.commands.attach_material import attach_material
from workflow.commands.file_types import plain_name
from workflow.errors import NotFound, Refused
from workflow.store import loose_files
from workflow.work import Work

LATER, DROP = "", "drop"


@pages.get("/apply/<no>/papers")
def draft_papers(no: str) -> Response:
    """Every paper with its slot."""
    found = read_draft(no)
    return elsewhere(no) if found is None else papers_page(found)


@pages.post("/apply/<no>/files")
def send_draft_files(no: str) -> Response:
    """Take many files in at once; which is which paper is asked next."""
    found = read_draft(no)
    if found is None:
        return left(no)
    sent = [file for file in request.files.getlist("files") if file.filename]
    there = waiting(found)
    if not sent:
        return papers_page(found, [Fault("files", _("还没有选择文件"))], 400)
    if len(sent) + len(there) > MOST:
        words = _("一次最多对应 %(n)s 个文件，请分几次上传", n=MOST)
        return papers_page(found, [Fault("files", words)], 400)
    contents = [(plain_name(file.filename or ""), file.stream.read()) for file in sent]
    with access.work() as work:
        done = once(work, lambda: _put(work, no, contents))
    return lead_on(done)


@pages.get("/apply/<no>/match")
def draft_match(no: str) -> Response:
    """Which file is which paper."""
    found = read_draft(no)
    if found is None:
        return elsewhere(no)
    return _match_page(found) if waiting(found) else papers_page(found)


@pages.post("/apply/<no>/match")
def match_draft_files(no: str) -> Response:
    """Hand the files in as what they were said to be; each stands for itself, a wrong one leaves the others alone."""
    found = read_draft(no)
    if found is None:
        return left(no)
    files = waiting(found)
    if not files:
        # The form of a page one went back to, or pressed twice.
        words = _("这些文件此前已经处理过，没有重复上传；您看到的是材料现在的情况。")
        return lead_on(Done(url_for("pages.draft_papers", no=no), words))
    said = {file.key: request.form.get(file.key, LATER) for file in files}
    if faults := _twice(files, said):
        return _match_page(found, said, faults, 400)
    settled, faults, handed_in = [], [], 0
    for file in files:
        code = said[file.key]
        if code == DROP:
            settled.append(file)
        elif code != LATER:
            words = _hand_in(no, file, code)
            if words:
                faults.append(Fault(file.key, words))
            else:
                settled.append(file)
                handed_in += 1
    with access.work() as work:
        _forget(work, no, settled)
    note = _("其他 %(n)s 份已上传。", n=handed_in) if handed_in else ""
    if faults:
        now = read_draft(no)
        return left(no) if now is None else _match_page(now, said, faults, 422, note)
    still = len(files) - len(settled)
    words = _matched(handed_in, len(settled) - handed_in, still)
    return lead_on(Done(url_for("pages.draft_match" if still else "pages.draft_papers", no=no), words))


def _matched(handed_in: int, dropped: int, still: int) -> str:
    """What became of the files: only what there is any of."""
    return "".join(
        (
            _("已上传 %(n)s 份材料。", n=handed_in) if handed_in else "",
            _("有 %(n)s 个文件不要了，没有上传。", n=dropped) if dropped else "",
            _("还有 %(n)s 个文件没有对上。", n=still) if still else "",
        )
    )


def papers_page(found: Draft, faults: Sequence[Fault] = (), status: int = 200, note: str = "") -> Response:
    """The page of the slots."""
    papers = slots(found.case, found.today)
    there, needed, follow = filled(papers)
    return show(
        "draft_papers.html",
        status,
        draft=found,
        case=found.case,
        slots=papers,
        there=there,
        needed=needed,
        follow=follow,
        waiting=waiting(found),
        sheets=sheets(found.case.items),
        most=access.wiring().settings.upload_mb,
        problems=faults,
        note=note,
        here=url_for("pages.draft_papers", no=found.no),
    )


def _put(work: Work, no: str, contents: list[tuple[str, bytes]]) -> Done:
    draft = draft_in(work, no)
    if draft is None:
        return Done(url_for("pages.case", no=no), _("本申请已经提交或放弃，不再是草稿；您看到的是它现在的情况。"))
    files = waiting(draft)
    known = {file.sha256 for file in files}
    for name, content in contents:
        digest = loose_files.put(work.conn, content).hex()
        if digest not in known:
            files.append(LooseFile(digest, len(content), name))
            known.add(digest)
    keep(work, no, draft.case.version, {UNMATCHED: written(no, files, access.wiring().settings.secret)})
    words = _("收到 %(n)s 个文件。请看一下各是哪份材料，再按“确认并上传”。", n=len(contents))
    return Done(url_for("pages.draft_match", no=no), words)


def _hand_in(no: str, file: LooseFile, code: str) -> str:
    """Attach it; what the core finds wrong in words, else nothing."""
    try:
        with access.work() as work:
            content = loose_files.body(work.conn, bytes.fromhex(file.sha256))
            if content is None:
                return _("文件“%(file)s”已不在，请重新上传", file=file.filename)
            attach_material(work, no, code, file.filename, content)
    except NotFound:
        raise
    except Refused as refusal:
        return at_its_field(refusal.reasons[0], "file") if refusal.reasons else own(refusal)
    return ""


def _forget(work: Work, no: str, settled: list[LooseFile]) -> None:
    draft = draft_in(work, no)
    if draft is None or not settled:
        return
    gone = {file.sha256 for file in settled}
    left_over = [file for file in waiting(draft) if file.sha256 not in gone]
    keep(work, no, draft.case.version, {UNMATCHED: written(no, left_over, access.wiring().settings.secret)})


def _twice(files: list[LooseFile], said: dict[str, str]) -> list[Fault]:
    """One paper is one file: of two for the same paper the one would push the other out unseen."""
    chosen = [said[file.key] for file in files]
    words = _("同一份材料只能对应一个文件：请合并成一个文件，或者改选")
    return [
        Fault(file.key, words)
        for file in files
        if said[file.key] and said[file.key] != DROP and chosen.count(said[file.key]) > 1
    ]


def _match_page(
    found: Draft,
    said: dict[str, str] | None = None,
    faults: Sequence[Fault] = (),
    status: int = 200,
    note: str = "",
) -> Response:
    papers, files = slots(found.case, found.today), waiting(found)
    guessed = guesses([file.filename for file in files], _candidates(papers), _earlier(found))
    chosen = {file.key: guess for file, guess in zip(files, guessed, strict=True)} | (said or {})
    return show(
        "draft_match.html",
        status,
        draft=found,
        files=files,
        chosen=chosen,
        guessed=sum(bool(one) for one in guessed),
        papers=[(slot.code, _named(slot)) for slot in papers if slot.open],
        problems=faults,
        note=note,
        here=url_for("pages.draft_match", no=found.no),
    )


def _candidates(papers: Sequence[Slot]) -> list[Candidate]:
    shared = access.office().catalogue.materials
    return [
        Candidate(
            slot.code,
            (slot.title, shared[slot.code].title.zh, shared[slot.code].title.en, slot.code),
            tuple(slot.accept.replace(".", "").split(",")),
            slot.upload is not None,
        )
        for slot in papers
        if slot.open
    ]


def _earlier(found: Draft) -> dict[str, str]:
    return {paper.filename: paper.code for paper in found.case.materials if not paper.superseded}


def _named(slot: Slot) -> str:
    if slot.upload is not None:
        return _("%(paper)s（换下 %(file)s）", paper=slot.title, file=slot.upload.filename)
    return _("%(paper)s（还没有）", paper=slot.title) if slot.required else slot.title
