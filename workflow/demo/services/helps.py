"""一帮到底 in the demo: requests for help at every hour, each followed to where it stands.

A course is a function of one request: what was done to it, in minutes after it was asked, by night as by day.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from workflow.clock.days import OFFICE_ZONE
from workflow.demo.files import DemoFiles
from workflow.demo.scenes import Days
from workflow.demo.steps import Step

NOTE = "（演示数据）"
HOUR, DAY = 60, 24 * 60
UNSOLVABLE = {
    "solvable_here": False,
    "reason": f"涉及多部门职责，本级无权决定{NOTE}",
    "tried": f"已两次与主管科室协调{NOTE}",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request on a project, asked on the working day ``day`` at ``minute`` (beyond midnight: the day after)."""

    number: int
    site: int
    day: int
    minute: int
    question: str
    days: Days
    leader: str

    @property
    def thread(self) -> str:
        return f"help/{self.number}"

    def does(self, after: int, by: str, action: str, inputs: dict[str, Any] | None = None, **others: Any) -> Step:
        """``after``: minutes since it was asked."""
        return Step(self.thread, self.site, self.day, self.minute + after, by, action, None, inputs or {}, **others)

    def on(self, later: int, minute: int, by: str, action: str, inputs: dict[str, Any], **others: Any) -> Step:
        """``later``: working days after the one on which it was asked."""
        return Step(self.thread, self.site, self.day + later, minute, by, action, None, inputs, **others)

    def date(self, later: int) -> str:
        return self.days.day(self.day + later).isoformat()

    def moment(self, after: int) -> str:
        """That many minutes after it was asked, as an action takes it."""
        asked = self.days.moment(self.day, 0) + timedelta(minutes=self.minute + after)
        return asked.astimezone(OFFICE_ZONE).strftime("%Y-%m-%dT%H:%M")


Course = Callable[[Request], Iterator[Step]]


def steps(files: DemoFiles, days: Days) -> Iterator[Step]:
    """Every step of every request; two more are open at the moment the demo is made."""
    for number, (site, day, minute, question, course) in enumerate(REQUESTS):
        leader = "duizhang2" if files.projects[site].needs_tender else "duizhang1"
        request = Request(number, site, day, minute, question, days, leader)
        yield from course(request)
    yield from _open_now()


def _open_now() -> Iterator[Step]:
    """One just asked, one answered and waiting for its plan, counted back from the very moment."""
    asked = {"question": "施工许可和质量安全监督手续可以一起提交吗？", "channel": "page"}
    yield Step("help/just", 0, 0, 0, "applicant", begins="assistance", inputs=asked, ago=6)
    asked = {"question": "招标控制价备案在哪个窗口办理？", "channel": "api"}
    yield Step("help/answered", 60, 0, 0, "applicant", begins="assistance", inputs=asked, ago=170)
    yield Step("help/answered", 60, 0, 0, "specialist", "answer", inputs=ANSWER, ago=158)


# ── courses ────────────────────────────────────────────────────────────────────────────────────────────────────────

ANSWER = {"text": f"已收到，正在联系主管科室，稍后答复{NOTE}"}
SOLUTION = {"text": f"已与主管科室确认并告知办理方式{NOTE}"}
PLAN = {"plan": f"联系主管科室核实口径，两个工作日内书面答复{NOTE}"}


def ask(request: Request) -> Step:
    """On the page, by the applicant."""
    inputs = {"question": request.question, "channel": "page"}
    return Step(
        request.thread, request.site, request.day, request.minute, "applicant", begins="assistance", inputs=inputs
    )


def called(request: Request) -> Iterator[Step]:
    """A call at night, written down by the specialist, answered and solved."""
    inputs = {
        "question": request.question,
        "channel": "phone",
        "caller": f"马经理{NOTE}",
        "called_at": request.moment(0),
    }
    at = request.minute + 25
    yield Step(request.thread, request.site, request.day, at, "specialist", begins="assistance", inputs=inputs)
    yield request.does(40, "specialist", "answer", ANSWER)
    yield request.does(10 * HOUR, "specialist", "solve", SOLUTION)


def in_hall(request: Request) -> Iterator[Step]:
    """At the desk, solved at once."""
    inputs = {"question": request.question, "channel": "hall", "caller": f"到访经办人{NOTE}"}
    at = request.minute
    yield Step(request.thread, request.site, request.day, at, "specialist", begins="assistance", inputs=inputs)
    yield request.does(9, "specialist", "solve", SOLUTION)
    yield request.does(2 * HOUR, "applicant", "rate", {"level": "very_satisfied"})


def planned(request: Request, answered: int = 14) -> Iterator[Step]:
    """Asked, answered, and with a plan."""
    yield ask(request)
    yield request.does(answered, "specialist", "answer", ANSWER)
    yield request.does(answered + 95, "specialist", "plan", PLAN)


def solved(request: Request, answered: int = 14, confirmed: bool = False) -> Iterator[Step]:
    """The ordinary way."""
    yield from planned(request, answered)
    yield request.does(answered + 7 * HOUR, "specialist", "solve", SOLUTION)
    if confirmed:
        yield request.does(answered + 9 * HOUR, "applicant", "confirm")


def rated(request: Request, level: str, comment: str = "", unnamed: bool = False) -> Iterator[Step]:
    """Solved and rated, by name or not."""
    yield from solved(request, confirmed=True)
    inputs = {"level": level} | ({"comment": f"{comment}{NOTE}"} if comment else {})
    yield request.does(11 * HOUR, "applicant", "rate_anonymously" if unnamed else "rate", inputs)


def rated_badly(request: Request, level: str, end: str | None) -> Iterator[Step]:
    """Rated badly by name, called back: corrected, found a mistake, reopened, only called so far, or not called yet."""
    yield from rated(request, level, "答复前后口径不一致")
    if end is None:
        return
    said = {"said": f"申请人反映两次答复不一致{NOTE}"}
    yield request.on(1, 15 * HOUR, "squad_leader", "call", said, child="callback")
    if end == "call":
        return
    inputs = {"measures": f"统一答复口径并向申请人致歉{NOTE}"} if end == "correct" else {"reason": f"经核实{NOTE}"}
    yield request.on(2, 10 * HOUR, "squad_leader", end, inputs, child="callback")
    if end == "reopen":
        yield request.on(3, 10 * HOUR, "specialist", "solve", SOLUTION)


def referred(request: Request, department: str, answered: int | None) -> Iterator[Step]:
    """Referred to a department, which answered so many working days later; None: not yet."""
    yield from planned(request)
    asked = {"department": department, "what": f"请明确办理口径{NOTE}"}
    yield request.does(3 * HOUR, "specialist", "refer", asked)
    if answered is None:
        return
    result = {"result": f"可按现行规定办理，无须另行申请{NOTE}"}
    yield request.on(answered, 10 * HOUR, "officer", "answer", result, child="referral", department=department)
    yield request.on(answered, 15 * HOUR, "specialist", "solve", SOLUTION)


def not_ours(request: Request) -> Iterator[Step]:
    """Sent back the day after as not ours, then answered by the one whose it is."""
    yield from planned(request)
    yield request.does(3 * HOUR, "specialist", "refer", {"department": "CG", "what": f"请明确占道审批主体{NOTE}"})
    back = {"reason": f"属公安交管部门职责{NOTE}", "belongs_to": "JJ"}
    yield request.on(1, 10 * HOUR, "officer", "send_back", back, child="referral", department="CG")
    yield request.on(1, 11 * HOUR, "specialist", "refer", {"department": "JJ", "what": f"请明确占道审批主体{NOTE}"})
    result = {"result": f"由我队受理{NOTE}"}
    yield request.on(2, 10 * HOUR, "officer", "answer", result, child="referral", department="JJ")
    yield request.on(2, 11 * HOUR, "specialist", "solve", SOLUTION)


def climbed(request: Request, levels: int, end: str | None) -> Iterator[Step]:
    """Escalated so many levels; there it was solved, given back with an instruction, or still is."""
    yield from planned(request)
    at = 5 * HOUR
    for level in range(levels):
        at = 5 * HOUR + level * HOUR
        yield request.does(at, LADDER[level], f"escalate_to_{LADDER[level + 1]}", UNSOLVABLE)
    above = LADDER[levels]
    if levels == 3 and end != "solve":
        called_for = {
            "meeting_at": f"{request.date(1)}T15:00",
            "place": "区政府第二会议室",
            "participants": ["ZG", "ZJ"],
            "agenda": f"专题研究帮办事项{NOTE}",
        }
        yield request.does(at + 30, above, "call_meeting", called_for)
    if end == "solve":
        yield request.on(1, 16 * HOUR, above, "solve", SOLUTION)
    if end == "instruct":
        yield request.on(1, 16 * HOUR, above, "instruct", {"instruction": f"由主管科室当日明确口径{NOTE}"})
        yield request.on(2, 11 * HOUR, "specialist", "solve", SOLUTION)


def reopened(request: Request) -> Iterator[Step]:
    """Solved, but not to the applicant, and solved again."""
    yield from solved(request)
    yield request.does(10 * HOUR, "applicant", "reopen", {"reason": f"窗口仍要求补交纸质件{NOTE}"})
    yield request.on(2, 10 * HOUR, "specialist", "solve", SOLUTION)
    yield request.on(2, 11 * HOUR, "applicant", "rate", {"level": "basically_satisfied"})


def consulted(request: Request, concluded: bool) -> Iterator[Step]:
    """What could not be solved alone became a consultation."""
    yield from planned(request)
    inputs = {
        "question": request.question,
        "department": "ZJ",
        "departments": ["ZG", "CG"],
        "answer_by": request.date(3),
    }
    yield request.does(4 * HOUR, "specialist", "consult", inputs)
    opinion = {"opinion": f"同意{NOTE}"}
    yield request.on(1, 10 * HOUR, "officer", "agree", opinion, child="opinion", department="ZG")
    if concluded:
        yield request.on(2, 10 * HOUR, "officer", "agree", opinion, child="opinion", department="CG")
        said = {"result": "agreed", "conclusion": f"各部门一致同意{NOTE}"}
        yield request.on(2, 15 * HOUR, "officer", "conclude", said, child="consultation")


def visited(request: Request) -> Iterator[Step]:
    """The office came to the project, and what it found solved the request."""
    yield from planned(request)
    yield request.does(3 * HOUR, "applicant", "ask_visit", {"purpose": f"请到现场核实出入口位置{NOTE}"})
    agreed = {
        "visit_at": f"{request.date(1)}T09:30",
        "place": "项目部会议室",
        "people": f"专员、规划、交警各一人{NOTE}",
        "departments": ["ZG", "JJ"],
    }
    yield request.does(4 * HOUR, "specialist", "agree", agreed, child="visit")
    held = {"attended": f"专员等四人{NOTE}", "findings": f"现场明确出入口南移3米{NOTE}"}
    yield request.on(1, 11 * HOUR, "specialist", "hold", held, child="visit")
    yield request.on(1, 15 * HOUR, "specialist", "solve", SOLUTION)


def suspended(request: Request, resumed: bool) -> Iterator[Step]:
    """Waiting for papers of the applicant."""
    yield from planned(request)
    yield request.does(4 * HOUR, "specialist", "suspend_for_papers", {"reason": f"补充用地红线图{NOTE}"})
    if resumed:
        yield request.on(2, 10 * HOUR, "applicant", "resume", {"result": f"已补充{NOTE}"})
        yield request.on(2, 15 * HOUR, "specialist", "solve", SOLUTION)


def extended(request: Request) -> Iterator[Step]:
    """More time, once, by the squad leader."""
    yield from planned(request)
    why = {"days": 3, "extended_because": f"需等待专家意见{NOTE}"}
    yield request.on(1, 10 * HOUR, "squad_leader", "extend", why)
    yield request.on(4, 10 * HOUR, "specialist", "solve", SOLUTION)


def handed_over(request: Request) -> Iterator[Step]:
    """From the night to the day."""
    yield ask(request)
    yield request.does(35, "specialist", "answer", ANSWER)
    note = {"assignee": f"@{request.leader}", "note": f"夜班交白班，请继续联系规划窗口{NOTE}"}
    yield request.does(9 * HOUR, "specialist", "hand_over", note)
    yield request.does(10 * HOUR, "squad_leader", "plan", PLAN)
    yield request.does(13 * HOUR, "squad_leader", "solve", SOLUTION)


def withdrawn(request: Request) -> Iterator[Step]:
    """The applicant found out alone."""
    yield ask(request)
    yield request.does(20, "applicant", "withdraw")


def terminated(request: Request) -> Iterator[Step]:
    """Nobody could be reached."""
    yield from planned(request)
    why = {"ground": "out_of_reach", "reason": f"三次联系未果{NOTE}"}
    yield request.on(2, 15 * HOUR, "specialist", "terminate", why)


LADDER = ("specialist", "squad_leader", "director", "district_leader")
NIGHT, LATE, SMALL_HOURS, NOON, MORNING, EVENING = 21 * 60 + 5, 23 * 60 + 20, 26 * 60 + 50, 720, 560, 19 * 60 + 45

# (site, working day from the making of the demo, minute, question, course)
REQUESTS: tuple[tuple[int, int, int, str, Course], ...] = (
    (5, -78, MORNING, "消防设计审查需要哪些材料？", partial(rated, level="very_satisfied", comment="答复及时")),
    (18, -76, NIGHT, "规划许可证办理期间可以先办理施工图审查吗？", partial(rated, level="satisfied")),
    (71, -74, LATE, "补正通知中的签章页由谁盖章？", solved),
    (90, -71, SMALL_HOURS, "用地文件还在办理，能否容缺受理？", partial(rated, level="basically_satisfied")),
    (12, -69, NOON, "专家评审一般安排在什么时间？", partial(rated_badly, level="dissatisfied", end="correct")),
    (33, -66, EVENING, "想预约一次现场踏勘辅导。", visited),
    (54, -63, MORNING, "绿道跨越河道是否需要水务部门意见？", partial(referred, department="CG", answered=2)),
    (80, -60, MORNING, "管网施工占道由哪个部门审批？", not_ours),
    (2, -57, SMALL_HOURS, "夜间浇筑混凝土的噪声许可怎么办？", called),
    (27, -54, 15 * 60, "安置房项目能否分期申请规划核实？", partial(climbed, levels=1, end="solve")),
    (44, -51, MORNING, "海域使用与用地手续能否并联办理？", partial(climbed, levels=2, end="instruct")),
    (10, -48, MORNING, "研发中心改变部分用途如何补办手续？", partial(climbed, levels=3, end="solve")),
    (61, -45, LATE, "道路整治工程需要重新办理环评吗？", handed_over),
    (36, -43, MORNING, "地下连通道归哪个专业审查？", partial(consulted, concluded=True)),
    (21, -41, 14 * 60, "纸质材料还要不要再交一套？", reopened),
    (99, -39, MORNING, "停车楼充电桩比例按哪个标准？", partial(suspended, resumed=True)),
    (48, -36, MORNING, "渔港综合楼的海洋环评由谁受理？", extended),
    (75, -34, EVENING, "路灯杆移位需要哪些审批？", withdrawn),
    (116, -32, NOON, "口袋公园是否需要办理规划许可证？", terminated),
    (15, -30, 10 * 60, "窗口今天能否当场核验材料？", in_hall),
    (30, -27, NIGHT, "开工放线需要提前几天预约？", partial(solved, answered=95)),
    (7, -24, MORNING, "标准厂房能否先行办理桩基施工？", partial(rated_badly, level="very_dissatisfied", end="reopen")),
    (101, -20, LATE, "地下停车场通风井能否设在绿地内？", partial(rated, level="satisfied", unnamed=True)),
    (
        39,
        -17,
        MORNING,
        "学校扩建是否要重新做日照分析？",
        partial(rated_badly, level="dissatisfied", end="find_mistaken"),
    ),
    (84, -14, SMALL_HOURS, "施工便道临时用地怎么续期？", called),
    (43, -11, 16 * 60, "孵化器的节能审查可以后补吗？", partial(climbed, levels=1, end="instruct")),
    # still going on, or solved not long ago
    (58, -5, MORNING, "打通路段的苗木迁移由谁审批？", partial(solved, confirmed=True)),
    (88, -3, EVENING, "防洪评价报告的有效期是多久？", solved),
    (37, -3, MORNING, "文化中心舞台机械如何报审？", partial(rated_badly, level="very_dissatisfied", end=None)),
    (1, -4, MORNING, "沿街立面整治是否要报规划？", partial(rated_badly, level="dissatisfied", end="call")),
    (68, -3, MORNING, "围挡外移后交通导改谁来批？", partial(climbed, levels=3, end=None)),
    (17, -2, MORNING, "住宅组团共用配电房能否先建？", partial(climbed, levels=2, end=None)),
    (46, -2, 11 * 60, "康养中心是否适用医疗建筑标准？", partial(climbed, levels=1, end=None)),
    (32, -2, MORNING, "安置房外立面变更要不要重新报建？", partial(consulted, concluded=False)),
    (82, -1, MORNING, "拓宽段的古树保护由哪个部门出意见？", partial(referred, department="CG", answered=None)),
    (105, -2, 10 * 60, "景区停车场用地预审怎么办？", partial(suspended, resumed=False)),
    (92, -1, 11 * 60, "河道清淤弃土需要办什么手续？", planned),
)
