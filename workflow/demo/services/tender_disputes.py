"""What happens beside the ordinary way of a tender of the demo: clarifications, bids taken back, disputes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from workflow.demo.services.tender_way import (
    BIDS_PREPARED,
    CLARIFIED,
    NOTE,
    ON_SALE,
    Beside,
    Dates,
    Lot,
    companies,
    deadline_on,
)
from workflow.demo.steps import Step


def clarified(on: int) -> Beside:
    """A clarification on that day; the deadline moves to fifteen days after it."""

    def beside(lot: Lot, dates: Dates) -> Iterator[Step]:
        moved = max(lot.after(on, CLARIFIED), dates.opened)
        said = {"clarified_on": lot.date(on), "text": f"调整工程量清单第三章，投标截止时间相应顺延{NOTE}"}
        yield lot.does(on, 14 * 60, "clarify", said | {"bid_deadline": deadline_on(lot, moved)})

    return beside


def bid_withdrawn(on: int, refunded: int | None = None) -> Beside:
    """A bid taken back on that day; its deposit goes back on the other."""

    def beside(lot: Lot, dates: Dates) -> Iterator[Step]:
        [bid] = companies(replace(lot, site=lot.site + 5), 1)
        said = {"bidder": bid["name"], "credit_code": bid["credit_code"], "withdrawn_on": lot.date(on)}
        yield lot.does(on, 10 * 60, "withdraw_bid", said | {"deposit_wan": lot.deposit})
        if refunded is not None:
            back = {"refunded_on": lot.date(refunded)}
            yield lot.does(refunded, 10 * 60 + 20, "refund", back, child="bid_withdrawal")

    return beside


def objected(on: int, answered: int | None = None, withdrawn: int | None = None) -> Beside:
    """An objection to the documents: the tender stands still until it is answered or taken back."""

    def beside(lot: Lot, dates: Dates) -> Iterator[Step]:
        yield _objection(lot, on, "object", "documents", "评分办法设置不合理，排斥潜在投标人")
        if answered is not None:
            yield _answer(lot, answered)
        if withdrawn is not None:
            why = {"reason": f"异议人书面说明已无异议{NOTE}"}
            yield lot.does(withdrawn, 11 * 60, "withdraw", why, child="objection", by="specialist")

    return beside


def held_up(on: int, settled: bool) -> Beside:
    """An objection answered so late that the old deadline is no longer lawful; ``settled``: a new one is set."""

    def beside(lot: Lot, dates: Dates) -> Iterator[Step]:
        slack = (lot.days.day(dates.opened) - lot.days.day(dates.issued)).days - BIDS_PREPARED
        answered = on + 1
        while (lot.days.day(answered) - lot.days.day(on)).days <= slack:
            answered += 1
        yield _objection(lot, on, "object", "documents", "技术标准引用有误")
        yield _answer(lot, answered)
        if settled:
            stopped = (lot.days.day(answered) - lot.days.day(on)).days + 1
            opens = lot.after(dates.issued, BIDS_PREPARED + stopped + 1)
            sale = lot.after(dates.issued, ON_SALE + stopped + 1)
            moved = {"bid_deadline": deadline_on(lot, opens), "sale_until": lot.date(sale)}
            yield lot.does(answered, 15 * 60, "set_deadline", moved)

    return beside


def candidates_objected(after: int, answered: int | None = None) -> Beside:
    """An objection to the candidates, so many working days after they were published."""

    def beside(lot: Lot, dates: Dates) -> Iterator[Step]:
        yield _objection(lot, dates.published + after, "object_candidates", "candidates", "第一候选人业绩存疑")
        if answered is not None:
            yield _answer(lot, dates.published + answered)

    return beside


def objected_at_opening() -> Beside:
    """Raised, answered and recorded on the spot."""

    def beside(lot: Lot, dates: Dates) -> Iterator[Step]:
        said = {"objector": companies(lot, 2)[1]["name"], "matter": "投标文件密封情况", "answer": f"当众核对无误{NOTE}"}
        yield lot.does(dates.opened, 10 * 60, "object_at_opening", said)

    return beside


def complained(on: int, *deeds: tuple[int, str, Mapping[str, Any]], by: str = "zj1") -> Beside:
    """A complaint received on that day, then what its officer does: (day, action, inputs; whole numbers are days)."""

    def beside(lot: Lot, dates: Dates) -> Iterator[Step]:
        said = {
            "department": "ZJ",
            "complainant": companies(lot, 3)[2]["name"],
            "kind": "other",
            "knew_on": lot.date(on - 1),
            "received_on": lot.date(on),
            "matter": f"反映投标人之间存在串通投标嫌疑{NOTE}",
        }
        yield Step(
            lot.thread, lot.site, on, 14 * 60, by, begins="complaint", inputs=said, under=True, alias="complaint"
        )
        for number, (day, action, inputs) in enumerate(deeds):
            dated = {name: lot.date(value) if isinstance(value, int) else value for name, value in inputs.items()}
            yield lot.does(day, 15 * 60 + number, action, dated, by="officer", alias="complaint")

    return beside


def abandoned(on: int) -> Beside:
    """Given up: what hangs under it ends with it."""

    def beside(lot: Lot, dates: Dates) -> Iterator[Step]:
        yield lot.does(on, 16 * 60, "abandon", {"reason": f"建设内容重大调整，终止招标{NOTE}"})

    return beside


def _objection(lot: Lot, on: int, action: str, kind: str, matter: str) -> Step:
    said = {
        "kind": kind,
        "objector": companies(lot, 3)[2]["name"],
        "received_on": lot.date(on),
        "matter": f"{matter}{NOTE}",
    }
    return lot.does(on, 10 * 60, action, said, by="zj2")


def _answer(lot: Lot, on: int) -> Step:
    said = {"result": "rejected", "answer": f"经复核，异议不成立，理由已书面答复{NOTE}"}
    return lot.does(on, 11 * 60, "answer", said, child="objection")
