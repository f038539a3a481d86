"""The calculator of dates, for which nobody has to sign in."""

from dataclasses import dataclass
from typing import Any

from workflow.demo.tour.caller import Caller
from workflow.demo.tour.scene import Scene

EXPERT_REVIEW = {"since": "2026-03-09", "until": "2026-03-20", "cause": "expert_review"}
NOTICE_OF_COMPLETION = {"since": "2026-03-04", "until": "2026-03-10", "cause": "documents_incomplete", "resets": True}


@dataclass(frozen=True, slots=True)
class _Vector:
    """A question, and the answer that was worked out by hand from the published notices."""

    question: dict[str, Any]
    due_on: str
    sentence: str


VECTORS = (
    _Vector({"from": "2026-02-13", "limit": "20wd"}, "2026-03-19", "20 working days over the Spring Festival of 2026"),
    _Vector(
        {"from": "2026-02-13", "limit": "20wd", "pauses": [EXPERT_REVIEW]},
        "2026-04-01",
        "the same with an expert review from 9 to 20 March",
    ),
    _Vector(
        {"from": "2026-02-13", "limit": "20wd", "pauses": [EXPERT_REVIEW, EXPERT_REVIEW]},
        "2026-04-01",
        "the same pause twice counts once",
    ),
    _Vector(
        {"from": "2026-03-02", "limit": "7wd", "pauses": [NOTICE_OF_COMPLETION]},
        "2026-03-19",
        "7 working days, interrupted: they begin anew after 10 March",
    ),
    _Vector(
        {"from": "2026-03-02T16:00:00+08:00", "limit": "2wh"},
        "2026-03-03",
        "2 office hours from four in the afternoon",
    ),
    _Vector({"from": "2026-01-31", "limit": "1mo"}, "2026-02-28", "a month from 31 January"),
)


def count(scene: Scene) -> None:
    """Dates of the fact book, each with the answer of the service; and what nobody may ask."""
    say, anybody = scene.teller, Caller(scene.district.url)
    say.chapter("The calculator, for anybody")
    for vector in VECTORS:
        answer = anybody.post("/api/v1/due-dates", vector.question)
        found = answer.body.get("due_on") if answer.status == 200 else answer.body
        say.same(found, vector.due_on, vector.sentence)
    backwards = {"since": "2026-03-20", "until": "2026-03-09", "cause": "hearing"}
    wrong = anybody.post("/api/v1/due-dates", {"from": "2026-02-13", "limit": "20wd", "pauses": [backwards]})
    say.refused(wrong, 400, "bad_input", "a pause that ends before it starts is refused")
