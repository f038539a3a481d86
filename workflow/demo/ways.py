"""Other ways of an application than the ordinary one, as beats: on a promise of papers, on a commitment, by simulation
before there is land, with a hearing, sent back, changed, recalled (fact book, 2.3; 行政许可法 8, 36, 46–49, 69).
"""

from collections.abc import Iterator, Mapping

from workflow.demo.scenes import OPINION, Beat, Scene, granted_at

NOTE = "（演示数据）"
SIGNED = f"建设单位经办人{NOTE}"
CHECK = {"basis": "告知承诺制事后核查办法", "content": f"现场查验承诺事项{NOTE}"}
GOOD_FAITH = {"told": True, "promise": f"按批准的方案和国家标准实施，建成后符合许可条件{NOTE}", "signed_by": SIGNED}
WITHOUT_LAND = ("枣行社区旧村改造", "金家岭财富管理大厦", "仰口旅游服务中心")
"""Projects of the war map that have no land yet, so that they are reviewed by simulation."""
LAND_COMES = (
    Beat(9, 9 * 60 + 30, "applicant", "attach", attach=("land_document",)),
    Beat(9, 10 * 60, "clerk", "land_obtained", {"land_paper": "崂地出〔演示〕12号"}),
)
TAKEN_BACK = (Beat(3, 10 * 60, "applicant", "withdraw_all", {"reason": f"建设规模调整，另行申报{NOTE}"}),)
"""What happens to two of the joint applications themselves."""


# ── 容缺 ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def gaps_promised(scene: Scene) -> Iterator[Beat]:
    """Accepted with a paper promised; in review, and the promise runs."""
    yield Beat(0, scene.morning(), "clerk", "accept_with_gaps", _promise(scene, 8))


def gaps_filled(scene: Scene) -> Iterator[Beat]:
    """The promised paper has come during the review, which ends the promise; granted and delivered without a gap."""
    yield from gaps_promised(scene)
    yield Beat(1, 10 * 60, "applicant", "attach", attach=scene.gaps)
    yield _grant(scene, 2)
    yield _deliver(scene, 3)


# ── 告知承诺 ───────────────────────────────────────────────────────────────────────────────────────────────────────


def on_commitment(scene: Scene, designer: bool = False) -> Iterator[Beat]:
    """Accepted on the applicant's word, to be decided at once."""
    signed = GOOD_FAITH | ({"designer": f"青岛示例建筑设计院{NOTE}"} if designer else {})
    yield Beat(0, scene.morning(), "clerk", "accept_on_commitment", signed)


def committed(scene: Scene, checked: int = 15) -> Iterator[Beat]:
    """Granted on the word and delivered; to be checked by day ``checked``."""
    yield from on_commitment(scene)
    yield Beat(0, scene.afternoon(), "officer", "grant_on_commitment", _to_check(scene, checked))
    yield _deliver(scene, 1)


def commitment_kept(scene: Scene) -> Iterator[Beat]:
    """The check finds it kept."""
    yield from committed(scene)
    yield _checked(scene, 8, "check_kept")


def commitment_not_kept(scene: Scene, until: int = 20) -> Iterator[Beat]:
    """The check finds it not kept: to be put right by day ``until``."""
    yield from committed(scene)
    yield _checked(scene, 10, "check_not_kept", until=scene.date(until))


def revocation_advised(scene: Scene) -> Iterator[Beat]:
    """Not put right in time: the check ends with the advice to revoke."""
    yield from commitment_not_kept(scene, until=14)
    yield _checked(scene, 16, "advise_revocation")


def commitment_revoked(scene: Scene) -> Iterator[Beat]:
    """Revoked on that advice by whoever granted it."""
    yield from revocation_advised(scene)
    reason = f"经核查承诺不实，逾期未整改{NOTE}"
    yield Beat(18, scene.afternoon(), "director", "revoke", {"ground": "commitment_untrue", "reason": reason})


def pre_licensed(scene: Scene) -> Iterator[Beat]:
    """A commitment that gives no more than a pre-licence, which lives two months and dies by itself."""
    yield from on_commitment(scene, designer=True)
    yield Beat(0, scene.afternoon(), "officer", "grant_pre_licence", _to_check(scene, 14))


def pre_licence_lapsed(scene: Scene) -> Iterator[Beat]:
    """The pre-licence died while what was found wrong was still being put right: the check ends with it."""
    yield from pre_licensed(scene)
    yield _checked(scene, 8, "check_not_kept", until=scene.date(60))


def made_formal(scene: Scene) -> Iterator[Beat]:
    """The pre-licence checked, and turned into the permit."""
    yield from pre_licensed(scene)
    yield _checked(scene, 7, "check_kept")
    yield Beat(9, scene.afternoon(), "officer", "grant_formal", {"opinion": OPINION})
    yield _deliver(scene, 10)


# ── 模拟审批 ───────────────────────────────────────────────────────────────────────────────────────────────────────


def simulated(scene: Scene) -> Iterator[Beat]:
    """Passed by simulation on the fourth day."""
    opinion = {"simulation_opinion": f"模拟审查通过，取得土地后按此出具结果{NOTE}"}
    yield Beat(4, scene.morning(), "officer", "pass_simulation", opinion)


def to_improve(scene: Scene) -> Iterator[Beat]:
    """Improvements asked for, all at once."""
    points = [
        {"about": "总平面图", "advice": f"补充消防登高场地{NOTE}"},
        {"about": "日照分析", "advice": f"补充周边住宅{NOTE}"},
    ]
    yield Beat(2, scene.afternoon(), "officer", "improve_simulated", {"points": points})


def improved_and_simulated(scene: Scene) -> Iterator[Beat]:
    """Improved first, then passed."""
    yield from to_improve(scene)
    yield Beat(3, 10 * 60, "applicant", "resubmit_simulated")
    yield from simulated(scene)


def converted(scene: Scene, decided: int | None = None) -> Iterator[Beat]:
    """Passed by simulation; in review since the land came, decided on day ``decided``."""
    yield from simulated(scene)
    if decided is not None:
        yield _grant(scene, decided)
        yield _deliver(scene, decided + 1)


# ── 听证、退回、移交 ───────────────────────────────────────────────────────────────────────────────────────────────


def hearing_told(scene: Scene) -> Iterator[Beat]:
    """Told that a hearing may be asked for; nobody has yet."""
    yield Beat(0, 10 * 60, "clerk", "accept")
    said = {"hearing_told": scene.date(1), "reason": f"涉及相邻住户日照{NOTE}", "interested": "相邻小区业主"}
    yield Beat(1, 14 * 60, "officer", "tell_hearing_right", said)


def hearing_called(scene: Scene, host: str) -> Iterator[Beat]:
    """Asked for and called, eight working days ahead: what it takes is not counted."""
    yield from hearing_told(scene)
    yield Beat(2, 10 * 60, "clerk", "ask_hearing", {"asked_by": "相邻小区业主代表", "hearing_asked": scene.date(2)})
    said = {
        "hearing_at": f"{scene.date(11)}T14:00",
        "place": "区政务服务大厅三楼听证室",
        "host": f"何局长{NOTE}",
        "host_account": host,
        "reason": f"利害关系人要求听证{NOTE}",
    }
    yield Beat(3, 10 * 60, "officer", "hold_hearing", said)


def returned(scene: Scene) -> Iterator[Beat]:
    """Sent back to the window: no clock stops for it."""
    yield Beat(0, 10 * 60, "clerk", "accept")
    said = {"cause": "papers_unclear", "reason": f"移交材料与清单不符{NOTE}"}
    yield Beat(1, 14 * 60, "officer", "return_to_window", said)


def returned_and_sent_again(scene: Scene) -> Iterator[Beat]:
    """Sent back, put in order the next morning, decided in time all the same."""
    yield from returned(scene)
    yield Beat(2, 9 * 60, "clerk", "send_again", {"answer": f"已核对并补交移交清单{NOTE}"})
    yield _grant(scene, 2)
    yield _deliver(scene, 4)


def handed_over(scene: Scene, department: str) -> Iterator[Beat]:
    """Found to be of another office, and handed over with its clocks as they run."""
    yield Beat(0, 10 * 60, "clerk", "accept")
    said = {"cause": "wrong_department", "reason": f"事权已调整{NOTE}"}
    yield Beat(1, 14 * 60, "officer", "return_to_window", said)
    yield Beat(1, 16 * 60, "clerk", "hand_over", {"department": department, "reason": f"按事权移交{NOTE}"})


# ── 变更、撤回 ─────────────────────────────────────────────────────────────────────────────────────────────────────


def change_asked(scene: Scene, asked: int = 6) -> Iterator[Beat]:
    """Granted and delivered; then a change of it is asked for."""
    yield from granted_at(scene, 1, 2)
    said = {"change": f"建设单位名称变更{NOTE}", "reason": f"企业更名{NOTE}"}
    yield Beat(asked, 10 * 60, "applicant", "ask_change", said)


def change_decided(scene: Scene, action: str, inputs: Mapping[str, str], by: str = "officer") -> Iterator[Beat]:
    """The change made, or taken back."""
    yield from change_asked(scene)
    yield Beat(9, 15 * 60, by, action, inputs, child="change")


def recalled(scene: Scene) -> Iterator[Beat]:
    """Recalled by the office for the public interest, with compensation; a change asked for ends with it."""
    yield from change_asked(scene)
    said = {
        "ground": "facts_changed",
        "reason": f"市政管廊改线，占用该处用地{NOTE}",
        "compensation": f"已发生的设计和场地费用据实补偿{NOTE}",
    }
    yield Beat(8, 15 * 60, "director", "recall", said)


CHANGED = {"opinion": OPINION}


def _promise(scene: Scene, until: int) -> dict[str, str]:
    return {"gaps_until": scene.date(until), "form": "原件扫描件", "signed_by": SIGNED}


def _to_check(scene: Scene, by: int) -> dict[str, str]:
    return {"opinion": OPINION, "department": "ZJ", "check_by": scene.date(by)}


def _checked(scene: Scene, day: int, action: str, **more: str) -> Beat:
    number = f"崂核{scene.days.day(scene.start + day):%Y%m%d}-{scene.item.code}"
    inputs = {"check_no": number, "checked_on": scene.date(day), **CHECK, **more}
    return Beat(day, scene.afternoon(), "officer", action, inputs, child="supervision")


def _grant(scene: Scene, day: int) -> Beat:
    return Beat(day, scene.afternoon(), "officer", "grant", {"opinion": OPINION})


def _deliver(scene: Scene, day: int) -> Beat:
    return Beat(day, scene.morning(), "clerk", "deliver", {"way": "electronic", "recipient": "建设单位经办人"})
