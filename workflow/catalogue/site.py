"""``config/site.yaml``: who runs the website, as the foot of every page says it. Empty slots are not shown."""

import re
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields

from workflow.catalogue.item_schema import FileSchema
from workflow.definition import Title
from workflow.strict_schema import Text, TitleSchema

SITE = "site.yaml"


@dataclass(frozen=True, slots=True)
class Site:
    """What is known of the website; None is an entry nobody has given yet."""

    organiser: Title | None
    telephone: str | None
    site_code: str | None
    icp: str | None
    police: str | None


class _Slot(Text):
    """A text of one form, or nothing; ``example`` is an entry that would be accepted."""

    def __init__(self, pattern: str, example: str) -> None:
        super().__init__(load_default=None, allow_none=True)
        self.pattern, self.example = re.compile(pattern), example

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        if self.pattern.fullmatch(text) is None:
            raise ValidationError(f"not in the form of {self.example}")
        return text


class SiteSchema(FileSchema):
    """The file: five slots, each null or in its form."""

    organiser = fields.Nested(TitleSchema, load_default=None, allow_none=True)
    telephone = _Slot(r"[0-9][0-9-]{2,18}[0-9]", "0532-00000000")
    site_code = _Slot(r"[0-9]{10}", "0000000000")
    icp = _Slot(r"[\u4e00-\u9fff]ICP备[0-9]{6,10}号(-[0-9]{1,3})?", "鲁ICP备00000000号-1")
    police = _Slot(r"[\u4e00-\u9fff]公网安备\s?[0-9]{14}号", "鲁公网安备00000000000000号")
