"""The ordinary way of one tender in the demo, from the day it is begun: each step as soon as the law lets it.

Waiting times are counted on the calendar of the day (fact book, 5), so that no step comes too early in any year.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from workflow.demo.codes import company_code
from workflow.demo.files import DemoProject
from workflow.demo.scenes import Days
from workflow.demo.steps import Step

BIDS_PREPARED, ON_SALE, APPLIED, CLARIFIED = 20, 5, 5, 15
"""Calendar days of B3, B1, B2 and B4."""
ENOUGH = 3
"""Bidders of B10."""
DEADLINE_AT = "09:30"
FIRST_BIDDER = 4000
"""Numbers of invented companies from here on bid: none of them applies for a project."""
BIDDERS = tuple(
    f"青岛示例建工{word}有限公司" for word in ("一建", "二建", "三建", "四建", "五建", "六建", "七建", "八建")
)
KINDS = (
    ("施工总承包", "works"),
    ("施工一标段", "works"),
    ("设备采购", "goods"),
    ("监理", "services"),
    ("施工", "works"),
)
NOTE = "（演示数据）"


@dataclass(frozen=True, slots=True)
class Course:
    """How one tender goes. Working days count from the making of the demo, before it for a negative one.

    ``begun``: the day it is begun; ``opens``: that of the bid deadline, as soon as the law lets it where there is none.
    ``bidders`` of the first round: with fewer than three it fails and is held anew, unless it is ``left`` there.
    ``decides``: working days from the publication of the candidates to the winner. ``reports``, ``refunds``: working
    days after the winner, after the contract; None: forgotten. ``stops``: the last step of the ordinary way.
    ``beside``: what else happens.
    """

    begun: int
    opens: int | None = None
    prequalified: int | None = None
    bidders: int = 4
    left: bool = False
    decides: int = 4
    reports: int | None = 3
    refunds: int | None = 2
    stops: str | None = None
    beside: "tuple[Beside, ...]" = ()


@dataclass(frozen=True, slots=True)
class Lot:
    """One tender of one project with its course, and a random source of its own."""

    site: int
    project: DemoProject
    days: Days
    rng: Random
    course: Course

    @property
    def thread(self) -> str:
        return f"{self.project.name}/tender"

    @property
    def estimate(self) -> int:
        return max(self.project.investment_wan * 7 // 10, 400)

    @property
    def deposit(self) -> float:
        return min(round(self.estimate * 0.015, 2), 80)

    def date(self, day: int) -> str:
        return self.days.day(day).isoformat()

    def after(self, day: int, calendar_days: int) -> int:
        """The first working day that lies at least so many calendar days after ``day``."""
        wanted = self.days.day(day) + timedelta(days=calendar_days)
        found = day + 1
        while self.days.day(found) < wanted:
            found += 1
        return found

    def does(self, day: int, minute: int, action: str, inputs: Mapping[str, Any], **others: Any) -> Step:
        """By the applicant, where nobody else is named."""
        return Step(self.thread, self.site, day, minute, others.pop("by", "applicant"), action, None, inputs, **others)


Beside = Callable[[Lot, "Dates"], Iterator[Step]]


@dataclass(frozen=True, slots=True)
class Dates:
    """The working days of the ordinary way: documents issued, bids opened, candidates published, and so on."""

    issued: int
    opened: int
    evaluated: int
    published: int
    determined: int
    noticed: int
    contracted: int


def ordinary_way(lot: Lot, dates: Dates) -> Iterator[Step]:
    course = lot.course
    yield _begin(lot, course.begun)
    yield from _prequalification(lot)
    if course.prequalified is not None and course.prequalified < ENOUGH:
        return
    yield _issue(lot, dates.issued, dates.opened)
    if course.bidders >= ENOUGH:
        yield from _award(lot, dates)
        return
    yield from _failed(lot, dates.opened)
    if not course.left:
        yield from _second_round(lot, dates.opened + 2)


def dates_of(lot: Lot) -> Dates:
    course = lot.course
    issued = course.begun + 2 if course.prequalified is None else _qualified(lot) + 2
    return _dates_from(lot, issued, lot.after(issued, BIDS_PREPARED) if course.opens is None else course.opens)


def _dates_from(lot: Lot, issued: int, opened: int) -> Dates:
    published = opened + 2
    determined = published + lot.course.decides
    return Dates(issued, opened, opened + 1, published, determined, determined + 1, determined + 6)


# ── the ordinary way ───────────────────────────────────────────────────────────────────────────────────────────────


def _begin(lot: Lot, day: int) -> Step:
    name, kind = lot.rng.choice(KINDS)
    inputs = {
        "lot": name,
        "kind": kind,
        "method": "public",
        "estimate_wan": lot.estimate,
        "prequalification": lot.course.prequalified is not None,
    }
    minute = lot.rng.randint(9 * 60, 11 * 60)
    return Step(lot.thread, lot.site, day, minute, "applicant", begins="tender", inputs=inputs)


def _prequalification(lot: Lot) -> Iterator[Step]:
    announced, passed = lot.course.begun + 1, lot.course.prequalified
    if passed is None:
        return
    until, deadline = _applications(lot)
    inputs = {
        "prequal_from": lot.date(announced),
        "prequal_until": lot.date(until),
        "prequal_deadline": f"{lot.date(deadline)}T17:00",
    }
    yield lot.does(announced, 10 * 60, "announce_prequalification", inputs)
    applicants = [row | {"passed": number < passed} for number, row in enumerate(companies(lot, max(passed, ENOUGH)))]
    action = "record_prequalified" if passed >= ENOUGH else "fail_prequalification"
    yield lot.does(_qualified(lot), 15 * 60, action, {"applicants": applicants})


def _applications(lot: Lot) -> tuple[int, int]:
    """The end of the sale of the prequalification documents, and the deadline of the applications."""
    until = lot.after(lot.course.begun + 1, ON_SALE)
    return until, lot.after(until, APPLIED)


def _qualified(lot: Lot) -> int:
    return _applications(lot)[1] + 2


def _issue(lot: Lot, day: int, opens: int) -> Step:
    valid = 90
    inputs = {
        "sale_from": lot.date(day),
        "sale_until": lot.date(lot.after(day, ON_SALE)),
        "bid_deadline": deadline_on(lot, opens),
        "opening_place": "区公共资源交易中心开标一室",
        "bid_valid_days": valid,
        "deposit_wan": lot.deposit,
        "deposit_valid_days": valid,
    }
    return lot.does(day, 9 * 60 + 40, "issue_documents", inputs)


def _award(lot: Lot, dates: Dates) -> Iterator[Step]:
    """From the opening on; every step is dated to the day on which it is done."""
    course, candidates = lot.course, _candidates(lot)
    price = candidates[0]["price_wan"]
    bidders = [
        row | {"deposit_wan": lot.deposit, "price_wan": round(price * (1 + number / 50), 2)}
        for number, row in enumerate(companies(lot, max(course.bidders, ENOUGH)))
    ]
    yield lot.does(dates.opened, 11 * 60, "record_opening", {"bidders": bidders})
    evaluated = {"evaluated_on": lot.date(dates.evaluated), "candidates": candidates}
    yield lot.does(dates.evaluated, 16 * 60, "record_evaluation", evaluated)
    public = {"published_on": lot.date(dates.published), "publication_until": lot.date(dates.published + 3)}
    yield lot.does(dates.published, 9 * 60 + 30, "publish_candidates", public)
    yield lot.does(dates.determined, 10 * 60, "determine_winner", {"winner": candidates[0]["name"]})
    yield lot.does(dates.noticed, 15 * 60, "issue_notice", {"noticed_on": lot.date(dates.noticed)})
    if course.reports is not None:
        day = dates.determined + course.reports
        yield lot.does(day, 16 * 60, "report", {"reported_on": lot.date(day)})
    signed = {"contracted_on": lot.date(dates.contracted), "contract_wan": price, "bond_wan": round(price / 20, 2)}
    yield lot.does(dates.contracted, 10 * 60 + 30, "sign_contract", signed)
    if course.refunds is None:
        return
    day = dates.contracted + course.refunds
    interest = lot.rng.randint(80, 900)
    yield lot.does(day, 11 * 60, "return_deposits", {"returned_on": lot.date(day), "interest_yuan": interest})
    if course.reports is not None:
        yield lot.does(max(day, dates.determined + course.reports) + 1, 15 * 60, "close", {})


def _failed(lot: Lot, opened: int) -> Iterator[Step]:
    yield lot.does(opened, 11 * 60, "fail_opening", {"bidders": companies(lot, lot.course.bidders)})


def _second_round(lot: Lot, day: int) -> Iterator[Step]:
    yield lot.does(day, 9 * 60, "restart", {"reason": f"投标人少于三个，重新招标{NOTE}"})
    opened = lot.after(day + 1, BIDS_PREPARED)
    yield _issue(lot, day + 1, opened)
    yield from _award(lot, _dates_from(lot, day + 1, opened))


def companies(lot: Lot, count: int) -> list[dict[str, Any]]:
    first = lot.site % len(BIDDERS)
    numbers = [(first + number) % len(BIDDERS) for number in range(count)]
    return [{"name": BIDDERS[number], "credit_code": company_code(FIRST_BIDDER + number)} for number in numbers]


def _candidates(lot: Lot) -> list[dict[str, Any]]:
    price = round(lot.estimate * 0.93, 2)
    return [
        {"rank": number + 1, "name": row["name"], "price_wan": round(price * (1 + number / 50), 2)}
        for number, row in enumerate(companies(lot, ENOUGH))
    ]


def deadline_on(lot: Lot, day: int) -> str:
    return f"{lot.date(day)}T{DEADLINE_AT}"
