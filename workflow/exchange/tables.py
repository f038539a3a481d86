"""The tables of the national exchange: columns, what a row of them refers to, and the order in which they are uploaded.

Names are those of the standard as public systems show them (fact book, 3.1, 3.2, 3.5): pinyin initials. Of 消防 nothing
but the name of the table is known; its columns repeat those of 批复.
"""

from dataclasses import dataclass
from typing import Literal

from workflow.definition import Title

ColumnType = Literal["text", "whole", "number", "day", "time"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``codes`` is the code list its value must stand in (as text); ``required``: never without a value."""

    name: str
    type: ColumnType = "text"
    codes: str | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table; its place in TABLES is its place in the order of upload."""

    name: str
    zh: str
    columns: tuple[Column, ...]


COMMON = (
    Column("LSH", "whole"),
    Column("DFSJZJ"),
    Column("XZQHDM"),
    Column("SJYXBS", "whole", "sjyxbs"),
    Column("SJWXYY"),
    Column("SJSCZT", "whole", "sjsczt"),
    Column("SBYY"),
    Column("GXSJ", "time"),
    Column("SCSJ", "time"),
)
"""What every row has beside its own columns: number, own key, region, valid or not and why, upload and its failure."""


def _columns(*specifications: str) -> tuple[Column, ...]:
    """``NAME[!][:type][=codes]``; "!" is required."""
    return tuple(_column(one) for one in specifications)


def _column(specification: str) -> Column:
    rest, _, codes = specification.partition("=")
    name, _, kind = rest.partition(":")
    types: dict[str, ColumnType] = {one: one for one in ("text", "whole", "number", "day", "time")}
    return Column(name.rstrip("!"), types[kind or "text"], codes or None, name.endswith("!"))


FLOW = "SPGL_DFXMSPLCXXB"
STAGE = "SPGL_DFXMSPLCJDXXB"
STAGE_ITEM = "SPGL_DFXMSPLCJDSXXXB"
PROJECT = "SPGL_XMJBXXB"
COMPANY = "SPGL_XMDWXXB"
CASE = "SPGL_XMSPSXBLXXB"
STEP = "SPGL_XMSPSXBLXXXXB"
DECISION = "SPGL_XMSPSXPFWJXXB"
PAPER = "SPGL_XMQTFJXXB"
SPECIAL = "SPGL_XMSPSXBLTBCXXXB"
OPINION = "SPGL_XMSPSXZQYJXXB"
BUILDING = "SPGL_XMDTXXB"
PARTY = "SPGL_ZRZTXXB"
FILING = "SPGL_JSGCJGYSBAXXB"
FIRE = "SPGL_JSGCXFYSXXB"
COMMITMENT = "SPGL_GZCNZBJJGXXB"

_FLOW_KEYS = ("SPLCBM!", "SPLCBBH!:number")

TABLES: tuple[Table, ...] = (
    Table(
        FLOW,
        "地方项目审批流程信息",
        _columns(*_FLOW_KEYS, "SPLCMC!", "SPLCSXSJ!:day", "SPLCLX!:whole=splclx", "SPLCSM", "FJMC", "FJLX", "FJID"),
    ),
    Table(
        STAGE,
        "地方项目审批流程阶段信息",
        _columns(
            *_FLOW_KEYS, "SPJDBM!", "SPJDMC!", "SPJDXH!:whole", "DYBZSPJDXH!=dybzspjdxh", "SPJDSX!:whole", "LCBSXLX"
        ),
    ),
    Table(
        STAGE_ITEM,
        "地方项目审批流程阶段事项信息",
        _columns(
            *_FLOW_KEYS,
            "SPJDBM!",
            "SPJDXH!:whole",
            "SPSXBM!",
            "SPSXBBH!:number",
            "SPSXMC!",
            "DYBZSPSXBM",
            "SFSXGZCNZ!:whole=yesno",
            "BJLX:whole=bjlx",
            "SQDX",
            "BLJGSDFS",
            "SPSXBLSX:whole",
            "SPBMBM!",
            "SPBMMC!",
            "QZSPSXBM",
            "SFLCBSX!:whole=yesno",
        ),
    ),
    Table(
        PROJECT,
        "项目基本信息",
        _columns(
            "XMDM!",
            "XMMC!",
            "GCDM!",
            "GCFW",
            "QJDGCDM",
            "XMTZLY!:whole=xmtzly",
            "TDHQFS!:whole=tdhqfs",
            "TDSFDSJFA!:whole=yesno",
            "SFWCQYPG!:whole=yesno",
            "SPLCLX!:whole=splclx",
            "LXLX!:whole=lxlx",
            "GCFL",
            "JSXZ!:whole=jsxz",
            "XMZJSX",
            "GBHYDMFBND",
            "GBHY",
            "NKGSJ:day",
            "NJCSJ:day",
            "XMSFWQBJ!:whole=yesno",
            "XMWQBJSJ:time",
            "ZTZE:number",
            "JSDDXZQH!",
            "JSDD",
            "XMJSDDX:number",
            "XMJSDDY:number",
            "JSGMJNR",
            "YDMJ:number",
            "JZMJ:number",
            "SBSJ!:time",
            *_FLOW_KEYS,
            "XMJWDZB",
            "JSDW!",
            "JSDWDM!",
            "JSDWLX",
            "SFXXGC!:whole=yesno",
            "CD:number",
            "GCHYFL",
        ),
    ),
    Table(COMPANY, "项目单位信息", _columns("XMDM!", "GCDM!", "DWTYSHXYDM!", "DWMC!", "DWLX!:whole=dwlx")),
    Table(
        CASE,
        "项目审批事项办理信息",
        _columns(
            "GCDM!",
            "SPSXBM!",
            "SPSXBBH!:number",
            *_FLOW_KEYS,
            "SPSXSLBM!",
            "SPBMBM!",
            "SPBMMC!",
            "SLFS!:whole=slfs",
            "GKFS!:whole=gkfs",
            "BLSPSLBM",
            "SXBLSX:whole",
            "LXR",
            "LXRSJH",
            "YWQX",
        ),
    ),
    Table(
        STEP,
        "项目审批事项办理详细信息",
        _columns(
            "GCDM!",
            "SPSXSLBM!",
            "BLCS!",
            "BLR!",
            "BLZT!:whole=blzt",
            "BLYJ",
            "BLSJ!:time",
            "DWMC!",
            "DWTYSHXYDM",
            "SJLY!",
        ),
    ),
    Table(
        DECISION,
        "项目审批事项批复文件信息",
        _columns(
            "GCDM!",
            "SPSXSLBM!",
            "PFRQ!:day",
            "PFWH!",
            "PFWJBT!",
            "PFWJYXQX:day",
            "FJMC",
            "FJLX",
            "FJID",
        ),
    ),
    Table(
        PAPER,
        "申请材料及其他附件信息",
        _columns(
            "BLSPSLBM",
            "SPSXSLBM!",
            "FJMC!",
            "FJFL!:whole=clfl",
            "FJLX!",
            "FJID!",
            "CLMLBH!",
            "CLMC!",
            "CLFL!:whole=clfl",
            "CLLX!",
            "CLID!",
            "SQFS",
            "SQSL:whole",
        ),
    ),
    Table(
        SPECIAL,
        "项目审批事项特别程序信息",
        _columns(
            "GCDM!",
            "SPSXSLBM!",
            "TBCX!:whole=tbcx",
            "TBCXMC!",
            "TBCXKSSJ!:time",
            "TBCXSXLX!:whole=tbcxsxlx",
            "TBCXSX!:whole",
        ),
    ),
    Table(
        OPINION,
        "项目审批事项征求意见信息",
        _columns("GCDM!", "SPSXSLBM!", "BLDWDM!", "BLDWMC!", "BLR!", "FKSJ!:time", "FKYJ!"),
    ),
    Table(
        BUILDING,
        "单体信息",
        _columns(
            "XMDM!",
            "GCDM!",
            "SPSXSLBM",
            "XKBABH!",
            "DTMC!",
            "DTBM!",
            "GCYT",
            "GMZB",
            "JGTX",
            "NHDJ",
            "JZFS",
            "DTJWDZB",
            "DTGCZZJ:number",
            "JZMJ:number",
            "DSJZMJ:number",
            "DXJZMJ:number",
            "ZDMJ:number",
            "JZGCGD:number",
            "DSCS:whole",
            "DXCS:whole",
            "CD:number",
            "KD:number",
        ),
    ),
    Table(
        PARTY,
        "责任主体信息",
        _columns("XMDM!", "GCDM!", "SPSXSLBM", "DWLX!:whole=dwlx", "DWMC!", "DWTYSHXYDM!"),
    ),
    Table(
        FILING,
        "竣工验收备案信息",
        _columns(
            "XMDM!",
            "GCDM!",
            "SPSXSLBM",
            "JGYSBABH!",
            "BAJG!",
            "BARQ!:day",
            "BAFW!",
            "SFSXLHYS!:whole=yesno",
            "SFBGWFZT",
            "KGRQ:day",
            "JGRQ:day",
            "SJZJ:number",
            "ZJZMJ:number",
            "RFMJ:number",
            "DAYSZT",
            "DAYSYJ",
        ),
    ),
    Table(
        FIRE,
        "消防设计审查、消防验收信息",
        _columns("XMDM!", "GCDM!", "SPSXSLBM!", "YWMC!", "PFRQ!:day", "PFWH!", "PFWJBT!"),
    ),
    Table(
        COMMITMENT,
        "告知承诺制办件监管信息",
        _columns(
            "GCDM!",
            "SPSXSLBM!",
            "JCBH!",
            "JCSJ!:day",
            "JCBMMC!",
            "JCBMTYSHXYDM",
            "JCYJHSM!",
            "SFLXGZCN!:whole=yesno",
            "GZCNLXQK!",
        ),
    ),
)

BY_NAME = {table.name: table for table in TABLES}
RANK = {table.name: place for place, table in enumerate(TABLES)}
"""Where a table stands in the order of upload (fact book, 3.4(1))."""

_PLANNING = Title("来自多规合一平台", "made by the joint planning platform")
_REVIEW = Title("来自施工图审查系统", "made by the system of drawing review")
NO_SOURCE = {
    "SPGL_XMQQYJXXB": ("前期意见", _PLANNING),
    "SPGL_XMYDHXJZXXB": ("用地红线界址", _PLANNING),
    "SPGL_DFGHKZXXXB": ("规划控制线", _PLANNING),
    "中介服务事项办理信息": (
        "中介服务事项办理信息",
        Title("来自中介服务超市", "made by the market of intermediary services"),
    ),
    "SPGL_KCSJRYXXB": ("勘察设计人员", _REVIEW),
    "SPGL_SGTSJWJSCXXB": ("施工图设计文件审查", _REVIEW),
    "SPGL_QYPGXXB": ("区域评估", Title("来自区域评估成果库", "made by the library of area assessments")),
}
"""Tables of the standard for which this service holds nothing: what they are, and where such data are made."""
