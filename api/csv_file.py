"""A proof as a CSV file to download."""

import io
from collections.abc import Sequence

from flask import Response

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
