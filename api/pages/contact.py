"""通知方式: one's addresses and a test of each, what is told by which of them, quiet hours and the daily digest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.faults import Fault, faults_of
from api.pages.frame import show
from api.pages.once import Done, lead_on, once
from api.pages.reading import half_width
from api.telling import opened
from api.wording import N_, _, own
from workflow.commands.choose_telling import add_address, choose_ways, drop_address, try_address
from workflow.errors import NotFound, Refused
from workflow.queries.my_contact import ContactView, TrialView, my_contact, my_trial
from workflow.telling import MUST_HAVE_A_WAY
from workflow.work import Work

TRIALS: Mapping[str, tuple[str, str]] = {
    "waiting": ("now", N_("正在发送")),
    "delivered": ("ok", N_("已送出，请查收")),
    "failed": ("bad", N_("没有送出")),
}
"""By what became of a test: its shape and words."""
QUIET: Mapping[str, str] = {"office": N_("按本平台规定"), "own": N_("自己定"), "none": N_("不设")}


@dataclass(slots=True)
class _Back:
    """What a refused form brings back."""

    status: int = 200
    faults: list[Fault] = field(default_factory=list)
    typed: dict[str, Any] = field(default_factory=dict)


@pages.get("/contact", endpoint="contact")
def contact_page() -> Response:
    """How this person is told, and what became of the test just sent."""
    return _page(_Back())


@pages.post("/contact/points")
def add_point() -> Response:
    """One more address."""
    typed = {"channel": request.form.get("channel", ""), "address": request.form.get("address", "")}
    labels = {"channel": _("渠道"), "address": _("地址")}

    def deed(work: Work) -> Done:
        added = add_address(work, typed["channel"], typed["address"], opened())
        title = own(access.office().catalogue.channels[added.channel].title)
        return Done(url_for("pages.contact"), _("已添加%(channel)s，建议发送一条测试消息。", channel=title))

    return _deed(deed, typed, labels)


@pages.post("/contact/points/<int:number>/remove")
def remove_point(number: int) -> Response:
    """One address less."""

    def deed(work: Work) -> Done:
        drop_address(work, number, opened())
        return Done(url_for("pages.contact"), _("已删除，以后不再向它发送。"))

    return _deed(deed, {}, {})


@pages.post("/contact/points/<int:number>/test")
def test_point(number: int) -> Response:
    """A test message to one address."""
    return _deed(lambda work: _tried(work, number), {}, {})


@pages.post("/contact/email/test")
def test_email() -> Response:
    """A test message to the e-mail address of the account."""
    return _deed(lambda work: _tried(work, None), {}, {})


@pages.post("/contact/choices")
def choose_telling() -> Response:
    """What is told by which way, quiet hours, and the digest."""
    typed = _typed_choices()

    def deed(work: Work) -> Done:
        choose_ways(work, _choices(typed, my_contact(work, opened())))
        return Done(url_for("pages.contact"), _("已保存，从下一条消息起生效。"))

    return _deed(deed, {"choices": typed}, {"ways": _("哪些事通知我"), "quiet": _("免打扰时间")})


def _tried(work: Work, number: int | None) -> Done:
    key = try_address(work, number, opened())
    return Done(url_for("pages.contact", test=key), _("测试消息已提交，结果见下。"))


def _deed(deed: Callable[[Work], Done], typed: dict[str, Any], labels: Mapping[str, str]) -> Response:
    try:
        with access.work() as work:
            done = once(work, lambda: deed(work))
    except NotFound:
        raise
    except Refused as refusal:
        faults = [_at_its_place(one) for one in faults_of(refusal, labels, {})]
        response = _page(_Back(refusal.status, faults, typed))
        if "retry_after" in refusal.extra:
            response.headers["Retry-After"] = str(refusal.extra["retry_after"])
        return response
    return lead_on(done)


def _at_its_place(fault: Fault) -> Fault:
    """Of the times of the quiet hours both fields stand under one heading."""
    return Fault("quiet_from", fault.text) if fault.field == "quiet" else fault


def _typed_choices() -> dict[str, Any]:
    return {
        "ways": {name[5:]: request.form.getlist(name) for name in request.form if name.startswith("ways.")},
        "quiet": request.form.get("quiet", ""),
        "quiet_from": half_width(request.form.get("quiet_from", "").strip()),
        "quiet_until": half_width(request.form.get("quiet_until", "").strip()),
        "digest": "digest" in request.form,
    }


def _choices(typed: Mapping[str, Any], known: ContactView) -> dict[str, Any]:
    """The form as it is stored: ways that the form could not offer, because their channel is closed just now, stay."""
    offered = [one.channel for one in known.channels if one.open and one.has]
    has = {one.channel for one in known.channels if one.has}
    choices: dict[str, Any] = {"digest": typed["digest"]}
    if offered:
        choices["ways"] = {
            one.kind: typed["ways"].get(one.kind, [])
            + [way for way in one.ways if one.chosen and way in has and way not in offered]
            for one in known.kinds
        }
    if typed["quiet"] == "none":
        choices["quiet"] = None
    if typed["quiet"] == "own":
        choices["quiet"] = {"from": typed["quiet_from"], "until": typed["quiet_until"]}
    return choices


def _page(back: _Back) -> Response:
    key = request.args.get("test") if request.method == "GET" else None
    with access.work() as work:
        found = my_contact(work, opened())
        trial = None if key is None else my_trial(work, key)
    offered = [one for one in found.channels if one.open and one.has]
    return show(
        "contact.html",
        back.status,
        points=found.points,
        closed=[one for one in found.channels if not one.open],
        addable=[(one.channel, own(one.title)) for one in found.channels if one.open],
        examples=[(own(one.title), one.example) for one in found.channels if one.open],
        offered=offered,
        names={one.channel: own(one.title) for one in found.channels},
        rows=_rows(found, back.typed.get("choices")),
        must=MUST_HAVE_A_WAY,
        trial=_trial(trial),
        typed={"channel": "", "address": "", **back.typed},
        choices=back.typed.get("choices") or _chosen(found),
        quiet_choices=[(name, _(words)) for name, words in QUIET.items()],
        office_quiet=_office_quiet(),
        problems=back.faults,
        here=url_for("pages.contact"),
    )


def _rows(found: ContactView, typed: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind,
            "title": own(one.title),
            "chosen": typed["ways"].get(one.kind, []) if typed else one.ways,
            "reaches": one.reaches,
        }
        for one in found.kinds
    ]


def _chosen(found: ContactView) -> dict[str, Any]:
    quiet = found.quiet
    return {
        "quiet": "none" if quiet is None else "own" if quiet.chosen else "office",
        "quiet_from": f"{quiet.since:%H:%M}" if quiet is not None and quiet.chosen else "",
        "quiet_until": f"{quiet.until:%H:%M}" if quiet is not None and quiet.chosen else "",
        "digest": found.digest,
    }


def _office_quiet() -> str:
    policy = access.office().catalogue.telling
    return f"{policy.quiet_from:%H:%M}—{policy.quiet_until:%H:%M}"


def _trial(trial: TrialView | None) -> dict[str, Any] | None:
    if trial is None:
        return None
    tone, words = TRIALS[trial.state]
    if trial.state == "waiting" and trial.error:
        tone, words = "warn", N_("对方暂时没有接收，稍后自动再试")
    return {
        "tone": tone,
        "words": _(words),
        "channel": trial.channel,
        "error": trial.error or "",
        "again": url_for("pages.contact", test=trial.key) if trial.state == "waiting" else "",
    }
