"""通知渠道: how each way to people is doing, what waits or was given up, every try; a test, and given-up ones again."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request, url_for

from api import access
from api.pages.blueprint import pages
from api.pages.faults import Fault, faults_of
from api.pages.frame import show
from api.pages.lists import cursor, paging, with_query
from api.pages.once import Done, lead_on, once
from api.telling import opened
from api.wording import N_, _, own
from workflow.commands.choose_telling import try_channel, unknown_channel
from workflow.commands.queue_again import AT_ONCE, queue_again
from workflow.errors import NotFound, Refused
from workflow.queries.channels import WEBHOOK, ChannelView, all_channels, tries
from workflow.queries.paging import capped
from workflow.queries.subscribers import all_subscribers
from workflow.store.subscribers import Subscriber
from workflow.work import Work

OUTCOMES: Mapping[str, str] = {
    "delivered": N_("已送达"),
    "soon": N_("失败，稍后重试"),
    "later": N_("失败，隔一段时间重试"),
    "never": N_("失败，不再重试"),
    "test": N_("测试已送出"),
}


@pages.get("/channels", endpoint="channels")
def channels_page() -> Response:
    """Every channel, and every try."""
    return _page([], 200)


@pages.post("/channels/<channel>/test")
def test_the_channel(channel: str) -> Response:
    """A test message to the administrator's own address."""

    def deed(work: Work) -> Done:
        key = try_channel(work, channel, opened())
        return Done(url_for("pages.contact", test=key), _("测试消息已提交给您自己的地址，结果见下。"))

    try:
        with access.work() as work:
            done = once(work, lambda: deed(work))
    except NotFound:
        raise
    except Refused as refusal:
        return _page(faults_of(refusal, {}, {}), refusal.status)
    return lead_on(done)


@pages.get("/channels/<channel>/again", endpoint="given_up")
def given_up_page(channel: str) -> Response:
    """What putting the given-up messages of a channel back in the queue would do."""
    with access.work() as work:
        found = _one(all_channels(work, opened()), channel)
    hours = access.office().catalogue.telling.give_up_after.amount
    return show("channel_again.html", one=found, given_up=capped(found.given_up), most=AT_ONCE, hours=hours)


@pages.post("/channels/<channel>/again")
def put_given_up_back(channel: str) -> Response:
    """Put them back."""

    def deed(work: Work) -> Done:
        count = queue_again(work, channel)
        return Done(url_for("pages.channels"), _("已重新排队 %(n)s 条，日志已记录。", n=count))

    with access.work() as work:
        done = once(work, lambda: deed(work))
    return lead_on(done)


def _page(faults: list[Fault], status: int) -> Response:
    chosen = (request.args.get("channel") or None) if request.method == "GET" else None
    with access.work() as work:
        found = all_channels(work, opened())
        log = tries(work, paging(cursor=cursor() if request.method == "GET" else None), chosen)
        hooks = all_subscribers(work)
    names = [(one.channel, own(one.title)) for one in found if not one.inside] + [(WEBHOOK, _("数据订阅"))]
    titles = dict(names)
    return show(
        "channels.html",
        status,
        rows=[_row(one) for one in found if not one.inside],
        inside=[_row(one) for one in found if one.inside and (one.waiting or one.given_up)],
        hooks=[_hook(one) for one in hooks],
        log=[(one, titles[one.channel], _(OUTCOMES[one.outcome])) for one in log.rows],
        names=names,
        chosen=chosen or "",
        may=access.me().actor.holds("admin"),
        next_page=with_query("pages.channels", cursor=log.next_cursor) if log.next_cursor else None,
        first_page=with_query("pages.channels") if cursor() else None,
        problems=faults,
        here=url_for("pages.channels"),
    )


def _row(one: ChannelView) -> dict[str, Any]:
    """A channel in words."""
    if not one.open:
        tone, words = "hold", _("未开通")
    elif one.down_since is not None:
        tone, words = "bad", _("对方不通，失败 %(n)s 次", n=one.failures)
    elif one.inside and one.given_up:
        tone, words = "warn", _("有没做成的")
    elif one.inside or one.last_ok_at is not None:
        tone, words = "ok", _("运行正常")
    else:
        tone, words = "todo", _("还没有用过")
    return {
        "view": one,
        "tone": tone,
        "words": words,
        "waiting": capped(one.waiting),
        "given_up": capped(one.given_up),
    }


def _hook(one: Subscriber) -> dict[str, Any]:
    """A subscriber in words."""
    if not one.active:
        tone, words = "hold", _("已停止推送")
    elif not one.url:
        tone, words = "hold", _("自行读取")
    elif one.failures:
        tone, words = "warn", _("失败 %(n)s 次，正在重试", n=one.failures)
    else:
        tone, words = "ok", _("正常推送")
    return {"view": one, "tone": tone, "words": words}


def _one(found: tuple[ChannelView, ...], channel: str) -> ChannelView:
    for one in found:
        if one.channel == channel:
            return one
    raise unknown_channel(channel, [one.channel for one in found])
