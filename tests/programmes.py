"""Programmes, as tests make and look at them."""

import datetime
from typing import Any

from django.utils import timezone

from courses.models import Course
from lms.models import Programme
from lms.programmes.actions import create_programme
from lms.programmes.lookup import contents_of
from lms.requirements.actions import require


def require_programme(cast: Any, courses: list[Course], **changes: Any) -> None:
    """*Grunden* holds the courses from today, and is required of everyone within thirty days."""
    today = timezone.localdate()
    programme = create_programme(title_sv="Grunden", courses=courses, valid_from=today, actor=cast.ada, **changes)
    require(programme=programme, valid_from=today, due_days=30, actor=cast.ada)


def contents_on(programme: Programme, day: datetime.date) -> list[Course]:
    """Its courses on `day`, in order."""
    rows = contents_of([programme]).get(programme.pk, [])
    return next((courses for contents, courses in rows if contents.holds_on(day)), [])
