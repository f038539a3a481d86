"""Days and instants as the API takes them: in one form, within the years the calendar can speak of."""

from datetime import date, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from workflow.clock.days import FIRST_YEAR, LAST_YEAR, local_day, start_of_day
from workflow.definition import Title

FIRST, LAST = date(FIRST_YEAR + 1, 1, 1), date(LAST_YEAR - 1, 12, 31)


class Start(fields.Field[datetime]):
    """A day (``2026-03-02``) or an instant with its offset (``2026-03-02T10:00:00+08:00``)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str):
            raise ValidationError([_NO_START])
        try:
            whole_day = len(value) == 10 and value[4] == value[7] == "-"
            start = start_of_day(date.fromisoformat(value)) if whole_day else datetime.fromisoformat(value)
            day = local_day(start)
        except (ValueError, OverflowError):  # at either end of Python's years there is no day in another zone
            raise ValidationError([_NO_START]) from None
        if not FIRST <= day <= LAST:
            raise ValidationError([_NO_START])
        return start


_NO_START = Title(
    f"应为 2026-03-02 或 2026-03-02T10:00:00+08:00 这样的日期或时刻，年份 {FIRST.year} 至 {LAST.year}",
    f"must be a day such as 2026-03-02 or an instant such as 2026-03-02T10:00:00+08:00, {FIRST.year} to {LAST.year}",
)


class DayOrInstant(fields.Field[date | datetime]):
    """A day (``2026-03-02``), which stands for its end, or an instant with its offset."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date | datetime:
        start = Start()._deserialize(value, attr, data, **kwargs)
        return date.fromisoformat(value) if len(value) == 10 else start


class Day(fields.Date):
    """A day the calendar can speak of, as ``2026-03-02`` and in no other form of ISO 8601."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", validate=validate.Range(FIRST, LAST), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or len(value) != 10 or value[4] != "-" or value[7] != "-":
            raise self.make_error("invalid", input=value, obj_type="date")
        return super()._deserialize(value, attr, data, **kwargs)
