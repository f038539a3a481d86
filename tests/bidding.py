"""A tender at any of its steps, made by the real commands: documents out on 2 March 2026, bids due on the 23rd."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from tests import given
from tests.given import Town, credit_code, moment
from workflow.actor import Actor
from workflow.case import Case
from workflow.commands.fire_rungs import sweep
from workflow.queries.verify import verify
from workflow.store import cases
from workflow.work import Office

ISSUED = moment("2026-03-02")
DEADLINE = "2026-03-23T09:30"
LOT: dict[str, object] = {
    "lot": "一标段",
    "kind": "works",
    "method": "public",
    "estimate_wan": 5000,
    "prequalification": False,
}
DOCUMENTS: dict[str, object] = {
    "sale_from": "2026-03-02",
    "sale_until": "2026-03-09",
    "bid_deadline": DEADLINE,
    "opening_place": "区公共资源交易中心",
    "bid_valid_days": 90,
    "deposit_wan": 80,
    "deposit_valid_days": 90,
}
BIDDERS = [{"name": f"投标人{n}", "credit_code": credit_code(700 + n), "deposit_wan": 80} for n in range(3)]
CANDIDATES = [{"rank": n + 1, "name": f"投标人{n}"} for n in range(3)]
OBJECTION: dict[str, object] = {
    "kind": "documents",
    "objector": "投标人0",
    "received_on": "2026-03-10",
    "matter": "评分办法排斥潜在投标人",
}


@dataclass(slots=True)
class Tender:
    """One tender and the people around it; every deed is done by the applicant unless ``by`` says otherwise."""

    office: Office
    town: Town
    no: str = ""
    children: dict[str, str] = field(default_factory=dict)

    def begin(self, at: datetime = ISSUED, **lot: object) -> "Tender":
        project = self.town.project.code
        self.no = given.opened(self.office, self.town.applicant, at, "tender", {**LOT, **lot}, on=project)
        return self

    def act(self, action: str, at: datetime, by: Actor | None = None, **inputs: object) -> None:
        given.act(self.office, by or self.town.applicant, at, self.no, action, inputs)

    def issued(self, at: datetime = ISSUED, **documents: object) -> "Tender":
        self.act("issue_documents", at, **{**DOCUMENTS, **documents})
        return self

    def sweep(self, at: datetime) -> None:
        """Everything that falls due up to then happens."""
        given.time_is(self.office.engine, at)
        sweep(self.office)

    def opened(self) -> "Tender":
        self.sweep(moment("2026-03-23", "09:30"))
        return self

    def evaluated(self) -> "Tender":
        self.opened()
        self.act("record_opening", moment("2026-03-23", "10:30"), bidders=BIDDERS)
        day = moment("2026-03-24")
        self.act("record_evaluation", day, evaluated_on="2026-03-24", candidates=CANDIDATES)
        return self

    def published(self) -> "Tender":
        self.evaluated()
        days = {"published_on": "2026-03-25", "publication_until": "2026-03-30"}
        self.act("publish_candidates", moment("2026-03-25"), **days)
        return self

    def contracted(self) -> "Tender":
        self.published()
        self.act("determine_winner", moment("2026-03-31"), winner="投标人0")
        self.act("issue_notice", moment("2026-04-01"), noticed_on="2026-04-01")
        signed = {"contracted_on": "2026-04-10", "contract_wan": 4800, "bond_wan": 480}
        self.act("sign_contract", moment("2026-04-10"), **signed)
        return self

    def object(self, at: datetime, action: str = "object", **said: object) -> str:
        """An objection recorded by the authority's officer; returns its number."""
        self.act(action, at, self.town.officers["ZJ"], **{**OBJECTION, **said})
        return self.child("objection")

    def complain(self, at: datetime, by: Actor | None = None, **said: object) -> str:
        """A complaint received by the authority; returns its number."""
        day = at.date().isoformat()
        complaint: Mapping[str, object] = {
            "department": "ZJ",
            "complainant": "投标人1",
            "kind": "other",
            "knew_on": day,
            "received_on": day,
            "matter": "串通投标",
            **said,
        }
        return given.opened(self.office, by or self.town.officers["ZJ"], at, "complaint", complaint, under=self.no)

    def child(self, flow: str) -> str:
        """The newest case of ``flow`` under it."""
        return given.children(self.office.engine, self.no, flow)["ZJ"]

    def answer(self, objection: str, at: datetime) -> None:
        """The objection is answered, and what follows from that by itself happens."""
        given.act(
            self.office,
            self.town.applicant,
            at,
            objection,
            "answer",
            {"result": "rejected", "answer": "经复核，异议不成立"},
        )
        given.looked_around(self.office, at)

    def case(self, no: str | None = None) -> Case:
        with self.office.engine.connect() as conn:
            reading = cases.read(conn, no=no or self.no)
        assert reading is not None
        return reading.case

    @property
    def state(self) -> str:
        return self.case().state

    def due(self, clock: str, no: str | None = None) -> date | None:
        found = self.case(no).clock(clock)
        assert found is not None, clock
        return found.due_on

    def expect_sound(self) -> None:
        assert verify(self.office).breaches == ()
