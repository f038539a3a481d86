"""The checks a row goes through before anybody uploads it. They flag; only what a receiver would refuse is stopped.

Fact book 3.4(8) and (9): what other systems hold back (秒办, 超期) goes out with a flag (`case_tables`).
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from workflow.catalogue import Catalogue
from workflow.clock.days import local_day
from workflow.exchange.rows import Flag, Row
from workflow.exchange.tables import BY_NAME, COMPANY, PARTY, PROJECT, Column
from workflow.identifiers import BadIdentifier, credit_code

START_AFTER_END = "130"
COMPANY_COLUMNS = {COMPANY: ("DWMC", "DWTYSHXYDM"), PARTY: ("DWMC", "DWTYSHXYDM"), PROJECT: ("JSDW", "JSDWDM")}
"""Where the name and the credit code of a company stand."""


def checked(catalogue: Catalogue, row: Row) -> Row:
    """The row with everything that the checks have found; a row that is held back anyway is left as it is."""
    if row.held is not None:
        return row
    return row.with_flags(tuple(_flags(catalogue, row)))


def _flags(catalogue: Catalogue, row: Row) -> Iterator[Flag]:
    for column in BY_NAME[row.table].columns:
        value = row.values.get(column.name)
        yield from _value_flags(catalogue, column, value)
    yield from _company_flags(catalogue, row)
    if row.table == PROJECT:
        yield from _days_of_project(row)


def _value_flags(catalogue: Catalogue, column: Column, value: Any) -> Iterator[Flag]:
    if value is None or value == "":
        if column.required:
            yield Flag("missing", f"必填字段 {column.name} 没有值", stops=True)
        return
    if column.codes is not None:
        known = catalogue.codes[column.codes]
        if str(value) not in known or not known[str(value)].exported:
            words = f"{column.name}：代码 {value} 不在代码表 {column.codes} 中（{'、'.join(known)}）"
            yield Flag("unknown_code", words, stops=True)
    made_up = catalogue.exchange.checks
    day = local_day(value) if isinstance(value, datetime) else value
    if isinstance(day, date) and day in made_up.placeholder_days:
        yield Flag("placeholder", f"{column.name}：{day} 是占位值", stops=True)
    if isinstance(value, str) and value in made_up.placeholder_texts:
        yield Flag("placeholder", f"{column.name}：“{value}”是占位值", stops=True)


def _company_flags(catalogue: Catalogue, row: Row) -> Iterator[Flag]:
    names = COMPANY_COLUMNS.get(row.table)
    if names is None:
        return
    code = row.values.get(names[1])
    if code is None:
        return
    try:
        credit_code(str(code), check_organisation=catalogue.check_organisation)
    except BadIdentifier as bad:
        yield Flag("company", f"{names[1]}：{bad.zh}", stops=True)


def _days_of_project(row: Row) -> Iterator[Flag]:
    start, end = row.values.get("NKGSJ"), row.values.get("NJCSJ")
    if start is not None and end is not None and start >= end:
        yield Flag(START_AFTER_END, f"拟开工时间 {start} 不早于拟建成时间 {end}（错误 {START_AFTER_END}）", stops=True)
