"""Attendance and earlier training, recorded by hand."""

import datetime

import pytest
from django.utils.timezone import localdate

from lms.models import CourseCompletion
from tests import builders
from tests.admin import BASE, register_form
from tests.builders import activity_of, course_of
from tests.foreseen import agree


def test_recording_who_came_for_many(sign_in, cast, index):
    page = builders.make_course()
    meetup = activity_of(builders.make_workshop(page))
    form = register_form(meetup, [cast.maja, cast.staff["bo"]])
    kajsa = sign_in("kajsa")
    path = f"{BASE}/attendance/"
    shown = kajsa.post(path, form)
    assert "2 personer registreras som närvarande." in shown.content.decode()
    assert not CourseCompletion.objects.exists()
    seen = {**form, "seen": shown.context["seal"]}
    assert kajsa.post(path, seen).status_code == 302
    assert CourseCompletion.objects.count() == 2
    assert kajsa.post(path, seen).status_code == 302  # a double click
    assert CourseCompletion.objects.count() == 2


def test_recording_earlier_training_gives_the_course(petra, cast, course, rule):
    person = f"{BASE}/staff/{cast.maja.pk}/"
    form = register_form(course_of(course), [cast.maja])
    answer = agree(petra, f"{BASE}/earlier-training/?person={cast.maja.pk}", form)
    assert answer["Location"] == person
    told = petra.get(person).content.decode()
    assert CourseCompletion.objects.get().basis == "evidence"
    assert "12:00" not in told, "of a day, at no hour"
    assert petra.get("/admin/reports/training-matrix/").context["totals"].people.done == 1


@pytest.mark.parametrize("person", ["0", "9" * 30, "x", "²"])
def test_from_nobody_it_leads_to_the_matrix(petra, cast, course, person):
    form = register_form(course_of(course), [cast.maja])
    answer = agree(petra, f"{BASE}/earlier-training/?person={person}", form)
    assert answer["Location"] == "/admin/reports/training-matrix/"


def test_a_day_that_has_not_come_is_refused(petra, cast, course):
    tomorrow = (localdate() + datetime.timedelta(days=1)).isoformat()
    response = petra.post(f"{BASE}/earlier-training/", register_form(course_of(course), [cast.maja], on=tomorrow))
    assert list(response.context["form"].errors) == ["on"]
    assert not CourseCompletion.objects.exists()


def test_nothing_is_recorded_for_people_of_another_municipality(petra, cast, course, far):
    response = petra.post(f"{BASE}/earlier-training/", register_form(course_of(course), [cast.maja, far]))
    assert list(response.context["form"].errors) == ["people"]
    assert not CourseCompletion.objects.exists()
