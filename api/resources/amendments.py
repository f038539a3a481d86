"""Amendments of calendar, limits and flow versions: previewed, proposed by one administrator, signed by another."""

import re
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Response

from api import access, once
from api.reading import Blueprint, bad_fields
from api.resources.answers import paging
from api.schemas.calendar import (
    AmendmentProposalSchema,
    AmendmentRefusalSchema,
    AmendmentSchema,
    AmendmentsQuerySchema,
    AmendmentsSchema,
    CalendarPreviewQuerySchema,
    CalendarPreviewSchema,
    SignatureSchema,
    content_of,
)
from workflow.amending.kinds import KINDS
from workflow.commands import amend
from workflow.errors import BadInput, Reason
from workflow.queries.amendments import Amendment, amendment, amendment_preview, amendments
from workflow.queries.moves import Preview
from workflow.queries.paging import Page
from workflow.work import Work

blueprint = Blueprint(
    "amendments",
    __name__,
    url_prefix="/api/v1/amendments",
    description="What changes many cases, for two people",
)

AMENDMENT = AmendmentSchema()
NOTICE_PARTS = frozenset({"year", "kind", "source", "off", "make_up", "extra"})
PLACES = {"limit": "limit_change", "flow": "flow_move"}
# What the core calls it, and what the body does.
NAMES = {"amendment": "withdraws", "content": "notice"}


@blueprint.get("")
@blueprint.arguments(AmendmentsQuerySchema, location="query")
@blueprint.response(200, AmendmentsSchema)
def list_amendments(query: dict[str, Any]) -> Page[Amendment]:
    """Amendments, newest first (administrators, supervisor)"""
    with access.work() as work:
        return amendments(work, paging(query))


@blueprint.post("")
@blueprint.arguments(AmendmentProposalSchema)
@blueprint.response(201, AmendmentSchema)
def propose(body: dict[str, Any]) -> Response:
    """Propose a notice, a closure, a withdrawal, a limit changed by law, or a newer flow version (administrators)

    Nothing moves before another administrator has signed. The figures of the preview are kept with the proposal.
    """
    with access.work() as work:
        return once.answer(work, AMENDMENT, lambda: _proposed(work, body), 201)


@blueprint.post("/preview")
@blueprint.arguments(AmendmentProposalSchema)
@blueprint.arguments(CalendarPreviewQuerySchema, location="query")
@blueprint.response(200, CalendarPreviewSchema)
def preview_of_a_question(body: dict[str, Any], query: dict[str, Any]) -> Preview:
    """What a proposal would move, before it is one (administrators)

    The same body as a proposal; nothing is saved.
    """
    kind = KINDS[body["kind"]]
    with access.work() as work:
        try:
            content = kind.read(work, body["kind"], content_of(body), body["document"])
            return kind.preview(work, body["kind"], content, query["most"])
        except BadInput as refusal:
            raise _in_words_of_the_body(body["kind"], refusal) from refusal


@blueprint.get("/<int:amendment_id>")
@blueprint.response(200, AmendmentSchema)
def one_amendment(amendment_id: int) -> Amendment:
    """One amendment (administrators, supervisor)

    `moved` grows while dates settle; `settled_at` is set when none is left to move.
    """
    with access.work() as work:
        return amendment(work, amendment_id)


@blueprint.get("/<int:amendment_id>/preview")
@blueprint.arguments(CalendarPreviewQuerySchema, location="query")
@blueprint.response(200, CalendarPreviewSchema)
def preview_of_an_amendment(query: dict[str, Any], amendment_id: int) -> Preview:
    """What a proposal would move if it were signed now (administrators, supervisor)

    Every case and clock with its old and new date. `mark` is what a signer gives back as `seen`.
    """
    with access.work() as work:
        return amendment_preview(work, amendment_id, query["most"])


@blueprint.post("/<int:amendment_id>/sign")
@blueprint.arguments(SignatureSchema)
@blueprint.response(200, AmendmentSchema)
def sign(body: dict[str, Any], amendment_id: int) -> Response:
    """Sign, as another administrator than who proposed (administrators)

    What it says holds from then on; dates settle in the background. 409 where it is decided already, and where what
    is in force has changed after the preview; 400 while the item's file says another limit.
    """
    with access.work() as work:
        return once.answer(work, AMENDMENT, lambda: amend.sign(work, amendment_id, body["note"], body["seen"]))


@blueprint.post("/<int:amendment_id>/refuse")
@blueprint.arguments(AmendmentRefusalSchema)
@blueprint.response(200, AmendmentSchema)
def refuse(body: dict[str, Any], amendment_id: int) -> Response:
    """Send a proposal back, or take one's own back (administrators)"""
    with access.work() as work:
        return once.answer(work, AMENDMENT, lambda: amend.refuse(work, amendment_id, body["note"]))


def _proposed(work: Work, body: dict[str, Any]) -> Amendment:
    try:
        return amend.propose(work, body["kind"], content_of(body), body["document"])
    except BadInput as refusal:
        raise _in_words_of_the_body(body["kind"], refusal) from refusal


def _in_words_of_the_body(kind: str, refusal: BadInput) -> BadInput:
    """The core names the parts of a content; in the body they stand under a name of their own."""
    place = PLACES.get(kind)
    rename = _renamed if place is None else partial(_placed, place)
    return bad_fields([rename(reason) for reason in refusal.reasons])


def _placed(place: str, reason: Reason) -> Reason:
    path = str(reason.facts.get("field", ""))
    return reason if path == "document" else _named(reason, path, place if path == "content" else f"{place}.{path}")


def _renamed(reason: Reason) -> Reason:
    path = str(reason.facts.get("field", ""))
    part = re.match(r"\w*", path)
    head = part[0] if part else ""
    name = NAMES.get(path, path)
    if head in NOTICE_PARTS:
        name = "notice." + re.sub(r"\[(\d+)\]", r".\1", path)
    return _named(reason, path, name)


def _named(reason: Reason, path: str, name: str) -> Reason:
    zh, en = reason.zh.removeprefix(f"{path}："), reason.en.removeprefix(f"{path}: ")
    return replace(reason, zh=f"{name}：{zh}", en=f"{name}: {en}", facts={**reason.facts, "field": name})
