"""What differs between two versions of an activity: steps, questions, words. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from .models import ActivityVersion


class Changes(NamedTuple):
    """Titles of steps, or texts of questions, in the order in which they stand."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(self)


def changes_between(old: ActivityVersion, new: ActivityVersion) -> Changes:
    """From `old` to `new`, of the same activity and language. A step, and a question, is the same by its id; where that
    is new, as in a body that was written anew elsewhere, by its title.
    """
    before, after = _parts(old), _parts(new)
    same = _same(before, after)
    kept = set(same.values())
    return Changes(
        added=tuple(title for id, (title, _said) in after.items() if id not in same),
        removed=tuple(title for id, (title, _said) in before.items() if id not in kept),
        changed=tuple(title for id, (title, said) in after.items() if id in same and before[same[id]] != (title, said)),
    )


def _same(before: Mapping[str, tuple[str, Any]], after: Mapping[str, tuple[str, Any]]) -> dict[str, str]:
    """Ids in `after` of what was there already, each with its id in `before`."""
    same = {id: id for id in after if id in before}
    waiting: dict[str, list[str]] = {}
    for id, (title, _said) in before.items():
        if id not in same:
            waiting.setdefault(title, []).append(id)
    for id, (title, _said) in after.items():
        if id not in same and waiting.get(title):
            same[id] = waiting[title].pop(0)
    return same


def _parts(version: ActivityVersion) -> Mapping[str, tuple[str, Any]]:
    """Id to its title and all that is said in it."""
    if "questions" in version.content:
        return {
            question["key"]: (question["text"], (question, version.key.get(question["key"])))
            for question in version.content["questions"]
        }
    titles = {step["id"]: step["title"] for step in version.steps}
    said: dict[str, list[Any]] = {id: [] for id in titles}
    here = None
    for block in version.content.get("body", []):
        here = block["id"] if block["id"] in titles else here
        if here is not None:
            said[here].append((block["type"], block["value"]))
    return {id: (title, said[id]) for id, title in titles.items()}
