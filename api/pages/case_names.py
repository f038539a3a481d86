"""What a case is called in the reader's language.

A case keeps one name, as it was given when it began: project, then item or kind, then what it is about in brackets
(``示例路改造：专项验收（规划核实）``). Item, kind, office and discipline have English in the configuration; what people
have called their project or their question stays as they wrote it.
"""

import re
from collections.abc import Iterator, Mapping

from flask import g

from api.access import office
from api.wording import lang
from workflow.definition import Title

_ABOUT = re.compile(r"(?P<matter>[^（]+)（(?P<about>.+)）")


def case_name(title: str) -> str:
    """The whole name of a case: ``示例路改造: Check (Planning verification)``; as it stands where nothing is known."""
    if lang() == "zh":
        return title
    for found in re.finditer("：", title):
        matter = matter_name(title[found.end() :])
        if matter != title[found.end() :]:
            return f"{title[: found.start()]}: {matter}"
    return title


def matter_name(said: str) -> str:
    """The name of a case without its project: an item or a kind, with what it is about behind."""
    if lang() == "zh":
        return said
    known = _known()
    if said in known:
        return known[said]
    parts = _ABOUT.fullmatch(said)
    if parts is None or parts["matter"] not in known:
        return said
    return f"{known[parts['matter']]} ({known.get(parts['about'], parts['about'])})"


def _known() -> Mapping[str, str]:
    """Chinese → English of all that names of cases are put together from; made once for a page."""
    if "named" not in g:
        g.named = {title.zh: title.en for title in _titles()}
    found: Mapping[str, str] = g.named
    return found


def _titles() -> Iterator[Title]:
    """What a name is about first: where two have the same Chinese, the later (kinds, then items) are meant."""
    of = office()
    catalogue = of.catalogue
    for offices in (catalogue.departments, catalogue.squads, catalogue.disciplines):
        yield from (one.title for one in offices.values())
    yield from (flow.title for flow in of.flows.values())
    # An application is called by what is done at the window, not by its flow.
    yield Title("并联申请", "Joint application")
    for item in catalogue.items.values():
        yield item.title
        yield from (variant.title for variant in item.variants)
