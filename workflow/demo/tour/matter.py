"""Three ways beside the ordinary one: a paper that follows, a commitment with its check, a return inside the review."""

from workflow.demo.tour.applying import received_for_one
from workflow.demo.tour.district import clock_of, day_of
from workflow.demo.tour.scene import Scene

FOLLOWS, ITEM = "transport_contract", "SG08"
COMMITTED = "SG12"
OPINION = "同意（演示数据）"
PROMISE = {"form": "电子件", "signed_by": "建设单位经办人（演示数据）"}
COMMITMENT = {"promise": "按标准编制方案并实施（演示数据）", "signed_by": "法定代表人（演示数据）"}
DEED = {"way": "electronic", "recipient": "建设单位经办人"}


def promise_a_paper(scene: Scene) -> None:
    """容缺受理: accepted on a promise, the clocks run, the licence waits."""
    say, act = scene.teller, scene.district.act
    say.chapter("A secondary paper is promised, and the licence waits for it")
    no = received_for_one(scene, ITEM, without=FOLLOWS)
    say.refused(act(scene.clerk, no, "accept"), 422, "promise_needed", "accepted without a promise: refused")
    today = day_of(scene.district.case(scene.clerk, no)["received_at"])
    late, good = scene.district.due(today, "11wd"), scene.district.due(today, "10wd")
    beyond = act(scene.clerk, no, "accept_with_gaps", gaps_until=late, **PROMISE)
    say.refused(beyond, 422, "gaps_outside_bounds", f"a promise for {late} is refused, ten working days are the most")
    body = say.done(act(scene.clerk, no, "accept_with_gaps", gaps_until=good, **PROMISE), 200, f"promised for {good}")
    say.same([one["kind"] for one in body["issued"]], ["acceptance_notice", "gaps_promise"], "issued")
    case = scene.district.case(scene.clerk, no)
    say.same(clock_of(case, "statutory")["state"], "armed", "the clock of the law runs meanwhile")
    officer, _ = scene.district.officers(case)
    refused = act(officer, no, "grant", opinion=OPINION)
    say.refused(refused, 422, "gaps_open", "granted as if nothing were missing: refused")
    say.done(act(officer, no, "grant_with_gaps", opinion=OPINION), 200, "granted with gaps")
    say.refused(act(scene.clerk, no, "deliver", **DEED), 422, "gaps_open", "handed over before the paper: refused")
    handed = scene.district.hand_in(scene.applicant, no, FOLLOWS, f"of {no}")
    say.done(handed, 201, "the paper comes")
    say.done(act(scene.clerk, no, "deliver", **DEED), 200, "and the licence is handed over")


def commit_and_be_checked(scene: Scene) -> None:
    """告知承诺: decided at once on the applicant's word, checked afterwards in a record of its own."""
    say, act = scene.teller, scene.district.act
    say.chapter("Granted on a commitment, and checked afterwards")
    no = received_for_one(scene, COMMITTED, "commitment")
    untold = act(scene.clerk, no, "accept_on_commitment", told=False, **COMMITMENT)
    say.refused(untold, 422, "notice_not_given", "without the five points of the notice it is refused")
    say.done(act(scene.clerk, no, "accept_on_commitment", told=True, **COMMITMENT), 200, "accepted on a commitment")
    case = scene.district.case(scene.clerk, no)
    officer, _ = scene.district.officers(case)
    today = day_of(case["accepted_at"])
    check = {"department": "CG", "check_by": scene.district.due(today, "20wd")}
    say.done(act(officer, no, "grant_on_commitment", opinion=OPINION, **check), 200, "decided at once")
    [record] = [one for one in scene.district.case(officer, no)["relatives"] if one["state"] == "planned"]
    say.so(bool(record["no"]), f"the check {record['no']} stands in the supervising department", record)
    director = scene.district.one("director", case["department"])
    ground = act(director, no, "revoke", ground="commitment_untrue", reason="…")
    say.refused(ground, 422, "ground_unproved", "revoked as untrue before anybody has checked: refused")
    inspector, _ = scene.district.officers(scene.district.case(scene.clerk, record["no"]))
    found = {"check_no": f"HC-{no}", "checked_on": today.isoformat(), "basis": "水土保持法", "content": OPINION}
    say.done(act(inspector, record["no"], "check_kept", **found), 200, "checked: the commitment was kept")


def return_inside_the_review(scene: Scene) -> None:
    """退回: the office's own mistake stops no clock and starts none anew."""
    say, act = scene.teller, scene.district.act
    say.chapter("Sent back to the window, and no clock stands still")
    no = received_for_one(scene, ITEM)
    say.done(act(scene.clerk, no, "accept"), 200, "accepted")
    case = scene.district.case(scene.clerk, no)
    officer, _ = scene.district.officers(case)
    before = [clock_of(case, name)["due_on"] for name in ("statutory", "promised")]
    said = {"cause": "papers_unclear", "reason": "窗口移交材料不全（演示数据）"}
    say.done(act(officer, no, "return_to_window", **said), 200, "returned to the window")
    say.done(act(scene.clerk, no, "send_again", answer="已核对（演示数据）"), 200, "and sent again")
    case = scene.district.case(scene.clerk, no)
    after = [clock_of(case, name)["due_on"] for name in ("statutory", "promised")]
    say.same(after, before, "both dates are what they were")
    officer, _ = scene.district.officers(case)
    there = act(scene.district.one("director", case["department"]), no, "hand_over", department="CG", reason="…")
    say.refused(there, 422, "same_department", "handed over to the office it stands in: refused")
    say.done(act(officer, no, "refuse", reason="演示结束（演示数据）", basis="行政许可法 38"), 200, "decided")
