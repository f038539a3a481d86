"""What is wrong with one cell of a file, as data a person can act on."""

from dataclasses import dataclass

from workflow.errors import BadInput, Reason

SHOWN = 60
"""Characters of a refused value that are shown to whoever brought the file."""
COLUMN_LETTERS = 26


@dataclass(frozen=True, slots=True)
class CellFault:
    """``cell`` is as Excel writes it (B7), or a path in a JSON file; ``column`` its heading; ``accepted`` lists words
    where there is a list. ``code`` is stable."""

    sheet: str
    cell: str
    column: str
    value: str
    code: str
    zh: str
    en: str
    accepted: tuple[str, ...] = ()


class Wrong(ValueError):
    """A value that cannot be read: a stable ``code``, what is wrong and what is accepted, in two languages."""

    def __init__(self, code: str, zh: str, en: str, accepted: tuple[str, ...] = ()) -> None:
        self.code, self.zh, self.en, self.accepted = code, zh, en, accepted
        super().__init__(en)


def bad_file(code: str, zh: str, en: str, value: str = "") -> BadInput:
    """A file that cannot be read at all."""
    facts = {"field": "file", "value": value[:SHOWN]}
    return BadInput(code, f"文件{zh}", f"The file {en}", reasons=[Reason(code, f"文件{zh}", f"the file {en}", facts)])


def cell_name(row: int, column: int) -> str:
    """The cell of a row (from 1) and a column (from 0): B7."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, COLUMN_LETTERS)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def shown(value: object) -> str:
    """A value as its owner recognises it, cut short; half a character, which nothing can send, as ``?``."""
    text = "" if value is None else " ".join(str(value).split()).encode("utf-8", "replace").decode()
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
