"""How the buildings of a permit are cut into segments (fact book, 4.3): disjoint, whole, adding up, one the last."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from workflow.catalogue.rules import AREA_KINDS
from workflow.errors import Reason
from workflow.guards.facts import Facts, Guard, Relative
from workflow.identifiers import BadIdentifier, permit_number

SEGMENT = "segment"
FILED = "filed"
ALL_TOGETHER = "check"
"""By check nothing is cut: one segment holds every building, its disciplines follow one another."""

Row = Mapping[str, Any]


def live_segments(cases: Iterable[Relative]) -> list[Relative]:
    """The segments that hold their buildings: what failed or was withdrawn holds none."""
    return [one for one in cases if one.flow == SEGMENT and (one.ended_at is None or one.outcome == FILED)]


def cut_rows(facts: Facts) -> list[Row]:
    """The buildings that are being put into segments now."""
    return [row for row in facts.inputs.get("buildings", ()) if row.get("segment")]


def permit_number_known(facts: Facts) -> Reason | None:
    """The number has one of the shapes of config/codes/permit-number.yaml, written plainly."""
    number = str(facts.inputs.get("permit_no", ""))
    try:
        written = permit_number(number, facts.catalogue.permit_patterns)
    except BadIdentifier as fault:
        return Reason(fault.code, fault.zh, fault.en, _field("permit_no", number, facts.catalogue.permit_patterns))
    if written == number:
        return None
    zh, en = f"施工许可证号应写作“{written}”", f"The permit number is to be written as “{written}”"
    return Reason("permit_number_shape", zh, en, _field("permit_no", number, [written]))


def areas_add_up(facts: Facts) -> Reason | None:
    """The buildings have the areas of the permit, each kind within its tolerance."""
    return areas_reason(facts, facts.inputs, [facts.inputs.get("buildings", ())], "许可证", "the permit")


def areas_reason(
    facts: Facts, expected: Row, lists: Iterable[Iterable[Row]], whole_zh: str, whole_en: str
) -> Reason | None:
    """Why the areas of all the rows do not make up ``expected``; None where they do. Both in square metres."""
    rows = [row for rows in lists for row in rows]
    wrong = []
    for kind in AREA_KINDS:
        found = round(sum(row.get(kind) or 0 for row in rows), 2)
        stated = expected.get(kind) or 0
        if not facts.catalogue.areas[kind].allows(stated, found):
            wrong.append((facts.catalogue.areas[kind], stated, found))
    if not wrong:
        return None
    return Reason(
        "areas_do_not_add_up",
        "；".join(
            f"{kind.title.zh}合计 {found:g} 平方米，与{whole_zh}的 {stated:g} 平方米不符（允许误差 {kind.percent}%）"
            for kind, stated, found in wrong
        ),
        "; ".join(
            f"{kind.title.en}: {found:g} m² in all, {whole_en} has {stated:g} m² ({kind.percent}% is allowed)"
            for kind, stated, found in wrong
        ),
        {
            "areas": [
                {"field": kind.code, "value": found, "accepted": stated, "percent": kind.percent}
                for kind, stated, found in wrong
            ]
        },
    )


def buildings_known(facts: Facts) -> Reason | None:
    """Only buildings of this permit are cut."""
    known = [row["code"] for row in facts.case.data.get("buildings", ())]
    strange = [row["code"] for row in facts.inputs.get("buildings", ()) if row["code"] not in known]
    if not strange:
        return None
    return Reason(
        "building_unknown",
        f"许可证不含单体：{'、'.join(strange)}；可用：{'、'.join(known)}",
        f"Not buildings of this permit: {', '.join(strange)}; accepted: {', '.join(known)}",
        _field("buildings", strange, known),
    )


def buildings_once(facts: Facts) -> Reason | None:
    """No building stands twice, and none is in two segments: not in this list, not with one that is there already."""
    rows = facts.inputs.get("buildings", ())
    doubled = [code for code, times in Counter(row["code"] for row in rows).items() if times > 1]
    segments = {
        code: {str(row["segment"]) for row in rows if row["code"] == code and row.get("segment")} for code in doubled
    }
    shared = {code: names for code, names in segments.items() if len(names) > 1}
    for row in cut_rows(facts):
        for one in live_segments(facts.children):
            if row["code"] in _codes(one):
                shared.setdefault(row["code"], set()).update((str(row["segment"]), str(one.data["segment"])))
    if shared:
        told = [(code, "、".join(sorted(names))) for code, names in sorted(shared.items())]
        return Reason(
            "building_shared",
            "；".join(f"单体 {code} 同时列入分段 {names}，一个单体只能属于一段" for code, names in told),
            "; ".join(f"Building {code} is in segments {names}: it can be in one only" for code, names in told),
            {"field": "buildings", "value": {code: sorted(names) for code, names in sorted(shared.items())}},
        )
    if not doubled:
        return None
    return Reason(
        "building_twice",
        f"单体重复：{'、'.join(doubled)}",
        f"Buildings that stand twice: {', '.join(doubled)}",
        _field("buildings", doubled),
    )


def segments_whole(facts: Facts) -> Reason | None:
    """Every segment has a building and a name of its own; every building names a segment that is listed."""
    listed = [str(row["segment"]) for row in facts.inputs.get("segments", ())]
    named = {str(row["segment"]) for row in cut_rows(facts)}
    taken = {str(one.data.get("segment")) for one in live_segments(facts.children)}
    if empty := [name for name in listed if name not in named]:
        zh, en = f"分段没有单体：{'、'.join(empty)}", f"Segments without a building: {', '.join(empty)}"
        return Reason("segment_empty", zh, en, _field("segments", empty))
    if unlisted := sorted(named - set(listed)):
        return Reason(
            "segment_unlisted",
            f"单体所属分段未列出：{'、'.join(unlisted)}；已列：{'、'.join(listed) or '无'}",
            f"Buildings name segments not listed: {', '.join(unlisted)}; listed: {', '.join(listed) or 'none'}",
            _field("segments", unlisted, listed),
        )
    if doubled := [name for name in listed if name in taken]:
        zh, en = f"已有同名分段：{'、'.join(doubled)}", f"There are segments of that name: {', '.join(doubled)}"
        return Reason("segment_name_taken", zh, en, _field("segments", doubled))
    if _segment_by(facts) == ALL_TOGETHER and len(listed) + len(taken) > 1:
        return Reason(
            "one_segment_by_check",
            "按专项分段时，全部单体为一段",
            "Cut by discipline, all buildings make one segment",
            _field("segments", listed, [1]),
        )
    return None


def last_segment_named(facts: Facts) -> Reason | None:
    """One segment closes the totals: it is named when the cut is complete, and not before."""
    rows, live = facts.inputs.get("segments", ()), live_segments(facts.children)
    last = [str(row["segment"]) for row in rows if row.get("last")]
    last += [str(one.data["segment"]) for one in live if one.data.get("last")]
    left = _in_no_segment(facts, live)
    if len(last) > 1:
        zh, en = f"只能有一个最后分段：{'、'.join(last)}", f"There is one last segment only: {', '.join(last)}"
        return Reason("two_last_segments", zh, en, _field("segments.last", last))
    if last and left:
        return Reason(
            "building_in_none",
            f"已指定最后分段，但仍有单体不属于任何分段：{'、'.join(left)}",
            f"A last segment is named, yet these buildings are in none: {', '.join(left)}",
            _field("buildings", left),
        )
    if not left and not last:
        return Reason(
            "last_segment_missing",
            "全部单体均已划入分段，须指定最后一段",
            "Every building is in a segment: one of them must be named the last",
            _field("segments.last", None, [str(row["segment"]) for row in rows]),
        )
    return None


def cut_still_open(facts: Facts) -> Reason | None:
    """After the last segment is filed nothing is added."""
    closed = next((one for one in live_segments(facts.children) if one.data.get("last") and one.outcome == FILED), None)
    if closed is None:
        return None
    name = closed.data["segment"]
    zh, en = f"最后分段 {name} 已备案，不能再增加分段", f"The last segment {name} is filed: none can be added"
    return Reason("cut_closed", zh, en, {"segment": name, "case": closed.no})


def every_segment_filed(facts: Facts) -> Reason | None:
    """No building is left, and every segment is filed, the last one among them."""
    live = live_segments(facts.children)
    waiting = [str(one.data["segment"]) for one in live if one.ended_at is None]
    left = [row["code"] for row in facts.case.data.get("buildings", ()) if row["code"] not in _all_codes(live)]
    if live and not waiting and not left and any(one.data.get("last") for one in live):
        return None
    return Reason(
        "segments_open",
        f"尚未全部备案：分段 {'、'.join(waiting) or '—'}；未划分单体 {'、'.join(left) or '—'}",
        f"Not all filed yet: segments {', '.join(waiting) or '—'}; buildings in none {', '.join(left) or '—'}",
        {"segments": waiting, "buildings": left},
    )


def no_segment_under_way(facts: Facts) -> Reason | None:
    """Only plans are given up: what has been applied for is withdrawn by itself, what is filed stays."""
    going = [str(one.data["segment"]) for one in live_segments(facts.children) if one.state != "planned"]
    if not going:
        return None
    zh, en = f"分段已申请或已备案：{'、'.join(going)}", f"Segments applied for or filed: {', '.join(going)}"
    return Reason("segments_under_way", zh, en, {"segments": going})


def _in_no_segment(facts: Facts, live: Iterable[Relative]) -> list[str]:
    permit = facts.case.data.get("buildings") or facts.inputs.get("buildings", ())
    cut = {row["code"] for row in cut_rows(facts)} | _all_codes(live)
    return [row["code"] for row in permit if row["code"] not in cut]


def _segment_by(facts: Facts) -> str | None:
    found: str | None = facts.case.data.get("segment_by") or facts.inputs.get("segment_by")
    return found


def _codes(segment: Relative) -> set[str]:
    return {row["code"] for row in segment.data.get("buildings", ())}


def _all_codes(segments: Iterable[Relative]) -> set[str]:
    return {code for one in segments for code in _codes(one)}


def _field(field: str, value: object, accepted: Iterable[object] | None = None) -> dict[str, Any]:
    return {"field": field, "value": value} | ({} if accepted is None else {"accepted": list(accepted)})


CHILDREN = frozenset({"children"})
GUARDS: Mapping[str, Guard] = {
    "permit_number_known": Guard(permit_number_known, on_input=True),
    "areas_add_up": Guard(areas_add_up, on_input=True),
    "buildings_known": Guard(buildings_known, on_input=True),
    "buildings_once": Guard(buildings_once, CHILDREN, on_input=True),
    "segments_whole": Guard(segments_whole, CHILDREN, on_input=True),
    "last_segment_named": Guard(last_segment_named, CHILDREN, on_input=True),
    "cut_still_open": Guard(cut_still_open, CHILDREN),
    "every_segment_filed": Guard(every_segment_filed, CHILDREN),
    "no_segment_under_way": Guard(no_segment_under_way, CHILDREN),
}
