"""What a cell rests on once a changed course is done again."""

from django.utils import timezone

from lms.insight.evidence import basis_of
from lms.models import Workplace
from tests.builders import complete, course_of, read
from tests.retraining import DAY, change, demand


def test_what_is_carried_over_was_not_registered_afterwards(cast, course, pages, rule, noon, petra):
    complete(cast.maja, course)
    noon.shift(DAY)
    lesson = change(pages[0])
    noon.shift(DAY)
    demand(cast, course, lesson)
    noon.shift(3 * DAY)
    read(cast.maja, lesson)
    found = basis_of(cast.maja, course_of(course), Workplace.objects.all(), day=timezone.localdate())
    carried = [line for line in found.lines if line.carried]
    assert {line.outcome for line in carried} == {"Överförd"}
    assert len(carried) == 2
    assert not any(line.afterwards for line in found.lines)
    page = petra.get(f"/admin/training/staff/{cast.maja.pk}/course/{course_of(course).pk}/").content.decode()
    assert "Överförd" in page
    assert "lms-afterwards" not in page
