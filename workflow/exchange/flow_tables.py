"""流程, 阶段, 阶段事项: the city's flows as cases are pinned to them. Items are those of the catalogue."""

from collections.abc import Collection, Iterator

from workflow.catalogue import Catalogue, CityFlow, Item
from workflow.catalogue.exchange import CityFlowVersion
from workflow.exchange.rows import Flag, Owner, Reference, Row
from workflow.exchange.tables import FLOW, STAGE, STAGE_ITEM

OWNER = Owner("flow", 0)
PARALLEL = 5

FORMER = Flag("former_version", "该事项版本已不在现行清单中，名称和时限按现行内容填报")


def flow_rows(catalogue: Catalogue, used: Collection[tuple[str, int]] = ()) -> Iterator[Row]:
    """Every flow and version of the configuration with its stages and items; beside the items' own versions also those
    that cases are pinned to (``used``: item and version)."""
    former = sorted(
        (item, version)
        for item, version in set(used)
        if item in catalogue.items and catalogue.items[item].version != version
    )
    for splclx, flow in catalogue.exchange.flows.items():
        for version in flow.versions:
            yield _flow_row(catalogue, splclx, flow, version)
            for no in catalogue.stages:
                yield _stage_row(catalogue, flow, version, no)
            for item in catalogue.items.values():
                yield _item_row(catalogue, flow, version, item, item.version)
            for code, old in former:
                yield _item_row(catalogue, flow, version, catalogue.items[code], old)


def version_key(flow: CityFlow, version: CityFlowVersion) -> str:
    """The key of a flow's version."""
    return f"{flow.code}|{version.version}"


def stage_item_key(flow: CityFlow, version: CityFlowVersion, item: str, item_version: int) -> str:
    """The key of an item's version in a flow's version; ``item`` as the exchange calls it."""
    return f"{version_key(flow, version)}|{item}|{item_version}"


def exchange_item(catalogue: Catalogue, code: str) -> str:
    """SPSXBM of an item."""
    return catalogue.exchange.item_codes.get(code, code)


def _pair(flow: CityFlow, version: CityFlowVersion) -> dict[str, object]:
    return {"SPLCBM": flow.code, "SPLCBBH": float(version.version)}


def _flow_row(catalogue: Catalogue, splclx: str, flow: CityFlow, version: CityFlowVersion) -> Row:
    title = catalogue.codes["splclx"][splclx].title.zh
    values = {
        **_pair(flow, version),
        "SPLCMC": title,
        "SPLCSXSJ": version.since,
        "SPLCLX": int(splclx),
        "SPLCSM": None,
    }
    return Row(FLOW, version_key(flow, version), OWNER, values)


def _stage_key(flow: CityFlow, version: CityFlowVersion, no: int) -> str:
    return f"{version_key(flow, version)}|{no}"


def _stage_row(catalogue: Catalogue, flow: CityFlow, version: CityFlowVersion, no: int) -> Row:
    stage = catalogue.stages[no]
    # No total of a stage is published (U3): the longest promise among the items that run in it; none for the virtual.
    promised = [item.promised.limit.amount for item in _items_of(catalogue, no) if item.promised is not None]
    values = {
        **_pair(flow, version),
        "SPJDBM": str(no),
        "SPJDMC": stage.title.zh,
        "SPJDXH": no,
        "DYBZSPJDXH": str(no),
        "SPJDSX": 0 if stage.virtual else max(promised, default=0),
        "LCBSXLX": None if stage.milestone is None else exchange_item(catalogue, stage.milestone),
    }
    needs = (Reference(FLOW, version_key(flow, version), "审批流程未上传"),)
    return Row(STAGE, _stage_key(flow, version, no), OWNER, values, needs)


def _items_of(catalogue: Catalogue, no: int) -> list[Item]:
    return [item for item in catalogue.items.values() if _stage_of(item) == no]


def _stage_of(item: Item) -> int:
    """What runs beside the stages is reported in the virtual one."""
    return PARALLEL if item.parallel else item.stage


def _item_row(catalogue: Catalogue, flow: CityFlow, version: CityFlowVersion, item: Item, item_version: int) -> Row:
    rules, no = catalogue.exchange, _stage_of(item)
    department = catalogue.departments[item.department]
    before = dict.fromkeys(exchange_item(catalogue, code) for code in catalogue.blockers(item.code))
    handling = item.exchange.get("handling_type")
    values = {
        **_pair(flow, version),
        "SPJDBM": str(no),
        "SPJDXH": no,
        "SPSXBM": exchange_item(catalogue, item.code),
        "SPSXBBH": float(item_version),
        "SPSXMC": item.title.zh,
        "DYBZSPSXBM": rules.standard_items.get(item.code),
        "SFSXGZCNZ": int(item.commitment is not None),
        "BJLX": None if handling is None else int(handling),
        "SQDX": rules.defaults.get("SQDX"),
        "BLJGSDFS": rules.defaults.get("BLJGSDFS"),
        "SPSXBLSX": None if item.promised is None else item.promised.limit.amount,
        "SPBMBM": department.code,
        "SPBMMC": department.title.zh,
        "QZSPSXBM": ",".join(before) or None,
        "SFLCBSX": int(catalogue.stages[item.stage].milestone == item.code),
    }
    former = item_version != item.version
    return Row(
        STAGE_ITEM,
        stage_item_key(flow, version, exchange_item(catalogue, item.code), item_version),
        OWNER,
        values,
        (Reference(STAGE, _stage_key(flow, version, no), "审批流程阶段未上传"),),
        (FORMER,) if former else (),
        former,
    )
