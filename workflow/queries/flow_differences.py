"""What a version of a flow says otherwise than another: states, actions, clocks, in words for a person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workflow.clock.limit import Limit
from workflow.clock.words import limit_words
from workflow.definition import Flow, Rung, Title

Change = Literal["added", "changed", "removed"]
Part = Literal["state", "action", "clock"]
ACTION_PARTS: Mapping[str, Title] = {
    "sources": Title("可以办理的环节", "where it may be taken"),
    "target": Title("办理后转到", "where it leads"),
    "by": Title("谁可以办理", "who may take it"),
    "needs": Title("条件", "its conditions"),
    "asks": Title("要填写的内容", "what is asked"),
    "issues": Title("出具的文书", "the documents it issues"),
    "tell": Title("告知谁", "who is told"),
}
CLOCK_PARTS: Mapping[str, Title] = {
    "while_states": Title("在哪些环节计时", "in which states it runs"),
    "starts": Title("从何时起算", "when it begins"),
    "limit": Title("时限", "its limit"),
    "basis": Title("依据", "its basis"),
    "ladder": Title("提醒和上报", "its ladder"),
    "paused_by": Title("可否暂停", "what pauses it"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One state, action or clock that is new, gone, or says something else; ``detail`` names what about it changed."""

    change: Change
    part: Part
    title: Title
    detail: Title | None = None


def differences(old: Flow, new: Flow) -> tuple[Difference, ...]:
    """What ``new`` has that ``old`` has not, has otherwise, and has no more; in this order."""
    found = [
        *_of_part("state", old.states, new.states, {}),
        *_of_part("action", old.actions, new.actions, ACTION_PARTS),
        *_of_part("clock", old.clocks, new.clocks, CLOCK_PARTS),
    ]
    order: tuple[Change, ...] = ("added", "changed", "removed")
    return tuple(sorted(found, key=lambda one: order.index(one.change)))


def _of_part(
    part: Part, old: Mapping[str, Any], new: Mapping[str, Any], parts: Mapping[str, Title]
) -> Iterator[Difference]:
    for name, one in new.items():
        if name not in old:
            yield Difference("added", part, one.title)
        elif (detail := _detail(old[name], one, parts)) is not None:
            yield Difference("changed", part, one.title, detail)
    for name, one in old.items():
        if name not in new:
            yield Difference("removed", part, one.title)


def _detail(old: Any, new: Any, parts: Mapping[str, Title]) -> Title | None:
    """What differs about a thing of the same name; None where nothing a person would notice does."""
    said = [] if old.title == new.title else [Title(f"原名“{old.title.zh}”", f"called “{old.title.en}” before")]
    for name, title in parts.items():
        before, after = getattr(old, name), getattr(new, name)
        if _plain(before) == _plain(after):
            continue
        if name == "limit":
            said.append(
                Title(
                    f"{title.zh} {_limit(before, 'zh')} → {_limit(after, 'zh')}",
                    f"{title.en} {_limit(before, 'en')} → {_limit(after, 'en')}",
                )
            )
        else:
            said.append(title)
    if not said:
        return None
    return Title("；".join(one.zh for one in said), "; ".join(one.en for one in said))


def _plain(value: Any) -> Any:
    """The value as it matters: who is told and where from in any order, fields by their names."""
    if isinstance(value, tuple) and value and not isinstance(value[0], str | Rung):
        return tuple(one.name for one in value)
    return frozenset(value) if isinstance(value, tuple) and value and isinstance(value[0], str) else value


def _limit(limit: Limit | str, lang: str) -> str:
    if isinstance(limit, Limit):
        return limit_words(limit, lang)
    known = {
        "item.statutory": ("事项的法定时限", "the item's statutory limit"),
        "item.promised": ("事项的承诺时限", "the item's promise"),
    }
    return known.get(limit, (limit, limit))[0 if lang == "zh" else 1]
