from wagtail.signals import page_published

from courses.models import CourseIndexPage
from courses.signals import activity_moved, criteria_changed


def connect_signal_handlers():
    activity_moved.connect(on_activity_moved, dispatch_uid="lms.activity_moved")
    criteria_changed.connect(on_criteria_changed, dispatch_uid="lms.criteria_changed")
    page_published.connect(on_catalogue_published, sender=CourseIndexPage, dispatch_uid="lms.catalogue_published")


def on_activity_moved(sender, activity, before, **kwargs):
    from .progress.recheck import carry_along

    carry_along(activity=activity, before=before)


def on_criteria_changed(sender, course, **kwargs):
    from .progress.recheck import recheck

    recheck(course)


def on_catalogue_published(sender, **kwargs):
    from .workplaces.actions import let_course_leaders_write

    let_course_leaders_write()
