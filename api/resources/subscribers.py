"""Other systems that are told what happens: added, changed, paused, tested, told again (administrators)."""

from collections.abc import Callable
from typing import Any

from flask import Response, current_app

from api import access, once
from api.reading import Blueprint
from api.resources.answers import paging
from api.schemas.lists import PageQuerySchema
from api.schemas.subscribers import (
    DeliveriesSchema,
    NewSecretSchema,
    NewSubscriberSchema,
    ReplaySchema,
    SubscriberChangeSchema,
    SubscriberSchema,
    SubscribersSchema,
)
from api.subscribing import look_at, secret_of
from workflow.commands.ask_test import ask_test
from workflow.commands.pause_subscriber import pause_subscriber, resume_subscriber
from workflow.commands.replay import replay
from workflow.commands.rotate_secret import rotate_secret
from workflow.commands.subscribe import Address, change_subscriber, subscribe
from workflow.queries import subscribers
from workflow.queries.paging import Page
from workflow.queries.subscribers import Delivery
from workflow.signing import EXAMPLE
from workflow.store.subscribers import Subscriber
from workflow.work import Work

DESCRIPTION = f"""\
Other systems that are told what happens. Each event is a POST of one JSON object, the same as in the event feed, in
order, again and again until it is answered with 2xx (within 20 s; 5 s to an hour between tries, `Retry-After` is
heeded; 410 ends it; after 3 days without success it is stopped, and starts where it was). At least once: note
`webhook-id`. Signed by the conventions of Standard Webhooks: `webhook-id`, `webhook-timestamp` and
`webhook-signature`, which holds `v1,` and Base64 of HMAC-SHA256 over `id.timestamp.body`. To check one:

```python
{EXAMPLE}```
"""

blueprint = Blueprint("subscribers", __name__, url_prefix="/api/v1/subscribers", description=DESCRIPTION)

SUBSCRIBER = SubscriberSchema()


@blueprint.get("")
@blueprint.response(200, SubscribersSchema)
def list_subscribers() -> dict[str, Any]:
    """Every subscriber (administrators)"""
    with access.work() as work:
        return {"items": subscribers.all_subscribers(work)}


@blueprint.post("")
@blueprint.arguments(NewSubscriberSchema)
@blueprint.response(201, NewSecretSchema)
def new_subscriber(body: dict[str, Any]) -> Response:
    """Add a subscriber (administrators)

    The answer holds its secret, which is kept nowhere and shown once. The URL is looked up now, and again before every
    request: what leads to a private, local or reserved address is refused.
    """
    address = look_at(body["url"])
    with access.work() as work:
        return _with_secret(
            work,
            lambda: subscribe(work, body["name"], address, body["kinds"], body["after"], body["since"]),
            status=201,
        )


@blueprint.get("/<int:subscriber_id>")
@blueprint.response(200, SubscriberSchema)
def one_subscriber(subscriber_id: int) -> Subscriber:
    """One subscriber (administrators)"""
    with access.work() as work:
        return subscribers.one_subscriber(work, subscriber_id)


@blueprint.patch("/<int:subscriber_id>")
@blueprint.arguments(SubscriberChangeSchema)
@blueprint.response(200, SubscriberSchema)
def change(body: dict[str, Any], subscriber_id: int) -> Subscriber:
    """Another URL, other kinds, paused or on again (administrators)"""
    address = look_at(body["url"]) if "url" in body else None
    with access.work() as work:
        found = subscribers.one_subscriber(work, subscriber_id)
        if address is not None or "kinds" in body:
            kinds = body.get("kinds", found.kinds)
            found = change_subscriber(work, subscriber_id, address or Address(found.url), kinds)
        if "active" in body:
            found = (resume_subscriber if body["active"] else pause_subscriber)(work, subscriber_id)
        return found


@blueprint.post("/<int:subscriber_id>/rotate")
@blueprint.response(200, NewSecretSchema)
def rotate(subscriber_id: int) -> Response:
    """A new secret, shown once (administrators)

    For 24 hours both secrets sign: every request then carries two signatures, parted by a space.
    """
    with access.work() as work:
        return _with_secret(work, lambda: rotate_secret(work, subscriber_id))


@blueprint.post("/<int:subscriber_id>/test")
@blueprint.response(202, SubscriberSchema)
def test(subscriber_id: int) -> Response:
    """Have a test sent (administrators)

    An event of the kind `webhook.test`, within seconds; what came of it stands among the deliveries.
    """
    with access.work() as work:
        return once.answer(work, SUBSCRIBER, lambda: ask_test(work, subscriber_id), 202)


@blueprint.post("/<int:subscriber_id>/replay")
@blueprint.arguments(ReplaySchema)
@blueprint.response(200, SubscriberSchema)
def tell_again(body: dict[str, Any], subscriber_id: int) -> Response:
    """Tell it everything again from a position or a moment on (administrators)

    The events keep their ids. Only one of `after` and `since`.
    """
    with access.work() as work:
        return once.answer(work, SUBSCRIBER, lambda: replay(work, subscriber_id, body["after"], body["since"]))


@blueprint.get("/<int:subscriber_id>/deliveries")
@blueprint.arguments(PageQuerySchema, location="query")
@blueprint.response(200, DeliveriesSchema)
def list_deliveries(query: dict[str, Any], subscriber_id: int) -> Page[Delivery]:
    """Every try to reach it, newest first; kept 90 days (administrators)"""
    with access.work() as work:
        return subscribers.deliveries(work, subscriber_id, paging(query))


def _with_secret(work: Work, do: Callable[[], Subscriber], status: int = 200) -> Response:
    """The answer with the secret, which is added to what `api.once` keeps: the key of a repeat is no place for it."""
    response = once.answer(work, SUBSCRIBER, do, status)
    body = response.get_json()
    body["secret"] = secret_of(body["id"], body["generation"])
    response.set_data(current_app.json.dumps(body))
    return response
