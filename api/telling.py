"""What telling people takes of the application: which channels its settings open."""

from api import access
from workflow.queries.channels import open_channels


def opened() -> frozenset[str]:
    """The channels that can be used."""
    return open_channels(access.wiring().settings, access.office().catalogue.channels)
