"""The story: one application for three items, each going its own way, and everything that must happen by itself."""

from dataclasses import dataclass, field
from typing import Any

from workflow.demo.tour.caller import Caller
from workflow.demo.tour.district import District, clock_of, day_of
from workflow.demo.tour.teller import Teller

CORRECTED = "SG08"
SILENT = "GC08"
REVIEWED = "SG12"
"""The three items: none needs another permit first; the last may be paused for an expert review."""
REVIEW_DAYS = 2
YELLOW, RED, CLIMB = "1 working day left", "1 working day after", "4 working days after"
LATE_REASON = "专家意见反馈较晚，已向申请人说明（演示数据）"


@dataclass(slots=True)
class Story:
    """What happens, chapter by chapter; later chapters stand on what earlier ones left here."""

    district: District
    teller: Teller
    applicant: Caller = field(init=False)
    clerk: Caller = field(init=False)
    bundle: str = ""
    cases: dict[str, str] = field(default_factory=dict)
    promised: str = ""
    paused_since: str = ""

    def tell(self) -> None:
        """The whole of it; raises NotSo at the first thing that is not so."""
        self.arrive()
        self.apply()
        self.correct_once()
        self.pause()
        self.first_comes_first()
        self.grant_in_time()
        self.resume()
        self.hear_nothing()
        self.see_cards()
        self.prove()
        self.decide()
        self.end_by_itself()

    def no(self, item: str) -> str:
        return self.cases[item]

    def arrive(self) -> None:
        """A morning in the office."""
        self.teller.chapter("A working morning in Laoshan")
        self.applicant = self.district.one("applicant")
        self.clerk = self.district.one("clerk")
        self.teller.tell(f"signed in over HTTP: {self.applicant.name} (applicant), {self.clerk.name} (window)")
        self.district.move(self.applicant, "+1wd")

    def apply(self) -> None:
        """One form, three items."""
        say, me = self.teller, self.applicant
        say.chapter("The company submits one application for three items")
        project = me.get("/api/v1/projects", limit=1)["items"][0]
        items = [CORRECTED, SILENT, REVIEWED]
        body = {"project": project["code"], "items": items, "form": {"purpose": "wugeyi tour"}}
        draft = say.done(me.post("/api/v1/bundles", body), 201, f"a draft on {project['name']} ({project['code']})")
        self.bundle = draft["no"]
        papers = [paper["code"] for paper in draft["wanted"] if paper["required"]]
        empty = me.post(f"/api/v1/bundles/{self.bundle}/submit", {"version": draft["version"]})
        say.refused(empty, 422, "materials_missing", "without its papers it cannot be submitted")
        for code in papers:
            answer = self.district.hand_in(me, self.bundle, code, "of the tour")
            if answer.status != 201:
                say.done(answer, 201, f"the paper {code} is taken in")
        say.tell(f"{len(papers)} papers handed in once, for all three items")
        body = {"version": self.district.case(me, self.bundle)["version"]}
        key = f"tour-{self.bundle}"
        first = say.done(me.post(f"/api/v1/bundles/{self.bundle}/submit", body, key), 201, "submitted")
        again = me.post(f"/api/v1/bundles/{self.bundle}/submit", body, key)
        say.so(again.body == first, "sent twice with one Idempotency-Key, it happened once", again.body)
        self.cases = {child["item"]: child["no"] for child in first["cases"]}
        say.same(sorted(self.cases), sorted(items), "one form opened a case for each item")
        received = self.district.case(me, self.no(SILENT))
        window = self.district.due(day_of(received["received_at"]), "5wd")
        say.same(clock_of(received, "completeness")["due_on"], window, "the window has five working days, until")

    def correct_once(self) -> None:
        """行政许可法 32(4): once, everything."""
        say, no = self.teller, self.no(CORRECTED)
        say.chapter(f"{no}: asked to correct, once")
        papers = [paper["code"] for paper in self.district.case(self.clerk, no)["wanted"] if paper["required"]]
        wrong, other = papers[0], papers[1]
        asked = self.district.act(self.clerk, no, "ask_correction", faults=[_fault(wrong)])
        body = say.done(asked, 200, f"{self.clerk.name} tells everything at once; the applicant has ten working days")
        say.same([one["kind"] for one in body["issued"]], ["correction_notice"], "a written notice is issued")
        early = self.district.act(self.applicant, no, "resubmit")
        say.refused(early, 422, "corrections_incomplete", "resubmitting without the paper is refused")
        anew = self.district.hand_in(self.applicant, no, wrong, f"corrected {no}")
        say.done(anew, 201, f"{wrong} is handed in again")
        say.done(self.district.act(self.applicant, no, "resubmit"), 200, "the corrections are submitted")
        second = self.district.act(self.clerk, no, "ask_correction", faults=[_fault(other)])
        say.refused(second, 422, "notice_already_given", "a second notice on unchanged material is refused")
        say.done(self.district.act(self.clerk, no, "accept"), 200, "accepted")

    def pause(self) -> None:
        """行政许可法 45: an expert review stops both clocks."""
        say, no = self.teller, self.no(REVIEWED)
        say.chapter(f"{no}: an expert review, and the dates that move")
        say.done(self.district.act(self.clerk, no, "accept"), 200, "accepted")
        case = self.district.case(self.clerk, no)
        today = day_of(case["accepted_at"])
        officer, _ = self.district.officers(case)
        self.promised = clock_of(case, "promised")["due_on"]
        say.same(self.promised, self.district.due(today, clock_of(case, "promised")["limit"]), "promised for")
        say.same(clock_of(case, "statutory")["due_on"], self.district.due(today, "20wd"), "the law allows until")
        until = self.district.due(today, "5wd")
        unlawful = self.district.act(officer, no, "start_special", **_review("testing", until))
        say.refused(unlawful, 422, "cause_not_for_this_item", "a cause that does not apply to this item is refused")
        started = self.district.act(officer, no, "start_special", **_review("expert_review", until))
        say.done(started, 200, f"{officer.name} starts the review; the applicant is told how long it takes")
        held = self.district.case(officer, no)
        for name in ("promised", "statutory"):
            clock = clock_of(held, name)
            say.same((clock["due_on"], clock["state"]), (None, "paused"), f"the {name} clock stands still, no date")
        self.paused_since = today.isoformat()

    def first_comes_first(self) -> None:
        """Two officers, one button."""
        say, no = self.teller, self.no(REVIEWED)
        say.chapter("A second officer with an old page")
        case = self.district.case(self.clerk, no)
        officer, colleague = self.district.officers(case)
        late = colleague or officer
        stale = self.district.act(late, no, "end_special", version=case["version"] - 1, result="…")
        problem = say.refused(stale, 409, "stale_version", f"{late.name} saw an older version and is refused")
        told = {name: _told(problem, name) for name in ("by", "at", "state", "version")}
        say.so(
            told["by"] == officer.name and bool(told["at"]) and told["state"] == case["state"]["name"],
            f"the answer says who, when and where it stands: {told['by']}, {told['at']}, {told['state']}",
            problem,
        )

    def grant_in_time(self) -> None:
        """The easy one."""
        say, no = self.teller, self.no(CORRECTED)
        self.district.move(self.applicant, "+1wd")
        say.chapter(f"{no}: granted in time and delivered")
        officer, _ = self.district.officers(self.district.case(self.clerk, no))
        body = say.done(self.district.act(officer, no, "grant", opinion="同意"), 200, f"{officer.name} grants it")
        promised = clock_of(self.district.case(self.clerk, no), "promised")
        say.same((body["state"]["name"], promised["met"]), ("granted", True), "granted, the promise kept")
        delivered = self.district.act(self.clerk, no, "deliver", way="electronic", recipient="建设单位经办人")
        say.done(delivered, 200, "the licence is delivered")

    def resume(self) -> None:
        """The days of the review are not counted."""
        say, no = self.teller, self.no(REVIEWED)
        now = self.district.move(self.applicant, "+1wd")
        say.chapter(f"{no}: the review is over after {REVIEW_DAYS} working days")
        officer, _ = self.district.officers(self.district.case(self.clerk, no))
        say.done(self.district.act(officer, no, "end_special", result="专家组同意"), 200, f"{officer.name} ends it")
        paused = (self.paused_since, now.date().isoformat())
        case = self.district.case(officer, no)
        for name, limit in (("promised", clock_of(case, "promised")["limit"]), ("statutory", "20wd")):
            expected = self.district.due(day_of(case["accepted_at"]), limit, [paused])
            say.same(clock_of(case, name)["due_on"], expected, f"the {name} date moved by the days of the review, to")
        moved = clock_of(case, "promised")["due_on"]
        from_old = self.district.due(day_of(f"{self.promised}T12:00:00+08:00"), f"{REVIEW_DAYS}wd")
        say.same(moved, from_old, f"that is {REVIEW_DAYS} working days after {self.promised}")
        self.promised = moved

    def hear_nothing(self) -> None:
        """行政许可法 32(4): silence accepts, from the day of receipt."""
        say, no = self.teller, self.no(SILENT)
        say.chapter(f"{no}: nobody says a word for five working days")
        self.district.move(self.applicant, "+1wd")
        self.district.move(self.applicant, "+1wd")
        case = self.district.case(self.clerk, no)
        director = self.district.one("director", case["department"])
        cards = self.district.cards(director, no, "completeness", YELLOW)
        yellow = [card["card"] for card in cards]
        say.same(yellow, ["yellow"], f"one day before, {director.name} got a yellow card, once")
        say.same(case["state"]["name"], "received", "on the last day but one it is still only received")

    def see_cards(self) -> None:
        """The ladder of the late one, rung by rung."""
        say, no = self.teller, self.no(REVIEWED)
        say.chapter(f"{no}: yellow card, red card, up to the district leader")
        case = self.district.case(self.clerk, no)
        officer, _ = self.district.officers(case)
        squad = self.district.one("squad_leader", squad=case["squad"])
        director = self.district.one("director", case["department"])
        leader = self.district.one("district_leader")
        self._cards(YELLOW, "yellow", [officer, squad], f"one working day before {self.promised}: yellow card")
        self.district.move(self.applicant, "+2wd")
        self._deemed()
        self._cards(RED, "red", [officer, squad, director], f"the first working day after {self.promised}: red card")
        say.same(self.district.cards(leader, no, "promised", CLIMB), [], f"{leader.name} has not been troubled yet")
        self.district.move(self.applicant, "+3wd")
        self._cards(CLIMB, "red", [leader], "three working days later it has climbed: red card")
        for rung, people in ((YELLOW, [officer, squad]), (RED, [officer, squad, director])):
            self._cards(rung, "yellow" if rung == YELLOW else "red", people, f"“{rung}” was not sent a second time")
        card = self.district.cards(leader, no, "promised", CLIMB)[0]
        seen = leader.post(f"/api/v1/alerts/{card['id']}/acknowledge", {"note": "已阅，请尽快办结"})
        say.done(seen, 200, f"{leader.name} acknowledges it")
        again = leader.post(f"/api/v1/alerts/{card['id']}/acknowledge", {"note": ""})
        say.refused(again, 409, "already_acknowledged", "once is enough")

    def _cards(self, rung: str, card: str, people: list[Caller], sentence: str) -> None:
        for person in people:
            found = self.district.cards(person, self.no(REVIEWED), "promised", rung)
            self.teller.same([one["card"] for one in found], [card], f"{sentence}, {person.name}, exactly one")

    def _deemed(self) -> None:
        """What the clock did to the silent one meanwhile."""
        say, no = self.teller, self.no(SILENT)
        case = self.district.case(self.clerk, no)
        say.same((case["state"]["name"], case["deemed_accepted"]), ("in_review", True), f"{no} was accepted by silence")
        say.same(case["accepted_at"], case["received_at"], "accepted as of the very moment it was received")
        line = next(one for one in self.district.history(self.clerk, no) if one["action"] == "accept_by_silence")
        say.so(
            line["kind"] == "clock" and line["effective_at"] < line["recorded_at"],
            f"the history keeps both times: effective {line['effective_at']}, recorded {line['recorded_at']}",
            line,
        )
        limit = self.district.due(day_of(case["received_at"]), "20wd")
        say.same(clock_of(case, "statutory")["due_on"], limit, "its limit counts from receipt")

    def prove(self) -> None:
        """Every date can be checked by hand."""
        say, no = self.teller, self.no(REVIEWED)
        say.chapter(f"The proof of one date: the promise of {no}")
        supervisor = self.district.one("supervisor")
        answer = supervisor.get(f"/api/v1/cases/{no}/clocks/promised/proof")
        body = say.done(answer, 200, f"{supervisor.name} asks for it")
        proof = body["proof"]
        for day in proof["days"]:
            say.tell(f"{day['date']}  {day['total'] if day['counts'] else '-'}  {day['rule']} {day['name']}".rstrip())
        say.tell(proof["zh"])
        say.tell(proof["en"])
        counted = [day["date"] for day in proof["days"] if day["counts"]]
        taken_out = [day["date"] for day in proof["days"] if day["rule"] == "pause"]
        limit = int(proof["limit"].removesuffix("wd"))
        say.same((len(counted), counted[-1]), (limit, self.promised), "counted by hand, days and last day")
        say.same(len(taken_out), REVIEW_DAYS, "working days the review took out")
        say.so(body["fresh"], "the date kept with the case is the one proved")

    def decide(self) -> None:
        """Late, and said so."""
        say, no = self.teller, self.no(REVIEWED)
        say.chapter("The decisions")
        officer, _ = self.district.officers(self.district.case(self.clerk, no))
        mute = self.district.act(officer, no, "grant", opinion="同意")
        say.refused(mute, 422, "late_reason_needed", "a missed promise needs a reason that can be published")
        granted = self.district.act(officer, no, "grant", opinion="同意", late_reason=LATE_REASON)
        say.done(granted, 200, f"{officer.name} grants {no} and says why it is late")
        open_case = self.district.case(self.applicant, self.bundle)
        say.so(open_case["state"]["name"] != "finished", "one item is open, so the application is not finished")
        silent = self.no(SILENT)
        officer, _ = self.district.officers(self.district.case(self.clerk, silent))
        say.done(self.district.act(officer, silent, "grant", opinion="同意"), 200, f"{officer.name} grants {silent}")

    def end_by_itself(self) -> None:
        """Nobody touches the bundle."""
        say = self.teller
        say.chapter("The application ends by itself")
        say.comes(
            lambda: self.district.case(self.applicant, self.bundle)["state"]["name"] == "finished",
            f"{self.bundle} is finished as soon as its last item is decided",
        )
        lines = self.district.history(self.applicant, self.bundle)
        by_system = [line["action"] for line in lines if line["kind"] == "system"]
        say.same(by_system, ["begin_review", "finish"], "both steps were the system's own, each once")
        rungs = [line["action"] for no in self.cases.values() for line in self.district.history(self.clerk, no)]
        ladder = [action for action in rungs if action.startswith("rung:promised")]
        say.so(bool(ladder), "the cards stand in the history as well")
        for no in self.cases.values():
            fired = [line["action"] for line in self.district.history(self.clerk, no) if line["kind"] == "clock"]
            say.so(len(fired) == len(set(fired)), f"{no}: every rung of every clock fired once", fired)


def _fault(material: str) -> dict[str, str]:
    return {"material": material, "problem": "缺少签章页", "fix": "补充签章后重新上传"}


def _review(cause: str, until: str) -> dict[str, str]:
    return {"cause": cause, "until": until, "reason": "方案复杂，需专家评审（演示数据）"}


def _told(problem: dict[str, Any], name: str) -> Any:
    """A fact of a problem, wherever the problem keeps it."""
    return problem.get(name, (problem.get("extra") or {}).get(name))
