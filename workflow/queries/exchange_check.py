"""What the local checks have found in the rows of the national exchange, what is held back, and what the configuration
still owes the standard."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from workflow.catalogue import Catalogue
from workflow.definition import Title
from workflow.exchange.tables import BY_NAME, TABLES
from workflow.store import readers
from workflow.store.exchange import READER
from workflow.store.readers import Fault

SHOWN = 200


@dataclass(frozen=True, slots=True)
class FlaggedRow:
    """A valid row with flags, each ``code：sentence``. ``stopped``: not fit for upload."""

    lsh: int
    table: str
    title: str
    key: str
    stopped: bool
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A row that cannot go out yet, and why. ``outside``: and waits for nothing, since it belongs to no case."""

    table: str
    title: str
    key: str
    sentence: str
    since: datetime
    outside: bool


@dataclass(frozen=True, slots=True)
class ExchangeCheck:
    """The newest SHOWN flagged rows, the SHOWN rows held back longest, cases and projects of which no rows could be
    made, and what is missing in the configuration."""

    flagged: tuple[FlaggedRow, ...]
    held: tuple[HeldRow, ...]
    aside: tuple[Fault, ...]
    owed: tuple[Title, ...]


def exchange_check(conn: Connection, catalogue: Catalogue, shown: int = SHOWN) -> ExchangeCheck:
    """What a person has to look at."""
    flagged = conn.execute(
        text("""
SELECT lsh, tbl, key, stopped, flags FROM exchange.ledger WHERE invalid_at IS NULL AND flags <> '{}'
ORDER BY lsh DESC LIMIT :shown"""),
        {"shown": shown},
    )
    held = conn.execute(
        text("SELECT tbl, key, sentence, since, outside FROM exchange.held ORDER BY since, tbl, key LIMIT :shown"),
        {"shown": shown},
    )
    return ExchangeCheck(
        tuple(
            FlaggedRow(row.lsh, row.tbl, BY_NAME[row.tbl].zh, row.key, row.stopped, tuple(row.flags)) for row in flagged
        ),
        tuple(HeldRow(row.tbl, BY_NAME[row.tbl].zh, row.key, row.sentence, row.since, row.outside) for row in held),
        tuple(readers.faults(conn, READER, shown)),
        tuple(_owed(catalogue)),
    )


def _owed(catalogue: Catalogue) -> Iterator[Title]:
    """What the standard asks for and the configuration does not say yet."""
    rules = catalogue.exchange
    if rules.endpoint is None:
        yield Title(
            "config/exchange.yaml：endpoint 未设置，数据只写入交换表，不上传",
            "config/exchange.yaml: endpoint is not set; rows are written to the exchange tables and not uploaded",
        )
    offices = [one.title for one in catalogue.departments.values() if one.credit_code is None]
    if offices:
        named = "、".join(one.zh for one in offices)
        yield Title(
            f"config/organisation.yaml：{len(offices)} 个部门没有统一社会信用代码（{named}）",
            f"config/organisation.yaml: departments without a unified social credit code: {len(offices)} "
            f"({', '.join(one.en for one in offices)})",
        )
    items = [code for code in catalogue.items if code not in rules.standard_items]
    if items:
        yield Title(
            f"config/exchange.yaml：{len(items)} 个事项没有国标事项编码（standard_items）",
            f"config/exchange.yaml: items without a national item code (standard_items): {len(items)}",
        )
    if catalogue.sources["exchange.yaml"].assumed:
        yield Title(
            "config/exchange.yaml：默认值，待以标准文本替换",
            "config/exchange.yaml: defaults, to be replaced by the text of the standard",
        )
    lists = {column.codes for table in TABLES for column in table.columns if column.codes}
    assumed = [name for name in sorted(lists) if catalogue.sources[f"codes/{name}.yaml"].assumed]
    if assumed:
        yield Title(
            f"config/codes：{len(assumed)} 个代码表为默认值，待核对（{'、'.join(assumed)}）",
            f"config/codes: code lists that are defaults, to be checked: {len(assumed)} ({', '.join(assumed)})",
        )
