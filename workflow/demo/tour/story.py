"""The story: one application for three items, each going its own way; what comes by itself; then dates to come."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workflow.demo.tour import (
    acceptance,
    applying,
    consulting,
    counting,
    deadlines,
    ending,
    helping,
    leading,
    listing,
    mapping,
    matter,
    notice,
    planning,
    review,
    supposing,
    tendering,
    time_spent,
    urging,
)
from workflow.demo.tour.district import District
from workflow.demo.tour.scene import Scene
from workflow.demo.tour.teller import Teller

CHAPTERS: tuple[Callable[[Scene], None], ...] = (
    applying.arrive,
    applying.apply,
    applying.correct_once,
    review.pause,
    review.first_comes_first,
    review.grant_in_time,
    review.resume,
    deadlines.hear_nothing,
    deadlines.see_cards,
    deadlines.prove,
    ending.decide,
    ending.end_by_itself,
    time_spent.who_used_the_time,
    mapping.enter_the_war_map,
    matter.promise_a_paper,
    matter.commit_and_be_checked,
    matter.return_inside_the_review,
    listing.list_items,
    consulting.consult,
    tendering.hold_a_tender,
    acceptance.accept_by_segments,
    helping.ask_for_help,
    helping.climb,
    helping.end_and_rate,
    helping.stay_on,
    counting.count,
    planning.plan_backwards_and_forwards,
    supposing.suppose,
    urging.urge,
    urging.supervise,
    leading.read_the_picture,
    leading.follow_what_happens,
    leading.report_upwards,
    notice.load_and_withdraw,
    ending.take_back,
)
"""In this order: later chapters stand on what earlier ones left in the scene."""


@dataclass(slots=True)
class Story:
    """What happens, chapter by chapter; ``notice`` is the invented holiday notice of the demo (YAML)."""

    district: District
    teller: Teller
    notice: Path

    def tell(self) -> None:
        """The whole of it; raises NotSo at the first thing that is not so."""
        scene = Scene(self.district, self.teller, self.notice)
        for chapter in CHAPTERS:
            chapter(scene)
