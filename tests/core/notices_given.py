"""Notices for tests: invented ones that add up, and the real one of 2026."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from workflow.clock.days import Notice
from workflow.clock.notices import load_notice

DEMO = Path(__file__).parents[2] / "config" / "demo" / "calendar-2027.yaml"

FILE_2026 = """\
year: 2026
source: 国务院办公厅关于2026年部分节假日安排的通知
off:
  - {from: 2026-01-01, to: 2026-01-03, name: 元旦}
  - {from: 2026-02-15, to: 2026-02-23, name: 春节}
  - {from: 2026-04-04, to: 2026-04-06, name: 清明}
  - {from: 2026-05-01, to: 2026-05-05, name: 劳动节}
  - {from: 2026-06-19, to: 2026-06-21, name: 端午}
  - {from: 2026-09-25, to: 2026-09-27, name: 中秋}
  - {from: 2026-10-01, to: 2026-10-07, name: 国庆节}
make_up: [2026-01-04, 2026-02-14, 2026-02-28, 2026-05-09, 2026-09-20, 2026-10-10]
"""


def the_2027_notice(more_off: Mapping[date, str] | None = None, *more_make_up: date, **changes: Any) -> Notice:
    """The invented notice of the demo with further days off and make-up days, and other parts replaced."""
    shipped = load_notice(DEMO)
    off = {**shipped.off, **(more_off or {})}
    make_up = shipped.make_up | set(more_make_up)
    return replace(shipped, **({"off": off, "make_up": make_up, "source": "测试通知"} | changes))


def the_2026_notice(**changes: Any) -> Notice:
    """The notice of 2026 as it was published, with parts replaced."""
    off = {
        date(2026, month, day): name
        for month, first, last, name in (
            (1, 1, 3, "元旦"),
            (2, 15, 23, "春节"),
            (4, 4, 6, "清明"),
            (5, 1, 5, "劳动节"),
            (6, 19, 21, "端午"),
            (9, 25, 27, "中秋"),
            (10, 1, 7, "国庆节"),
        )
        for day in range(first, last + 1)
    }
    worked = ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))
    make_up = frozenset(date(2026, month, day) for month, day in worked)
    return replace(Notice(2026, off, make_up, "通知"), **changes)
