"""How somebody wants to be told, where it depends on which channels the service can use. Only one's own."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from workflow.catalogue.telling import EMAIL
from workflow.commands.contact_points import (
    add_contact_point,
    choose,
    list_contact_points,
    remove_contact_point,
    try_contact_point,
)
from workflow.errors import BadInput, Conflict, NotFound, Reason
from workflow.store import contact_points, telling_choices
from workflow.store.contact_points import ContactPoint
from workflow.telling import MUST_HAVE_A_WAY, ways
from workflow.work import Work


def add_address(work: Work, channel: str, address: str, open_channels: Collection[str]) -> ContactPoint:
    """Give one more address; as `add_contact_point`, and Conflict for a channel that is not open."""
    if channel in work.office.catalogue.channels:
        _check_open(work, channel, open_channels)
    return add_contact_point(work, channel, address)


def drop_address(work: Work, point_id: int, open_channels: Collection[str]) -> None:
    """Take one of the actor's addresses out of use.

    Raises NotFound for anybody else's, Conflict for the last one by which red cards reach them.
    """
    assert work.actor.id is not None
    # Two addresses removed at once would each be looked at as if the other stayed.
    work.conn.execute(text("SELECT FROM people WHERE id = :me FOR NO KEY UPDATE"), {"me": work.actor.id})
    person = telling_choices.reachable(work.conn, [work.actor.id])[work.actor.id]
    left = replace(person, points=tuple(point for point in person.points if point.id != point_id))
    policy = work.office.catalogue.telling
    if ways(MUST_HAVE_A_WAY, person, open_channels, policy) and not ways(MUST_HAVE_A_WAY, left, open_channels, policy):
        raise Conflict(
            "last_way",
            "这是红牌送达您的最后一种方式，请先添加另一个联系方式",
            "This is the last way by which red cards reach you: add another address first",
            extra={"field": "id", "value": point_id},
        )
    remove_contact_point(work, point_id)


def try_address(work: Work, point_id: int | None, open_channels: Collection[str]) -> str:
    """Have a test message sent to one of the actor's addresses (None: the account's e-mail address); returns its key.

    As `try_contact_point`, and Conflict where the channel is not open.
    """
    channel = EMAIL
    if point_id is not None:
        channel = next((one.channel for one in list_contact_points(work) if one.id == point_id), "")
    if channel in work.office.catalogue.channels:
        _check_open(work, channel, open_channels)
    return try_contact_point(work, point_id)


def try_channel(work: Work, channel: str, open_channels: Collection[str]) -> str:
    """Have a test message sent by ``channel`` to the actor's own newest address; returns its key.

    Raises NotFound for an unknown channel, Conflict for one that is not open or for which the actor has no address.
    """
    if channel not in work.office.catalogue.channels:
        raise unknown_channel(channel, work.office.catalogue.channels)
    assert work.actor.id is not None
    point = next((one for one in contact_points.of_person(work.conn, work.actor.id) if one.channel == channel), None)
    person = telling_choices.reachable(work.conn, [work.actor.id])[work.actor.id]
    if point is None and not (channel == EMAIL and person.email):
        title = work.office.catalogue.channels[channel].title
        raise Conflict(
            "no_address",
            f"您没有“{title.zh}”的联系方式，请先在“通知方式”中添加",
            f"You have given no address for {title.en}: add one first",
            extra={"field": "channel", "value": channel},
        )
    return try_address(work, None if point is None else point.id, open_channels)


def choose_ways(work: Work, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Put the actor's choices in place of the old ones; as `choose`, and red cards keep a way even for whoever has no
    address yet."""
    if raw.get("ways", {}).get(MUST_HAVE_A_WAY) == [] and not _has_address(work):
        reason = Reason(
            "no_way",
            f"ways.{MUST_HAVE_A_WAY}：红牌至少要有一种通知方式；您还没有联系方式，请先添加",
            f"ways.{MUST_HAVE_A_WAY}: red cards need at least one way; you have no address yet, add one first",
            {"field": f"ways.{MUST_HAVE_A_WAY}", "value": [], "accepted": []},
        )
        raise BadInput("bad_input", reason.zh, reason.en, reasons=[reason])
    return choose(work, raw)


def unknown_channel(channel: str, accepted: Collection[str]) -> NotFound:
    """The refusal of a channel in an address that is none."""
    words = ", ".join(accepted)
    return NotFound(
        "no_such_channel",
        f"没有通知渠道“{channel[:60]}”，可用：{words}",
        f"There is no channel {channel[:60]}; known: {words}",
        extra={"field": "channel", "value": channel[:60], "accepted": list(accepted)},
    )


def _check_open(work: Work, channel: str, open_channels: Collection[str]) -> None:
    if channel in open_channels:
        return
    title = work.office.catalogue.channels[channel].title
    opened = [kind.title for code, kind in work.office.catalogue.channels.items() if code in open_channels]
    zh = "、".join(one.zh for one in opened) or "暂无"
    en = ", ".join(one.en for one in opened) or "none"
    raise Conflict(
        "channel_closed",
        f"“{title.zh}”尚未开通；已开通：{zh}",
        f"{title.en} is not open; open are: {en}",
        extra={
            "field": "channel",
            "value": channel,
            "accepted": [code for code in work.office.catalogue.channels if code in open_channels],
        },
    )


def _has_address(work: Work) -> bool:
    assert work.actor.id is not None
    person = telling_choices.reachable(work.conn, [work.actor.id])[work.actor.id]
    return bool(person.points or person.email)
