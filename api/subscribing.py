"""What adding another system takes of the application: its URL looked at, its secret shown."""

from api import access
from workflow.commands.subscribe import Address, address_of
from workflow.signing import derive, shown


def look_at(url: str) -> Address:
    """Look a URL up with no transaction open: a name server may take its time."""
    access.release(None)
    return address_of(url, access.wiring().settings.webhook_networks)


def secret_of(subscriber_id: int, generation: int) -> str:
    """The secret of a subscriber as it is handed over."""
    return shown(derive(access.wiring().settings.secret, subscriber_id, generation))
