"""The body of a lesson as steps, ready to draw in a fixed number of queries."""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import escape, strip_tags
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


@dataclass
class Step:
    """One heading section. `id` is the heading block's own id, which survives rewording and translation."""

    id: str
    title: str
    blocks: list[Any] = field(default_factory=list)


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


def prepare(steps: list[Step]) -> list[Step]:
    """Fetch what drawing `steps` needs, whatever their length.

    Renditions in one query, contacts of the directory in one, links in one a kind.
    """
    shown = [block for step in steps for block in step.blocks]
    _prefetch_renditions([block.value["image"] for block in shown if block.block_type == "picture"])
    _expand_links(
        [block.value for block in shown if block.block_type == "text"]
        + [block.value["text"] for block in shown if block.block_type in ("callout", "facts")]
    )
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


def _expand_links(values: list[RichText]) -> None:
    """Expand page and document links of all texts at once: text by text, each would ask the database again."""
    if not values:
        return
    html = _expand_page_links(_SPLIT.join(value.source for value in values))
    for value, expanded in zip(values, expand_db_html(html).split(_SPLIT), strict=True):
        value.expanded = expanded


def _expand_page_links(html: str) -> str:
    """Links to pages, in the reader's language where the page has it. Wagtail's own handler asks once for each link."""
    wanted = {
        int(attrs["id"])
        for attrs in map(extract_attrs, FIND_A_TAG.findall(html))
        if attrs.get("linktype") == "page" and attrs.get("id", "").isdigit()
    }
    if not wanted:
        return html
    pages = {page.pk: page for page in Page.objects.filter(pk__in=wanted)}
    here = Locale.get_active()
    foreign = [page.translation_key for page in pages.values() if page.locale_id != here.pk]
    translated = {
        page.translation_key: page
        for page in (Page.objects.filter(translation_key__in=foreign, locale=here).live() if foreign else ())
    }

    def link(match: re.Match[str]) -> str:
        attrs = extract_attrs(match[1])
        if attrs.get("linktype") != "page":
            return match[0]
        page = pages.get(int(attrs["id"])) if attrs.get("id", "").isdigit() else None
        page = translated.get(page.translation_key, page) if page else None
        return f'<a href="{escape(page.url)}">' if page and page.url else "<a>"

    return FIND_A_TAG.sub(link, html)


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
