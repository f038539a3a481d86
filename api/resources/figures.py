"""The leader's figures 作战图: with their definitions, as CSV, and the cases behind each number."""

from collections.abc import Iterator
from typing import Any

from flask import Response

from api import access
from api.csv_file import write_rows
from api.outgoing import outgoing, sent
from api.problems import caller_language
from api.reading import Blueprint
from api.resources.answers import paging
from api.schemas.figures import (
    CountedFiguresSchema,
    FigureCasesQuerySchema,
    FigureCasesSchema,
    FigureDefinitionsSchema,
    FigureQuerySchema,
)
from api.spreadsheet import Value
from workflow.definition import Title
from workflow.queries.figure_cases import CountedCases, figure_cases
from workflow.queries.figure_scope import Ask
from workflow.queries.figures import Figures, figures

blueprint = Blueprint("figures", __name__, url_prefix="/api/v1", description="The leader's figures")

HEADINGS = (
    Title("指标", "Figure"),
    Title("口径版本", "Definition version"),
    Title("分组", "Group"),
    Title("项", "Number"),
    Title("数量", "Count"),
    Title("合计量", "Amount"),
    Title("单位", "Unit"),
    Title("项目数", "Projects"),
    Title("比值", "Ratio"),
    Title("起", "From"),
    Title("止", "To"),
    Title("截至", "As of"),
    Title("口径", "Definition"),
)


@blueprint.get("/figures")
@blueprint.arguments(FigureQuerySchema, location="query")
@blueprint.response(200, CountedFiguresSchema)
def all_figures(query: dict[str, Any]) -> Figures:
    """The leader's figures of a period

    Exact numbers, each with the definition and version it was counted by. Cut by one dimension at a time; a director
    is given the own department, a squad leader the own squad. `/figures/{figure}/cases` has the cases behind each.
    """
    with access.work() as work:
        return figures(work, Ask(**query))


@blueprint.get("/figures.csv")
@blueprint.arguments(FigureQuerySchema, location="query")
@blueprint.response(200, {"type": "string"}, content_type="text/csv")
def figures_csv(query: dict[str, Any]) -> Response:
    """The same as CSV, one row a number; headings in the language of Accept-Language"""
    with access.work() as work:
        found = figures(work, Ask(**query))
    lang = caller_language()
    with outgoing() as file:
        write_rows(file, [one.in_(lang) for one in HEADINGS], _rows(found, lang))
    return sent(file, "text/csv", f"figures-{found.scope.since}-{found.scope.until}.csv")


@blueprint.get("/figures/definitions")
@blueprint.response(200, FigureDefinitionsSchema)
def definitions() -> dict[str, Any]:
    """口径: what each figure counts, in its present version"""
    return {"items": list(access.office().catalogue.figures.values())}


@blueprint.get("/figures/<figure>/cases")
@blueprint.arguments(FigureCasesQuerySchema, location="query")
@blueprint.response(200, FigureCasesSchema)
def cases_behind(query: dict[str, Any], figure: str) -> CountedCases:
    """The cases behind one number, exactly those it counts

    What falls into a period comes newest first, what stands now with the nearest date first. A case that is counted
    at several moments stands there once for each.
    """
    ask = Ask(query["since"], query["until"], query["dimension"], query["value"])
    with access.work() as work:
        return figure_cases(work, figure, query["part"], ask, paging(query))


def _rows(found: Figures, lang: str) -> Iterator[list[Value]]:
    for figure in found.figures:
        one = figure.definition
        told = f"{one.numerator.in_(lang)} / {one.denominator.in_(lang)}; {one.excluded.in_(lang)}"
        ends: list[Value] = [found.scope.since, found.scope.until, found.as_of, told]
        for group in (figure.whole, *figure.groups):
            head: list[Value] = [one.title.in_(lang), one.version, group.title.in_(lang)]
            for part in group.parts:
                numbers: list[Value] = [part.n, part.amount, one.unit, part.projects, None]
                yield [*head, part.title.in_(lang), *numbers, *ends]
            for ratio in group.ratios:
                numbers = [ratio.denominator, ratio.numerator, one.unit, None, ratio.value]
                yield [*head, ratio.title.in_(lang), *numbers, *ends]
