"""What pages cost, literally. The same number with one and with many on each axis."""

import datetime

import pytest
from django.utils import timezone

from lms.equivalence.actions import equate
from lms.models import Retraining
from lms.requirements.actions import require
from tests import builders, people
from tests.builders import complete, course_of, read, version_of

MATRIX = "/admin/reports/training-matrix/"


def require_of_all(cast, page, *, due_in=30):
    require(
        course=course_of(page),
        valid_from=timezone.localdate() - datetime.timedelta(days=300),
        due_on=timezone.localdate() + datetime.timedelta(days=due_in),
        actor=cast.users["ada"],
    )


@pytest.fixture
def many(cast, request):
    """As many required courses as asked for; Maja has begun the first."""
    pages = [builders.make_full_course(f"Kurs {number}", lessons=request.param) for number in range(request.param)]
    for page in pages:
        require_of_all(cast, page)
    read(cast.maja, pages[0].get_activity_pages().first().specific)
    return pages


both = pytest.mark.parametrize("many", [1, 4], indirect=True)


@both
def test_start(sign_in, many, django_assert_num_queries):
    maja = sign_in("maja")
    with django_assert_num_queries(17):
        assert maja.get("/min-utbildning/").status_code == 200


@both
def test_course(sign_in, many, django_assert_num_queries):
    maja = sign_in("maja")
    with django_assert_num_queries(13):
        assert maja.get(f"/min-utbildning/kurs/{many[0].translation_key}/").status_code == 200


@both
def test_lesson(sign_in, many, django_assert_num_queries):
    maja = sign_in("maja")
    lesson = many[0].get_activity_pages().first()
    with django_assert_num_queries(9):
        assert maja.get(f"/min-utbildning/moment/{lesson.translation_key}/").status_code == 200


@both
def test_lesson_in_the_book(sign_in, many, django_assert_num_queries):
    maja = sign_in("maja")
    lesson = many[0].get_activity_pages().first()
    maja.get(lesson.url)
    with django_assert_num_queries(16):
        assert maja.get(lesson.url).status_code == 200


@both
def test_saving_a_step(sign_in, cast, many, django_assert_num_queries):
    import uuid

    maja = sign_in("maja")
    lesson = builders.make_lesson(many[0], "Lång", steps=5)
    form = {"learner": cast.maja.uuid, "event_id": uuid.uuid4(), "step": version_of(lesson).steps[0]["id"]}
    with django_assert_num_queries(9):
        maja.post(f"/min-utbildning/moment/{lesson.translation_key}/steg/", form)


@pytest.mark.parametrize(("questions", "result"), [(1, 14), (8, 13)])  # one right answer of one completes the course
def test_a_question_and_an_answer_cost_the_same_however_long_the_test(
    sign_in, cast, index, questions, result, django_assert_num_queries
):
    import uuid

    page = builders.make_course()
    quiz = builders.make_quiz(page, questions=questions)
    maja = sign_in("maja")
    form = {"learner": cast.maja.uuid, "event_id": uuid.uuid4()}
    home = maja.post(f"/min-utbildning/moment/{quiz.translation_key}/forsok/", form)["Location"]
    with django_assert_num_queries(6):
        maja.get(f"{home}fraga/1/")
    with django_assert_num_queries(9):
        maja.post(f"{home}fraga/1/", {**form, "event_id": uuid.uuid4(), "answer": "c0"})
    with django_assert_num_queries(6):
        maja.get(f"{home}lamna-in/")
    maja.post(f"{home}lamna-in/", {**form, "event_id": uuid.uuid4()})
    with django_assert_num_queries(result):
        maja.get(f"{home}resultat/")


def crowd(cast, size, course):
    for number in range(size):
        person = people.hire(cast, f"Person {number}", "Test", "brattfors" if number % 2 else "grasmyr")
        if number % 3 == 0:
            complete(person, course)


@pytest.mark.parametrize(("staff", "courses"), [(1, 1), (1, 3), (9, 1), (9, 3)])
@pytest.mark.parametrize(
    ("query", "number"),
    [("", 15), ("?view=people", 15), ("?export=csv", 15), ("?export=xlsx", 15)],
)
def test_the_matrix_on_both_axes(sign_in, cast, index, staff, courses, query, number, django_assert_num_queries):
    pages = [builders.make_full_course(f"Kurs {number}") for number in range(courses)]
    for page in pages:
        require_of_all(cast, page)
    crowd(cast, staff, pages[0])
    petra = sign_in("petra")
    petra.get(MATRIX)
    with django_assert_num_queries(number):
        response = petra.get(MATRIX + query)
        if response.streaming:
            b"".join(response.streaming_content)


def test_what_is_seldom_there_costs_the_matrix_a_query_each(sign_in, cast, index, django_assert_num_queries):
    """What counts for another course, what is to be done again, what waits for a leader: asked for where there is."""
    pages = [builders.make_full_course(f"Kurs {number}") for number in range(2)]
    one, other = map(course_of, pages)
    for page in pages:
        require_of_all(cast, page)
    crowd(cast, 9, pages[0])
    petra = sign_in("petra")
    petra.get(MATRIX)

    def costs(summary, people):
        for query, number in (("", summary), ("?view=people", people)):
            with django_assert_num_queries(number):
                petra.get(MATRIX + query)

    costs(15, 15)
    equate(kind="counts", target=other, sources=[one], valid_from=timezone.localdate(), actor=cast.ada)
    costs(17, 16)  # the sums read whom it touches whole
    lesson = pages[0].get_activity_pages().first().specific
    retraining = Retraining.objects.create(course=one, valid_from=timezone.localdate(), by_when=timezone.localdate())
    retraining.parts.create(activity=builders.activity_of(lesson), since=timezone.now(), number=2)
    costs(18, 17)
    builders.tell(cast.maja, lesson, "step", {"step": "borta"})
    costs(19, 18)


@pytest.mark.parametrize("staff", [1, 9])
def test_the_shop_owners_page(sign_in, cast, course, staff, django_assert_num_queries):
    require_of_all(cast, course)
    crowd(cast, staff, course)
    birgitta = sign_in("birgitta")
    with django_assert_num_queries(15):
        birgitta.get("/min-utbildning/min-butik/")


@pytest.mark.parametrize("staff", [1, 9])
def test_the_staff_list(sign_in, cast, course, staff, django_assert_num_queries):
    crowd(cast, staff, course)
    petra = sign_in("petra")
    petra.get("/admin/training/staff/")
    with django_assert_num_queries(14):
        petra.get("/admin/training/staff/")


@pytest.mark.parametrize("staff", [1, 9])
def test_the_leaders_home_page(sign_in, cast, course, staff, django_assert_num_queries):
    """With people late, people out of attempts, events that wait, and steps left to take."""
    quiz = builders.make_quiz(course, "Slutprov", max_attempts=1)
    lesson = course.get_activity_pages().first().specific
    require_of_all(cast, course, due_in=-10)
    for number in range(staff):
        person = people.hire(cast, f"Person {number}", "Test", "brattfors")
        builders.take_quiz(person, quiz, right=False)
        builders.tell(person, lesson, "step", {"step": "borta"})
    petra = sign_in("petra")
    petra.get("/admin/")
    with django_assert_num_queries(24):
        petra.get("/admin/")
    ada = sign_in("ada")
    ada.get("/admin/")
    with django_assert_num_queries(28):
        ada.get("/admin/")


@pytest.mark.parametrize("people_here", [1, 9])
def test_tiles(tablet, cast, people_here, django_assert_num_queries):
    for number in range(people_here):
        people.hire(cast, f"Person {number}", "Test", "brattfors")
    with django_assert_num_queries(5):
        tablet.get("/surfplatta/")
