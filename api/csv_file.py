"""CSV files to download: the days of a proof, and lists."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from flask import Response

from api.spreadsheet import Value, harmless, texts
from workflow.clock.proof import ProofDay
from workflow.clock.proof_csv import write_csv

# Excel takes a file without it for the machine's own encoding and garbles every Chinese word.
BYTE_ORDER_MARK = "\ufeff"


def csv_answer(days: Sequence[ProofDay], filename: str) -> Response:
    """The days as an attachment; ``filename`` in ASCII."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    write_csv(days, out)
    answer = Response(out.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer


def write_rows(out: BinaryIO, headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """Write rows under headings (RFC 4180, UTF-8) to ``out``; nothing in it is taken for a formula."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(one) for one in headings])
    writer.writerows(list(texts(row)) for row in rows)
    text.flush()
    text.detach()
