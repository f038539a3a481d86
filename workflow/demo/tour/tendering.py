"""A tender: a deadline a day too early, an objection that suspends it, a complaint that comes too soon, and its end."""

from datetime import date, timedelta
from typing import Any

from workflow.demo.tour.caller import Caller
from workflow.demo.tour.district import clock_of, day_of
from workflow.demo.tour.scene import Scene
from workflow.demo.tour.teller import NotSo

LEAST_DAYS = 20
OBJECTOR = "某建设有限公司（演示数据）"


def hold_a_tender(scene: Scene) -> None:
    """招标投标法 24, 实施条例 22, 26, 54, 60."""
    say, district = scene.teller, scene.district
    say.chapter("A tender: its periods, an objection, a complaint")
    me, project = _tenderer(scene)
    lot = {"lot": "一标段", "kind": "works", "method": "public", "estimate_wan": 5000, "prequalification": False}
    body = {"flow": "tender", "project": project, "inputs": lot}
    no: str = say.done(me.post("/api/v1/cases", body), 201, f"{me.name} begins a tender on {project}")["no"]
    today = day_of(district.case(me, no)["opened_at"])
    _documents(scene, me, no, today)
    _objection(scene, me, no, today)
    ended = district.act(me, no, "abandon", reason="演示结束")
    say.done(ended, 200, "the tender of the tour is abandoned; the next tour begins its own")


def _tenderer(scene: Scene) -> tuple[Caller, str]:
    """Somebody who has a project that needs tendering, and its code."""
    for person in scene.district.files.of_role("applicant"):
        caller = scene.district.person(person)
        found = caller.get("/api/v1/projects", needs_tender="true", limit=1)["items"]
        if found:
            return caller, found[0]["code"]
    raise NotSo("an applicant of the demo has a project that needs tendering")


def _documents(scene: Scene, me: Caller, no: str, today: date) -> None:
    """The documents, first with a deadline too early, then with too high a deposit."""
    say, district = scene.teller, scene.district
    first = today + timedelta(days=LEAST_DAYS)
    asked: dict[str, Any] = {
        "sale_from": today.isoformat(),
        "sale_until": (today + timedelta(days=5)).isoformat(),
        "bid_deadline": f"{first - timedelta(days=1)}T09:30",
        "opening_place": "区公共资源交易中心",
        "bid_valid_days": 90,
        "deposit_wan": 100,
        "deposit_valid_days": 90,
    }
    early = district.act(me, no, "issue_documents", **asked)
    problem = say.refused(early, 422, "period_too_short", "a bid deadline one day too early is refused")
    lawful = problem["reasons"][0]["facts"]["earliest"]["bid_deadline"]
    say.same(lawful, first.isoformat(), "the answer names the first lawful day")
    asked["bid_deadline"] = f"{first + timedelta(days=10)}T09:30"
    rich = district.act(me, no, "issue_documents", **{**asked, "deposit_wan": 100.01})
    say.refused(rich, 422, "amount_too_high", "a deposit above 2 % of the estimate is refused")
    say.done(district.act(me, no, "issue_documents", **asked), 200, "the documents are out")
    shown = me.get(f"/api/v1/cases/{no}/tender").body
    least = next(row for row in shown["periods"] if row["rule"] == "B3")
    say.same((least["bound_on"], least["result"]), (first.isoformat(), "ok"), "the table of periods has it")
    say.tell(shown["sentence"]["zh"])


def _objection(scene: Scene, me: Caller, no: str, today: date) -> None:
    """It suspends, it is answered, and the tender goes on by itself; no complaint without one."""
    say, district = scene.teller, scene.district
    officer = district.one("officer", "ZJ")
    complaint = {
        "department": "ZJ",
        "complainant": OBJECTOR,
        "kind": "documents",
        "knew_on": today.isoformat(),
        "received_on": today.isoformat(),
        "matter": "评分办法不合理",
    }
    soon = officer.post("/api/v1/cases", {"flow": "complaint", "parent": no, "inputs": complaint})
    say.refused(soon, 422, "objection_first", "a complaint of the documents without an objection before it is refused")
    objection = {
        "kind": "documents",
        "objector": OBJECTOR,
        "received_on": today.isoformat(),
        "matter": "评分办法不合理",
    }
    say.done(district.act(officer, no, "object", **objection), 200, "an objection in time suspends the tender at once")
    held = district.case(me, no)
    say.same((held["state"]["name"], held["paused"]), ("suspended", True), "it stands still, with no deadline running")
    moved = district.act(me, no, "clarify", clarified_on=today.isoformat(), text="…")
    say.refused(moved, 409, "wrong_state", "nobody moves a suspended tender on")
    child = next(one["no"] for one in held["relatives"] if not one["ended"])
    answer = district.case(me, child)
    say.same(clock_of(answer, "answer")["limit"], "3cd", "the objection is to be answered within")
    said = district.act(me, child, "answer", result="rejected", answer="经复核，异议不成立（演示数据）")
    say.done(said, 200, "answered")
    say.comes(
        lambda: district.case(me, no)["state"]["name"] == "bidding",
        "the tender goes on by itself, its deadline lawful as it was",
    )
