"""The lists of programmes and of equivalent courses offer to undo what would be undone, and nothing else."""

import datetime
import random

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from lms.equivalence.actions import end_equivalence, equate
from lms.models import CourseEquivalence, EquivalenceKind, LedgerEntry, Programme, Requirement
from lms.programmes.actions import change_programme, create_programme, rename_programme
from lms.rehearsal import rehearse
from lms.remedies.undo import undo
from lms.requirements.actions import require
from tests.builders import course_of, make_course

BASE = "/admin/training"
DAY = datetime.timedelta(days=1)

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def courses(cast):
    return [course_of(make_course(f"Kurs {number}")) for number in range(4)]


def is_accepted(entry, actor):
    try:
        rehearse(lambda: undo(entry=entry, actor=actor, reason="Fel"))
    except ValidationError:
        return False
    return True


def offered(history):
    return {entry.pk: can_be for entry, _text, can_be in history}


def of_programmes(ada):
    rows = ada.get(f"{BASE}/programmes/").context["rows"]
    return {pk: can_be for row in rows for pk, can_be in offered(row["history"]).items()}


def of_equivalences(ada):
    context = ada.get(f"{BASE}/equivalences/").context
    rows = [*context["current"], *context["ended"]]
    return {pk: can_be for _row, _words, history in rows for pk, can_be in offered(history).items()}


def accepted(entries, actor):
    return {entry.pk: is_accepted(entry, actor) for entry in entries}


def standing(entries):
    """Those about programmes that the list shows: the others were taken back."""
    shown = {f"programme:{programme.pk}" for programme in Programme.objects.standing()}
    return [entry for entry in entries if entry.subject in shown]


@pytest.mark.parametrize("seed", range(6))
def test_of_programmes(ada, cast, courses, seed):
    chance, today = random.Random(seed), timezone.localdate()

    def some():
        return chance.sample(courses, chance.randint(1, 4))

    def change(programme):
        last = max((row for row in programme.contents.all() if not row.is_taken_back), key=lambda row: row.pk)
        first_day = last.valid_from + chance.choice((0, 0, 3)) * DAY
        change_programme(programme=programme, first_day=first_day, courses=some(), actor=cast.ada)

    def take_back(programme):
        entries = LedgerEntry.objects.filter(subject=f"programme:{programme.pk}").order_by("?")
        undo(entry=next(entry for entry in entries if is_accepted(entry, cast.ada)), actor=cast.ada, reason="Fel")

    def bind(programme):
        require(programme=programme, valid_from=today, actor=cast.ada)

    def let_go(programme):
        rule = Requirement.objects.filter(programme=programme, valid_to=None).first()
        entry = LedgerEntry.objects.get(subject=f"requirement:{rule.pk if rule else 0}", verb="requirement.opened")
        undo(entry=entry, actor=cast.ada, reason="Fel")

    def rename(programme):
        rename_programme(programme=programme, title_sv="Annat", title_en="", actor=cast.ada)

    for title in ("Grunden", "Kris"):
        create_programme(title_sv=title, courses=some(), valid_from=today, actor=cast.ada)
    seen = set()
    for _step in range(10):
        programme = chance.choice(list(Programme.objects.standing()) or [None])
        if programme is None:
            break
        try:
            with transaction.atomic():
                chance.choice((change, change, change, take_back, take_back, bind, let_go, rename))(programme)
        except (ValidationError, LedgerEntry.DoesNotExist, StopIteration):
            continue
        told = of_programmes(ada)
        entries = standing(LedgerEntry.objects.filter(subject__startswith="programme:"))
        assert told == accepted(entries, cast.ada)
        seen |= set(told.values())
    assert True in seen


@pytest.mark.parametrize("seed", range(6))
def test_of_equivalent_courses(ada, cast, courses, seed):
    chance, today = random.Random(seed), timezone.localdate()
    for _row in range(2):
        target, *sources = chance.sample(courses, 2)
        equate(kind=EquivalenceKind.COUNTS, sources=sources, target=target, valid_from=today - 9 * DAY, actor=cast.ada)

    def end(row):
        end_equivalence(equivalence=row, last_day=today + chance.randint(-9, 3) * DAY, actor=cast.ada)

    def take_back(_row):
        ends = [entry for entry in entries() if entry.verb == "equivalence.ended" or not chance.randrange(4)]
        chance.shuffle(ends)
        undo(entry=next(one for one in ends if is_accepted(one, cast.ada)), actor=cast.ada, reason="Fel")

    def entries():
        return list(LedgerEntry.objects.filter(subject__startswith="courseequivalence:").order_by("pk"))

    seen = set()
    for _step in range(12):
        row = chance.choice(list(CourseEquivalence.objects.all()))
        try:
            with transaction.atomic():
                chance.choice((end, end, take_back))(row)
        except (ValidationError, StopIteration):
            continue
        told = of_equivalences(ada)
        assert told == accepted(entries(), cast.ada)
        seen |= set(told.values())
    assert True in seen


def test_after_two_changes_the_list_of_programmes_offers_to_undo_the_last(ada, cast, courses):
    today = timezone.localdate()
    programme = create_programme(title_sv="Grunden", courses=courses[:1], valid_from=today, actor=cast.ada)
    require(programme=programme, valid_from=today, actor=cast.ada)
    for number in (2, 3):
        change_programme(programme=programme, first_day=today, courses=courses[:number], actor=cast.ada)
    text = ada.get(f"{BASE}/programmes/").content.decode()
    assert text.count("/undo/") == 1
    last = LedgerEntry.objects.filter(verb="programme.changed").latest("pk")
    assert f"{BASE}/programmes/{programme.pk}/undo/{last.uuid}/" in text


@pytest.mark.parametrize("where", ["programmes", "equivalences"])
def test_who_leads_a_part_of_the_tree_is_offered_nothing(petra, cast, courses, where):
    today = timezone.localdate()
    create_programme(title_sv="Grunden", courses=courses, valid_from=today, actor=cast.ada)
    equate(kind="counts", sources=courses[:1], target=courses[1], valid_from=today, actor=cast.ada)
    text = petra.get(f"{BASE}/{where}/").content.decode()
    assert "Tillagt" in text
    assert "/undo/" not in text


def test_the_list_of_programmes_costs_the_same_however_many_there_are(
    ada, cast, courses, django_assert_num_queries, index
):
    today = timezone.localdate()
    ada.get(f"{BASE}/programmes/")
    for number in range(3):
        made = create_programme(title_sv=f"Program {number}", courses=courses, valid_from=today, actor=cast.ada)
        change_programme(programme=made, first_day=today, courses=courses[:2], actor=cast.ada)
        with django_assert_num_queries(11):
            ada.get(f"{BASE}/programmes/")
