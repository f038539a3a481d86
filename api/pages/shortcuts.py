"""Single-key shortcuts: which pages have them, and the list of all of them that ``?`` opens.

The keys themselves are pressed in ``static/scripts/keys.js``, which finds what a key is for by ``data-key``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request

from api.wording import N_

ON: Mapping[str, str] = {
    "pages.worklist": "worklist",
    "pages.case": "case",
    "pages.deed": "clerk",
    "pages.verify": "clerk",
    "pages.mark": "clerk",
    "pages.take": "clerk",
}
"""Pages of the office with shortcuts, by endpoint."""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One key, or two pressed one after the other, and what it does."""

    keys: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Group:
    """The shortcuts of one kind of page."""

    title: str
    shortcuts: tuple[Shortcut, ...]


EVERYWHERE = Group(
    N_("这些页面都有"), (Shortcut(("?",), N_("打开这张表")), Shortcut(("Esc",), N_("关闭，回到原来的位置")))
)
GROUPS: tuple[Group, ...] = (
    Group(
        N_("待办列表"),
        (
            Shortcut(("j",), N_("下一行")),
            Shortcut(("k",), N_("上一行")),
            Shortcut(("Enter",), N_("打开这一行")),
            Shortcut(("e",), N_("办理这一行")),
            Shortcut(("/",), N_("到查找框")),
        ),
    ),
    Group(
        N_("办件页"),
        (
            Shortcut(("a",), N_("到现在可以做的事")),
            Shortcut(("g", "m"), N_("到材料")),
            Shortcut(("g", "t"), N_("到办理记录")),
        ),
    ),
    Group(
        N_("收件核验"),
        (
            Shortcut(("↑",), N_("上一份材料")),
            Shortcut(("↓",), N_("下一份材料")),
            Shortcut(("1",), N_("合格")),
            Shortcut(("2",), N_("可当场更正")),
            Shortcut(("3",), N_("需补正")),
            Shortcut(("n",), N_("下一份未标记的材料")),
        ),
    ),
    EVERYWHERE,
)


def shortcuts(staff: bool) -> tuple[Group, ...]:
    """The list for this page and reader; empty where the page has no shortcuts or the reader has switched them off."""
    off = request.cookies.get("wugeyi-keys") == "off"
    return () if off or not staff or request.endpoint not in ON else GROUPS
