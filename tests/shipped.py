"""The catalogue and the flows as they are shipped, read once a test process; whoever breaks a file loads a copy."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from workflow.catalogue import Catalogue, load_catalogue
from workflow.definition import Flow
from workflow.loading import load_flows
from workflow.settings import default_config_folder


@cache
def catalogue() -> Catalogue:
    """Everything beside the flows."""
    return load_catalogue(default_config_folder())


@cache
def flows() -> Mapping[tuple[str, int], Flow]:
    """Every flow in every version, by name and version."""
    return MappingProxyType(load_flows(default_config_folder() / "flows", catalogue()))
