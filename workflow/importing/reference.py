"""The sheet that stands in for a paper of another system: one page that says where the original is kept."""

import unicodedata
from datetime import datetime


def reference_sheet(number: str, code: str, at: datetime) -> bytes:
    """A PDF of one page; what of the number cannot be written in its typeface is left as a question mark."""
    plain = unicodedata.normalize("NFKC", f"{number} / {code} / {at.isoformat()}")
    said = plain.encode("ascii", "replace").decode().replace("\\", "").replace("(", "").replace(")", "")
    lines = ("Imported case: the original of this paper is kept in the former system.", said[:150])
    drawn = " ".join(f"({line}) Tj 0 -18 Td" for line in lines)
    page = f"BT /F1 11 Tf 56 780 Td {drawn} ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    body, places = b"%PDF-1.4\n", []
    for number_, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number_, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + head + table + tail
