"""The leader's figures 作战图: what one case adds to each of them. Pure; one module a subject.

Nothing here depends on the moment of reading: a fact changes only when something happens to its case, so that sums of
facts stay right by folding in what happened. What time alone changes (lights) is read off the dates.
"""

from collections.abc import Callable, Iterator
from itertools import chain

from workflow.catalogue import Catalogue
from workflow.catalogue.figures import FIGURES
from workflow.figures.cards import cards
from workflow.figures.coordination import meetings, milestones, problems
from workflow.figures.deciding import days_saved, decisions, early_finish, net_days
from workflow.figures.definitions import basis, changed_unversioned, contents, rules_digest
from workflow.figures.honesty import pauses, time_flags
from workflow.figures.landing import landing
from workflow.figures.lights import BANDS, edges, lights
from workflow.figures.serving import extended_hours, help_response, ratings
from workflow.figures.subject import DIMENSIONS, NEVER, Fact, Places, Rules, Rung, Site, Subject, merged, places
from workflow.figures.urging import urging

__all__ = [
    "BANDS",
    "DIMENSIONS",
    "FIGURES",
    "NEVER",
    "Fact",
    "Places",
    "Rules",
    "Rung",
    "Site",
    "Subject",
    "basis",
    "changed_unversioned",
    "contents",
    "contributions",
    "counted_now",
    "edges",
    "places",
    "rules_digest",
]

_SUBJECTS: tuple[Callable[[Subject, Rules], Iterator[Fact]], ...] = (
    early_finish,
    days_saved,
    net_days,
    decisions,
    landing,
    meetings,
    problems,
    extended_hours,
    lights,
    cards,
    milestones,
    help_response,
    pauses,
    ratings,
    time_flags,
    urging,
)


def contributions(subject: Subject, rules: Rules) -> tuple[Fact, ...]:
    """Everything one case adds, each part of a figure at each moment once, in order."""
    return merged(chain.from_iterable(one(subject, rules) for one in _SUBJECTS))


def counted_now(catalogue: Catalogue) -> tuple[str, ...]:
    """The figures of what stands now: their facts are summed by exact moments, not by days."""
    return tuple(code for code, one in catalogue.figures.items() if one.counted == "as_of_now")
