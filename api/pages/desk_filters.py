"""What narrows the worklist, as the address has it, and the same in words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from flask import request

from api import access
from api.pages.reading import half_width
from api.wording import N_, _, own
from workflow.clock.words import Light
from workflow.definition import Flow
from workflow.queries.worklist import Filters

LIGHT_WORDS: Mapping[Light, str] = {
    Light.OVERDUE: N_("超期"),
    Light.WARNING: N_("2 日内到期"),
    Light.NORMAL: N_("正常"),
    Light.PAUSED: N_("暂停计时"),
}
NARROWING = ("q", "item", "state", "light")
LONGEST = 100
# What a person types to find a case: the beginning of its number, a project's code, else a part of a name.
_NUMBER = re.compile(r"[A-Z]{1,4}\d[0-9A-Z-]{0,18}|LS?")
_CODE = re.compile(r"\d{4}-\d{6}-\d{2}-\d{2}-\d{6}")


def read_filters(tab: str, of_tab: Filters) -> Filters:
    """The list behind ``tab``, narrowed by what stands in the address."""
    flow, _dot, state = request.args.get("state", "").rpartition(".")
    asked = half_width(request.args.get("q", ""))[:LONGEST]
    filters = replace(
        of_tab,
        light=of_tab.light or request.args.get("light") or None,
        flow=flow or None,
        state=state or None,
        item=request.args.get("item") or None,
    )
    if not asked:
        return filters
    if _CODE.fullmatch(asked):
        return replace(filters, project=asked)
    return replace(filters, text=asked.upper()) if _NUMBER.fullmatch(asked.upper()) else replace(filters, named=asked)


def narrowed() -> bool:
    """Whether anything in the address narrows the list."""
    return any(request.args.get(name) for name in NARROWING)


def narrowing(filters: Filters, tab: str) -> str:
    """The filters in words, for the title and for an empty list."""
    catalogue = access.office().catalogue
    given = [
        filters.text or filters.project or filters.named or "",
        own(catalogue.items[filters.item].title) if filters.item else "",
        _(LIGHT_WORDS[Light(filters.light)]) if filters.light and filters.light != tab else "",
        _state_words(filters, states()),
    ]
    return _("，").join(words for words in given if words)


def states() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every state a case on this list can be in, under the title of its flow, each once; as ``flow.state``."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    flows: Iterable[Flow] = access.office().flows.values()
    for flow in flows:
        _title, inside = found.setdefault(flow.name, (own(flow.title), {}))
        for state in flow.states.values():
            draft = flow.opening is None and state.initial and state.turn == "applicant"
            if not state.ended and not draft:
                inside.setdefault(f"{flow.name}.{state.name}", own(state.title))
    return [(title, list(inside.items())) for title, inside in found.values()]


def _state_words(filters: Filters, groups: Iterable[tuple[str, list[tuple[str, str]]]]) -> str:
    """The state asked for, with its flow where that was said too."""
    for title, inside in groups:
        for name, words in inside:
            flow, _dot, state = name.partition(".")
            if state == filters.state and filters.flow in (None, flow):
                return f"{title}：{words}" if filters.flow else words
    return ""
