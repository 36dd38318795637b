"""A course that changes and is to be done again, as tests of it need it."""

import datetime

from django.db.models import Q
from django.utils import timezone

from lms.models import Workplace
from lms.reader.lookup import journeys
from lms.reports.figures import gather
from lms.retraining.actions import demand_retraining
from tests.builders import activity_of, course_of, version_of
from tests.courses.test_publishing import republish

DAY = datetime.timedelta(days=1)


def change(page, words="Helt nya ord."):
    """The last step says something else, and a step is new."""
    page = type(page).objects.get(pk=page.pk)
    page.body = [*page.body.get_prep_value(), {"type": "heading", "value": "Nytt steg"}]
    page.body[1] = ("text", f"<p>{words}</p>")
    return republish(page)


def demand(cast, course, *pages, by=30, also_begun=False, **more):
    """That what has last changed in `pages` is done again within `by` days."""
    parts = {activity_of(page): version_of(page).published_at for page in pages}
    return demand_retraining(
        course=course_of(course),
        parts=parts,
        by_when=timezone.localdate() + by * DAY,
        notes={"sv": "Nya öppettider."},
        also_begun=also_begun,
        actor=cast.ada,
        **more,
    )


def journey_of(learner):
    [journey] = journeys(learner, Q(), language="sv")
    return journey


def status_of(learner, *, on=None, known=None):
    figures = gather(on or timezone.localdate(), Workplace.objects.all(), known=known)
    rows = figures.rows(figures.workers)
    return next(row for worker, row in rows if worker.job.staff_id == learner.pk).cells[0].status
