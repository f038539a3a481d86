"""What the law asks of each step of a tender (招标投标法、实施条例), beside the clocks: periods, equal moments,
amounts, numbers of bidders, suspension. The rules themselves are data: config/rules/tendering.yaml.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from workflow.clock.days import local_day
from workflow.errors import Reason
from workflow.guards import complaining
from workflow.guards.facts import Facts, Guard
from workflow.guards.relatives import CHILDREN
from workflow.guards.tender_periods import cited, day_of, lawful_end, moment_day, shortage, too_short
from workflow.identifiers import BadIdentifier, credit_code

PUBLICATION = "B12"
FOLLOWS: Mapping[str, str] = {"evaluated_on": "bid_deadline", "noticed_on": "determined_on"}
"""Deeds that no period of the law runs to, and what they come after all the same (招标投标法 34–45)."""
SALES = ("prequal_from", "sale_from")
STANDING_DEADLINES = ("bid_deadline", "prequal_deadline")
"""What a tender waits for: the bids, or before there are tender documents the applications."""


def project_needs_tender(facts: Facts) -> Reason | None:
    """A key project that needs tendering, or one with the trait 依法必须招标."""
    if facts.needs_tender or facts.project_facts.get("must_tender"):
        return None
    return Reason(
        "tender_not_needed",
        f"项目 {facts.project_code} 未列为需要招标的项目",
        f"The project {facts.project_code} is not one that needs tendering",
        {"field": "project", "value": facts.project_code, "accepted": ["needs_tender", "must_tender"]},
    )


def prequalification_settled(facts: Facts) -> Reason | None:
    """Tender documents are issued once who may bid is settled, where that was announced."""
    if not facts.case.data.get("prequalification") or facts.case.data.get("applicants"):
        return None
    return Reason(
        "prequalification_open",
        "本项目须先完成资格预审",
        "Prequalification comes first: it was announced for this tender",
    )


def prequalification_wanted(facts: Facts) -> Reason | None:
    if facts.case.data.get("prequalification"):
        return None
    return Reason("no_prequalification", "本次招标不进行资格预审", "This tender has no prequalification")


def periods_respected(facts: Facts) -> Reason | None:
    """B1–B5, B12: no period from or to a moment that is being set is shorter than the law has it."""
    return shortage(facts, list(too_short(facts, facts.inputs.keys())))


def every_period_respected(facts: Facts) -> Reason | None:
    """The same of all periods of the tender: a suspension may have made any of them too short."""
    return shortage(facts, list(too_short(facts)))


def deeds_dated_lawfully(facts: Facts) -> Reason | None:
    """What has been done lies not in the future, not further back than late entry allows, and not before the moment
    from which its period counts."""
    moments = facts.catalogue.tendering.moments
    bound = facts.catalogue.conventions.late_entry.amount
    back = facts.calendar.add_working_days(facts.today, -bound)
    for name in facts.inputs.keys() & moments.keys():
        done = day_of(facts.inputs[name])
        if done is None or not moments[name].deed:
            continue
        earliest = max([back, *_bases(facts, name)])
        if not earliest <= done <= facts.today:
            return _misdated(facts, name, done, earliest)
    return None


def _bases(facts: Facts, name: str) -> list[date]:
    bases = [period.base for _, period in facts.catalogue.tendering.periods("max") if period.target == name]
    days = (moment_day(facts.case, facts.inputs, base) for base in (*bases, FOLLOWS.get(name)))
    return [day for day in days if day is not None]


def sale_not_long_begun(facts: Facts) -> Reason | None:
    """The days for preparing a bid count from the sale (B1–B3): whoever holds the tender dates it to no day before
    today; the office writes down afterwards what was announced, no further back than late entry allows."""
    earliest = facts.today
    if facts.actor.role_on(facts.case, frozenset({"specialist"})) is not None:
        earliest = facts.calendar.add_working_days(facts.today, -facts.catalogue.conventions.late_entry.amount)
    for name in SALES:
        begun: date | None = facts.inputs.get(name)
        if begun is None or begun >= earliest:
            continue
        title = facts.catalogue.tendering.moments[name].title
        day, first = facts.day(begun), facts.day(earliest)
        return Reason(
            "deed_misdated",
            f"“{title.zh}”{day.zh} 过早，最早为 {first.zh}",
            f"{name}: “{title.en}” on {day.en} lies too far back: {first.en} at the earliest",
            {"field": name, "value": begun.isoformat(), "earliest": earliest.isoformat()},
        )
    return None


def _misdated(facts: Facts, name: str, done: date, earliest: date) -> Reason:
    title = facts.catalogue.tendering.moments[name].title
    day, first, last = facts.day(done), facts.day(earliest), facts.day(facts.today)
    return Reason(
        "deed_misdated",
        f"“{title.zh}”{day.zh} 应在 {first.zh} 至 {last.zh} 之间",
        f"{name}: “{title.en}” on {day.en} must lie between {first.en} and {last.en}",
        {
            "field": name,
            "value": done.isoformat(),
            "earliest": earliest.isoformat(),
            "latest": facts.today.isoformat(),
        },
    )


def deadline_ahead(facts: Facts) -> Reason | None:
    """A deadline is set for a time to come."""
    for name in STANDING_DEADLINES:
        moment = facts.inputs.get(name)
        if isinstance(moment, datetime) and moment <= facts.now:
            day = facts.day(local_day(moment))
            return Reason(
                "deadline_past",
                f"截止时间 {day.zh} 已过，应晚于现在",
                f"{name} on {day.en} has passed: a moment to come is accepted",
                {"field": name, "value": moment.isoformat()},
            )
    return None


def equal_as_the_law_has_it(facts: Facts) -> Reason | None:
    """B9, B17, B18: opening and deadline are one moment, bids are valid from it, the deposit as long as the bid."""
    for rule, period in facts.catalogue.tendering.periods("equal", on=facts.today):
        given, wanted = facts.inputs.get(period.target or ""), facts.kept(period.base or "")
        if given is None or wanted is None:
            continue
        if isinstance(wanted, datetime) and not isinstance(given, datetime):
            wanted = local_day(wanted)
        if given == wanted:
            continue
        name = cited(rule)
        shown = wanted.isoformat() if isinstance(wanted, date) else wanted
        return Reason(
            "not_the_same",
            f"{name.zh}：应与“{period.base}”一致，为 {shown}",
            f"{name.en}: {period.target} must equal {period.base}: {shown}",
            {"field": period.target, "value": str(given), "accepted": str(shown), "rule": rule.code},
        )
    return None


def amounts_within_bounds(facts: Facts) -> Reason | None:
    """B17: the deposit is at most 2 % of the estimate, the performance bond 10 % of the contract."""
    for rule, period in facts.catalogue.tendering.periods("amount", on=facts.today):
        given, base = facts.inputs.get(period.target or ""), facts.kept(period.base or "")
        if given is None or base is None or period.percent is None:
            continue
        # Amounts have two decimals; a hundredth of a cent more is not more.
        most = round(float(base) * period.percent / 100, 4)
        if float(given) <= most:
            continue
        name = cited(rule)
        return Reason(
            "amount_too_high",
            f"{name.zh}：{given} 万元超过 {base} 万元的 {period.percent}%，最高 {most:g} 万元",
            f"{name.en}: {period.target} of {given} exceeds {period.percent} % of {base}: {most:g} at most",
            {"field": period.target, "value": given, "maximum": most, "rule": rule.code},
        )
    return None


def enough(facts: Facts, rows: str) -> Reason | None:
    """B10: at least three bidders, or applicants who passed."""
    rule, least, count = _counted(facts, rows)
    if count >= least:
        return None
    name = cited_by_code(facts, rule)
    return Reason(
        "too_few_bidders",
        f"{name[0]}：只有 {count} 个，少于 {least} 个的不得开标，应当重新招标",
        f"{name[1]}: only {count}, fewer than {least}: no opening, the tender starts anew",
        {"field": rows, "value": count, "minimum": least, "rule": rule},
    )


def too_few(facts: Facts, rows: str) -> Reason | None:
    """B10: a tender fails for want of bidders only where there are too few."""
    rule, least, count = _counted(facts, rows)
    if count < least:
        return None
    name = cited_by_code(facts, rule)
    return Reason(
        "enough_bidders",
        f"{name[0]}：已有 {count} 个，不少于 {least} 个，不得以此为由终止",
        f"{name[1]}: there are {count}, not fewer than {least}: this is no ground for failing",
        {"field": rows, "value": count, "rule": rule},
    )


def _counted(facts: Facts, rows: str) -> tuple[str, int, int]:
    rule, period = next(
        (rule, period) for rule, period in facts.catalogue.tendering.periods("count") if period.target == rows
    )
    entries = facts.inputs.get(rows, ())
    return rule.code, period.least or 0, sum(1 for entry in entries if entry.get("passed") is not False)


def cited_by_code(facts: Facts, code: str) -> tuple[str, str]:
    """A rule by its code, with its article, in Chinese and in English."""
    title = cited(facts.catalogue.tendering.rules[code])
    return title.zh, title.en


def codes_valid(facts: Facts) -> Reason | None:
    """GB 32100—2015 for every bidder or applicant that is named."""
    named = [("credit_code", facts.inputs["credit_code"])] if "credit_code" in facts.inputs else []
    for name, rows in facts.inputs.items():
        if isinstance(rows, list):
            named += [
                (f"{name}.{index}.credit_code", row["credit_code"])
                for index, row in enumerate(rows)
                if isinstance(row, dict) and "credit_code" in row
            ]
    for place, code in named:
        try:
            credit_code(code)
        except BadIdentifier as fault:
            return Reason(
                "credit_code_invalid",
                f"统一社会信用代码“{code}”未通过校验：{fault.zh}",
                f"{place}: credit code {code} fails: {fault.en}",
                {"field": place, "value": code},
            )
    return None


def on_the_opening_day(facts: Facts) -> Reason | None:
    """B8: an objection to the opening is raised, answered and recorded on the spot."""
    opened = moment_day(facts.case, {}, "bid_deadline")
    if opened is not None and facts.today == opened:
        return None
    name, day = cited_by_code(facts, "B8"), facts.day(opened)
    return Reason(
        "not_on_the_spot",
        f"{name[0]}：应于开标当日 {day.zh} 当场提出",
        f"{name[1]}: it had to be raised on the spot, on {day.en}",
        {"field": "objector", "accepted": None if opened is None else opened.isoformat(), "rule": "B8"},
    )


def publication_over(facts: Facts) -> Reason | None:
    """B12: no winner before the publication has ended, suspended days not counted."""
    end = lawful_end(facts, PUBLICATION)
    if end is None or facts.effective_day > end:
        return None
    name, day = cited_by_code(facts, PUBLICATION), facts.day(end)
    first = facts.day(end + timedelta(days=1))
    return Reason(
        "publication_running",
        f"{name[0]}：公示至 {day.zh} 止，最早 {first.zh} 确定中标人",
        f"{name[1]}: published until {day.en}; the winner is determined on {first.en} at the earliest",
        {"until": end.isoformat(), "rule": PUBLICATION},
    )


def publication_running(facts: Facts) -> Reason | None:
    """条例 54: an objection to the candidates is raised while they are published."""
    end, received = lawful_end(facts, PUBLICATION), facts.inputs.get("received_on")
    if end is None or received is None or received <= end:
        return None
    name, day = cited_by_code(facts, PUBLICATION), facts.day(end)
    return Reason(
        "objection_too_late",
        f"{name[0]}：对评标结果的异议应在公示期间提出，已于 {day.zh} 截止",
        f"{name[1]}: objections to the candidates are raised while they are published, until {day.en}",
        {"field": "received_on", "value": received.isoformat(), "latest": end.isoformat(), "rule": PUBLICATION},
    )


def candidates_have_bid(facts: Facts) -> Reason | None:
    """条例 53: candidates come from those whose bids were opened."""
    names = [row.get("name") for row in facts.case.data.get("bidders", ())]
    strange = [row["name"] for row in facts.inputs["candidates"] if row["name"] not in names]
    if not strange:
        return None
    return Reason(
        "not_a_bidder",
        f"“{'、'.join(strange)}”不在开标记录的投标人中：{'、'.join(map(str, names))}",
        f"{', '.join(strange)}: none of the bidders whose bids were opened: {', '.join(map(str, names))}",
        {"field": "candidates", "value": strange, "accepted": names},
    )


def winner_is_a_candidate(facts: Facts) -> Reason | None:
    """条例 55: one of the candidates that were published, and not one that has dropped out."""
    gone = [one.get("winner") for one in facts.case.data.get("given_up", ())]
    names = [row["name"] for row in facts.case.data.get("candidates", ()) if row.get("name") not in gone]
    if facts.inputs["winner"] in names:
        return None
    return Reason(
        "not_a_candidate",
        f"“{facts.inputs['winner']}”不在公示的中标候选人中：{'、'.join(map(str, names))}",
        f"{facts.inputs['winner']} is none of the published candidates: {', '.join(map(str, names))}",
        {"field": "winner", "value": facts.inputs["winner"], "accepted": names},
    )


def nothing_suspends(facts: Facts) -> Reason | None:
    """B7, B22: every objection is answered, and no complaint holds an order to suspend."""
    holding = [
        child.no
        for child in facts.children
        if child.ended_at is None
        and (child.flow == "objection" or (child.flow == "complaint" and child.data.get("suspension_ordered_on")))
    ]
    if not holding:
        return None
    return Reason(
        "still_suspended",
        f"异议尚未答复或者责令暂停尚未解除：{'、'.join(holding)}",
        f"Objections are unanswered, or an order to suspend stands: {', '.join(holding)}",
        {"cases": holding},
    )


def stands_still(facts: Facts) -> Reason | None:
    """The tender is suspended."""
    if facts.case.open_pauses:
        return None
    return Reason("not_suspended", "当前没有暂停", "Nothing is suspended")


def suspension_ordered(facts: Facts) -> Reason | None:
    """B22: a complaint holds an order to suspend, on which the tender has not acted yet."""
    ordered = any(
        child.ended_at is None and child.data.get("suspension_ordered_on") for child in facts.children_of("complaint")
    )
    if ordered and not any(pause.cause == "tender_order" for pause in facts.case.open_pauses):
        return None
    return Reason("no_order", "没有待执行的责令暂停", "No order to suspend waits to be carried out", {"rule": "B22"})


def deadline_still_lawful(facts: Facts) -> Reason | None:
    """After a suspension: the deadline lies ahead, and every period up to it is as long as the law has it."""
    moments = ((name, facts.case.kept(name)) for name in STANDING_DEADLINES)
    name, moment = next(((name, moment) for name, moment in moments if moment is not None), (None, None))
    if isinstance(moment, datetime) and moment <= facts.now:
        return Reason(
            "deadline_past",
            "暂停期间截止时间已过，应重新确定",
            "The deadline passed meanwhile: a new one is needed",
            {"field": name},
        )
    return shortage(facts, list(too_short(facts)))


def deadline_no_longer_lawful(facts: Facts) -> Reason | None:
    """The other way: a new deadline is needed."""
    if deadline_still_lawful(facts) is not None:
        return None
    return Reason("deadline_lawful", "原截止时间仍然合法", "The deadline is lawful as it stands")


GUARDS: Mapping[str, Guard] = {
    "project_needs_tender": Guard(project_needs_tender),
    "prequalification_settled": Guard(prequalification_settled),
    "prequalification_wanted": Guard(prequalification_wanted),
    "periods_respected": Guard(periods_respected, on_input=True),
    "every_period_respected": Guard(every_period_respected, on_input=True),
    "sale_not_long_begun": Guard(sale_not_long_begun, on_input=True),
    "deeds_dated_lawfully": Guard(deeds_dated_lawfully, on_input=True),
    "deadline_ahead": Guard(deadline_ahead, on_input=True),
    "equal_as_the_law_has_it": Guard(equal_as_the_law_has_it, on_input=True),
    "amounts_within_bounds": Guard(amounts_within_bounds, on_input=True),
    "enough": Guard(enough, on_input=True, takes="datum"),
    "too_few": Guard(too_few, on_input=True, takes="datum"),
    "codes_valid": Guard(codes_valid, on_input=True),
    "on_the_opening_day": Guard(on_the_opening_day),
    "publication_over": Guard(publication_over),
    "publication_running": Guard(publication_running, on_input=True),
    "candidates_have_bid": Guard(candidates_have_bid, on_input=True),
    "winner_is_a_candidate": Guard(winner_is_a_candidate, on_input=True),
    "nothing_suspends": Guard(nothing_suspends, CHILDREN),
    "stands_still": Guard(stands_still),
    "suspension_ordered": Guard(suspension_ordered, CHILDREN),
    "deadline_still_lawful": Guard(deadline_still_lawful),
    "deadline_no_longer_lawful": Guard(deadline_no_longer_lawful),
    **complaining.GUARDS,
}
