"""By which way somebody is told of something, and from when on. Pure.

The page of the application tells everything at once (an alert's row, a notice's row); what is settled here are the ways
outside of it. Quiet hours are the office's time, Asia/Shanghai; they hold back what may wait and nothing else.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from workflow.catalogue import ChannelKind, TellingPolicy
from workflow.catalogue.telling import EMAIL, KINDS, Kind
from workflow.clock.days import OFFICE_ZONE, office_time
from workflow.errors import BadInput, Reason
from workflow.recipients import ON_DUTY

NO_CARD: Kind = "notice"
MUST_HAVE_A_WAY: Kind = "red"
CHOICES = ("ways", "quiet", "digest")


@dataclass(frozen=True, slots=True)
class Point:
    """An address somebody gave for one channel; ``bounced``: the provider said that nothing will ever arrive there."""

    id: int
    channel: str
    address: str
    bounced: bool


@dataclass(frozen=True, slots=True)
class Reachable:
    """One person as telling looks at them: ``email`` is the account's, "" where it has none; ``points`` newest first;
    ``choices`` as `checked_choices` made them, empty where nothing was chosen."""

    person_id: int
    email: str
    points: tuple[Point, ...]
    choices: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to one person. ``address`` is None for the e-mail address of the account, which is read when a letter
    leaves; ``point_id`` is None there too."""

    channel: str
    address: str | None
    point_id: int | None


def kind_of(body: Mapping[str, Any]) -> Kind:
    """The kind of a message by its body; raises ValueError, naming it, for a message that is no kind."""
    what = body["what"]
    kind = (body.get("card") or NO_CARD) if what == "rung" else what
    if kind not in KINDS:
        raise ValueError(f"there is no kind of message {kind}: known are {', '.join(KINDS)}")
    return kind


def may_wait(body: Mapping[str, Any], role: str, policy: TellingPolicy, late: bool) -> bool:
    """Whether a message may be held back and go into a letter with others.

    A red card never. What must be told promptly (to whoever is on duty, of a clock of hours or minutes) only where it
    is ``late`` anyway: it fired long after its moment, as after an outage.
    """
    kind = policy.kinds[kind_of(body)]
    if kind.code == "red" or not kind.may_wait:
        return False
    prompt = role == ON_DUTY or body.get("due_at") is not None
    return late or not prompt


def ways(kind: Kind, person: Reachable, open_channels: Collection[str], policy: TellingPolicy) -> tuple[Way, ...]:
    """The ways by which this person is told of ``kind``: chosen or by default, open, and with an address; each channel
    once. Where none of them is left, the first that is; a red card also where none was wanted."""
    usable = usable_ways(person, open_channels)
    chosen = person.choices.get("ways", {}).get(kind)
    wanted = policy.kinds[kind].ways if chosen is None else chosen
    found = tuple(usable[channel] for channel in wanted if channel in usable)
    if found or not (wanted or kind == MUST_HAVE_A_WAY):
        return found
    return tuple(usable.values())[:1]


def usable_ways(person: Reachable, open_channels: Collection[str]) -> dict[str, Way]:
    """By channel the newest address that has not bounced; the e-mail address of the account comes after those given."""
    found: dict[str, Way] = {}
    for point in person.points:
        if point.channel in open_channels and not point.bounced:
            found.setdefault(point.channel, Way(point.channel, point.address, point.id))
    bounced = any(one.bounced and one.channel == EMAIL and one.address == person.email for one in person.points)
    if person.email and EMAIL in open_channels and not bounced:
        found.setdefault(EMAIL, Way(EMAIL, None, None))
    return found


def all_ways(person: Reachable) -> tuple[Way, ...]:
    """Every way there is or was, whether it is open or not: by their keys it is known what was tried."""
    given = tuple(Way(point.channel, point.address, point.id) for point in person.points)
    return (*given, Way(EMAIL, None, None))


def message_key(base: str, person_id: int, way: Way) -> str:
    """The effect key of one message to one person by one way."""
    key = f"{base}:{person_id}:{way.channel}"
    return key if way.point_id is None else f"{key}:{way.point_id}"


def quiet_until(person: Reachable, policy: TellingPolicy, now: datetime) -> datetime | None:
    """The end of the person's quiet hours that ``now`` (office time) lies in; None outside of them."""
    begin, end = _quiet_hours(person.choices, policy)
    here = now.astimezone(OFFICE_ZONE)
    at = here.time().replace(tzinfo=None)
    inside = begin <= at < end if begin <= end else at >= begin or at < end
    if not inside:
        return None
    day: date = here.date() if at < end else here.date() + timedelta(days=1)
    return office_time(day, end)


def wants_digest(choices: Mapping[str, Any]) -> bool:
    """Whether somebody gets the daily digest: unless they turned it off."""
    return bool(choices.get("digest", True))


def checked_choices(
    raw: Mapping[str, Any], policy: TellingPolicy, channels: Mapping[str, ChannelKind], has: Collection[str]
) -> dict[str, Any]:
    """What somebody chose, as it is stored: ``{"ways": {kind: [channel]}, "quiet": {"from", "until"} | null,
    "digest": bool}``, every part optional. ``has``: the channels for which they have an address.

    Raises BadInput with every fault: an unknown kind or channel, one without an address, a red card without a way.
    """
    reasons = [_bad(name, name, CHOICES) for name in raw if name not in CHOICES]
    chosen = raw.get("ways", {})
    if isinstance(chosen, Mapping):
        for kind, wanted in chosen.items():
            reasons += _way_faults(kind, wanted, channels, has)
    else:
        reasons.append(_bad("ways", chosen, KINDS))
    if raw.get("quiet") is not None:
        reasons += _quiet_faults(raw["quiet"])
    if not isinstance(raw.get("digest", True), bool):
        reasons.append(_bad("digest", raw["digest"], (True, False)))
    if reasons:
        raise BadInput("bad_input", reasons[0].zh, reasons[0].en, reasons=reasons)
    return {name: raw[name] for name in CHOICES if name in raw}


def _way_faults(kind: Any, wanted: Any, channels: Mapping[str, ChannelKind], has: Collection[str]) -> list[Reason]:
    if kind not in KINDS:
        return [_bad("ways", kind, KINDS)]
    field = f"ways.{kind}"
    if not isinstance(wanted, list | tuple):
        return [_bad(field, wanted, tuple(channels))]
    if not wanted and kind == MUST_HAVE_A_WAY and has:
        reason = "红牌至少要有一种通知方式", "red cards need at least one way"
        return [
            Reason(
                "no_way", f"{field}：{reason[0]}", f"{field}: {reason[1]}", {"field": field, "accepted": sorted(has)}
            )
        ]
    faults = [_bad(field, one, tuple(channels)) for one in wanted if one not in channels]
    faults += [_no_address(field, one) for one in wanted if one in channels and one not in has]
    if len(set(map(str, wanted))) != len(wanted):
        faults.append(_bad(field, list(wanted), tuple(channels)))
    return faults


def _quiet_faults(quiet: Any) -> list[Reason]:
    if not isinstance(quiet, Mapping) or set(quiet) != {"from", "until"}:
        return [_bad("quiet", quiet, ("from", "until"))]
    return [_bad(f"quiet.{name}", value, ("HH:MM",)) for name, value in quiet.items() if _time(value) is None]


def _quiet_hours(choices: Mapping[str, Any], policy: TellingPolicy) -> tuple[time, time]:
    if "quiet" not in choices:
        return policy.quiet_from, policy.quiet_until
    quiet = choices["quiet"]
    if quiet is None:
        return time(0), time(0)
    return time.fromisoformat(quiet["from"]), time.fromisoformat(quiet["until"])


def _time(value: Any) -> time | None:
    try:
        found = time.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if value == found.strftime("%H:%M") else None


def _bad(field: str, value: Any, accepted: Sequence[object]) -> Reason:
    words = ", ".join(map(str, accepted))
    return Reason(
        "bad_field",
        f"{field}：不接受“{value}”，可用：{words}",
        f"{field}: {value!r} is not accepted; known: {words}",
        {"field": field, "value": str(value)[:200], "accepted": list(accepted)},
    )


def _no_address(field: str, channel: str) -> Reason:
    return Reason(
        "no_address",
        f"{field}：您没有“{channel}”的联系方式，请先添加",
        f"{field}: you have given no address for {channel}; add one first",
        {"field": field, "value": channel},
    )
