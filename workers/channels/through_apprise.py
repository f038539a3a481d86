"""Channels whose provider is spoken to by apprise, and what became of a message there.

Apprise answers True or False, and True also where WeCom, DingTalk or Feishu said 200 and refused the message in its
body. So the calls its plugins make are looked at as they are made (`_Watched`), and the provider's own answer decides.
"""

import logging
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from workflow.catalogue import ChannelKind
from workflow.commands.outgoing import Outgoing, Undelivered
from workflow.definition import Title
from workflow.errors import Unusable
from workflow.letters import Template, write_short
from workflow.settings import CHANNEL_PREFIX

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
LONGEST_ANSWER = 20_000
NOT_NOW = frozenset({408, 425, 429})
REFUSES_US = frozenset({401, 403, 407})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said. ``status`` is None where nothing came back: then ``error`` names the kind of failure, and
    ``untrusted`` whether it was its certificate. ``said`` is its JSON, empty where it was none."""

    status: int | None
    said: Mapping[str, Any]
    error: str = ""
    untrusted: bool = False


Judge = Callable[[Answer], Undelivered | None]
"""From an answer to what went wrong, None where the message was taken."""


@dataclass(frozen=True, slots=True)
class AppriseChannel:
    """Hands messages to one provider. ``prefix`` is secret; ``folder`` keeps what its plugin remembers (a token)."""

    kind: ChannelKind
    prefix: str
    public_url: str
    templates: Mapping[str, Template]
    folder: Path
    judge: Judge

    def __repr__(self) -> str:
        # Without the prefix, which is a password.
        return f"AppriseChannel({self.kind.code})"

    def __call__(self, outgoing: Outgoing) -> None:
        """Hand the message over, or raise Undelivered."""
        if not outgoing.address:
            raise Undelivered("there is no address for this channel", "never", of_channel=False)
        link = f"{self.public_url}{outgoing.path}"
        facts = {**outgoing.facts, "link": Title(link, link)}
        text = write_short(self.templates[outgoing.message], facts, self.kind.longest)
        plugin = self._plugin(outgoing.address)
        if plugin is None:
            raise Undelivered("the address is not one of this channel", "never", of_channel=False, bounced=True)
        answers = _watch(plugin)
        taken = plugin.notify(body=text, title="")
        if answers and (wrong := self.judge(answers[-1])) is not None:
            raise wrong
        if not taken:
            raise Undelivered("the message was not accepted", "later", of_channel=False)

    def check(self) -> None:
        """Raise Unusable, naming the variable and never its value, where apprise cannot read the address made of it."""
        if self._plugin(self.kind.example) is None:
            name = f"{CHANNEL_PREFIX}{self.kind.code.upper()}"
            raise Unusable(f"{name}: apprise reads no address in it; accepted: its own as in channels.yaml, or empty")

    def _plugin(self, address: str) -> Any:
        assert self.kind.url is not None
        apprise = _apprise()
        url = self.kind.url.replace("{prefix}", self.prefix).replace("{address}", quote(address, safe=""))
        asset = apprise.AppriseAsset(
            app_id="wugeyi",
            http_redirects=False,
            storage_mode=apprise.PersistentStoreMode.FLUSH,
            storage_path=str(self.folder),
        )
        plugin = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
        if plugin is not None:
            plugin.socket_connect_timeout = CONNECT_SECONDS
            plugin.socket_read_timeout = READ_SECONDS
            # Each message has a plugin of its own; how fast they follow one another is the breaker's business.
            plugin.request_rate_per_sec = 0
        return plugin


@cache
def _apprise() -> Any:
    """The library: half a second and hundreds of modules, so only for who has such a channel."""
    with warnings.catch_warnings():
        # Plugins nobody uses here import what Python is about to drop.
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise  # see above

        apprise.Apprise.instantiate("json://localhost")
    # What it says of a failure quotes addresses and tokens; the answers say enough.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    return apprise


def by_status(answer: Answer) -> Undelivered | None:
    """What an answer means by its HTTP status alone."""
    status = answer.status
    if status is None:
        if answer.untrusted:
            return Undelivered("the provider's certificate is not trusted", "later", of_channel=True)
        return Undelivered(f"the provider does not answer: {answer.error}", "soon")
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return Undelivered(
            f"the provider sends us elsewhere ({status}), which is not followed", "later", of_channel=True
        )
    if status in REFUSES_US:
        return Undelivered(f"the provider refuses our name and password ({status})", "later", of_channel=True)
    if status in NOT_NOW or status >= 500:
        return Undelivered(f"the provider cannot take it now ({status})", "soon")
    return Undelivered(f"the provider refuses the message ({status})", "never", of_channel=False)


class _Watched:
    """The library ``requests`` as a plugin's module has it, with every answer noted for the thread that asked, and
    redirects never followed: they could lead anywhere."""

    def __init__(self, library: Any) -> None:
        self._library = library

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    def post(self, *args: Any, **options: Any) -> Any:
        return self._ask("post", args, options)

    def get(self, *args: Any, **options: Any) -> Any:
        return self._ask("get", args, options)

    def put(self, *args: Any, **options: Any) -> Any:
        return self._ask("put", args, options)

    def request(self, *args: Any, **options: Any) -> Any:
        return self._ask("request", args, options)

    def _ask(self, how: str, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        try:
            response = getattr(self._library, how)(*args, **{**options, "allow_redirects": False})
        except self._library.RequestException as error:
            untrusted = isinstance(error, self._library.exceptions.SSLError)
            _note(Answer(None, {}, type(error).__name__, untrusted))
            raise
        _note(Answer(response.status_code, _json(response)))
        return response


_heard = threading.local()


def _note(answer: Answer) -> None:
    _heard.answers.append(answer)


def _watch(plugin: Any) -> list[Answer]:
    """A list that fills with the answers this plugin gets in this thread."""
    module: Any = sys.modules[type(plugin).__module__]
    library = getattr(module, "requests", None)
    if library is not None and not isinstance(library, _Watched):
        module.requests = _Watched(library)
    _heard.answers = []
    answers: list[Answer] = _heard.answers
    return answers


def _json(response: Any) -> Mapping[str, Any]:
    if len(response.content) > LONGEST_ANSWER:
        return {}
    try:
        said = response.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
