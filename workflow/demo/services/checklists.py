"""一次办好 in the demo: item lists compiled and agreed, their papers checked once; and coaching, timed."""

from collections.abc import Iterator
from random import Random
from typing import Any

from workflow.catalogue import Catalogue
from workflow.demo.files import DemoFiles, DemoProject
from workflow.demo.scenes import Days
from workflow.demo.steps import Step
from workflow.demo.story import GOVERNMENT, Application

NOTE = "（演示数据）"
SITES = (*range(35), 50, 53, 55, 61, 66, 71)
ASKED, PROPOSED, SENT_BACK, SECOND = (33, 34), (28, 29, 30), 31, (6, 9)
"""Just asked for, waiting for the applicant, sent back, with a second version agreed or proposed."""
CHECKED = {4: "pass", 11: "faults", 13: "corrected", 18: "checking"}
"""Papers handed in before filing, and what came of it."""
REFRESHED, FORGOTTEN = 54, (2,)
"""Working days after which a list was looked over again; those that were not."""
ITEM = "GC01"
"""The item whose papers were handed in: joint review of the design scheme."""
COACHED, COACHED_AT_MOST = range(50), 8


def steps(
    files: DemoFiles, catalogue: Catalogue, applications: tuple[Application, ...], days: Days, seed: int
) -> Iterator[Step]:
    """Every step of every checklist and every coaching."""
    for number, site in enumerate(SITES):
        rng = Random(f"{seed}/{files.projects[site].name}/checklist")
        yield from _checklist(site, files.projects[site], -76 + number, catalogue, rng)
    yield from _coached(files, applications)
    yield from _coaching_now(days)


def _checklist(site: int, project: DemoProject, begun: int, catalogue: Catalogue, rng: Random) -> Iterator[Step]:
    thread = f"{project.name}/checklist"
    if site in (*ASKED, *PROPOSED, SENT_BACK):
        begun = -2 if site in PROPOSED else -3 if site == SENT_BACK else -1

    def does(later: int, by: str, action: str, inputs: dict[str, Any], **others: Any) -> Step:
        minute = rng.randint(9 * 60, 11 * 60 + 30)
        return Step(thread, site, begun + later, minute, by, action, None, inputs, **others)

    asked = {"note": f"请梳理项目全过程需要办理的事项{NOTE}"}
    yield Step(thread, site, begun, 14 * 60 + 30, "applicant", begins="checklist", inputs=asked)
    if site in ASKED:
        return
    yield does(1, "specialist", "propose", {"answers": _answers(project), "remarks": f"按项目情况梳理{NOTE}"})
    if site in PROPOSED:
        return
    if site == SENT_BACK:
        yield does(2, "applicant", "send_back", {"remarks": f"本项目不涉及占用城市绿地{NOTE}"})
        return
    yield does(2, "applicant", "agree", {"note": f"无异议{NOTE}"})
    if site in SECOND:
        yield does(20, "applicant", "revise", {"change": f"新增取水设施{NOTE}"})
        more = [*_answers(project), {"question": "water", "answer": "yes"}]
        yield does(21, "specialist", "propose", {"answers": more})
        yield does(22, "applicant", "agree", {})
    if begun + REFRESHED < -10 and site not in (*CHECKED, *SECOND, *FORGOTTEN):
        yield does(REFRESHED, "specialist", "confirm_current", {"result": f"事项、时限和材料均无变化{NOTE}"})
    if site in CHECKED:
        yield from _papers(thread, site, CHECKED[site], catalogue)


def _papers(thread: str, site: int, end: str, catalogue: Catalogue) -> Iterator[Step]:
    papers = tuple(one.code for one in catalogue.items[ITEM].materials if one.required)
    missing = papers[-1:] if end in ("faults", "corrected") else ()
    there = tuple(code for code in papers if code not in missing)
    begun = -1 if end == "checking" else -9
    filing = {"filing": [ITEM]}
    yield Step(thread, site, begun, 14 * 60, "applicant", "hand_in", inputs=filing, papers=there)
    if end == "checking":
        return
    if missing:
        faults = [{"material": code, "problem": "未提交", "fix": "补充后上传"} for code in missing]
        yield Step(thread, site, begun + 1, 10 * 60, "specialist", "tell_faults", None, {"faults": faults})
    if end == "corrected":
        yield Step(thread, site, begun + 3, 10 * 60, "applicant", "hand_in_again", papers=missing)
    if end in ("pass", "corrected"):
        yield Step(thread, site, begun + 4, 10 * 60, "specialist", "pass")


def _answers(project: DemoProject) -> list[dict[str, str]]:
    if project.splclx in GOVERNMENT:
        said = [("funding", "government"), ("land", "allocated")]
    else:
        said = [("funding", "enterprise"), ("basis", "filing"), ("land", "sold")]
    said += [("investment", str(project.investment_wan)), ("area", str(project.area_m2))]
    return [{"question": question, "answer": answer} for question, answer in said]


# ── coaching ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _coached(files: DemoFiles, applications: tuple[Application, ...]) -> Iterator[Step]:
    """Before applications that were filed: each coaching names the one it led to."""
    done: set[int] = set()
    for one in applications:
        if one.project not in COACHED or one.project in done or one.start < -80 or one.end != "submitted":
            continue
        if len(done) == COACHED_AT_MOST or one.start > -3:
            continue
        done.add(one.project)
        name = files.projects[one.project].name
        items = [part.item for part in one.parts]
        yield from _coaching(f"{name}/coaching", one.project, one.start - 7, items)
        filed = {"bundle": f"#{name}/{one.start}"}
        yield Step(f"{name}/coaching", one.project, one.start, 10 * 60, "specialist", "file", None, filed)


def _coaching(thread: str, site: int, day: int, items: list[str], ended: bool = True) -> Iterator[Step]:
    asked = {"topic": "申报前材料与方案辅导", "items": items}
    yield Step(thread, site, day, 10 * 60, "applicant", begins="coaching", inputs=asked)
    yield Step(thread, site, day, 15 * 60, "specialist", "start")
    advice = {"advice": f"对照清单逐项说明材料要求和常见问题{NOTE}", "handed": f"材料样本一套{NOTE}"}
    yield Step(thread, site, day + 1, 10 * 60, "specialist", "advise", None, advice)
    if ended:
        summary = {"summary": f"材料已基本齐备，可以申报{NOTE}"}
        yield Step(thread, site, day + 4, 16 * 60, "specialist", "end", None, summary)


def _coaching_now(days: Days) -> Iterator[Step]:
    """One asked for, one running, one that has run too long, one ended and not filed yet, one given up."""
    asked = {"topic": "施工许可申报辅导", "items": ["SG05"]}
    yield Step("coaching/asked", 22, -1, 15 * 60 + 30, "applicant", begins="coaching", inputs=asked)
    yield from _coaching("coaching/running", 24, -4, ["GC03"], ended=False)
    yield from _coaching("coaching/overdue", 27, -13, ["GC01", "GC03"], ended=False)
    yield from _coaching("coaching/advised", 30, -10, ["SG05"])
    yield from _coaching("coaching/given_up", 35, -40, ["GC01"])
    why = {"reason": f"企业调整投资计划，暂不申报{NOTE}"}
    yield Step("coaching/given_up", 35, -33, 10 * 60, "applicant", "give_up", None, why)
