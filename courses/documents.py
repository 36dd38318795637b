"""Which documents our pages use, and which they ever used. Whoever guards them asks here."""

import re
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db.models import Max, TextField
from django.db.models.functions import Cast
from wagtail.documents import get_document_model
from wagtail.models import Page, ReferenceIndex, Revision

from .models import ACTIVITY_PAGES, Activity, ActivityVersion, CoursePage

HOUR = 60 * 60


def _our_types() -> list[ContentType]:
    return list(ContentType.objects.get_for_models(CoursePage, *ACTIVITY_PAGES).values())


def documents_in(page: Any) -> set[int]:
    """Primary keys of the documents of a lesson or meetup: as blocks, as links in texts, and its recording."""
    references = page.body.stream_block.extract_references(page.body)
    found = {int(pk) for model, pk, *_path in references if model is get_document_model()}
    recording = getattr(page, "audio_id", None)
    return found | {recording} if recording else found


def pages_using(document: Any) -> list[Page]:
    """Our pages that have `document` in what is saved on them, published or not, with their own types."""
    references = ReferenceIndex.get_references_to(document).filter(content_type__in=_our_types())
    found = {int(pk) for pk in references.values_list("object_id", flat=True)}
    return list(Page.objects.filter(pk__in=found).specific()) if found else []


def is_used_elsewhere(document: Any) -> bool:
    """Whether the rest of the site shows `document`: on a published page, or in anything that is not a page."""
    references = ReferenceIndex.get_references_to(document).exclude(content_type__in=_our_types())
    page_type = ContentType.objects.get_for_model(Page)
    if references.exclude(base_content_type=page_type).exists():
        return True
    pages = references.filter(base_content_type=page_type).values_list("object_id", flat=True)
    return Page.objects.live().filter(pk__in=[int(pk) for pk in pages]).exists()


def was_ever_used(document: Any) -> bool:
    """Whether any draft, any earlier revision or any version ever published of ours has `document`.

    Drafts and revisions are in no index, so their text is searched; the answer is kept until something is saved.
    """
    saved = Revision.objects.aggregate(last=Max("created_at"))["last"]
    frozen = ActivityVersion.objects.aggregate(last=Max("pk"))["last"]
    key = f"lms_courses:document:{document.pk}:{saved.timestamp() if saved else 0}:{frozen or 0}"
    return bool(cache.get_or_set(key, lambda: _is_in_the_past(document), HOUR))


def _is_in_the_past(document: Any) -> bool:
    recorded = Activity.objects.exclude(recordings=[]).values_list("recordings", flat=True)
    if any(document.pk in recordings for recordings in recorded):
        return True
    pattern = _as_written(document)
    written = [
        Revision.objects.filter(content_type__in=_our_types()),
        ActivityVersion.objects.all(),
    ]
    return any(
        rows.annotate(text=Cast("content", TextField()))
        .filter(text__contains=str(document.pk), text__regex=pattern)
        .exists()
        for rows in written
    )


def _as_written(document: Any) -> str:
    r"""How `document` stands in JSON: as a block's value, a recording or a link in rich text, quotes escaped or not.

    `"document": 7`, `\"audio\": 7`, `<a linktype=\"document\" id=\"7\">` and the same the other way round.
    """
    pk, quote = re.escape(str(document.pk)), r'[\\"]*'
    block = rf"(document|audio){quote}: ?{quote}{pk}([^0-9]|$)"
    link = rf"linktype={quote}document{quote} id={quote}{pk}[^0-9]"
    other_way = rf"id={quote}{pk}{quote} linktype={quote}document"
    return f"({block})|({link})|({other_way})"
