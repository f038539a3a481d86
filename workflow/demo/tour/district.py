"""Everybody and everything the tour meets: people by their place in the office, cases by their item, the time."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from workflow.clock.days import OFFICE_ZONE
from workflow.demo.files import DemoFiles, DemoPerson
from workflow.demo.papers import demo_pdf
from workflow.demo.tour.caller import Caller
from workflow.demo.tour.teller import NotSo, Teller


@dataclass(slots=True)
class District:
    """The server as the people of the demo use it."""

    url: str
    files: DemoFiles
    teller: Teller
    signed_in: dict[str, Caller] = field(default_factory=dict)

    def person(self, person: DemoPerson) -> Caller:
        """Somebody, signed in once."""
        if person.username not in self.signed_in:
            try:
                self.signed_in[person.username] = Caller(self.url, person.username).sign_in(self.files.password)
            except PermissionError as error:
                raise NotSo(str(error)) from error
        return self.signed_in[person.username]

    def one(self, role: str, department: str | None = None, squad: str | None = None) -> Caller:
        """The first person of a role, in a department or squad where one is named."""
        found = [one for one in self.files.of_role(role, department) if squad in (None, one.squad)]
        if not found:
            raise NotSo(f"the demo has a {role} of {department or squad or 'the district'}")
        return self.person(found[0])

    def officers(self, case: dict[str, Any]) -> tuple[Caller, Caller | None]:
        """The officer who has the case, and a colleague of the same department if there is one."""
        people = [self.person(one) for one in self.files.of_role("officer", case["department"])]
        holder = next((one for one in people if one.id == case["assignee_id"]), None)
        if holder is None:
            raise NotSo(f"{case['no']} is with an officer of {case['department']}; it is with {case['assignee']}")
        return holder, next((one for one in people if one is not holder), None)

    # ── cases ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def case(self, caller: Caller, no: str) -> dict[str, Any]:
        """A case as that person sees it."""
        answer = caller.get(f"/api/v1/cases/{no}")
        if answer.status != 200:
            raise NotSo(f"{caller.name} sees {no}; found: {answer.status} {answer.body}")
        found: dict[str, Any] = answer.body
        return found

    def act(self, caller: Caller, no: str, action: str, **inputs: Any) -> Any:
        """Take an action at the version as it is now; returns the answer unchecked."""
        version = inputs.pop("version", None)
        seen = self.case(caller, no)["version"] if version is None else version
        return caller.post(f"/api/v1/cases/{no}/actions/{action}", {"version": seen, **inputs})

    def hand_in(self, caller: Caller, no: str, code: str, edition: str) -> Any:
        """Upload one paper; another edition is another file."""
        return caller.upload(f"/api/v1/cases/{no}/materials", code, f"{code}.pdf", demo_pdf(f"{code} {edition}"))

    def history(self, caller: Caller, no: str) -> list[dict[str, Any]]:
        """Every line of a case's history, oldest first."""
        lines: list[dict[str, Any]] = []
        query: dict[str, object] = {"limit": 100}
        while True:
            page = caller.get(f"/api/v1/cases/{no}/history", **query)
            lines += page["items"]
            if not page["next_cursor"]:
                return lines[::-1]
            query["cursor"] = page["next_cursor"]

    def cards(self, caller: Caller, no: str, clock: str, rung: str) -> list[dict[str, Any]]:
        """The alerts of one rung of one clock of a case that reached this person."""
        found: list[dict[str, Any]] = []
        query: dict[str, object] = {"limit": 100}
        for _ in range(10):
            page = caller.get("/api/v1/alerts", **query)
            found += [card for card in page["items"] if (card["case"], card["clock"]) == (no, clock)]
            if not page["next_cursor"]:
                break
            query["cursor"] = page["next_cursor"]
        return [card for card in found if card["rung_text"] == rung]

    # ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def move(self, caller: Caller, move: str) -> datetime:
        """Move time forward and wait until the workers have fired what fell due; the office's time then."""
        answer = caller.post("/api/v1/demo/time", {"move": move})
        if answer.status != 200:
            raise NotSo(f"time moves by {move}; found: {answer.status} {answer.body}")
        now = datetime.fromisoformat(answer["now"]).astimezone(OFFICE_ZONE)
        due = answer["due"]
        fired = f"the workers fired all {due} rungs that fell due" if due else "no rung fell due"
        self.teller.comes(lambda: caller.get("/api/v1/demo/time")["due"] == 0, f"it is {now:%Y-%m-%d %H:%M}: {fired}")
        return now

    def due(self, start: date, limit: str, pauses: list[tuple[str, str]] | None = None) -> str:
        """What the public calculator says of a limit."""
        body = {
            "from": start.isoformat(),
            "limit": limit,
            "pauses": [{"since": since, "until": until, "cause": "expert_review"} for since, until in pauses or []],
        }
        answer = Caller(self.url).post("/api/v1/due-dates", body)
        if answer.status != 200:
            raise NotSo(f"the calculator answers; found: {answer.status} {answer.body}")
        due: str = answer["due_on"]
        return due


def clock_of(case: dict[str, Any], name: str) -> dict[str, Any]:
    """The latest round of a clock of a case."""
    rounds = [clock for clock in case["clocks"] if clock["name"] == name]
    if not rounds:
        raise NotSo(f"{case['no']} has a clock {name}; it has {[clock['name'] for clock in case['clocks']]}")
    latest: dict[str, Any] = max(rounds, key=lambda clock: clock["round"])
    return latest


def day_of(moment: str) -> date:
    """The legal day of an instant of the API."""
    return datetime.fromisoformat(moment).astimezone(OFFICE_ZONE).date()
