"""A morning, an application for several items with one form, and the one correction the law allows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from workflow.demo.tour.district import clock_of, day_of
from workflow.demo.tour.scene import CORRECTED, REVIEWED, SILENT, Scene

NO_VARIANTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Draft:
    """An application that is not sent yet; ``papers`` are the codes that must be handed in."""

    no: str
    version: int
    papers: tuple[str, ...]


def arrive(scene: Scene) -> None:
    """A morning in the office."""
    scene.teller.chapter("A working morning in Laoshan")
    scene.applicant = scene.district.one("applicant")
    scene.clerk = scene.district.one("clerk")
    scene.teller.tell(f"signed in over HTTP: {scene.applicant.name} (applicant), {scene.clerk.name} (window)")
    scene.district.move(scene.applicant, "+1wd")


def apply(scene: Scene) -> None:
    """One form, three items."""
    say, me = scene.teller, scene.applicant
    say.chapter("The company submits one application for three items")
    items = [CORRECTED, SILENT, REVIEWED]
    draft = _draft(scene, items)
    scene.bundle = draft.no
    empty = me.post(f"/api/v1/bundles/{draft.no}/submit", {"version": draft.version})
    say.refused(empty, 422, "materials_missing", "without its papers it cannot be submitted")
    _hand_in(scene, draft)
    say.tell(f"{len(draft.papers)} papers handed in once, for all three items")
    body = {"version": scene.district.case(me, draft.no)["version"]}
    key = f"tour-{draft.no}"
    first = say.done(me.post(f"/api/v1/bundles/{draft.no}/submit", body, key), 201, "submitted")
    again = me.post(f"/api/v1/bundles/{draft.no}/submit", body, key)
    say.so(again.body == first, "sent twice with one Idempotency-Key, it happened once", again.body)
    scene.cases = {child["item"]: child["no"] for child in first["cases"]}
    say.same(sorted(scene.cases), sorted(items), "one form opened a case for each item")
    received = scene.district.case(me, scene.no(SILENT))
    window = scene.district.due(day_of(received["received_at"]), "5wd")
    say.same(clock_of(received, "completeness")["due_on"], window, "the window has five working days, until")


def apply_for_one(scene: Scene, item: str) -> str:
    """Another application, for one item, received and accepted; the number of its case."""
    say, me = scene.teller, scene.applicant
    draft = _draft(scene, [item])
    _hand_in(scene, draft)
    body = {"version": scene.district.case(me, draft.no)["version"]}
    [case] = say.done(me.post(f"/api/v1/bundles/{draft.no}/submit", body), 201, "submitted with its papers")["cases"]
    no: str = case["no"]
    say.done(scene.district.act(scene.clerk, no, "accept"), 200, f"{no} is accepted")
    return no


def received_for_one(scene: Scene, item: str, variant: str | None = None, without: str = "") -> str:
    """An application for one item, in one of its forms, but for the paper ``without``; the number of its case."""
    say, me = scene.teller, scene.applicant
    draft = _draft(scene, [item], {item: variant} if variant else {})
    _hand_in(scene, replace(draft, papers=tuple(code for code in draft.papers if code != without)))
    body = {"version": scene.district.case(me, draft.no)["version"]}
    [case] = say.done(me.post(f"/api/v1/bundles/{draft.no}/submit", body), 201, "submitted")["cases"]
    no: str = case["no"]
    return no


def correct_once(scene: Scene) -> None:
    """行政许可法 32(4): once, everything."""
    say, no = scene.teller, scene.no(CORRECTED)
    say.chapter(f"{no}: asked to correct, once")
    papers = [paper["code"] for paper in scene.district.case(scene.clerk, no)["wanted"] if paper["required"]]
    wrong, other = papers[0], papers[1]
    asked = scene.district.act(scene.clerk, no, "ask_correction", faults=[_fault(wrong)])
    body = say.done(asked, 200, f"{scene.clerk.name} tells everything at once; the applicant has ten working days")
    say.same([one["kind"] for one in body["issued"]], ["correction_notice"], "a written notice is issued")
    early = scene.district.act(scene.applicant, no, "resubmit")
    say.refused(early, 422, "corrections_incomplete", "resubmitting without the paper is refused")
    anew = scene.district.hand_in(scene.applicant, no, wrong, f"corrected {no}")
    say.done(anew, 201, f"{wrong} is handed in again")
    say.done(scene.district.act(scene.applicant, no, "resubmit"), 200, "the corrections are submitted")
    second = scene.district.act(scene.clerk, no, "ask_correction", faults=[_fault(other)])
    say.refused(second, 422, "notice_already_given", "a second notice on unchanged material is refused")
    say.done(scene.district.act(scene.clerk, no, "accept"), 200, "accepted")


def _draft(scene: Scene, items: list[str], variants: Mapping[str, str] = NO_VARIANTS) -> _Draft:
    say, me = scene.teller, scene.applicant
    project = me.get("/api/v1/projects", limit=1)["items"][0]
    body = {"project": project["code"], "items": items, "form": {"purpose": "wugeyi tour"}}
    body |= {"variants": dict(variants)} if variants else {}
    draft = say.done(me.post("/api/v1/bundles", body), 201, f"a draft on {project['name']} ({project['code']})")
    papers = tuple(paper["code"] for paper in draft["wanted"] if paper["required"])
    return _Draft(draft["no"], draft["version"], papers)


def _hand_in(scene: Scene, draft: _Draft) -> None:
    for code in draft.papers:
        answer = scene.district.hand_in(scene.applicant, draft.no, code, "of the tour")
        if answer.status != 201:
            scene.teller.done(answer, 201, f"the paper {code} is taken in")


def _fault(material: str) -> dict[str, str]:
    return {"material": material, "problem": "缺少签章页", "fix": "补充签章后重新上传"}
