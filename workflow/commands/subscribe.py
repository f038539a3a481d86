"""Let another system be told what happens: by which name, where, and of which kinds of events."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow.errors import BadInput, Conflict, NotAllowed, NotFound, Reason
from workflow.event_kinds import KINDS
from workflow.outside import Network, NotOutside, Resolve, look_up, resolve
from workflow.store import feed, stream, subscribers
from workflow.store.subscribers import Subscriber
from workflow.work import Work

LONGEST_NAME = 60
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Address:
    """A URL that was looked at: ``url`` in its normal form (empty: the system pulls), or ``refused`` with why not."""

    url: str
    refused: Reason | None = None


def address_of(url: str, networks: Sequence[Network], resolver: Resolve = resolve) -> Address:
    """Look at a URL; its name is looked up, so no transaction should be open meanwhile."""
    text = url.strip()
    if not text:
        return Address("")
    try:
        return Address(look_up(text, networks, resolver).url)
    except NotOutside as refusal:
        facts = {"field": "url", "value": text[:200], "accepted": "https://host/path"}
        return Address(text, Reason("bad_field", f"url：{refusal.zh}", f"url: {refusal.en}", facts))


def subscribe(
    work: Work,
    name: str,
    address: Address,
    kinds: Sequence[str],
    after: int | None = None,
    since: datetime | None = None,
) -> Subscriber:
    """Add a subscriber that is told what comes from now on, or behind the position ``after``, or from ``since`` (real
    time) on; ``kinds`` empty: everything.

    Raises NotAllowed for anybody but an administrator, BadInput with every field that cannot be (name, url, kinds,
    after), Conflict where the name is taken.
    """
    check_role(work)
    name = name.strip()
    position, fault = start_at(work, after, since)
    reasons = [*_bad_name(name), *_bad_rest(address, kinds), *fault]
    if reasons:
        raise refused(reasons)
    made = subscribers.add(work.conn, name, address.url, sorted(set(kinds)), position, work.actor.id)
    if made is None:
        raise Conflict(
            "name_taken",
            f"已有名为“{name}”的订阅，请换一个名称",
            f"There is a subscriber “{name}” already; accepted: another name",
            extra={"field": "name", "value": name},
        )
    return the_subscriber(work, made)


def change_subscriber(work: Work, subscriber_id: int, address: Address, kinds: Sequence[str]) -> Subscriber:
    """Send it elsewhere, or other kinds, from now on; raises NotAllowed, NotFound and BadInput as above."""
    check_role(work)
    the_subscriber(work, subscriber_id)
    reasons = _bad_rest(address, kinds)
    if reasons:
        raise refused(reasons)
    subscribers.change(work.conn, subscriber_id, address.url, sorted(set(kinds)))
    return the_subscriber(work, subscriber_id)


def the_subscriber(work: Work, subscriber_id: int) -> Subscriber:
    """The subscriber of that number; raises NotFound."""
    found = subscribers.one(work.conn, subscriber_id)
    if found is None:
        raise NotFound(
            "no_such_subscriber", f"没有编号为 {subscriber_id} 的订阅", f"There is no subscriber {subscriber_id}"
        )
    return found


def check_role(work: Work) -> None:
    """Raises NotAllowed for anybody but an administrator."""
    if not work.actor.holds("admin"):
        raise NotAllowed("role_required", "数据订阅由系统管理员维护", "Subscribers are the administrator's")


def start_at(work: Work, after: int | None, since: datetime | None) -> tuple[int, list[Reason]]:
    """The position to begin behind: ``after``, the last before ``since``, or by default the newest."""
    head = stream.head(work.conn)
    if after is not None and since is not None:
        zh, en = "after 与 since 只能给一个", "only one of after and since is accepted"
        return head, [bad("since", since.isoformat(), zh, en, "after")]
    if since is not None:
        return feed.position_before(work.conn, since), []
    if after is not None and not 0 <= after <= head:
        zh, en = f"应为 0 到 {head}（最新位置）", f"0 to {head}, the newest position, is accepted"
        return head, [bad("after", after, zh, en, [0, head])]
    return (head if after is None else after), []


def unknown_kinds(kinds: Sequence[str]) -> list[Reason]:
    """A reason for every kind of event that there is none of."""
    listed = list(KINDS)
    return [_no_such_kind(kind, listed) for kind in dict.fromkeys(kinds) if kind not in KINDS]


def _no_such_kind(kind: str, listed: list[str]) -> Reason:
    shown = kind[:60]
    zh, en = f"没有“{shown}”；可用：{'、'.join(listed)}", f"there is no “{shown}”; accepted: {', '.join(listed)}"
    return bad("kinds", shown, zh, en, listed)


def bad(field: str, value: Any, zh: str, en: str, accepted: Any) -> Reason:
    """What is wrong with one field."""
    return Reason(
        "bad_field", f"{field}：{zh}", f"{field}: {en}", {"field": field, "value": value, "accepted": accepted}
    )


def refused(reasons: Sequence[Reason]) -> BadInput:
    """One refusal for all fields at once."""
    return BadInput(
        "bad_input",
        "输入有误：" + "；".join(reason.zh for reason in reasons),
        "Bad input: " + "; ".join(reason.en for reason in reasons),
        reasons=reasons,
    )


def _bad_name(name: str) -> list[Reason]:
    if 0 < len(name) <= LONGEST_NAME and not _UNPRINTABLE.search(name):
        return []
    zh, en = f"应为 1 到 {LONGEST_NAME} 个字", f"1 to {LONGEST_NAME} printable characters are accepted"
    return [bad("name", name[:200], zh, en, LONGEST_NAME)]


def _bad_rest(address: Address, kinds: Sequence[str]) -> list[Reason]:
    return [*([] if address.refused is None else [address.refused]), *unknown_kinds(kinds)]
