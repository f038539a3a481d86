"""What comes by itself: silence that accepts, cards that climb; and the proof of the date behind them."""

from workflow.demo.tour.caller import Caller
from workflow.demo.tour.district import clock_of, day_of
from workflow.demo.tour.scene import REVIEW_DAYS, REVIEWED, SILENT, Scene

YELLOW, RED, CLIMB = "1 working day left", "1 working day after", "4 working days after"


def hear_nothing(scene: Scene) -> None:
    """行政许可法 32(4): silence accepts, from the day of receipt."""
    say, no = scene.teller, scene.no(SILENT)
    say.chapter(f"{no}: nobody says a word for five working days")
    scene.district.move(scene.applicant, "+1wd")
    scene.district.move(scene.applicant, "+1wd")
    case = scene.district.case(scene.clerk, no)
    director = scene.district.one("director", case["department"])
    cards = scene.district.cards(director, no, "completeness", YELLOW)
    yellow = [card["card"] for card in cards]
    say.same(yellow, ["yellow"], f"one day before, {director.name} got a yellow card, once")
    say.same(case["state"]["name"], "received", "on the last day but one it is still only received")


def see_cards(scene: Scene) -> None:
    """The ladder of the late one, rung by rung."""
    say, no = scene.teller, scene.no(REVIEWED)
    say.chapter(f"{no}: yellow card, red card, up to the district leader")
    case = scene.district.case(scene.clerk, no)
    officer, _ = scene.district.officers(case)
    squad = scene.district.one("squad_leader", squad=case["squad"])
    director = scene.district.one("director", case["department"])
    leader = scene.district.one("district_leader")
    _cards(scene, YELLOW, "yellow", [officer, squad], f"one working day before {scene.promised}: yellow card")
    scene.district.move(scene.applicant, "+2wd")
    _deemed(scene)
    _cards(scene, RED, "red", [officer, squad, director], f"the first working day after {scene.promised}: red card")
    say.same(scene.district.cards(leader, no, "promised", CLIMB), [], f"{leader.name} has not been troubled yet")
    scene.district.move(scene.applicant, "+3wd")
    _cards(scene, CLIMB, "red", [leader], "three working days later it has climbed: red card")
    for rung, people in ((YELLOW, [officer, squad]), (RED, [officer, squad, director])):
        _cards(scene, rung, "yellow" if rung == YELLOW else "red", people, f"“{rung}” was not sent a second time")
    card = scene.district.cards(leader, no, "promised", CLIMB)[0]
    seen = leader.post(f"/api/v1/alerts/{card['id']}/acknowledge", {"note": "已阅，请尽快办结"})
    say.done(seen, 200, f"{leader.name} acknowledges it")
    again = leader.post(f"/api/v1/alerts/{card['id']}/acknowledge", {"note": ""})
    say.refused(again, 409, "already_acknowledged", "once is enough")


def _cards(scene: Scene, rung: str, card: str, people: list[Caller], sentence: str) -> None:
    for person in people:
        found = scene.district.cards(person, scene.no(REVIEWED), "promised", rung)
        scene.teller.same([one["card"] for one in found], [card], f"{sentence}, {person.name}, exactly one")


def _deemed(scene: Scene) -> None:
    """What the clock did to the silent one meanwhile."""
    say, no = scene.teller, scene.no(SILENT)
    case = scene.district.case(scene.clerk, no)
    say.same((case["state"]["name"], case["deemed_accepted"]), ("in_review", True), f"{no} was accepted by silence")
    say.same(case["accepted_at"], case["received_at"], "accepted as of the very moment it was received")
    line = next(one for one in scene.district.history(scene.clerk, no) if one["action"] == "accept_by_silence")
    say.so(
        line["kind"] == "clock" and line["effective_at"] < line["recorded_at"],
        f"the history keeps both times: effective {line['effective_at']}, recorded {line['recorded_at']}",
        line,
    )
    limit = scene.district.due(day_of(case["received_at"]), "20wd")
    say.same(clock_of(case, "statutory")["due_on"], limit, "its limit counts from receipt")


def prove(scene: Scene) -> None:
    """Every date can be checked by hand."""
    say, no = scene.teller, scene.no(REVIEWED)
    say.chapter(f"The proof of one date: the promise of {no}")
    supervisor = scene.district.one("supervisor")
    answer = supervisor.get(f"/api/v1/cases/{no}/clocks/promised/proof")
    body = say.done(answer, 200, f"{supervisor.name} asks for it")
    proof = body["proof"]
    for day in proof["days"]:
        say.tell(f"{day['date']}  {day['total'] if day['counts'] else '-'}  {day['rule']} {day['name']}".rstrip())
    say.tell(proof["zh"])
    say.tell(proof["en"])
    counted = [day["date"] for day in proof["days"] if day["counts"]]
    taken_out = [day["date"] for day in proof["days"] if day["rule"] == "pause"]
    limit = int(proof["limit"].removesuffix("wd"))
    say.same((len(counted), counted[-1]), (limit, scene.promised), "counted by hand, days and last day")
    say.same(len(taken_out), REVIEW_DAYS, "working days the review took out")
    say.so(body["fresh"], "the date kept with the case is the one proved")
    then = supervisor.get(f"/api/v1/cases/{no}/clocks/promised/proof", as_of=scene.paused_since)
    still = say.done(then, 200, f"and the proof as it stood on {scene.paused_since}")
    found = (still["clock"]["state"], still["proof"]["due_on"])
    say.same(found, ("paused", None), "the review had begun that day, there was no date")
    table = say.done(supervisor.get(f"/api/v1/cases/{no}/clocks/promised/proof.csv"), 200, "the same days as CSV")
    say.same(len(table.splitlines()), len(proof["days"]) + 1, "a heading and a line a day")
