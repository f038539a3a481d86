"""A refusal of the core as faults of a form: each with its field, in words that name the field as the form does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.wording import _, own
from workflow.definition import Field
from workflow.errors import Reason, Refused

# Conditions that one field of the form can put right.
FIELD_OF: Mapping[str, str] = {
    "pause_outside_bounds": "until",
    "cause_not_for_this_item": "cause",
    "cause_needs_role": "cause",
    "extension_too_long": "days",
    "assignee_elsewhere": "assignee",
    "notice_already_given": "faults",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to put right; ``field`` is empty where no field of the form can do it."""

    field: str
    text: str


def faults_of(refusal: Refused, labels: Mapping[str, str], sent: Mapping[str, Any]) -> list[Fault]:
    """Every reason of ``refusal`` as a fault; ``labels`` are the form's fields, ``sent`` what the core was given."""
    if not refusal.reasons:
        return [Fault(_only_field(refusal.extra, labels), own(refusal))]
    return [_fault(one, labels, sent) for reason in refusal.reasons for one in _each(reason)]


def labels_of(asks: Sequence[Field]) -> dict[str, str]:
    """What the form calls its fields, and the columns of its records as ``buildings.area``."""
    columns = {f"{ask.name}.{column.name}": own(column.title) for ask in asks for column in ask.columns}
    return {ask.name: own(ask.title) for ask in asks} | columns


def at_its_field(reason: Reason, path: str) -> str:
    """What the reason says of the field at ``path``, without naming it: it stands beside the field."""
    return own(reason).removeprefix(f"{path}：").removeprefix(f"{path}: ")


def _each(reason: Reason) -> list[Reason]:
    """A reason that gathers what is wrong with several lines of a list, as one for each."""
    lines = reason.facts.get("faults", ())
    chinese, english = reason.zh.split("；"), reason.en.split("; ")
    if not len(lines) == len(chinese) == len(english):
        return [reason]
    return [Reason(reason.code, *one) for one in zip(chinese, english, lines, strict=True)]


def _fault(reason: Reason, labels: Mapping[str, str], sent: Mapping[str, Any]) -> Fault:
    path = _path(reason)
    name, _dot, rest = path.partition(".")
    field = name if name in labels else FIELD_OF.get(reason.code, "")
    if field not in labels:
        return Fault("", own(reason))
    text = at_its_field(reason, path)
    if not rest:
        return Fault(field, _("“%(field)s”%(what)s", field=labels[field], what=text) if text != own(reason) else text)
    return _of_row(field, rest, text, labels, sent)


def _path(reason: Reason) -> str:
    """The field it is about; of sums that do not agree, the first of them."""
    areas = reason.facts.get("areas", ())
    return str(reason.facts.get("field", areas[0]["field"] if areas else ""))


def _of_row(field: str, rest: str, text: str, labels: Mapping[str, str], sent: Mapping[str, Any]) -> Fault:
    number, _dot, part = rest.partition(".")
    rows = sent.get(field, [])
    if not number.isdigit() or int(number) >= len(rows):
        return Fault(field, f"{labels[field]}：{text}")
    if (column := labels.get(f"{field}.{part}")) is not None:
        said = _("第 %(n)s 条“%(field)s”%(what)s", n=int(number) + 1, field=column, what=text)
        return Fault(f"{field}.{number}.{part}", said)
    if part not in ("problem", "fix"):
        return Fault(field, f"{labels[field]}：{text}")
    what = {"problem": _("问题"), "fix": _("怎样改正")}[part]
    return Fault(f"{field}.{rows[int(number)]['material']}.{part}", _("“%(field)s”%(what)s", field=what, what=text))


def _only_field(extra: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    field = str(extra.get("field", ""))
    return field if field in labels else ""
