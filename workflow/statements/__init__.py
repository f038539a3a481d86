"""Which facts a document states, and its seal (domain fact book, 9). Pure: a decision in, documents out.

A document keeps its facts in words, so that it can be set again, years later, without the case; its seal covers them,
its number and its template.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflow.case import Case
from workflow.catalogue import DocumentKind
from workflow.catalogue.document_files import ALWAYS
from workflow.catalogue.documents import either
from workflow.clock.days import local_day
from workflow.definition import Flow, Title
from workflow.documents import COMMON_FACTS, INPUT, KEPT, groups_of
from workflow.errors import NotMet, Reason
from workflow.guards import Facts
from workflow.machine import Decision
from workflow.statements.facts import FACTS, Telling, common_fact
from workflow.statements.words import Words, collected_by, field_of, rows_words, value_words

__all__ = ["FACTS", "IssuedDocument", "check_code", "groups_stated", "issue", "seal_of"]

CHECK_CODE_LENGTH = 16
"""Letters of base32: 80 bits, that nobody guesses and everybody can type."""


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """A document the office issues, recorded with the facts it must state. ``template`` is its text's name, version
    and digest, ``seal`` what the office vouches for, ``check_code`` how anybody finds out."""

    kind: str
    no: str
    facts: Mapping[str, Any]
    template: str
    seal: bytes
    check_code: str


def issue(
    flow: Flow, decision: Decision, facts: Facts, after: Case, base: Mapping[str, Any]
) -> tuple[IssuedDocument, ...]:
    """The documents that the action of ``decision`` issues; ``base`` is what each keeps beside its words, its ``said``
    the inputs as JSON keeps them.

    :raises NotMet: ``document_facts_missing``, naming every fact a document must state and this case does not have.
    """
    tellings = [_telling(kind, flow, decision, facts, after) for kind in decision.action.issued(after.data)]
    stated = [_stated(telling, base["said"]) for telling in tellings]
    missing = [reason for telling, words in zip(tellings, stated, strict=True) for reason in _missing(telling, words)]
    if missing:
        raise NotMet(
            "document_facts_missing",
            "；".join(reason.zh for reason in missing),
            "; ".join(reason.en for reason in missing),
            reasons=missing,
        )
    return tuple(_issued(telling, words, base) for telling, words in zip(tellings, stated, strict=True))


def groups_stated(flows: Iterable[Flow], kinds: Mapping[str, DocumentKind], action: str) -> frozenset[str]:
    """The groups of facts that the documents of the action ``action``, in any of ``flows``, are made from."""
    return frozenset(
        group
        for flow in flows
        if action in flow.actions
        for kind in flow.actions[action].may_issue
        for group in groups_of(kinds[kind].facts)
    )


def seal_of(template: str, no: str, facts: Mapping[str, Any]) -> bytes:
    """SHA-256 over the canonical JSON of template, number and facts: keys sorted, no spaces, UTF-8."""
    sealed = {"template": template, "no": no, "facts": facts}
    text = json.dumps(sealed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def check_code(seal: bytes) -> str:
    """What the QR code carries: the beginning of the seal in base32 (A–Z, 2–7)."""
    return base64.b32encode(seal).decode()[:CHECK_CODE_LENGTH]


def _telling(kind: str, flow: Flow, decision: Decision, facts: Facts, after: Case) -> Telling:
    version = facts.catalogue.documents[kind].on(local_day(facts.now))
    return Telling(version, flow, decision, facts, after)


def _stated(telling: Telling, said: Mapping[str, Any]) -> dict[str, tuple[str, Words]]:
    """By fact: its name in words and what it says; facts there are none of are left out."""
    found = {}
    for name in dict.fromkeys((*ALWAYS, *telling.kind.facts)):
        words = _words(name, telling, said)
        if words:
            found[name] = (_title(name, telling).zh, words)
    return found


def _words(name: str, telling: Telling, said: Mapping[str, Any]) -> Words | None:
    catalogue = telling.facts.catalogue
    if name.startswith(INPUT):
        asked = name.removeprefix(INPUT)
        return value_words(field_of(telling.flow, telling.decision.action, asked), said.get(asked), catalogue)
    if not name.startswith(KEPT):
        return common_fact(name, telling)
    kept = name.removeprefix(KEPT)
    value = telling.after.data.get(kept)
    collecting = collected_by(telling.flow, kept)
    if collecting is not None and isinstance(value, list):
        return rows_words(collecting.asks, value, catalogue)
    return value_words(field_of(telling.flow, None, kept), value, catalogue)


def _title(name: str, telling: Telling) -> Title:
    if name in COMMON_FACTS:
        return COMMON_FACTS[name]
    asked = name.partition(".")[2]
    action = telling.decision.action if name.startswith(INPUT) else None
    field = field_of(telling.flow, action, asked)
    return field.title if field else Title(asked, asked)


def _missing(telling: Telling, words: Mapping[str, object]) -> Iterator[Reason]:
    document = telling.kind.title
    required = (*((name,) for name in ALWAYS), *telling.kind.states)
    for names in dict.fromkeys(required):
        if any(name in words for name in names):
            continue
        fact = _title(names[0], telling)
        yield Reason(
            "document_fact_missing",
            f"《{document.zh}》必须载明“{fact.zh}”，本件尚无",
            f"The “{document.en}” must state “{fact.en}”, which this case does not have",
            {"document": telling.kind.kind, "fact": either(names)},
        )


def _issued(telling: Telling, stated: Mapping[str, tuple[str, Words]], base: Mapping[str, Any]) -> IssuedDocument:
    kind, after = telling.kind, telling.after
    no = f"{after.no}-{kind.code}-{after.seq}"
    facts = {
        **base,
        "words": {name: words for name, (_, words) in stated.items()},
        "titles": {name: title for name, (title, _) in stated.items()},
    }
    seal = seal_of(kind.template, no, facts)
    return IssuedDocument(kind.kind, no, facts, kind.template, seal, check_code(seal))
