"""What comes in, by shape only: strict JSON, queries and forms, against marshmallow schemas.

`Blueprint` is what every resource uses: flask-smorest's, with our parser and our answers in its documentation.
Refused here, with field, value and what is accepted: an unknown field, a wrong type, a field given twice, JSON that is
none, text that PostgreSQL cannot keep (U+0000, half a surrogate pair), numbers beyond all bounds, nesting without end.
"""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import flask_smorest
from flask import Request, g, request
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from webargs.core import is_json
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import UnsupportedMediaType

from api.field_words import in_two_languages
from workflow.definition import Title
from workflow.errors import BadInput, Reason

DEEPEST = 20
"""Levels of lists and objects in a body."""
DIGITS = 30
"""Digits of a number in a body."""
SHOWN = 200
"""Characters of a refused value that are shown to its sender."""
HIDDEN = "***"
BODY = "body"
"""The name of the body as a whole, where no field of it can be named."""


class Parser(FlaskParser):
    """Reads a request against a schema; every fault becomes BadInput with one reason a field."""

    DEFAULT_VALIDATION_STATUS = 400
    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE, "files": RAISE}  # noqa: RUF012

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The JSON body; no body at all reads as an empty object, so that the schema names what is missing."""
        return json_body()

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """The query; a field that takes one value may stand there once."""
        _once_each(req.args, schema)
        return super().load_querystring(req, schema)

    def load_form(self, req: Request, schema: Schema) -> Any:
        """A form; the CSRF token in it is nobody's input."""
        form = MultiDict(pair for pair in req.form.items(multi=True) if pair[0] != "csrf")
        _once_each(form, schema)
        return self._makeproxy(form, schema)

    def handle_error(self, error: ValidationError, req: Request, schema: Schema, **details: Any) -> NoReturn:
        """Our own refusal in place of webargs' abort."""
        [(location, messages)] = error.normalized_messages().items()
        raw = g.get("json") if location == "json" else {**req.args, **req.form}
        raise bad_fields(_reasons(messages, raw, schema, location == "json"))


class Blueprint(flask_smorest.Blueprint):
    """A resource: routes with their schemas, from which the documentation is made."""

    ARGUMENTS_PARSER = Parser()


def json_body() -> Any:
    """The body of this request as strict JSON, read once; {} where nothing was sent."""
    if "json" not in g:
        g.json = _read_json()
    return g.json


def bad_fields(reasons: list[Reason]) -> BadInput:
    """One refusal for all fields at once."""
    return BadInput(
        "bad_input",
        "输入有误：" + "；".join(reason.zh for reason in reasons),
        "Bad input: " + "; ".join(reason.en for reason in reasons),
        reasons=reasons,
    )


def bad_field(field: str, value: object, words: Title, accepted: object = None) -> Reason:
    """What is wrong with one field; ``accepted`` is a list of names where there is one."""
    facts = {"field": field, "value": _shown(value)}
    return Reason(
        "bad_field",
        f"{'请求正文' if field == BODY else field}：{words.zh}",
        f"{field}: {words.en}",
        facts if accepted is None else {**facts, "accepted": accepted},
    )


def check_text() -> None:
    """Refuse U+0000 in the address, the query and a form, where it would reach the database as a parameter."""
    if request.url_rule is None:
        return  # no such address: nothing of it is read
    given = [("path", request.path), *request.args.items(multi=True), *request.form.items(multi=True)]
    faults = [bad_field(name, value, _UNFIT) for name, value in given if "\0" in value or "\0" in name]
    if faults:
        raise bad_fields(faults)


_UNFIT = Title("含有 U+0000 或半个代理对，不能保存", "holds U+0000 or half a surrogate pair, which cannot be kept")


def _read_json() -> Any:
    body = request.get_data()
    if not body and not request.mimetype:
        return {}
    if not is_json(request.mimetype):
        raise UnsupportedMediaType()
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_int=_whole,
            parse_float=_finite,
            parse_constant=_no_number,
            object_pairs_hook=_unique,
        )
    except RecursionError:
        raise _bad_json(f"嵌套超过 {DEEPEST} 层", f"nested deeper than {DEEPEST} levels") from None
    except UnicodeDecodeError as error:
        raise _bad_json(f"第 {error.start} 字节起不是 UTF-8", f"not UTF-8 from byte {error.start} on") from None
    except json.JSONDecodeError as error:
        raise _bad_json(
            f"第 {error.lineno} 行第 {error.colno} 列：{error.msg}",
            f"line {error.lineno}, column {error.colno}: {error.msg}",
        ) from None
    _check_value(value, "", DEEPEST)
    return value


def _bad_json(zh: str, en: str) -> BadInput:
    return BadInput("bad_json", f"请求正文不是可接受的 JSON：{zh}", f"The body is not acceptable JSON: {en}")


def _whole(digits: str) -> int:
    if len(digits) > DIGITS:
        raise _bad_json(f"数字超过 {DIGITS} 位", f"a number of more than {DIGITS} digits")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if len(digits) > DIGITS or not math.isfinite(number):
        raise _bad_json(f"数字过大：{digits[:DIGITS]}", f"a number out of bounds: {digits[:DIGITS]}")
    return number


def _no_number(name: str) -> NoReturn:
    raise _bad_json(f"{name} 不是 JSON 数字", f"{name} is no JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _bad_json(f"“{_shown(twice)}”出现两次", f"“{_shown(twice)}” stands twice")
    return value


def _check_value(value: Any, path: str, levels: int) -> None:
    if isinstance(value, str):
        if not _can_be_kept(value):
            raise bad_fields([bad_field(path or BODY, value, _UNFIT)])
        return
    if not isinstance(value, dict | list):
        return
    if levels == 0:
        raise _bad_json(f"嵌套超过 {DEEPEST} 层", f"nested deeper than {DEEPEST} levels")
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(name, str) and not _can_be_kept(name):
            raise bad_fields([bad_field(path or BODY, name, _UNFIT)])
        _check_value(inner, f"{path}.{name}" if path else str(name), levels - 1)


def _can_be_kept(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _once_each(given: MultiDict[str, str], schema: Schema) -> None:
    lists = {field.data_key or name for name, field in schema.fields.items() if isinstance(field, fields.List)}
    twice = [name for name, values in given.lists() if len(values) > 1 and name not in lists]
    if twice:
        words = Title("只能出现一次", "may stand there once only")
        raise bad_fields([bad_field(name, given.getlist(name)[1], words) for name in twice])


def _reasons(messages: Any, raw: Any, schema: Schema, as_json: bool) -> list[Reason]:
    known = {field.data_key or name: field for name, field in schema.load_fields.items()}
    return [
        bad_field(
            path or BODY,
            # What is only ever taken in (a password) is not shown, not even to its sender.
            HIDDEN if path in known and known[path].load_only else _sent(raw, path),
            in_two_languages(message, as_json),
            _accepted(message, path, schema, known),
        )
        for path, message in _flat(messages, "")
    ]


def _flat(messages: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flat(inner, path if key == "_schema" else f"{path}.{key}" if path else str(key))
    elif isinstance(messages, list):
        for inner in messages:
            yield from _flat(inner, path)
    else:
        yield path, messages


def _accepted(message: Any, path: str, schema: Schema, known: Mapping[str, fields.Field[Any]]) -> list[Any] | None:
    """The names that are accepted, where it is a closed list: the fields of the schema, or a field's choices."""
    if path not in known and "." not in path and message == schema.error_messages["unknown"]:
        return sorted(known)
    rules = known[path].validators if path in known else ()
    return next((list(rule.choices) for rule in rules if isinstance(rule, validate.OneOf)), None)


def _sent(raw: Any, path: str) -> Any:
    value = raw
    for part in path.split(".") if path else ():
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _shown(value: object) -> Any:
    if isinstance(value, bool | int | float | None):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    # Half a surrogate pair cannot be sent back either.
    return text[:SHOWN].encode("utf-8", "replace").decode()
