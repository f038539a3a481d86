"""Other systems that are told what happens: the administrator's list, one of them, and its secret, shown once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.faults import Fault, faults_of
from api.pages.frame import show
from api.pages.lists import cursor, paging, with_query
from api.pages.once import Done, lead_on, once
from api.pages.reading import half_width, read_day, read_moment
from api.subscribing import look_at, secret_of
from api.wording import N_, _, own
from workflow.clock.days import OFFICE_ZONE, local_day, office_time
from workflow.commands.ask_test import ask_test
from workflow.commands.pause_subscriber import pause_subscriber, resume_subscriber
from workflow.commands.replay import replay
from workflow.commands.rotate_secret import rotate_secret
from workflow.commands.subscribe import change_subscriber, subscribe
from workflow.errors import NotFound, Refused
from workflow.event_kinds import KINDS
from workflow.queries.subscribers import all_subscribers, deliveries, one_subscriber
from workflow.store.subscribers import Subscriber
from workflow.work import Work

STOPPED: Mapping[str, str] = {
    "paused": N_("已暂停"),
    "gone": N_("对方已停用（410）"),
    "failing": N_("连续三天失败，已停止"),
}
OUTCOMES: Mapping[str, str] = {
    "delivered": N_("已送达"),
    "soon": N_("失败，稍后重试"),
    "later": N_("失败，隔一段时间重试"),
    "never": N_("失败，不再重试"),
    "test": N_("测试"),
}
LABELS: Mapping[str, str] = {
    "name": N_("名称"),
    "url": N_("网址"),
    "kinds": N_("事件"),
    "after": N_("从哪里起"),
    "since": N_("从哪里起"),
}


@dataclass(slots=True)
class _Back:
    """What a refused form brings back to the page it stood on."""

    status: int = 200
    faults: list[Fault] = field(default_factory=list)
    typed: dict[str, Any] = field(default_factory=dict)


@pages.get("/subscribers", endpoint="subscribers")
def list_page() -> Response:
    """Every subscriber, and the form for a new one."""
    return _list(_Back(typed={"name": "", "url": "", "kinds": []}))


@pages.post("/subscribers")
def add_subscriber() -> Response:
    """Add one; its secret is the answer."""
    typed = _typed()
    address = look_at(typed["url"])
    try:
        with access.work() as work:
            done = once(work, lambda: _added(subscribe(work, typed["name"], address, typed["kinds"])))
    except Refused as refusal:
        return _list(_back(refusal, typed))
    return _secret_page(done)


@pages.get("/subscribers/<int:number>", endpoint="subscriber")
def subscriber_page(number: int) -> Response:
    """One subscriber: how far it is, what was sent to it, and what may be done."""
    return _one(number, _Back())


@pages.post("/subscribers/<int:number>")
def change_the_subscriber(number: int) -> Response:
    """Another URL or other kinds."""
    typed = _typed()
    address = look_at(typed["url"])
    return _deed(number, typed, lambda work: change_subscriber(work, number, address, typed["kinds"]), _("已保存。"))


@pages.post("/subscribers/<int:number>/rotate")
def rotate_the_secret(number: int) -> Response:
    """A new secret, which is the answer."""
    try:
        with access.work() as work:
            done = once(work, lambda: _added(rotate_secret(work, number)))
    except NotFound:
        raise
    except Refused as refusal:
        return _one(number, _back(refusal, {}))
    return _secret_page(done)


@pages.post("/subscribers/<int:number>/pause")
def pause_the_subscriber(number: int) -> Response:
    """Tell it nothing for now."""
    return _deed(number, {}, lambda work: pause_subscriber(work, number), _("已暂停推送，位置保留，恢复后从这里继续。"))


@pages.post("/subscribers/<int:number>/resume")
def resume_the_subscriber(number: int) -> Response:
    """Go on from where it was."""
    return _deed(number, {}, lambda work: resume_subscriber(work, number), _("已恢复，从上次的位置继续推送。"))


@pages.post("/subscribers/<int:number>/test")
def test_the_subscriber(number: int) -> Response:
    """Have a test sent."""
    return _deed(number, {}, lambda work: ask_test(work, number), _("测试已提交，几秒后刷新本页，看下面的推送记录。"))


@pages.post("/subscribers/<int:number>/replay")
def tell_again(number: int) -> Response:
    """Tell it everything again from a position or a moment on."""
    typed = request.form.get("after", "").strip()
    position, since = _from_where(typed, local_day(access.me().now))
    if position is None and since is None:
        words = _("“从哪里起”应为位置（整数）或时间，如 2026-11-25 09:30")
        return _one(number, _Back(400, [Fault("after", words)], {"after": typed}))
    said = _("已改位置，马上从这里重新推送；事件的编号不变。")
    return _deed(number, {"after": typed}, lambda work: replay(work, number, position, since), said)


def _deed(number: int, typed: dict[str, Any], do: Any, said: str) -> Response:
    def deed(work: Work) -> Done:
        do(work)
        return Done(url_for("pages.subscriber", number=number), said)

    try:
        with access.work() as work:
            done = once(work, lambda: deed(work))
    except NotFound:
        raise
    except Refused as refusal:
        return _one(number, _back(refusal, typed))
    return lead_on(done)


def _added(found: Subscriber) -> Done:
    """Kept for a second press of the button: which secret it was, never the secret."""
    return Done(url_for("pages.subscriber", number=found.id), f"{found.id}.{found.generation}")


def _secret_page(done: Done) -> Response:
    number, generation = (int(part) for part in done.said.split("."))
    with access.work() as work:
        found = one_subscriber(work, number)
    return show(
        "subscriber_secret.html",
        name=found.name,
        secret=secret_of(number, generation),
        old_until=found.old_until,
        back=done.location,
        here=done.location,
    )


def _list(back: _Back) -> Response:
    with access.work() as work:
        found = all_subscribers(work)
    return show(
        "subscribers.html",
        back.status,
        rows=[_row(one) for one in found],
        typed=back.typed,
        problems=back.faults,
        kinds=_kinds(),
        here=url_for("pages.subscribers"),
    )


def _one(number: int, back: _Back) -> Response:
    with access.work() as work:
        found = one_subscriber(work, number)
        log = deliveries(work, number, paging(cursor=cursor() if request.method == "GET" else None))
    typed = {"url": found.url, "kinds": list(found.kinds), "after": "", **back.typed}
    return show(
        "subscriber.html",
        back.status,
        one=found,
        row=_row(found),
        chosen_kinds="、".join(own(KINDS[kind].title) for kind in found.kinds if kind in KINDS),
        log=[(row, _(OUTCOMES[row.outcome])) for row in log.rows],
        next_page=with_query("pages.subscriber", number=number, cursor=log.next_cursor) if log.next_cursor else None,
        typed=typed,
        problems=back.faults,
        kinds=_kinds(),
        here=url_for("pages.subscriber", number=number),
    )


def _row(one: Subscriber) -> dict[str, Any]:
    """A subscriber in the words of a list."""
    if one.stopped_why is not None:
        tone, words = ("hold" if one.stopped_why == "paused" else "bad"), _(STOPPED[one.stopped_why])
    elif not one.url:
        tone, words = "hold", _("自行读取")
    elif one.failures:
        tone, words = "warn", _("失败 %(n)s 次，正在重试", n=one.failures)
    else:
        tone, words = "ok", _("正常推送")
    return {"id": one.id, "name": one.name, "url": one.url, "tone": tone, "words": words, "behind": one.behind,
            "last_ok_at": one.last_ok_at}  # fmt: skip


def _kinds() -> list[tuple[str, str]]:
    return [(kind.name, f"{own(kind.title)}（{kind.name}）") for kind in KINDS.values()]


def _typed() -> dict[str, Any]:
    return {
        "name": request.form.get("name", "").strip(),
        "url": request.form.get("url", "").strip(),
        "kinds": request.form.getlist("kinds"),
    }


def _from_where(text: str, today: date) -> tuple[int | None, datetime | None]:
    """A position, or a moment; neither where it can be read as none of both."""
    plain = half_width(text)
    if re.fullmatch(r"[0-9]{1,18}", plain) and not re.fullmatch(r"20[0-9]{6}", plain):
        return int(plain), None
    if (moment := read_moment(text, today)) is not None:
        return None, datetime.fromisoformat(moment).replace(tzinfo=OFFICE_ZONE)
    day = read_day(text, today)
    return None, None if day is None else office_time(day, time())


def _back(refusal: Refused, typed: dict[str, Any]) -> _Back:
    labels = {name: _(words) for name, words in LABELS.items()}
    return _Back(refusal.status, faults_of(refusal, labels, {}), typed)
