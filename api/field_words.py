"""What marshmallow says about a field, in two languages: the sentence names what is accepted."""

import re
from collections.abc import Sequence

from workflow.definition import Title

_WORDS: Sequence[tuple[str, str, str]] = (
    (r"Missing data for required field\.", "必须填写", "is required"),
    (r"Field may not be null\.", "不能为 null", "must not be null"),
    (r"Unknown field\.", "没有这一项", "is not a field here"),
    (r"Not a valid string\.", "应为文字", "must be text"),
    (r"Not a valid integer\.", "应为整数，不带引号", "must be a whole number, without quotes"),
    (r"Not a valid number\.", "应为数字，不带引号", "must be a number, without quotes"),
    (r"Number too large\.", "数字过大", "is too large a number"),
    (r"Not a valid boolean\.", "应为 true 或 false", "must be true or false"),
    (r"Not a valid list\.", "应为列表", "must be a list"),
    (r"Not a valid tuple\.", "应为列表", "must be a list"),
    (r"Not a valid mapping type\.", "应为对象", "must be an object"),
    (r"Not a valid date\.", "应为 2026-11-25 这样的日期", "must be a date such as 2026-11-25"),
    (
        r"Not a valid datetime\.",
        "应为 2026-11-25T09:00:00+08:00 这样的时刻",
        "must be an instant such as 2026-11-25T09:00:00+08:00",
    ),
    (r"Not a valid (?:naive|aware) datetime\.", "应为带时区的时刻", "must be an instant with its offset"),
    (r"Not a valid UUID\.", "应为 UUID", "must be a UUID"),
    (r"Invalid input type\.", "应为 JSON 对象", "must be a JSON object"),
    (r"Must be one of: (.*)\.", "应为其中之一：{0}", "must be one of: {0}"),
    (r"Shorter than minimum length (\d+)\.", "至少 {0} 个", "must hold at least {0}"),
    (r"Longer than maximum length (\d+)\.", "不能超过 {0} 个", "must not exceed {0}"),
    (r"Length must be between (\d+) and (\d+)\.", "长度应为 {0} 到 {1}", "must be {0} to {1} long"),
    (r"Length must be (\d+)\.", "长度应为 {0}", "must be {0} long"),
    (
        r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.",
        "应在 {0} 到 {1} 之间",
        "must be {0} to {1}",
    ),
    (r"Must be greater than or equal to (\S+)\.", "不能小于 {0}", "must be {0} or more"),
    (r"Must be less than or equal to (\S+)\.", "不能大于 {0}", "must be {0} or less"),
    (r"Not a valid URL\.", "应为网址", "must be a URL"),
    (r"Not a valid email address\.", "应为电子邮件地址", "must be an e-mail address"),
    (r"String does not match expected pattern\.", "格式不符", "does not have the form expected"),
    (r"Invalid value\.", "不被接受", "is not accepted"),
)
# In a query or a form everything is text: nothing could be sent with quotes or without.
_IN_TEXT = {
    "Not a valid integer.": Title("应为整数", "must be a whole number"),
    "Not a valid number.": Title("应为数字", "must be a number"),
}
_PATTERNS = tuple((re.compile(pattern, re.DOTALL), zh, en) for pattern, zh, en in _WORDS)


def in_two_languages(message: object, as_json: bool = True) -> Title:
    """A message of a field of a JSON body or of text: ours is a `Title` already, one of marshmallow's is looked up."""
    if isinstance(message, Title):
        return message
    text = str(message)
    if not as_json and text in _IN_TEXT:
        return _IN_TEXT[text]
    for pattern, zh, en in _PATTERNS:
        found = pattern.fullmatch(text)
        if found:
            return Title(zh.format(*found.groups()), en.format(*found.groups()))
    return Title(text, text)
