"""The shapes of every configuration file of the catalogue but the items: organisation, programme, rules, codes."""

import re
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import Length

from workflow.catalogue.district import MEMBERSHIPS, SCOPES, District, SquadMember
from workflow.catalogue.item_schema import FileSchema
from workflow.catalogue.items import LEVELS
from workflow.catalogue.rules import (
    AREA_KINDS,
    COUNTED,
    PAUSE_HOLDERS,
    STOPS,
    AnswerTimes,
    JointHandling,
    MilestoneKind,
    RuleLimit,
    TwoLevels,
)
from workflow.clock.hours import DAY_ENDS, OfficeHours, Span, parse_spans
from workflow.clock.limit import Unit
from workflow.identifiers import BadIdentifier, ProjectCodeRule, credit_code
from workflow.strict_schema import Choice, Flag, LimitText, NamedSchema, StrictSchema, Text, TimeOfDay, Whole


class CreditCode(Text):
    """A unified social credit code in its written form."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        try:
            return credit_code(super()._deserialize(value, attr, data, **kwargs))
        except BadIdentifier as bad:
            raise ValidationError(bad.en) from None


class Digits(Text):
    """Exactly ``count`` digits, in quotes."""

    def __init__(self, count: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.count = count

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if re.fullmatch(r"\d+", text, re.ASCII) is None or len(text) != self.count:
            raise ValidationError(f"{self.count} digits are needed, in quotes")
        return text


class Pattern(Text):
    """A regular expression."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            re.compile(text)
        except re.error as error:
            raise ValidationError(f"not a regular expression: {error}") from None
        return text


class Spans(fields.Field[tuple[Span, ...]]):
    """Office hours as a list of spans: ``["09:00-12:00", "13:30-17:00"]``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[Span, ...]:
        if not isinstance(value, list):
            raise ValidationError("a list of spans is needed, as in [09:00-12:00, 13:30-17:00]")
        try:
            return OfficeHours(parse_spans(value)).spans
        except ValueError as error:
            raise ValidationError(str(error)) from None


class DistrictSchema(NamedSchema):
    makes = District
    region = Digits(6, required=True)
    filed_under = Digits(6, required=True)


class DepartmentSchema(NamedSchema):
    level = Choice(LEVELS, required=True)
    credit_code = CreditCode(allow_none=True)


class RoleSchema(NamedSchema):
    scope = Choice(SCOPES, required=True)
    automatic = Flag()


class OrganisationSchema(FileSchema):
    """``config/organisation.yaml``; ``superiors`` maps a role to the role above it."""

    district = fields.Nested(DistrictSchema, required=True)
    departments = fields.Dict(keys=Text(), values=fields.Nested(DepartmentSchema), required=True)
    roles = fields.Dict(keys=Text(), values=fields.Nested(RoleSchema), required=True)
    superiors = fields.Dict(keys=Text(), values=Text(), required=True)


class PauseCauseSchema(NamedSchema):
    basis = Text(required=True)
    stops = fields.List(Choice(STOPS), required=True)
    cap = LimitText(required=True)
    alarm = LimitText(required=True)
    opened_by = fields.List(Text(), required=True)
    approval = Text(required=True, allow_none=True)
    notice = Flag(required=True)
    exchange = Text(required=True)
    resets = Flag()
    holder = Choice(PAUSE_HOLDERS)
    assumed = Flag()


class PausesSchema(FileSchema):
    """``config/rules/pauses.yaml``."""

    causes = fields.Dict(keys=Text(), values=fields.Nested(PauseCauseSchema), required=True)


class TwoLevelsSchema(StrictSchema):
    makes = TwoLevels
    yellow = Whole(least=1, required=True)
    red = Whole(least=1, required=True)

    @validates_schema
    def in_order(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["red"] <= data["yellow"]:
            raise ValidationError(f"{data['red']} is not above yellow ({data['yellow']})", "red")


class MilestoneKindSchema(NamedSchema):
    yellow = Whole(least=1, required=True)
    red = Whole(least=1, required=True)
    counted = Choice(COUNTED, required=True)

    @validates_schema
    def in_order(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["red"] <= data["yellow"]:
            raise ValidationError(f"{data['red']} is not above yellow ({data['yellow']})", "red")


class LightsSchema(FileSchema):
    """``config/rules/lights.yaml``."""

    notice_left = LimitText(required=True)
    yellow_left = LimitText(required=True)
    red_after = LimitText(required=True)
    months_late = fields.Nested(TwoLevelsSchema, required=True)
    points_behind = fields.Nested(TwoLevelsSchema, required=True)
    milestones = fields.Dict(keys=Text(), values=fields.Nested(MilestoneKindSchema), required=True)

    def shape(self, data: dict[str, Any]) -> dict[str, Any]:
        shaped = super().shape(data)
        kinds = {code: MilestoneKind(code=code, **kind) for code, kind in shaped["milestones"].items()}
        return {**shaped, "milestones": MappingProxyType(kinds)}


class JointHandlingSchema(StrictSchema):
    makes = JointHandling
    limit = LimitText(required=True)
    extension_days = Whole(least=1, required=True)
    extension_role = Text(required=True)
    basis = Text(required=True)


class ConventionsSchema(FileSchema):
    """``config/rules/clocks.yaml``; words with one accepted value say what the engine does, so that no file lies."""

    zone = Choice(("Asia/Shanghai",), required=True)
    day_ends = Choice(DAY_ENDS, required=True)
    office_hours = Spans(required=True)
    pause_counting = Choice(("after_start_through_end",), required=True)
    rung_time = TimeOfDay(required=True)
    deemed_acceptance_time = TimeOfDay(required=True)
    pause_cap = LimitText(required=True)
    pause_alarm = LimitText(required=True)
    completeness = LimitText(required=True)
    delivery = LimitText(required=True)
    pre_review = LimitText(required=True)
    joint = fields.Nested(JointHandlingSchema, required=True)
    late_entry = LimitText(required=True)

    def shape(self, data: dict[str, Any]) -> dict[str, Any]:
        shaped = super().shape(data)
        return {**shaped, "office_hours": OfficeHours(shaped["office_hours"], shaped["day_ends"])}


class ThresholdSchema(NamedSchema):
    compare = Choice(("at_most", "at_least"), required=True)
    amount = Whole(least=1, required=True)
    unit = Choice(("yuan", "m2"), required=True)
    items = fields.List(Text())
    basis = Text(required=True)
    assumed = Flag()


class ThresholdsSchema(FileSchema):
    """``config/rules/thresholds.yaml``."""

    thresholds = fields.Dict(keys=Text(), values=fields.Nested(ThresholdSchema), required=True)


class StageSchema(NamedSchema):
    no = Whole(least=1, most=5, required=True)
    lead = Text(required=True, allow_none=True)
    co_leads = fields.List(Text())
    milestone = Text()
    virtual = Flag()


class StagesSchema(FileSchema):
    """``config/programme/stages.yaml``."""

    stages = fields.List(fields.Nested(StageSchema), required=True)
    ceiling = LimitText(required=True)


class SquadMemberSchema(StrictSchema):
    makes = SquadMember
    role = Text(required=True)
    department = Text(required=True)


class SquadSchema(NamedSchema):
    serves = Choice(MEMBERSHIPS, required=True)
    department = Text(required=True)
    members = fields.List(fields.Nested(SquadMemberSchema), required=True)


class SquadsSchema(FileSchema):
    """``config/programme/squads.yaml``."""

    squads = fields.Dict(keys=Text(), values=fields.Nested(SquadSchema), required=True)


class BattlefrontSchema(NamedSchema):
    assumed = Flag()


class BattlefrontsSchema(FileSchema):
    """``config/programme/battlefronts.yaml``."""

    battlefronts = fields.Dict(keys=Text(), values=fields.Nested(BattlefrontSchema), required=True)


class HelpSchema(FileSchema):
    """``config/programme/help.yaml``."""

    day_from = TimeOfDay(required=True)
    day_to = TimeOfDay(required=True)
    first_response_day = LimitText(required=True)
    first_response_night = LimitText(required=True)
    first_plan = LimitText(required=True)
    resolution = LimitText(required=True)
    visit = LimitText(required=True)


class TraitsSchema(FileSchema):
    """``config/programme/traits.yaml``: project traits and events that items refer to."""

    traits = fields.Dict(keys=Text(), values=fields.Nested(NamedSchema), required=True)
    events = fields.Dict(keys=Text(), values=fields.Nested(NamedSchema), required=True)


class StreetSchema(NamedSchema):
    code = Digits(9, allow_none=True, required=True)


class StreetsSchema(FileSchema):
    """``config/codes/streets.yaml``."""

    streets = fields.Dict(keys=Text(), values=fields.Nested(StreetSchema), required=True)


class CodeSchema(NamedSchema):
    exported = Flag()
    note = Text()


class CodeListSchema(FileSchema):
    """``config/codes/blzt.yaml`` and its like."""

    codes = fields.Dict(keys=Text(), values=fields.Nested(CodeSchema), required=True)


class ProjectCodeRuleSchema(FileSchema):
    """``config/codes/project-code.yaml``; the check digit is in ``workflow.identifiers``, as it is law, not choice."""

    legacy_years = fields.List(Whole(least=2013, most=2099), required=True)
    codes = fields.Dict(keys=Text(), values=fields.Nested(CodeSchema), required=True)

    @validates_schema
    def two_years_in_order(self, data: dict[str, Any], **kwargs: Any) -> None:
        years = data["legacy_years"]
        if len(years) != 2 or years[0] > years[1]:
            raise ValidationError("two years are needed, the first and the last", "legacy_years")

    def shape(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"rule": ProjectCodeRule(legacy_years=data.pop("legacy_years")), **super().shape(data)}


class CreditCodeRuleSchema(FileSchema):
    """``config/codes/credit-code.yaml``."""

    check_organisation = Flag(required=True)


class PermitNumberSchema(FileSchema):
    """``config/codes/permit-number.yaml``."""

    patterns = fields.List(Pattern(), required=True)
    codes = fields.Dict(keys=Text(), values=fields.Nested(CodeSchema), required=True)


class TimeUseSchema(FileSchema):
    """``config/rules/time-use.yaml``."""

    backfill_after = LimitText(required=True)
    quick_decision = LimitText(required=True)
    late_rung_after = LimitText(required=True)

    @validates_schema
    def in_their_units(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["backfill_after"].unit is not Unit.WORKING_DAY:
            raise ValidationError("back-filled steps are counted in working days, as in 1wd", "backfill_after")
        for name in ("quick_decision", "late_rung_after"):
            if data[name].unit.counts_days:
                raise ValidationError("minutes or hours are needed, as in 30min", name)


class AnswerTimesSchema(StrictSchema):
    makes = AnswerTimes
    notice = LimitText(required=True, allow_none=True)
    yellow = LimitText(required=True, allow_none=True)
    red = LimitText(required=True, allow_none=True)


class EscalationSchema(FileSchema):
    """``config/rules/escalation.yaml``."""

    answer_within = fields.Nested(AnswerTimesSchema, required=True)
    round_the_clock = fields.Nested(AnswerTimesSchema, required=True)
    may_wait = fields.List(Text(), required=True)

    @validates_schema
    def in_their_units(self, data: dict[str, Any], **kwargs: Any) -> None:
        _units(data["answer_within"], "answer_within", (Unit.WORKING_DAY, Unit.WORKING_HOUR), "1wd or 4wh")
        _units(data["round_the_clock"], "round_the_clock", (Unit.HOUR, Unit.MINUTE), "2h or 30min")


def _units(times: AnswerTimes, key: str, accepted: tuple[Unit, ...], form: str) -> None:
    wrong = [limit for limit in (times.notice, times.yellow, times.red) if limit and limit.unit not in accepted]
    if wrong:
        raise ValidationError(f"{wrong[0]}: times as {form} are needed", key)


class RuleLimitSchema(NamedSchema):
    makes = RuleLimit
    limit = LimitText(required=True)
    basis = Text(required=True)


class LimitsSchema(FileSchema):
    """``config/rules/limits.yaml``."""

    limits = fields.Dict(keys=Text(), values=fields.Nested(RuleLimitSchema), required=True)


class RoomsSchema(FileSchema):
    """``config/programme/rooms.yaml``."""

    rooms = fields.Dict(keys=Text(), values=fields.Nested(NamedSchema), required=True)


class RatingLevelSchema(NamedSchema):
    bad = Flag(required=True)
    codes = fields.Dict(keys=Text(), values=Whole(least=1, most=5), required=True)


class RatingsSchema(FileSchema):
    """``config/rules/ratings.yaml``."""

    levels = fields.Dict(keys=Text(), values=fields.Nested(RatingLevelSchema), required=True)


class AreaToleranceSchema(NamedSchema):
    percent = Whole(least=0, most=20, required=True)
    at_least_m2 = Whole(least=0, most=1000, required=True)


class AreasSchema(FileSchema):
    """``config/rules/areas.yaml``: the three kinds of area that a permit, its buildings and its segments have."""

    areas = fields.Dict(
        keys=Choice(AREA_KINDS), values=fields.Nested(AreaToleranceSchema), required=True, validate=Length(equal=3)
    )


class DisciplineSchema(NamedSchema):
    department = Text(required=True)
    item = Text(load_default=None)
    after = fields.List(Text(), load_default=list)
    applies_if = Text(load_default=None)
    whole_project = Flag(load_default=False)


class DisciplinesSchema(FileSchema):
    """``config/programme/disciplines.yaml``."""

    stands_for = fields.List(Text(), load_default=list)
    disciplines = fields.Dict(keys=Text(), values=fields.Nested(DisciplineSchema), required=True)
