"""Programmes that somebody is in the middle of, with their courses together. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..requirements.rules import Part


class Group(NamedTuple):
    """A programme, and its courses in its order, each as whoever asked has it. Its str is its title.

    `done` are those that are done, `left` those that are neither done nor excused from.
    """

    part: Part
    courses: list[Any]
    done: int
    left: int

    def __str__(self) -> str:
        return str(self.part.programme)

    @property
    def is_under_way(self) -> bool:
        """Something of it is left to do."""
        enough = self.part.at_least if self.part.is_choice else None
        return self.left > 0 and (enough is None or self.done < enough)

    @property
    def words(self) -> str:
        """How far they have come: "2 of 3 done", or "Choose at least 2 of 4. 1 done."."""
        if not self.part.is_choice:
            words = ngettext("%(done)s of %(count)s done", "%(done)s of %(count)s done", self.done)
            return words % {"done": self.done, "count": self.done + self.left}
        return self._of_a_choice(_("Choose at least %(number)s of %(count)s."))

    @property
    def words_to_others(self) -> str:
        """The same, to who does not choose: "2 of 4 are enough. 1 done."."""
        if not self.part.is_choice:
            return self.words
        number = self.part.at_least or 0
        enough = ngettext("%(number)s of %(count)s is enough.", "%(number)s of %(count)s are enough.", number)
        return self._of_a_choice(enough)

    def _of_a_choice(self, words: str) -> str:
        said = [words, *([ngettext("%(done)s done.", "%(done)s done.", self.done)] if self.done else [])]
        return " ".join(said) % {"number": self.part.at_least, "count": len(self.part.courses), "done": self.done}


def under_way(
    parts: Iterable[Part],
    courses: Mapping[int, Any],
    *,
    is_done: Callable[[Any], bool],
    is_excused: Callable[[Any], bool],
) -> list[Group]:
    """Of the programmes that are demanded of somebody those of which something is left, with those of their `courses`
    (by id, as they have them)."""
    found = []
    for part in parts:
        own = [courses[course] for course in part.courses if course in courses]
        left = sum(not (is_done(one) or is_excused(one)) for one in own)
        found.append(Group(part, own, sum(map(is_done, own)), left))
    return [group for group in found if group.is_under_way]
