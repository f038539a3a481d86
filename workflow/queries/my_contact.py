"""How somebody is reached: their addresses, masked, what is told by which of them, and what became of a test."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import text

from workflow.catalogue.telling import EMAIL, KINDS, Kind
from workflow.definition import Title
from workflow.errors import NotFound
from workflow.store import contact_points, telling_choices
from workflow.store.contact_points import ContactPoint
from workflow.telling import Reachable, wants_digest, ways
from workflow.work import Work

TEST_STATES = {"delivered": "delivered", "failed": "failed", "withdrawn": "failed"}


@dataclass(frozen=True, slots=True)
class WayView:
    """One channel as a person sees it: ``example`` is an address it takes; ``has``: they gave one."""

    channel: str
    title: Title
    open: bool
    has: bool
    example: str


@dataclass(frozen=True, slots=True)
class PointView:
    """One address, masked. ``account``: the e-mail address of the account, whose ``id`` is None until it bounced.

    ``tested_at``: a test was handed over; ``bounced_at``: the provider said that nothing arrives there, and ``error``
    what it said.
    """

    id: int | None
    channel: str
    channel_title: Title
    address: str
    account: bool
    open: bool
    tested_at: datetime | None
    bounced_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class KindView:
    """One kind of message: the channels chosen for it, by default those of the office (``chosen`` False), and those by
    which it goes as things stand: open, with an address that works."""

    kind: str
    title: Title
    may_wait: bool
    ways: tuple[str, ...]
    chosen: bool
    reaches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From and until are times of the day in Asia/Shanghai; what may wait is told after them. ``chosen``: not the
    office's."""

    since: time
    until: time
    chosen: bool


@dataclass(frozen=True, slots=True)
class ContactView:
    """Everything about how one person is told. ``quiet`` is None where they chose to have no quiet hours."""

    channels: tuple[WayView, ...]
    points: tuple[PointView, ...]
    kinds: tuple[KindView, ...]
    quiet: QuietHours | None
    digest: bool


@dataclass(frozen=True, slots=True)
class TrialView:
    """What became of a test: waiting, delivered (handed over) or failed. ``error``: what the provider said last."""

    key: str
    channel: str
    state: str
    error: str | None


def my_contact(work: Work, open_channels: Collection[str]) -> ContactView:
    """How the actor is reached; ``open_channels`` are those the service can use."""
    assert work.actor.id is not None
    catalogue = work.office.catalogue
    person = telling_choices.reachable(work.conn, [work.actor.id])[work.actor.id]
    points = _points(work, person, contact_points.of_person(work.conn, work.actor.id), open_channels)
    has = {point.channel for point in points}
    return ContactView(
        channels=tuple(
            WayView(kind.code, kind.title, kind.code in open_channels, kind.code in has, kind.example)
            for kind in catalogue.channels.values()
        ),
        points=points,
        kinds=tuple(_kind(work, kind, person, open_channels) for kind in KINDS),
        quiet=_quiet(work, person.choices),
        digest=wants_digest(person.choices),
    )


def my_trial(work: Work, key: str) -> TrialView:
    """What became of a test that the actor asked for; raises NotFound for anything else."""
    row = work.conn.execute(
        text("""
SELECT channel, state, error FROM outbox WHERE effect_key = :key AND person_id = :me AND body ->> 'what' = 'test'"""),
        {"key": key, "me": work.actor.id},
    ).one_or_none()
    if row is None:
        raise NotFound("no_such_test", f"您没有测试 {key[:80]}", f"You have no test {key[:80]}")
    return TrialView(key, row.channel, TEST_STATES.get(row.state, "waiting"), row.error)


def masked(channel: str, address: str) -> str:
    """An address that its owner recognises and nobody else can use: ``z***@example.org``, ``139****0000``."""
    if channel == EMAIL:
        name, _, place = address.rpartition("@")
        return f"{name[:1]}***@{place}"
    if len(address) < 11:
        return f"{address[:1]}***"
    return f"{address[:3]}****{address[-4:]}"


def _points(
    work: Work, person: Reachable, rows: list[ContactPoint], open_channels: Collection[str]
) -> tuple[PointView, ...]:
    """The account's e-mail address first, then those given, newest first."""
    titles = {code: kind.title for code, kind in work.office.catalogue.channels.items()}
    found = [
        PointView(
            id=row.id,
            channel=row.channel,
            # The channel may be gone from the configuration.
            channel_title=titles.get(row.channel, Title(row.channel, row.channel)),
            address=masked(row.channel, row.address),
            account=row.channel == EMAIL and row.address == person.email,
            open=row.channel in open_channels,
            tested_at=row.tested_at,
            bounced_at=row.bounced_at,
            error=row.error,
        )
        for row in rows
    ]
    if person.email and not any(one.account for one in found):
        account = PointView(
            id=None,
            channel=EMAIL,
            channel_title=titles[EMAIL],
            address=masked(EMAIL, person.email),
            account=True,
            open=EMAIL in open_channels,
            tested_at=None,
            bounced_at=None,
            error=None,
        )
        found.append(account)
    return tuple(sorted(found, key=lambda one: not one.account))


def _kind(work: Work, kind: Kind, person: Reachable, open_channels: Collection[str]) -> KindView:
    policy = work.office.catalogue.telling
    chosen = person.choices.get("ways", {}).get(kind)
    return KindView(
        kind=kind,
        title=policy.kinds[kind].title,
        may_wait=policy.kinds[kind].may_wait,
        ways=policy.kinds[kind].ways if chosen is None else tuple(chosen),
        chosen=chosen is not None,
        reaches=tuple(way.channel for way in ways(kind, person, open_channels, policy)),
    )


def _quiet(work: Work, choices: Any) -> QuietHours | None:
    policy = work.office.catalogue.telling
    if "quiet" not in choices:
        return QuietHours(policy.quiet_from, policy.quiet_until, chosen=False)
    quiet = choices["quiet"]
    if quiet is None:
        return None
    return QuietHours(time.fromisoformat(quiet["from"]), time.fromisoformat(quiet["until"]), chosen=True)
