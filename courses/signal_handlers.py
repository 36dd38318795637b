import logging

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

    try:
        record_publication(instance)
    except Exception:
        # The page is live already: raising here would show its author a 500 for something that did happen. The
        # failure is logged and `manage.py repair_courses` mends it.
        logger.exception("Could not record the publication of page %s. Run repair_courses.", instance.pk)


def on_withdrawn(sender, instance, **kwargs):
    from .publishing import record_withdrawal

    if not getattr(instance, "alias_of_id", None):
        record_withdrawal(instance.translation_key)


def on_moved(sender, instance, **kwargs):
    """Sent once, with the moved page alone: what is below it may have changed course too."""
    from .publishing import record_publication

    for page in Page.objects.descendant_of(instance, inclusive=True).specific():
        record_publication(page)
