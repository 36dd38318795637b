"""Taking the demand back says beforehand what becomes of the figures, and they are the matrix's own afterwards."""

import pytest
from django.urls import reverse
from django.utils import timezone

from lms.models import LedgerEntry, Retraining, Workplace
from lms.reports.figures import gather
from lms.requirements.actions import require
from lms.retraining.actions import take_retraining_back
from lms.retraining.foresight import foresee_taken_back, told_taken_back
from tests import people
from tests.builders import complete, course_of, read, take_quiz
from tests.retraining import DAY, change, demand


@pytest.fixture
def required(cast, course):
    return require(course=course_of(course), due_days=30, valid_from=timezone.localdate() - 90 * DAY, actor=cast.ada)


@pytest.fixture
def demanded(cast, course, pages, required, noon):
    """Maja and Birgitta have done it as it was, each at a workplace of her own; Anna as it is now."""
    complete(cast.maja, course)
    complete(cast.birgitta, course)
    noon.shift(DAY)
    lesson = change(pages[0])
    noon.shift(DAY)
    complete(people.hire(cast, "Anna", "Al", "grasmyr"), course)
    return demand(cast, course, lesson)


def address(made):
    entry = LedgerEntry.objects.get(verb="retraining.demanded", subject=f"retraining:{made.pk}")
    return reverse("lms_admin:undo_retraining", args=[made.pk, entry.uuid])


def figures(day):
    """What the matrix says: (place, course or None) to (done, counted)."""
    found = {}
    for place in Workplace.objects.all():
        totals = gather(day, Workplace.objects.filter(pk=place.pk)).totals
        found[place.name, None] = (totals.people.done, totals.people.counted)
        found |= {(place.name, course): (share.done, share.counted) for course, share in totals.by_course.items()}
    return found


def differing(before, after):
    return {key: (before[key], after[key]) for key in before if before[key] != after[key]}


def foreseen(found):
    return {(share.place, share.course_id): (share.was, share.now) for share in found.shares}


def prove(browser, made, day):
    """What the page says of `day` is what the matrix says after the yes."""
    before, rows = figures(day), LedgerEntry.objects.count()
    shown = browser.get(address(made))
    assert (figures(day), LedgerEntry.objects.count()) == (before, rows)
    found = shown.context["change"]
    assert found.day == day
    assert browser.post(address(made), {"seen": shown.context["seal"]}).status_code == 302
    assert Retraining.objects.get(pk=made.pk).is_taken_back
    assert foreseen(found) == differing(before, figures(day)) != {}
    return shown.context["told"]


def test_before_the_day_it_tells_of_the_day_after_it(ada, demanded):
    told = prove(ada, demanded, demanded.by_when + DAY)
    assert told[:2] == [
        "2 personer har inte längre något av det att göra om.",
        "Siffrorna gäller den 26 december 2026, dagen efter den då det skulle vara gjort.",
    ]
    assert told[-1] == "Brattfors: 0 av 2 blir 2 av 2."


def test_after_the_day_it_tells_of_today(sign_in, demanded, noon):
    noon.shift(40 * DAY)
    told = prove(sign_in("ada"), demanded, timezone.localdate())
    assert told[0] == "2 personer har inte längre något av det att göra om."
    assert not any("Siffrorna" in sentence for sentence in told)


def test_who_was_in_the_middle_and_gets_it_back_completes_the_course(ada, cast, course, pages, required, noon):
    read(cast.bo, pages[0])
    noon.shift(DAY)
    made = demand(cast, course, change(pages[0]), also_begun=True)
    read(cast.bo, pages[1])
    take_quiz(cast.bo, pages[2])
    told = prove(ada, made, made.by_when + DAY)
    assert told[0] == "1 person har inte längre något av det att göra om."
    assert told[-1] == "Gräsmyr: 0 av 1 blir 1 av 1."


def test_what_is_required_of_nobody_changes_no_figure(ada, cast, course, pages, noon):
    complete(cast.maja, course)
    noon.shift(DAY)
    lesson = change(pages[0])
    made = demand(cast, course, lesson)
    assert ada.get(address(made)).context["told"] == [
        "1 person har inte längre något av det att göra om.",
        "Ingen siffra i matrisen ändras av det.",
    ]


def test_where_it_touches_nobody_nothing_changes(ada, cast, course, pages, required, noon):
    noon.shift(DAY)
    made = demand(cast, course, change(pages[0]))
    [told] = ada.get(address(made)).context["told"]
    assert told.startswith("Ingenting ändras för någon")


def test_what_has_changed_since_is_shown_anew(ada, cast, course, demanded):
    shown = ada.get(address(demanded))
    read(cast.maja, course.get_children().first().specific)
    again = ada.post(address(demanded), {"seen": shown.context["seal"]})
    assert again.status_code == 200
    assert again.context["has_changed"]
    assert not Retraining.objects.get().is_taken_back


@pytest.mark.parametrize("number", [1, 5])
def test_it_costs_the_same_however_many(cast, course, pages, required, noon, number, django_assert_num_queries):
    for each in range(number):
        complete(people.hire(cast, f"Ny{each}", "Person", "brattfors"), course)
    noon.shift(DAY)
    made = demand(cast, course, change(pages[0]))

    def take_back():
        take_retraining_back(retraining=made, actor=cast.ada, undoes="-")

    with django_assert_num_queries(39):
        found, released = foresee_taken_back(take_back, retraining=made, reach=Workplace.objects.all())
        assert told_taken_back(found, released)


def test_it_takes_a_leader_of_the_whole_tree(sign_in, demanded):
    for name in ("maja", "kajsa", "birgitta", "nisse"):
        assert sign_in(name).get(address(demanded)).status_code in (302, 403)
