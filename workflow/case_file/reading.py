"""The history as a page to read and print: no script, nothing fetched."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from workflow.clock.days import OFFICE_ZONE
from workflow.definition import Title

HEADINGS = (
    Title("序号", "No."),
    Title("办理", "What"),
    Title("由谁", "By"),
    Title("生效时间", "In force from"),
    Title("记录时间", "Written down"),
    Title("环节", "State"),
    Title("内容", "Said"),
)


def history_page(no: str, title: str, lines: Sequence[Mapping[str, Any]]) -> bytes:
    """Lines as `workflow.queries.history.HistoryLine` has them in JSON, oldest first."""
    head = "".join(f'<th scope="col">{escape(one.zh)}<br><small>{escape(one.en)}</small></th>' for one in HEADINGS)
    rows = "\n".join(f"<tr>{_cells(line)}</tr>" for line in lines)
    return f"""<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<title>{escape(no)} {escape(title)}</title>
<h1>{escape(title)}（{escape(no)}）</h1>
<table border="1" cellpadding="4">
<thead><tr>{head}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</html>
""".encode()


def _cells(line: Mapping[str, Any]) -> str:
    said = "；".join(f"{name}：{_text(value)}" for name, value in sorted(line["input"].items()))
    cells = (
        str(line["seq"]),
        _zh(line["title"]),
        f"{line['actor']['zh']}（{line['role_title']['zh']}）",
        _when(line["effective_at"]),
        _when(line["recorded_at"]),
        _zh(line["to_title"]),
        said,
    )
    return "".join(f"<td>{escape(cell)}</td>" for cell in cells)


def _zh(title: Mapping[str, str]) -> str:
    return title["zh"]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "，".join(f"{name}={_text(one)}" for name, one in sorted(value.items()))
    if isinstance(value, list):
        return "、".join(_text(one) for one in value)
    return "" if value is None else str(value)


def _when(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M:%S}"
