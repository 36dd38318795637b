import logging
from contextlib import contextmanager

from django.db.models.signals import post_delete
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

logger = logging.getLogger(__name__)


def connect_signal_handlers():
    page_published.connect(on_published, dispatch_uid="lms_courses.published")
    page_unpublished.connect(on_withdrawn, dispatch_uid="lms_courses.unpublished")
    post_page_move.connect(on_moved, dispatch_uid="lms_courses.moved")
    # With the base page as sender: sent for the view, bulk and queryset deletes alike, when all rows are gone.
    post_delete.connect(on_withdrawn, sender=Page, dispatch_uid="lms_courses.deleted")


def on_published(sender, instance, **kwargs):
    from .publishing import record_publication

    with _mended_later("publication", instance):
        record_publication(instance)


def on_withdrawn(sender, instance, **kwargs):
    from .publishing import record_withdrawal

    if not getattr(instance, "alias_of_id", None):
        with _mended_later("withdrawal", instance):
            record_withdrawal(instance.translation_key)


def on_moved(sender, instance, **kwargs):
    """Sent once, with the moved page alone: what is below it may have changed course too."""
    from .publishing import record_publication

    for page in Page.objects.descendant_of(instance, inclusive=True).specific():
        with _mended_later("move", page):
            record_publication(page)


@contextmanager
def _mended_later(what, page):
    """What happened to the page has happened: raising would show its author a 500 for something that did succeed.

    The failure is logged and `manage.py repair_courses` mends it.
    """
    try:
        yield
    except Exception:
        logger.exception("Could not record the %s of page %s. Run repair_courses.", what, page.pk)
