"""What an author may name that must be done first, and what is said of the order before anything is published.

A page keeps the uuids that it names, whatever becomes of those pages. What does not fit any more holds nobody up:
`prerequisites` passes it over, and the author is told here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from wagtail.models import Page

from .prerequisites import Part, last_before, prerequisites


class Candidate(NamedTuple):
    """What a page may wait for; `problem` says why it may not, of what was chosen once."""

    uuid: str
    title: str
    problem: str = ""
    required: bool = True

    @property
    def label(self) -> str:
        return self.title if self.required else _("%(title)s (optional)") % {"title": self.title}


def candidates(page: Any, parent: Page) -> list[Candidate]:
    """The parts, or courses, that stand before `page` under `parent`, in order; then what it names besides them."""
    before = page.pages_before(parent).order_by("path").specific()
    found = [
        Candidate(str(one.translation_key), one.draft_title or one.title, required=getattr(one, "required", True))
        for one in before
    ]
    strays = [uuid for uuid in page.after if uuid not in {one.uuid for one in found}]
    return found + ([_stray(uuid, page, parent) for uuid in strays])


def _stray(uuid: str, page: Any, parent: Page) -> Candidate:
    found = Page.objects.filter(translation_key=uuid, alias_of=None, locale=page.locale).first()
    if found is None:
        return Candidate(uuid, _("What is gone"), _("One of them is not there any more. Untick it."))
    title = found.draft_title
    if hasattr(page, "kind") and not found.is_child_of(parent):
        return Candidate(uuid, title, _("“%(title)s” is not in this course any more. Untick it.") % {"title": title})
    words = _("“%(title)s” stands after this page. Move it before, or untick it.")
    return Candidate(uuid, title, words % {"title": title})


def name_nothing_optional(chosen: Iterable[Candidate]) -> list[str]:
    """What is wrong where a part that is needed is to wait for one that is not."""
    words = _(
        "“%(title)s” is not needed to complete the course, so nothing that is needed can wait for it. "
        "Untick it, or make it needed."
    )
    return [words % {"title": one.title} for one in chosen if not one.required]


@dataclass
class Told:
    """One part of a course, when it opens, and what is wrong with what it names."""

    title: str
    when: str
    problems: list[str] = field(default_factory=list)


class _Written(NamedTuple):
    """A part as it was saved last, published or not."""

    uuid: str
    title: str
    live: bool
    required: bool
    after: list[str]


def order_told(course: Any) -> list[Told]:
    """The parts of the course page `course` as they were saved last, in order. Two queries."""
    written = _written(course)
    shown = [one for one in written if one.live]
    waits = prerequisites([Part(one.uuid, one.required, one.after) for one in shown], in_order=course.in_order)
    titles = {one.uuid: one.title for one in written}
    told = []
    for number, one in enumerate(written):
        title = one.title if one.required else _("%(title)s (optional)") % {"title": one.title}
        if not one.live:
            told.append(Told(title, _("not published")))
            continue
        first = [_("“%(title)s”") % {"title": titles[uuid]} for uuid in last_before(one.uuid, waits, done=(), begun=())]
        when = _("opens after %(parts)s") % {"parts": ", ".join(first)} if first else _("open from the start")
        told.append(Told(title, when, _problems(one, {two.uuid: two for two in written[:number]}, titles)))
    return told


def _written(course: Any) -> list[_Written]:
    rows = Page.objects.child_of(course).filter(alias_of=None).select_related("latest_revision").order_by("path")
    found = []
    for row in rows:
        said = row.latest_revision.content if row.latest_revision else {}
        title, required, after = said.get("title", row.title), said.get("required", True), said.get("after") or []
        found.append(_Written(str(row.translation_key), title, row.live, required, after))
    return found


def _problems(one: _Written, before: dict[str, _Written], titles: dict[str, str]) -> list[str]:
    problems = []
    for uuid in one.after:
        named = before.get(uuid)
        if uuid not in titles:
            problems.append(_("It names a part that is not in this course any more, which holds nobody up."))
            continue
        if named is None:
            words = _("It names “%(title)s”, which stands after it and holds nobody up.")
        elif not named.live:
            words = _("It names “%(title)s”, which is not published and holds nobody up until it is.")
        elif one.required and not named.required:
            words = _("It names “%(title)s”, which is optional and holds nobody up.")
        else:
            continue
        problems.append(words % {"title": titles[uuid]})
    return problems


def courses_told(page: Any) -> list[str]:
    """What is wrong with the courses that the course page `page` names. Empty where nothing is."""
    if not page.after:
        return []
    problems = []
    for one in candidates(page, page.get_parent()):
        if one.uuid not in page.after:
            continue
        if one.problem:
            problems.append(one.problem)
        elif not Page.objects.filter(translation_key=one.uuid, live=True).exists():
            words = _("“%(title)s” is not published and holds nobody up until it is.")
            problems.append(words % {"title": one.title})
    return problems


def name_copies(original: Any, copy: Any) -> None:
    """Let the parts of a copied course name each other, and no longer those that they were copied from.

    The parts of both have the same addresses in their courses. What was published with the copy is published anew.
    """
    own = {page.slug: str(page.translation_key) for page in Page.objects.child_of(copy)}
    renamed = {
        str(page.translation_key): own[page.slug] for page in Page.objects.child_of(original) if page.slug in own
    }
    for page in Page.objects.child_of(copy).filter(alias_of=None).specific():
        named = [renamed.get(uuid, uuid) for uuid in getattr(page, "after", [])]
        if named == getattr(page, "after", []):
            continue
        page.after = named
        revision = page.save_revision()
        if page.live:
            revision.publish()
        else:
            page.save(update_fields=["after"])
