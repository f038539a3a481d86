"""How somebody wants to be reached: their addresses, a test of one, and what is told by which way. Only one's own."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from workflow.catalogue.telling import EMAIL
from workflow.errors import BadInput, Conflict, NotFound, Reason, TooMany
from workflow.store import contact_points, outbox, telling_choices
from workflow.store.contact_points import ContactPoint
from workflow.store.outbox import NewMessage
from workflow.telling import checked_choices
from workflow.work import Work

MOST_POINTS = 10
MOST_A_DAY = 20
"""Removed ones count: tests of addresses that are not one's own come to an end."""
TEST_SECONDS = 60
"""A test message goes out at most this often for one address."""


def list_contact_points(work: Work) -> list[ContactPoint]:
    """The actor's addresses, newest first; the e-mail address of the account is not among them unless it bounced."""
    return contact_points.of_person(work.conn, _me(work))


def add_contact_point(work: Work, channel: str, address: str) -> ContactPoint:
    """Give one more address.

    Raises BadInput for a channel that is not known and an address that does not look like one of that channel, Conflict
    for one that is there already, TooMany above MOST_POINTS, or after MOST_A_DAY within 24 hours.
    """
    kinds = work.office.catalogue.channels
    if channel not in kinds:
        raise _bad("channel", channel, tuple(kinds))
    kind = kinds[channel]
    given = address.strip()
    if not re.fullmatch(kind.address, given):
        raise _bad("address", given, (kind.example,))
    if len(contact_points.of_person(work.conn, _me(work))) >= MOST_POINTS:
        raise TooMany(
            "too_many_addresses",
            f"联系方式最多 {MOST_POINTS} 个，请先删除不用的",
            f"There may be {MOST_POINTS} addresses: remove one first",
        )
    if contact_points.given_since(work.conn, _me(work), work.now - timedelta(days=1)) >= MOST_A_DAY:
        raise TooMany(
            "too_many_addresses_today",
            f"24 小时内最多添加 {MOST_A_DAY} 个联系方式，请明天再试",
            f"At most {MOST_A_DAY} addresses may be added within 24 hours: try again tomorrow",
        )
    added = contact_points.add(work.conn, _me(work), channel, given)
    if added is None:
        raise Conflict("address_known", f"“{given}”已经添加过", f"{given} has been added before")
    return added


def remove_contact_point(work: Work, point_id: int) -> None:
    """Take one of the actor's addresses out of use; raises NotFound for anybody else's."""
    if not contact_points.remove(work.conn, _me(work), point_id):
        raise _unknown(point_id)


def try_contact_point(work: Work, point_id: int | None) -> str:
    """Have a courier send a test message to one of the actor's addresses (None: the e-mail address of the account);
    returns the effect key by which its state is found (`outbox.states`).

    Raises NotFound for anybody else's address and where the account has none, TooMany within TEST_SECONDS.
    """
    me = _me(work)
    if point_id is None:
        if not _email(work):
            raise NotFound("no_email", "您的账户没有电子邮件地址", "Your account has no e-mail address")
        channel, address = EMAIL, None
    else:
        point = next((one for one in contact_points.of_person(work.conn, me) if one.id == point_id), None)
        if point is None:
            raise _unknown(point_id)
        channel, address = point.channel, point.address
    # The key holds the minute: of two clicks within one only the first sends anything.
    minute = int(work.now.timestamp()) // TEST_SECONDS
    before, key = (f"test:{me}:{channel}:{point_id or 0}:{number}" for number in (minute - 1, minute))
    since = work.now - timedelta(seconds=TEST_SECONDS)
    if contact_points.tests_since(work.conn, [before, key], since):
        raise TooMany(
            "tested_just_now",
            "测试消息刚刚发出，请稍后再试",
            "A test message has just been sent, try again in a minute",
            extra={"retry_after": TEST_SECONDS},
        )
    outbox.add(work.conn, [NewMessage(key, channel, me, {"what": "test"}, address=address)], None)
    return key


def read_choices(work: Work) -> dict[str, Any]:
    """What the actor chose, empty where the defaults of config/rules/telling.yaml hold."""
    return telling_choices.read(work.conn, _me(work))


def choose(work: Work, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Put the actor's choices in place of the old ones; shape and BadInput as in `workflow.telling.checked_choices`."""
    catalogue = work.office.catalogue
    has = {point.channel for point in contact_points.of_person(work.conn, _me(work))}
    if _email(work):
        has.add(EMAIL)
    choices = checked_choices(raw, catalogue.telling, catalogue.channels, has)
    telling_choices.write(work.conn, _me(work), choices)
    return choices


def _email(work: Work) -> str:
    found = telling_choices.reachable(work.conn, [_me(work)])
    return found[_me(work)].email if _me(work) in found else ""


def _me(work: Work) -> int:
    assert work.actor.id is not None
    return work.actor.id


def _bad(field: str, value: str, accepted: tuple[str, ...]) -> BadInput:
    words = ", ".join(accepted)
    reason = Reason(
        "bad_field",
        f"{field}：不接受“{value}”，例如或可用：{words}",
        f"{field}: {value!r} is not accepted; for instance or known: {words}",
        {"field": field, "value": value[:200], "accepted": list(accepted)},
    )
    return BadInput("bad_input", reason.zh, reason.en, reasons=[reason])


def _unknown(point_id: int) -> NotFound:
    return NotFound(
        "no_such_address", f"您没有编号为 {point_id} 的联系方式", f"You have no address with the number {point_id}"
    )
