"""The office as worker processes have it: wired once per process, from the environment."""

import threading
from collections.abc import Mapping
from functools import cache

from workers.channels import open_channels
from workflow.commands.pass_on import Channel
from workflow.embedded import urls_at_hand
from workflow.settings import Settings, load_settings, sqlalchemy_url
from workflow.store.engine import after_fork, open_engine
from workflow.work import Office, check_startable, open_office

_wiring = threading.Lock()
_wired: dict[str, Office] = {}


@cache
def settings() -> Settings:
    """The settings of this process; raises Unusable with every fault."""
    return load_settings()


def worker_office() -> Office:
    """The office on an engine of the role "worker", wired at the first call.

    Raises ConfigFaults, Unusable where `check_startable` refuses, OperationalError while the database is
    away (the next call tries again).
    """
    with _wiring:
        if "checked" not in _wired:
            office = _unchecked()
            check_startable(office, settings().demo)
            _wired["checked"] = office
        return _wired["checked"]


def _unchecked() -> Office:
    if "unchecked" not in _wired:
        engine = open_engine(sqlalchemy_url(urls_at_hand(settings()).database), "worker", pool_size=2)
        _wired["unchecked"] = open_office(settings().config, engine, settings().public_url)
    return _wired["unchecked"]


def forget_parent() -> None:
    """In a process just forked: connections stay the parent's, and a lock that one of its threads held is nobody's."""
    global _wiring
    _wiring = threading.Lock()
    if "unchecked" in _wired:
        after_fork(_wired["unchecked"].engine)


@cache
def channels() -> Mapping[str, Channel]:
    """The ways to a person that the settings open."""
    return open_channels(settings())
