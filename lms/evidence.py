"""What proves a completion, from apps that we cannot import: asked once per page, never once per row."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypedDict

from wagtail import hooks


class Evidence(TypedDict):
    """A link to what proves a completion. `state` is one word in the reader's language."""

    label: str
    url: str
    state: str


def evidence_for(request: Any, completion_ids: Iterable[int]) -> dict[int, list[Evidence]]:
    """Completion id to what proves it, from every `register_completion_evidence` hook."""
    found: dict[int, list[Evidence]] = defaultdict(list)
    ids = list(completion_ids)
    if ids:
        for ask in hooks.get_hooks("register_completion_evidence"):
            for completion_id, evidence in ask(request, ids).items():
                found[completion_id] += evidence
    return dict(found)
