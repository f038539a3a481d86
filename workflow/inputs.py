"""Reads what a person typed for an action against what the flow asks: strict, all faults at once, in two languages."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from workflow.catalogue import Catalogue
from workflow.clock.days import OFFICE_ZONE
from workflow.definition import Action, Field, Title
from workflow.errors import BadInput, Reason

TEXT_LENGTH = 4000
FAULTS_AT_MOST = 100
ROWS_AT_MOST = 300
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
LARGEST = 2**31 - 1
MINUTE, WHOLE = timedelta(minutes=1), timedelta()

# marshmallow's own two complaints, said our way
WORDS = {
    "required": Title("必须填写", "is required"),
    "null": Title("必须填写", "is required"),
    "validator_failed": Title("不被接受", "is not accepted"),
}
UNKNOWN = Title("没有这一项", "is not a field of this action")
LIST_WORDS = {**WORDS, "invalid": Title("应为列表", "must be a list")}
RECORD_WORDS = {"type": Title("应为一条记录", "must be an object")}
FAULT_WORDS = {"unknown": UNKNOWN, **RECORD_WORDS}


class _Text(fields.Field[str]):
    """Text of one character or more that PostgreSQL can keep."""

    default_error_messages: Any = WORDS

    def __init__(self, longest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or "\x00" in value:
            raise ValidationError([Title("应为文字", "must be text")])
        if self.required and not value.strip():
            raise ValidationError([Title("不能为空白", "must not be blank")])
        if len(value) > self.longest:
            raise ValidationError([Title(f"不能超过 {self.longest} 字", f"must not exceed {self.longest} characters")])
        return value


class _Choice(fields.Field[str]):
    """One word of a closed list."""

    default_error_messages: Any = WORDS

    def __init__(self, accepted: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.accepted = accepted

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if value not in self.accepted:
            known = ", ".join(self.accepted)
            raise ValidationError([Title(f"应为其中之一：{known}", f"must be one of: {known}")])
        return str(value)


class _Whole(fields.Field[int]):
    """A whole number within bounds."""

    default_error_messages: Any = WORDS

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            raise ValidationError(
                [
                    Title(
                        f"应为 {self.least} 到 {self.most} 的整数",
                        f"must be a whole number, {self.least} to {self.most}",
                    )
                ]
            )
        return value


class _Day(fields.Field[date]):
    """A date as 2026-11-25."""

    default_error_messages: Any = WORDS

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        wrong = ValidationError([Title("应为 2026-11-25 这样的日期", "must be a date such as 2026-11-25")])
        try:
            day = date.fromisoformat(value)
        except (TypeError, ValueError):
            raise wrong from None
        if day.isoformat() != value:  # 20261125 and 2026-W48-3 are ISO too
            raise wrong
        if not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(
                [Title(f"应在 {FIRST_DAY} 到 {LAST_DAY} 之间", f"must lie in {FIRST_DAY} to {LAST_DAY}")]
            )
        return day


class _Number(fields.Field[float]):
    """A decimal number within bounds, to two places."""

    default_error_messages: Any = WORDS

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not self.least <= value <= self.most or round(value, 2) != value:
            raise ValidationError(
                [
                    Title(
                        f"应为 {self.least} 到 {self.most} 的数，最多两位小数",
                        f"must be a number, {self.least} to {self.most}, with two decimals at most",
                    )
                ]
            )
        # PostgreSQL's numbers have one nought: -0.0 would not come back as the bytes the hash chain covers.
        return float(value) + 0.0


class _YesNo(fields.Field[bool]):
    """True or false, nothing that looks like it."""

    default_error_messages: Any = WORDS

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError([Title("应为 true 或 false", "must be true or false")])
        return value


class _Moment(fields.Field[datetime]):
    """An instant of a whole minute, as 2026-11-26T09:30 in the office's time zone or with an offset of its own."""

    default_error_messages: Any = WORDS

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        wrong = ValidationError(
            [Title("应为 2026-11-26T09:30 这样的时刻", "must be a moment such as 2026-11-26T09:30")]
        )
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise wrong from None
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=OFFICE_ZONE)
        # An offset may have seconds, too.
        if "T" not in value or moment.second or moment.microsecond or (moment.utcoffset() or WHOLE) % MINUTE:
            raise wrong
        if not FIRST_DAY <= moment.date() <= LAST_DAY:
            raise ValidationError(
                [Title(f"应在 {FIRST_DAY} 到 {LAST_DAY} 之间", f"must lie in {FIRST_DAY} to {LAST_DAY}")]
            )
        return moment


class _Listed(fields.List[Any]):
    """Entries, at least one where any are needed, and none that repeats another in the fields ``unique``."""

    default_error_messages: Any = LIST_WORDS

    def __init__(self, inner: fields.Field[Any], unique: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(inner, **kwargs)
        self.unique = unique

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        least = 1 if self.required else 0
        if isinstance(value, list) and not least <= len(value) <= ROWS_AT_MOST:
            raise ValidationError(
                [Title(f"应列出 {least} 到 {ROWS_AT_MOST} 条", f"must hold {least} to {ROWS_AT_MOST} entries")]
            )
        entries = super()._deserialize(value, attr, data, **kwargs)
        if doubled := _doubled(entries, self.unique):
            raise ValidationError(doubled)
        return entries


def _doubled(entries: list[Any], unique: tuple[str, ...]) -> dict[str, list[Title]]:
    """The entries that say again what an earlier one says, by their place."""
    faults: dict[str, list[Title]] = {}
    for column in unique or (None,):
        seen: set[object] = set()
        for index, entry in enumerate(entries):
            word = entry if column is None else entry.get(column)
            if isinstance(word, dict) or word is None:
                continue
            if word in seen:
                place = str(index) if column is None else f"{index}.{column}"
                faults.setdefault(place, []).append(Title(f"“{word}”重复", f"“{word}” stands twice"))
            seen.add(word)
    return faults


class _FaultSchema(Schema):
    """One point of a one-time notice: which material, what is wrong, how to put it right."""

    class Meta:
        unknown = RAISE

    error_messages: Any = FAULT_WORDS

    material = _Text(40, required=True)
    problem = _Text(500, required=True)
    fix = _Text(500, required=True)


class _Faults(fields.List[Any]):
    """The points of a one-time notice, at least one."""

    default_error_messages: Any = LIST_WORDS

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and not 1 <= len(value) <= FAULTS_AT_MOST:
            raise ValidationError(
                [Title(f"应列出 1 到 {FAULTS_AT_MOST} 条", f"must hold 1 to {FAULTS_AT_MOST} entries")]
            )
        return super()._deserialize(value, attr, data, **kwargs)


def read_inputs(action: Action, raw: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """The validated inputs of ``action``; dates become `date`. Raises BadInput naming every field, value and rule."""
    schema = _schema(action.asks, _word_lists(action.asks, catalogue))
    try:
        loaded: dict[str, Any] = schema.load(dict(raw))
    except ValidationError as error:
        raise bad_input(error, raw) from error
    return {name: _without_blanks(value) for name, value in loaded.items() if value not in (None, "", [])}


def _without_blanks(value: Any) -> Any:
    """A record without the columns that were left empty, a list of such records."""
    if isinstance(value, list):
        return [_without_blanks(one) for one in value]
    if isinstance(value, dict):
        return {name: one for name, one in value.items() if one not in (None, "")}
    return value


WordLists = tuple[tuple[str, tuple[str, ...]], ...]


def _word_lists(asks: Iterable[Field], catalogue: Catalogue) -> WordLists:
    """The lists of the catalogue these fields take their words from."""
    wanted = {ask.of for ask in asks if ask.of} | {column.of for ask in asks for column in ask.columns if column.of}
    if any(ask.type == "pause_cause" for ask in asks):
        wanted.add("causes")
    return tuple((of, tuple(sorted(catalogue.words(of)))) for of in sorted(wanted))


def bad_input(error: ValidationError, raw: Mapping[str, Any]) -> BadInput:
    """A marshmallow error as our own: one reason per field, with the value that was sent."""
    reasons = tuple(
        Reason(
            "bad_field",
            f"{path}：{message.zh}",
            f"{path}: {message.en}",
            {"field": path, "value": _sent(raw, path)},
        )
        for path, message in _flatten(error.messages, "")
    )
    return BadInput(
        "bad_input",
        "输入有误：" + "；".join(reason.zh for reason in reasons),
        "Bad input: " + "; ".join(reason.en for reason in reasons),
        reasons=reasons,
    )


@lru_cache(maxsize=512)
def _schema(asks: tuple[Field, ...], lists: WordLists, words: Mapping[str, Any] = MappingProxyType({})) -> Schema:
    known = dict(lists)
    built = Schema.from_dict({ask.name: _field(ask, known, lists) for ask in asks}, name="Inputs")
    schema = built(unknown=RAISE)
    said: dict[str, Any] = {**schema.error_messages, "unknown": UNKNOWN, **words}
    schema.error_messages = said
    return schema


def _field(ask: Field, known: Mapping[str, tuple[str, ...]], lists: WordLists) -> fields.Field[Any]:
    needed: dict[str, Any] = {"required": ask.required, "allow_none": not ask.required}
    match ask.type:
        case "number":
            return _Number(ask.minimum or 0, LARGEST if ask.maximum is None else ask.maximum, **needed)
        case "yes_no":
            return _YesNo(**needed)
        case "moment":
            return _Moment(**needed)
        case "word":
            return _Choice(known[ask.of or ""], **needed)
        case "words":
            return _Listed(_Choice(known[ask.of or ""], required=True), (), **needed)
        case "rows":
            record = _schema.__wrapped__(ask.columns, lists, RECORD_WORDS)
            return _Listed(fields.Nested(record), ask.unique, **needed)
        case "integer" | "person":
            least = 1 if ask.minimum is None else ask.minimum
            return _Whole(least, LARGEST if ask.maximum is None else ask.maximum, **needed)
        case "date":
            return _Day(**needed)
        case "choice":
            return _Choice(tuple(name for name, _ in ask.choices), **needed)
        case "pause_cause":
            return _Choice(known["causes"], **needed)
        case "faults":
            return _Faults(fields.Nested(_FaultSchema), **needed)
        case _:
            return _Text(TEXT_LENGTH, **needed)


def _flatten(messages: Any, path: str) -> Iterator[tuple[str, Title]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            here = path if key == "_schema" else f"{path}.{key}" if path else str(key)
            yield from _flatten(inner, here)
    elif isinstance(messages, list):
        for inner in messages:
            yield from _flatten(inner, path)
    else:
        yield path, messages if isinstance(messages, Title) else Title(str(messages), str(messages))


def _sent(raw: Any, path: str) -> Any:
    """The value at a dotted path of what was sent, cut short, for the answer."""
    value = raw
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value if isinstance(value, int | float | bool | None) else str(value)[:200]
