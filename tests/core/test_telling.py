"""By which way somebody is told, and when not."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.given import moment
from workflow.catalogue import Catalogue, load_catalogue
from workflow.errors import BadInput
from workflow.telling import (
    Point,
    Reachable,
    Way,
    checked_choices,
    kind_of,
    may_wait,
    message_key,
    quiet_until,
    usable_ways,
    wants_digest,
    ways,
)

CONFIG = Path(__file__).resolve().parents[2] / "config"
OPEN = ("email", "wecom", "sms")
SOMEBODY = Reachable(7, "a@example.org", (Point(3, "sms", "13900000000", False), Point(1, "wecom", "zhang", False)), {})


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(CONFIG)


def rung(card: str | None, due_at: str | None = None) -> dict[str, Any]:
    return {"what": "rung", "card": card, "due_at": due_at}


def test_without_choices_each_kind_goes_by_its_default_ways_for_which_there_is_an_address(catalogue: Catalogue) -> None:
    policy = catalogue.telling
    assert [way.channel for way in ways("notice", SOMEBODY, OPEN, policy)] == ["email"]
    assert [way.channel for way in ways("red", SOMEBODY, OPEN, policy)] == ["email", "wecom", "sms"]
    assert ways("red", Reachable(7, "", (), {}), OPEN, policy) == ()


def test_what_somebody_chose_takes_the_place_of_the_defaults(catalogue: Catalogue) -> None:
    person = replace(SOMEBODY, choices={"ways": {"red": ["sms"], "action": []}})
    assert ways("red", person, OPEN, catalogue.telling) == (Way("sms", "13900000000", 3),)
    assert ways("action", person, OPEN, catalogue.telling) == ()
    assert [way.channel for way in ways("yellow", person, OPEN, catalogue.telling)] == ["email", "wecom"]


def test_where_no_chosen_way_is_left_the_first_that_is_takes_its_place(catalogue: Catalogue) -> None:
    person = replace(SOMEBODY, choices={"ways": {"red": ["dingtalk"]}})
    assert [way.channel for way in ways("red", person, ("email",), catalogue.telling)] == ["email"]


def test_a_red_card_has_a_way_whatever_was_chosen_as_long_as_there_is_one(catalogue: Catalogue) -> None:
    nothing = replace(SOMEBODY, choices={"ways": {"red": [], "yellow": []}})
    assert [way.channel for way in ways("red", nothing, ("email",), catalogue.telling)] == ["email"]
    assert ways("yellow", nothing, ("email",), catalogue.telling) == ()
    assert ways("red", nothing, (), catalogue.telling) == ()


def test_a_bounced_address_and_a_closed_channel_are_no_way() -> None:
    points = (Point(4, "email", "a@example.org", True), Point(2, "wecom", "zhang", True))
    assert usable_ways(replace(SOMEBODY, points=points), OPEN) == {}
    assert usable_ways(SOMEBODY, ("email",)) == {"email": Way("email", None, None)}


def test_an_address_given_for_e_mail_comes_before_the_one_of_the_account() -> None:
    person = replace(SOMEBODY, points=(Point(9, "email", "b@example.org", False),))
    assert usable_ways(person, OPEN)["email"] == Way("email", "b@example.org", 9)


@pytest.mark.parametrize(
    ("body", "role", "late", "waits"),
    [
        (rung("yellow"), "assignee", False, True),
        (rung(None), "assignee", False, True),
        (rung("red"), "assignee", False, False),
        (rung("red"), "assignee", True, False),
        (rung("yellow"), "on_duty", False, False),
        (rung("yellow", "2026-03-02T10:00:00+08:00"), "assignee", False, False),
        (rung("yellow", "2026-03-02T10:00:00+08:00"), "assignee", True, True),
        ({"what": "action"}, "applicant", False, True),
    ],
)
def test_red_cards_people_on_duty_and_clocks_of_hours_do_not_wait(
    catalogue: Catalogue, body: dict[str, Any], role: str, late: bool, waits: bool
) -> None:
    assert may_wait(body, role, catalogue.telling, late) is waits


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (moment("2026-03-02", "20:59"), None),
        (moment("2026-03-02", "21:00"), moment("2026-03-03", "08:00")),
        (moment("2026-03-03", "07:59"), moment("2026-03-03", "08:00")),
        (moment("2026-03-03", "08:00"), None),
    ],
)
def test_quiet_hours_lie_over_midnight_of_the_office(
    catalogue: Catalogue, now: datetime, until: datetime | None
) -> None:
    assert quiet_until(SOMEBODY, catalogue.telling, now) == until


def test_quiet_hours_are_each_persons_own_and_may_be_none(catalogue: Catalogue) -> None:
    at_night, at_noon = moment("2026-03-02", "22:00"), moment("2026-03-02", "12:30")
    never = replace(SOMEBODY, choices={"quiet": None})
    lunch = replace(SOMEBODY, choices={"quiet": {"from": "12:00", "until": "13:00"}})
    assert quiet_until(never, catalogue.telling, at_night) is None
    assert quiet_until(lunch, catalogue.telling, at_noon) == moment("2026-03-02", "13:00")
    assert quiet_until(lunch, catalogue.telling, at_night) is None


def test_an_unknown_message_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="there is no kind of message gossip: known are notice, yellow, red"):
        kind_of({"what": "gossip"})


def test_the_key_of_a_message_says_which_way_it_went() -> None:
    assert message_key("rung:1", 7, Way("email", None, None)) == "rung:1:7:email"
    assert message_key("rung:1", 7, Way("sms", "13900000000", 3)) == "rung:1:7:sms:3"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"ways": {"gossip": ["email"]}}, "ways: 'gossip' is not accepted"),
        ({"ways": {"red": ["pigeon"]}}, "ways.red: 'pigeon' is not accepted; known: email, wecom"),
        ({"ways": {"red": ["wecom"]}}, "ways.red: you have given no address for wecom"),
        ({"ways": {"red": []}}, "ways.red: red cards need at least one way"),
        ({"ways": {"red": ["email", "email"]}}, "ways.red"),
        ({"ways": {"red": "email"}}, "ways.red"),
        ({"ways": []}, "ways"),
        ({"quiet": {"from": "9:00", "until": "08:00"}}, "quiet.from: '9:00' is not accepted; known: HH:MM"),
        ({"quiet": {"from": "21:00"}}, "quiet"),
        ({"digest": "no"}, "digest: 'no' is not accepted; known: True, False"),
        ({"loudness": 3}, "loudness: 'loudness' is not accepted; known: ways, quiet, digest"),
    ],
)
def test_choices_that_cannot_be_are_refused_by_name(catalogue: Catalogue, raw: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked_choices(raw, catalogue.telling, catalogue.channels, ("email",))
    assert refused.value.reasons[0].en.startswith(said)
    assert refused.value.reasons[0].zh


def test_choices_that_can_be_are_kept_as_they_are(catalogue: Catalogue) -> None:
    raw = {"ways": {"red": ["email"], "action": []}, "quiet": None, "digest": False}
    assert checked_choices(raw, catalogue.telling, catalogue.channels, ("email",)) == raw
    assert not wants_digest(raw)
    assert wants_digest({})
