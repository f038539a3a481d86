"""Filters of lists: a word nobody knows is refused with the words that are, never answered with an empty list."""

from collections.abc import Mapping, Sequence
from typing import Any

from workflow.catalogue import Catalogue
from workflow.errors import BadInput, Reason
from workflow.identifiers import BadIdentifier, project_code


def refuse_unknown(filters: Any, known: Mapping[str, Sequence[str]], catalogue: Catalogue) -> None:
    """Raise BadInput for every field of ``filters`` whose value is not None and not known; ``project`` is a code."""
    reasons = [
        Reason(
            "bad_field",
            f"{name}：没有“{value}”；可用：{'、'.join(words)}",
            f"{name}: there is no “{value}”; accepted: {', '.join(words)}",
            {"field": name, "value": value, "accepted": list(words)},
        )
        for name, words in known.items()
        if (value := getattr(filters, name)) is not None and value not in words
    ]
    if filters.project is not None:
        try:
            project_code(filters.project, catalogue.project_code_rule)
        except BadIdentifier as fault:
            reasons.append(Reason("bad_field", fault.zh, fault.en, {"field": "project", "value": fault.value}))
    if reasons:
        raise BadInput("bad_input", "；".join(r.zh for r in reasons), "; ".join(r.en for r in reasons), reasons=reasons)


def written_code(code: str, catalogue: Catalogue) -> str:
    """A project code already checked, in its written form."""
    return project_code(code, catalogue.project_code_rule).text
