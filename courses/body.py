"""The body of a lesson as steps, ready to draw in a fixed number of queries."""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import escape, strip_tags
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Locale, Page
from wagtail.rich_text import RichText, expand_db_html
from wagtail.rich_text.rewriters import FIND_A_TAG, extract_attrs

from .blocks import look_up_contacts

#: The sizes in which a lesson shows a picture. Prefetched together, so that pictures cost two queries in all.
PICTURE_SPECS = ("width-800|format-webp", "width-1200|format-webp")

WORDS_PER_MINUTE = 180
EDITOR_KEYS = re.compile(r' data-block-key=\\"\w+\\"')
_SPLIT = "<!--lms-split-->"
_WHOLE_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)


@dataclass
class Step:
    """One heading section. `id` is the heading block's own id, which survives rewording and translation."""

    id: str
    title: str
    blocks: list[Any] = field(default_factory=list)


class Book:
    """Where the links of a body lead: in the book, to the pages and documents themselves.

    Who shows a body elsewhere puts another of these into the template's context, as `addresses`. It knows no user.
    """

    def pages(self, pages: list[Page]) -> dict[int, str | None]:
        """Primary key to address of all `pages` at once."""
        return {page.pk: page.url for page in pages}

    def document(self, document: Any) -> str:
        return document.url

    def leaves(self, url: str) -> bool:
        """Whether a link in a text leads away: then it opens in a tab of its own, and the lesson stays."""
        return url.startswith(("https://", "http://"))


BOOK = Book()


def steps_in(body: Iterable[Any], *, title: str = "") -> list[Step]:
    """Split a stream at its headings. What comes before the first heading is a step named `title`."""
    steps: list[Step] = []
    for block in body:
        if block.block_type == "heading":
            steps.append(Step(id=str(block.id), title=str(block.value)))
        else:
            if not steps:
                steps.append(Step(id=str(block.id), title=title))
            steps[-1].blocks.append(block)
    return steps


def prepare(steps: list[Step], addresses: Book = BOOK) -> list[Step]:
    """Fetch what drawing `steps` needs, whatever their length.

    Renditions in one query, contacts of the directory in one, links in one a kind.
    """
    shown = [block for step in steps for block in step.blocks]
    _prefetch_renditions([block.value["image"] for block in shown if block.block_type == "picture"])
    values = [block.value for block in shown if block.block_type == "text"]
    values += [block.value["text"] for block in shown if block.block_type in ("callout", "facts")]
    if values:
        # At once: text by text, each would ask the database again.
        html = expand_links(_SPLIT.join(value.source for value in values), addresses)
        for value, expanded in zip(values, html.split(_SPLIT), strict=True):
            value.expanded = expanded
    look_up_contacts(block.value for block in shown if block.block_type == "contact")
    return steps


def _prefetch_renditions(images: list[Any]) -> None:
    by_id: dict[int, list[Any]] = {}
    for image in filter(None, images):
        image.prefetched_renditions = []
        by_id.setdefault(image.pk, []).append(image)
    if not by_id:
        return
    renditions = get_image_model().get_rendition_model().objects
    for rendition in renditions.filter(image_id__in=by_id, filter_spec__in=PICTURE_SPECS):
        for image in by_id[rendition.image_id]:
            rendition.image = image
            image.prefetched_renditions.append(rendition)


def expand_links(html: str, addresses: Book = BOOK) -> str:
    """Rich text as it is shown. Links to pages lead to the reader's language where the page has it.

    Wagtail's own handler for pages asks once for each link, and knows one address of each thing.
    """
    pages = _pages_linked(html)
    documents = get_document_model().objects.in_bulk(_linked(html, "document"))
    led_to = addresses.pages(list(pages.values()))
    urls: dict[str, dict[int, str | None]] = {
        "page": {pk: led_to[page.pk] for pk, page in pages.items()},
        "document": {pk: addresses.document(document) for pk, document in documents.items()},
    }

    def link(match: re.Match[str]) -> str:
        attrs = extract_attrs(match[1])
        if attrs.get("linktype") not in urls:
            return match[0]
        url = urls[attrs["linktype"]].get(_id_in(attrs))
        return f'<a href="{escape(url)}">' if url else "<a>"

    def outward(match: re.Match[str]) -> str:
        url, words = match.groups()
        if not addresses.leaves(url):
            return match[0]
        note = _("opens in a new tab")
        return f'<a href="{url}" target="_blank" rel="noopener noreferrer">{words} ({note})</a>'

    return _WHOLE_LINK.sub(outward, expand_db_html(FIND_A_TAG.sub(link, html)))


def _linked(html: str, kind: str) -> set[int]:
    """Primary keys of what `html` links to."""
    found = map(extract_attrs, FIND_A_TAG.findall(html))
    return {_id_in(attrs) for attrs in found if attrs.get("linktype") == kind} - {0}


def _id_in(attrs: dict[str, str]) -> int:
    return int(attrs["id"]) if attrs.get("id", "").isdigit() else 0


def _pages_linked(html: str) -> dict[int, Page]:
    """The primary key that a link names to the page it leads to."""
    wanted = _linked(html, "page")
    if not wanted:
        return {}
    pages = Page.objects.select_related("alias_of")
    found = pages.in_bulk(wanted)
    here = Locale.get_active()
    foreign = [page.translation_key for page in found.values() if page.locale_id != here.pk]
    translated = {
        page.translation_key: page
        for page in (pages.filter(translation_key__in=foreign, locale=here).live() if foreign else ())
    }
    return {pk: translated.get(page.translation_key, page) for pk, page in found.items()}


def plain_blocks(body: Any) -> list[dict[str, Any]]:
    """A stream as it is stored: dates as text, pictures and documents by id. Fit for JSON, a hash or a file.

    Without the keys that Wagtail's editor puts on every paragraph it opens: they would make a new version of a lesson
    that nobody has changed.
    """
    return json.loads(EDITOR_KEYS.sub("", json.dumps(list(body.get_prep_value()), cls=DjangoJSONEncoder)))


def words_in(steps: Iterable[Step]) -> int:
    return sum(len(re.findall(r"\w+", _text_of(block.value))) for step in steps for block in step.blocks)


def reading_minutes(steps: list[Step]) -> int:
    return max(1, math.ceil(words_in(steps) / WORDS_PER_MINUTE))


def _text_of(value: Any) -> str:
    """The words of a block's value, as someone who reads it aloud would count them."""
    if isinstance(value, RichText):
        return strip_tags(value.source.replace("<", " <"))
    if isinstance(value, str):
        return value
    if hasattr(value, "values"):
        return " ".join(_text_of(part) for part in value.values())
    if isinstance(value, dict):
        return " ".join(_text_of(part) for part in value.values())
    if hasattr(value, "__iter__"):
        return " ".join(_text_of(part) for part in value)
    return ""
