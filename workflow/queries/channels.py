"""The ways to people as those see them who look after the service: open or not, how each is doing, what waits, what was
given up, and every try. No address and no name is among it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from workflow.catalogue import ChannelKind
from workflow.catalogue.telling import EMAIL
from workflow.definition import Title
from workflow.errors import BadInput, Reason
from workflow.queries.paging import COUNT_CAP, Listing, Page, Paging, page, position
from workflow.settings import CHANNEL_PREFIX, Settings
from workflow.store import channel_health, deliveries
from workflow.store.channel_health import Health
from workflow.store.outbox import INSIDE
from workflow.work import Work

WEBHOOK = "webhook"
INSIDE_TITLES: Mapping[str, Title] = {
    "tell": Title("分发消息", "Telling people"),
    "system": Title("自动办理", "Work of the service"),
    "render": Title("生成文书", "Making documents"),
    "log": Title("仅在页面提示", "Told on the page alone"),
}
SMTP_VARIABLE = "SMTP_URL"


@dataclass(frozen=True, slots=True)
class ChannelView:
    """One channel. ``setting`` is the variable that opens it, None for what the service does inside (``inside``).

    ``down_since``, ``next_at`` (when it is asked again) and ``last_ok_at`` are real time; ``waiting`` and ``given_up``
    count messages up to COUNT_CAP + 1.
    """

    channel: str
    title: Title
    inside: bool
    open: bool
    setting: str | None
    failures: int
    down_since: datetime | None
    next_at: datetime | None
    last_ok_at: datetime | None
    error: str | None
    waiting: int
    given_up: int


@dataclass(frozen=True, slots=True)
class TryView:
    """One try; ``outcome`` is delivered, test, or when it is tried again: soon, later, never. ``at`` is real time."""

    id: int
    channel: str
    at: datetime
    milliseconds: int
    outcome: str
    error: str | None


def open_channels(settings: Settings, kinds: Mapping[str, ChannelKind]) -> frozenset[str]:
    """The channels that the workers of these settings can use."""
    opened = {name for name in settings.channels if name in kinds and kinds[name].url is not None}
    return frozenset(opened | {EMAIL} if settings.smtp_url else opened)


def all_channels(work: Work, opened: Collection[str]) -> tuple[ChannelView, ...]:
    """Every channel: those to people in the order of the configuration, then the service's own."""
    kinds = work.office.catalogue.channels
    rows = {
        row.channel: row
        for row in work.conn.execute(
            text("""
SELECT one.channel,
  (SELECT count(*) FROM (SELECT FROM outbox o WHERE o.channel = one.channel
     AND o.state IN ('pending', 'queued') LIMIT :cap) t) AS waiting,
  (SELECT count(*) FROM (SELECT FROM outbox o WHERE o.channel = one.channel AND o.state = 'failed' LIMIT :cap) t)
    AS given_up
FROM unnest(cast(:channels AS text[])) AS one(channel)"""),
            {"channels": [*kinds, *INSIDE], "cap": COUNT_CAP + 1},
        )
    }
    health = {one.channel: one for one in channel_health.everywhere(work.conn)}
    titles = {code: kind.title for code, kind in kinds.items()} | dict(INSIDE_TITLES)
    return tuple(
        ChannelView(
            channel=code,
            title=titles[code],
            inside=code in INSIDE,
            open=code in INSIDE or code in opened,
            setting=None if code in INSIDE else _setting(code),
            failures=known.failures,
            down_since=known.down_since,
            next_at=known.next_at,
            last_ok_at=known.last_ok_at,
            error=known.error,
            waiting=rows[code].waiting,
            given_up=rows[code].given_up,
        )
        for code in (*kinds, *INSIDE)
        for known in (health.get(code) or Health(code, 0, None, None, None, None),)
    )


def tries(work: Work, paging: Paging, channel: str | None = None) -> Page[TryView]:
    """One page of the tries by every channel, or by one of them, newest first; raises BadInput (channel, cursor)."""
    known = (*work.office.catalogue.channels, WEBHOOK)
    if channel is not None and channel not in known:
        words = ", ".join(known)
        reason = Reason(
            "bad_field",
            f"channel：没有渠道“{channel[:60]}”，可用：{words}",
            f"channel: there is no channel {channel[:60]}; known: {words}",
            {"field": "channel", "value": channel[:60], "accepted": list(known)},
        )
        raise BadInput("bad_input", reason.zh, reason.en, reasons=[reason])
    listing = Listing("channel_tries", work.actor.id, {"channel": channel})
    after = position(paging, listing)
    wanted = known if channel is None else (channel,)
    found = deliveries.newest(work.conn, wanted, after[0] if after else None, paging.size + 1)
    rows = [TryView(one.id, one.channel, one.at, one.milliseconds, one.outcome, one.error) for one in found]
    return page(paging, listing, rows, [[row.id] for row in rows])


def _setting(channel: str) -> str:
    return SMTP_VARIABLE if channel == EMAIL else f"{CHANNEL_PREFIX}{channel.upper()}"
