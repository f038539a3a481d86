"""Ways to a person and what is told by which of them, as the configuration says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Literal, get_args

from workflow.clock.limit import Limit
from workflow.definition import Title

Kind = Literal["notice", "yellow", "red", "action", "dates", "duty", "digest"]
KINDS: tuple[Kind, ...] = get_args(Kind)
EMAIL = "email"


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """One way to a person (config/channels.yaml). ``url`` is the pattern of its apprise address with ``{prefix}`` and
    ``{address}``, None for e-mail; ``address`` the regular expression a whole address must match; ``longest`` counts
    characters of a text."""

    code: str
    title: Title
    address: str
    example: str
    longest: int
    url: str | None = None


@dataclass(frozen=True, slots=True)
class MessageKind:
    """What is told of one kind of message where a person has chosen nothing. ``ways`` names channels."""

    code: str
    title: Title
    may_wait: bool
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TellingPolicy:
    """config/rules/telling.yaml. Quiet hours are [quiet_from, quiet_until) in Asia/Shanghai, over midnight; none where
    both are the same. ``together_from`` messages that may wait go in one letter, which names ``together_names``."""

    kinds: Mapping[str, MessageKind]
    quiet_from: time
    quiet_until: time
    together_from: int
    together_names: int
    urgent_together_from: int
    give_up_after: Limit
    digest_at: time
    digest_due_within: Limit
    digest_names: int
