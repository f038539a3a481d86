"""Settings, read once from the environment; every fault is named at once.

``VARIABLES`` is the whole list: name, default and what is accepted. ``.env.example`` explains each to an operator.
"""

import difflib
import ipaddress
import os
import re
import secrets
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from workflow.errors import Unusable

PREFIX = "WUGEYI_"
CHANNEL_PREFIX = "WUGEYI_CHANNEL_"
"""WUGEYI_CHANNEL_<NAME>: the secret part of the apprise address of a channel of config/channels.yaml."""
SECRET_LENGTH = 32
"""Shortest secret accepted, in characters: it signs sessions and cursors."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process of this service knows about its surroundings. ``channels``: by name, the secret part of an
    address.

    ``database_url`` and ``redis_url`` are empty where the embedded servers are meant. ``home`` and ``config`` are
    absolute folders. ``secret`` is empty until one was given or generated (``with_secret``). ``upload_mb`` is in
    MiB, ``sweep_seconds`` in seconds. Values that may hold a password are left out of ``repr``.
    """

    home: Path
    config: Path
    database_url: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = True
    secret: str = field(default="", repr=False)
    web_workers: int = 2
    worker_concurrency: int = 2
    log_level: str = "INFO"
    smtp_url: str = field(default="", repr=False)
    mail_from: str = "wugeyi@localhost"
    public_url: str = "http://127.0.0.1:8000"
    upload_mb: int = 20
    sweep_seconds: float = 0.25
    channels: Mapping[str, str] = field(default_factory=dict, repr=False)
    webhook_networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where e-mail is handed over; ``tls`` is ``none``, ``starttls`` or ``implicit``."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    tls: str


class _NotAccepted(ValueError):
    """A value that cannot be used; the text says what is accepted."""


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read all settings from ``environ``; an empty value means the default.

    Raises ``Unusable`` with one line for every fault: the variable, its value and what is accepted.
    """
    strange = (name for name in sorted(environ) if name.startswith(PREFIX) and name not in VARIABLES)
    faults = [_unknown(name) for name in strange if not name.startswith(CHANNEL_PREFIX)]
    values: dict[str, Any] = {"channels": _channels(environ, faults)}
    for name, (attribute, default, read) in VARIABLES.items():
        text = environ.get(name, "").strip() or default
        try:
            values[attribute] = read(text)
        except _NotAccepted as error:
            faults.append(f"{name}={_shown(name, text)!r}: {error}")
    if faults:
        raise Unusable("\n".join(faults))
    # A database of one's own is not filled with made-up people unless that is said.
    values["demo"] = values["demo"] if values["demo"] is not None else not values["database_url"]
    values["public_url"] = values["public_url"] or _own_address(values["host"], values["port"])
    settings = Settings(**values)
    return settings if settings.secret else replace(settings, secret=_stored_secret(settings))


def with_secret(settings: Settings) -> Settings:
    """The settings with a secret: the given one, else the one in ``home/secret``, generated at the first start.

    Raises ``Unusable`` when the file can be neither read nor written.
    """
    if settings.secret:
        return settings
    path = settings.home / "secret"
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        # Exclusive creation: of two roles starting at once one writes, the other reads.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return replace(settings, secret=_stored_secret(settings))
    except OSError as error:
        raise Unusable(f"WUGEYI_HOME={str(settings.home)!r}: cannot keep a secret there: {error.strerror}") from error
    secret = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret + "\n")
    return replace(settings, secret=secret)


def sqlalchemy_url(settings: Settings | str) -> str:
    """The database address with its driver spelled out: SQLAlchemy 2.0 reads a bare ``postgresql://`` as psycopg2."""
    url = settings if isinstance(settings, str) else settings.database_url
    return re.sub(r"^(postgresql|postgres)://", "postgresql+psycopg://", url)


def libpq_url(database_url: str) -> str:
    """The database address as psycopg, psql and pgbench read it."""
    return re.sub(r"^(postgresql\+psycopg|postgres)://", "postgresql://", database_url)


def broker_url(redis_url: str) -> str:
    """The Redis address as Celery reads it: a unix socket is ``redis+socket://path?virtual_host=0`` there."""
    return _respelled(redis_url, "unix", "redis+socket", {"db": "virtual_host"})


def redis_client_url(redis_url: str) -> str:
    """The Redis address as redis-py reads it: a unix socket is ``unix://path?db=0`` there."""
    return _respelled(redis_url, "redis+socket", "unix", {"virtual_host": "db"})


def smtp_server(settings: Settings) -> SmtpServer | None:
    """The mail server of ``SMTP_URL``, or None where e-mail is not set up."""
    if not settings.smtp_url:
        return None
    parts = urlsplit(settings.smtp_url)
    tls = parse_qs(parts.query).get("tls", ["none"])[0]
    return SmtpServer(
        host=parts.hostname or "",
        port=parts.port or {"starttls": 587, "implicit": 465}.get(tls, 25),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
    )


def open_channel_names(settings: Settings) -> tuple[str, ...]:
    """The ways to a person that are open here, by their names in config/channels.yaml."""
    return (*(("email",) if settings.smtp_url else ()), *settings.channels)


def without_password(url: str) -> str:
    """An address fit for a log line or a terminal."""
    # Up to the last @: a password written without percent signs may hold one itself.
    url = re.sub(r"(?<=://)([^:/@]*):.*@", r"\1:***@", url)
    return re.sub(r"(?<=[?&]password=)[^&]*", "***", url)


def default_config_folder() -> Path:
    """``config/`` of the checkout, else the folder the wheel installed."""
    checkout = Path(__file__).resolve().parent.parent
    # A bare look at ../config would find a stranger's package of that name in site-packages.
    if (checkout / "pyproject.toml").is_file():
        return checkout / "config"
    return Path(sysconfig.get_path("data")) / "share" / "wugeyi" / "config"


def _respelled(url: str, scheme: str, wanted: str, options: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    if parts.scheme != scheme:
        return url
    query = [(options.get(name, name), value) for name, value in parse_qsl(parts.query)]
    # Not urlunsplit: it would write redis+socket:/path for an address without a host.
    return f"{wanted}://{parts.netloc}{parts.path}" + (f"?{urlencode(query)}" if query else "")


def _channels(environ: Mapping[str, str], faults: list[str]) -> dict[str, str]:
    """The channels that are opened, by name in small letters; which names there are, config/channels.yaml says."""
    given = {name: environ[name].strip() for name in sorted(environ) if name.startswith(CHANNEL_PREFIX)}
    accepted = "accepted: an address of apprise as config/channels.yaml shows it, or empty for a closed channel"
    faults += [
        f"{name}='***': {accepted}" for name, url in given.items() if url and not re.match(r"[a-z][a-z0-9]*://", url)
    ]
    return {name.removeprefix(CHANNEL_PREFIX).lower(): url for name, url in given.items() if url}


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0)
    return f"{name}: no such setting; the nearest is {near[0]} (all are listed in .env.example)"


def _shown(name: str, text: str) -> str:
    return "***" if name == "WUGEYI_SECRET" else without_password(text)


def _stored_secret(settings: Settings) -> str:
    path = settings.home / "secret"
    try:
        secret = path.read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"WUGEYI_HOME={str(settings.home)!r}: cannot read the secret kept there: {error}") from error
    if len(secret) < SECRET_LENGTH:
        raise Unusable(f"{path}: the secret kept there is too short; delete the file or set WUGEYI_SECRET")
    return secret


def _own_address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, host)
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _url(*schemes: str, accepted: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not text:
            return ""
        parts = _split(text, accepted)
        if parts.scheme not in schemes or not _leads_somewhere(parts):
            raise _NotAccepted(accepted)
        return text

    return read


def _split(text: str, accepted: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises ValueError for a port that is no number or out of range
    except ValueError:
        raise _NotAccepted(accepted) from None
    return parts


def _leads_somewhere(parts: SplitResult) -> bool:
    path = parts.path.strip("/")
    if parts.scheme.startswith("postgres"):
        return bool(path) and bool(parts.hostname or "host" in parse_qs(parts.query))
    return bool(path if parts.scheme in {"unix", "redis+socket"} else parts.hostname)


def _public_url(text: str) -> str:
    accepted = "accepted: an address like https://approvals.example.org, without a path"
    if not text:
        return ""
    parts = _split(text, accepted)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise _NotAccepted(accepted)
    return urlunsplit((parts.scheme, parts.netloc, "", "", ""))


def _smtp_url(text: str) -> str:
    accepted = "accepted: smtp://user:password@host:port?tls=none|starttls|implicit, or empty for no e-mail"
    if not text:
        return ""
    parts = _split(text, accepted)
    tls = parse_qs(parts.query).get("tls", ["none"])[0]
    if parts.scheme != "smtp" or not parts.hostname or tls not in {"none", "starttls", "implicit"}:
        raise _NotAccepted(accepted)
    return text


def _folder_to_be(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _config_folder(text: str) -> Path:
    folder = Path(text).expanduser().absolute() if text else default_config_folder()
    if not folder.is_dir():
        raise _NotAccepted(f"{folder} is no folder; accepted: the folder that holds flows/, items/, rules/ …")
    return folder


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        # str.isdigit would also take digits of other scripts, which int() reads and nobody means.
        if not re.fullmatch(r"[0-9]{1,9}", text) or not lowest <= int(text) <= highest:
            raise _NotAccepted(f"accepted: a whole number from {lowest} to {highest}")
        return int(text)

    return read


def _seconds(lowest: float, highest: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text) or not lowest <= float(text) <= highest:
            raise _NotAccepted(f"accepted: seconds from {lowest} to {highest}, for instance 0.25")
        return float(text)

    return read


def _switch_or_default(text: str) -> bool | None:
    return _switch(text) if text else None


def _switch(text: str) -> bool:
    if text not in {"0", "1"}:
        raise _NotAccepted("accepted: 1 (yes) or 0 (no)")
    return text == "1"


def _host(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z.:_-]+", text):
        raise _NotAccepted("accepted: a host name or an IP address, for instance 127.0.0.1 or 0.0.0.0")
    return text


def _log_level(text: str) -> str:
    levels = ("DEBUG", "INFO", "WARNING", "ERROR")
    if text.upper() not in levels:
        raise _NotAccepted(f"accepted: {', '.join(levels)}")
    return text.upper()


def _secret(text: str) -> str:
    if text and len(text) < SECRET_LENGTH:
        raise _NotAccepted(f"accepted: {SECRET_LENGTH} characters or more, or empty for one kept in WUGEYI_HOME/secret")
    return text


def _mail_from(text: str) -> str:
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", text):
        raise _NotAccepted("accepted: one e-mail address, for instance approvals@example.org")
    return text


def _networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    try:
        return tuple(ipaddress.ip_network(one.strip()) for one in text.split(",") if one.strip())
    except ValueError:
        raise _NotAccepted("accepted: networks like 10.20.0.0/16,fd00::/64, parted by commas, or empty") from None


_DATABASE = "accepted: postgresql://user:password@host:5432/database, or empty for the embedded server"
_REDIS = "accepted: redis://host:6379/0, rediss://…, unix:///path?db=0, or empty for the embedded server"

VARIABLES: dict[str, tuple[str, str, Callable[[str], Any]]] = {
    "DATABASE_URL": (
        "database_url",
        "",
        _url("postgresql", "postgres", "postgresql+psycopg", accepted=_DATABASE),
    ),
    "REDIS_URL": ("redis_url", "", _url("redis", "rediss", "unix", "redis+socket", accepted=_REDIS)),
    "WUGEYI_HOME": ("home", "./var", _folder_to_be),
    "WUGEYI_CONFIG": ("config", "", _config_folder),
    "WUGEYI_HOST": ("host", "127.0.0.1", _host),
    "WUGEYI_PORT": ("port", "8000", _whole(1, 65535)),
    "WUGEYI_DEMO": ("demo", "", _switch_or_default),
    "WUGEYI_SECRET": ("secret", "", _secret),
    "WUGEYI_WEB_WORKERS": ("web_workers", "2", _whole(1, 64)),
    "WUGEYI_WORKER_CONCURRENCY": ("worker_concurrency", "2", _whole(1, 64)),
    "WUGEYI_LOG_LEVEL": ("log_level", "INFO", _log_level),
    "WUGEYI_PUBLIC_URL": ("public_url", "", _public_url),
    "WUGEYI_UPLOAD_MB": ("upload_mb", "20", _whole(1, 1024)),
    "WUGEYI_SWEEP_SECONDS": ("sweep_seconds", "0.25", _seconds(0.05, 60)),
    "SMTP_URL": ("smtp_url", "", _smtp_url),
    "WUGEYI_MAIL_FROM": ("mail_from", "wugeyi@localhost", _mail_from),
    "WUGEYI_WEBHOOK_NETWORKS": ("webhook_networks", "", _networks),
}
"""Variable: the attribute of ``Settings`` it fills, its default, and how its text is read."""
