"""A holiday notice: previewed, proposed by one administrator, signed by another, settled, and withdrawn likewise."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow.clock.days import OFFICE_ZONE
from workflow.clock.notices import load_notice, notice_data
from workflow.demo.tour.caller import Caller
from workflow.demo.tour.scene import Scene

AMENDMENTS = "/api/v1/amendments"
REASON = "演示结束，撤回虚构的放假安排（演示数据）"
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class _Watched:
    """The case whose date is watched: one clock, before and after the notice."""

    no: str
    clock: str
    round: int
    before: str
    after: str


def load_and_withdraw(scene: Scene) -> None:
    """The provisional mark goes with the notice and comes back with its withdrawal; the past stays provable."""
    notice = load_notice(scene.notice)
    proposal = {"kind": notice.kind, "document": notice.source, "notice": notice_data(notice)}
    say = scene.teller
    say.chapter(f"The holidays of {notice.year} (invented) are loaded, and taken back")
    if not _fits(scene, notice.year):
        return
    proposer, signer = (scene.district.person(one) for one in scene.district.files.of_role("admin")[:2])
    preview = proposer.post(f"{AMENDMENTS}/preview?most={MOST_ROWS}", proposal)
    found = say.done(preview, 200, f"{proposer.name} looks at the preview, nothing is written")
    say.tell(
        f"{found['cases']} cases: {found['earlier']} dates earlier, {found['later']} later, "
        f"{found['firm']} marks 预计 go, {found['newly_overdue']} cases newly overdue"
    )
    watched = _watched(scene, found["rows"])
    if watched is None:
        say.tell(f"no date reaches into {notice.year} yet, so there is nothing to settle")
        return
    say.so(
        _stands(scene, watched) == (watched.before, True), f"{watched.no} ends on {watched.before}, 预计 provisional"
    )

    before = _now(scene)
    loaded = _amend(scene, proposal, proposer, signer, found["mark"])
    # More where a deed of somebody else came between the preview and the signature.
    say.so(loaded["moved"] >= found["cases"], f"all {found['cases']} cases of the preview moved", loaded["moved"])
    say.so(_stands(scene, watched) == (watched.after, False), f"{watched.no} ends on {watched.after}, for certain")
    now = _proof(scene, watched)
    say.so(now["calendar_version"] == found["new_version"], f"by the calendar {now['calendar_version']}", now)
    holidays = [day for day in now["days"] if day["name"] and day["date"].startswith(str(notice.year))]
    if holidays:
        named = {day["source"] for day in holidays}
        say.same(named, {notice.source}, f"the proof names it on {len(holidays)} days")
    then = _proof(scene, watched, as_of=before)
    say.same((then["due_on"], then["provisional"]), (watched.before, True), "the proof as it stood before is unchanged")
    lines = [
        one for one in scene.district.history(proposer, watched.no) if one["input"].get("amendment") == loaded["id"]
    ]
    say.same(len(lines), 1, "lines of its history that say so")

    during = _now(scene)
    withdrawal = {"kind": "withdrawal", "withdraws": loaded["id"], "reason": REASON, "document": REASON}
    _amend(scene, withdrawal, signer, proposer, None)
    say.same(proposer.get(f"{AMENDMENTS}/{loaded['id']}")["state"], "withdrawn", "the notice is")
    say.so(_stands(scene, watched) == (watched.before, True), f"{watched.no} ends on {watched.before}, 预计 again")
    between = _proof(scene, watched, as_of=during)
    say.same(between["due_on"], watched.after, "the proof as it stood in between keeps")


def _fits(scene: Scene, year: int) -> bool:
    """Whether that year is the next one without a notice on this server."""
    say, anybody = scene.teller, Caller(scene.district.url)
    horizon = int(anybody.get("/api/v1/calendar")["horizon"][:4])
    present = datetime.fromisoformat(_now(scene)).astimezone(OFFICE_ZONE).year
    if horizon >= year:
        say.tell(f"somebody has published {year} on this server already: nothing to load")
    elif present > year or horizon < year - 1:
        say.tell(f"it is {present} in the office and the calendar ends with {horizon}: this notice does not fit")
    else:
        unpublished = not anybody.get(f"/api/v1/calendar/{year}")["published"]
        say.so(unpublished, f"nobody has published {year} yet: its days are estimated")
        return True
    return False


def _watched(scene: Scene, rows: list[dict[str, Any]]) -> _Watched | None:
    """The tour's own case where its mark goes, else the first case whose mark goes."""
    for row in sorted(rows, key=lambda row: row["no"] != scene.long):
        for move in row["moves"]:
            if move["old_on"] and move["old_provisional"] and not move["new_provisional"]:
                return _Watched(row["no"], move["clock"], move["round"], move["old_on"], move["new_on"])
    return None


def _amend(scene: Scene, body: dict[str, Any], proposer: Caller, signer: Caller, seen: str | None) -> dict[str, Any]:
    """Proposed by one, signed by the other, settled by the workers; the amendment then."""
    say = scene.teller
    made = say.done(proposer.post(AMENDMENTS, body), 201, f"{proposer.name} proposes: {body['kind']}")
    where = f"{AMENDMENTS}/{made['id']}"
    own = proposer.post(f"{where}/sign", {})
    say.refused(own, 403, "second_person", f"{proposer.name} may not sign the own proposal")
    signed = signer.post(f"{where}/sign", {"note": "已核对（演示数据）"} | ({"seen": seen} if seen else {}))
    say.done(signed, 200, f"{signer.name} signs what the preview showed")
    say.comes(lambda: signer.get(where)["settled_at"], "the workers have moved every date it touches")
    settled: dict[str, Any] = signer.get(where).body
    say.tell(f"{settled['moved']} cases moved")
    return settled


def _stands(scene: Scene, watched: _Watched) -> tuple[str | None, bool]:
    case = scene.district.case(scene.district.one("supervisor"), watched.no)
    clock = next(one for one in case["clocks"] if (one["name"], one["round"]) == (watched.clock, watched.round))
    return clock["due_on"], clock["provisional"]


def _proof(scene: Scene, watched: _Watched, **query: object) -> dict[str, Any]:
    path = f"/api/v1/cases/{watched.no}/clocks/{watched.clock}/proof"
    answer = scene.district.one("supervisor").get(path, round=watched.round, **query)
    proof: dict[str, Any] = scene.teller.done(
        answer, 200, f"the proof of {watched.no}" + (f" as of {query['as_of']}" if query else "")
    )["proof"]
    return proof


def _now(scene: Scene) -> str:
    now: str = scene.clerk.get("/api/v1/demo/time")["now"]
    return now
