"""The editor: what stops a question is told at its field, drafts are never refused, and it holds forty."""

import json

import pytest
from wagtail.models import Page

from courses.blocks import PracticeQuestionBlock
from courses.models import LessonPage, QuizPage
from tests import builders
from tests.builders import activity_of, choices, version_of


def form_of(quiz: QuizPage, questions: list[dict], **changes) -> dict:
    """What the browser would post for a quiz with these questions."""
    known = {str(question.key): question for question in quiz.questions.all()}
    data = {
        "title": quiz.title, "slug": quiz.slug, "summary": "", "introduction": "null", "pass_mark": "80",
        "max_attempts": "", "shuffle_questions": "on", "shuffle_choices": "on", "minutes": "", "required": "on",
        "seo_title": "", "search_description": "", "show_in_menus": "", "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0", "questions-TOTAL_FORMS": str(len(questions)),
        "questions-INITIAL_FORMS": str(len(known)), "questions-MIN_NUM_FORMS": "0", "questions-MAX_NUM_FORMS": "1000",
    }  # fmt: skip
    for number, question in enumerate(questions):
        pk = list(known.values())[number].pk if number < len(known) else ""
        for name, value in {
            "id": pk, "ORDER": number + 1, "DELETE": "", "kind": "single", "text": f"Fråga {number}?",
            "choices": json.dumps(choices("Rätt", "Fel")), "explanation": "Därför.", "ignore_case": "on",
            "ignore_accents": "on", "source": "", **question,
        }.items():  # fmt: skip
            data[f"questions-{number}-{name}"] = value
    return {**data, **changes}


def edit(ada, quiz, questions, *, publish=True, **changes):
    data = form_of(quiz, questions, **changes)
    if publish:
        data["action-publish"] = "1"
    return ada.post(f"/admin/pages/{quiz.pk}/edit/", data)


def errors(response) -> dict:
    formset = response.context["form"].formsets["questions"]
    return {number: dict(form.errors) for number, form in enumerate(formset.forms) if form.errors}


def test_an_author_who_marks_no_right_answer_is_told_at_that_questions_answers(ada, course):
    quiz = builders.make_quiz(course, questions=2)
    wrong = json.dumps(choices("A", "B", right=()))
    response = edit(ada, quiz, [{}, {"choices": wrong}])
    assert response.status_code == 200
    assert list(errors(response)) == [1]
    assert list(errors(response)[1]) == ["choices"]
    assert "rätt" in str(errors(response)[1]["choices"]).lower()


@pytest.mark.parametrize(
    "question",
    [
        {"choices": "[]"},
        {"choices": json.dumps(choices("A", "A"))},
        {"choices": json.dumps(choices("A", "B", right=(0, 1)))},
        {"kind": "truefalse", "choices": json.dumps(choices("A", "B"))},
        {"kind": "text", "choices": "[]"},
        {"choices": "{inte json"},
        {"choices": json.dumps(["a"])},
        {"choices": json.dumps([{"text": "x" * 600, "right": True}])},
        {"choices": json.dumps(choices(*"ABCDEFGHIJKLM"))},
    ],
)
def test_each_mistake_is_told_and_nothing_is_published(ada, course, question):
    quiz = builders.make_quiz(course, questions=1)
    before = version_of(quiz)
    response = edit(ada, quiz, [question])
    assert list(errors(response)) == [0]
    assert "choices" in errors(response)[0]
    assert version_of(quiz) == before


def test_a_draft_may_be_as_unfinished_as_it_likes(ada, course):
    quiz = builders.make_quiz(course, questions=1)
    response = edit(ada, quiz, [{"text": "", "choices": "[]", "explanation": ""}], publish=False)
    assert response.status_code == 302
    assert QuizPage.objects.get(pk=quiz.pk).get_latest_revision_as_object().questions.first().choices == []


def test_a_test_without_questions_is_not_published(ada, course):
    quiz = builders.make_quiz(course, questions=1)
    response = edit(ada, quiz, [{"DELETE": "on"}])
    assert response.status_code == 200
    assert response.context["form"].non_field_errors()


def test_publishing_in_the_editor_makes_a_version_with_ids_on_every_choice(ada, course):
    quiz = builders.make_quiz(course, questions=1)
    new = json.dumps([{"text": "Ja", "right": True}, {"text": "Nej"}])
    response = edit(ada, quiz, [{}, {"text": "En ny?", "choices": new}])
    assert response.status_code == 302
    questions = version_of(quiz).content["questions"]
    assert [question["text"] for question in questions] == ["Fråga 0?", "En ny?"]
    ids = [choice["id"] for choice in questions[1]["choices"]]
    assert len(set(ids)) == 2
    assert all(ids)
    edit(
        ada,
        quiz,
        [{}, {"text": "En ny?", "choices": json.dumps(QuizPage.objects.get(pk=quiz.pk).questions.all()[1].choices)}],
    )
    assert [choice["id"] for choice in version_of(quiz).content["questions"][1]["choices"]] == ids


def test_a_quiz_of_forty_questions_can_be_opened_and_saved_in_a_bounded_number_of_queries(
    ada, course, django_assert_max_num_queries
):
    quiz = builders.make_quiz(course, questions=40)
    path = f"/admin/pages/{quiz.pk}/edit/"
    ada.get(path)
    with django_assert_max_num_queries(60):
        assert ada.get(path).status_code == 200
    data = form_of(quiz, [{} for _number in range(40)])
    assert len(data) < 1000  # Django's own limit, which many sites keep
    with django_assert_max_num_queries(140):
        assert ada.post(path, data).status_code == 302


def test_settings_belong_to_the_page_in_the_source_language(ada, course):
    from tests.courses.test_publishing import translate

    quiz = builders.make_quiz(course, questions=1)
    english = translate(quiz, title="Test")
    response = edit(ada, english, [{}], pass_mark="10", max_attempts="1")
    assert response.status_code == 302
    english.refresh_from_db()
    assert (english.pass_mark, english.max_attempts) == (80, None)
    assert activity_of(quiz).max_attempts is None
    assert version_of(english).settings["pass_mark"] == 80


def test_a_practice_question_without_a_right_answer_is_told_at_its_block(index):
    from django.core.exceptions import ValidationError

    from courses.blocks import PracticeQuestionBlock

    block = PracticeQuestionBlock()
    value = block.to_python(
        {"kind": "single", "text": "Hur?", "choices": choices("A", "B", right=()), "explanation": ""}
    )
    with pytest.raises(ValidationError) as error:
        block.clean(value)
    assert list(error.value.block_errors) == ["choices"]
    block.defer_required_validation()
    block.clean(value)


def test_a_contact_needs_a_link_or_a_phone(index):
    from django.core.exceptions import ValidationError

    from courses.blocks import ContactBlock

    block = ContactBlock()
    value = block.to_python({"name": "Polisen", "purpose": "", "url": "", "phone": "", "checked_on": None})
    with pytest.raises(ValidationError):
        block.clean(value)


@pytest.mark.parametrize("mode", ["", "answers"])
def test_both_previews_of_a_test_can_be_drawn(course, mode):
    quiz = builders.make_quiz(course, questions=2)
    response = quiz.make_preview_request(preview_mode=mode)
    text = response.render().content.decode() if not response.is_rendered else response.content.decode()
    assert ("Förklaring 1." in text) is (mode == "answers")


@pytest.mark.parametrize("model", ["lessonpage", "quizpage", "workshoppage"])
def test_the_editor_opens_for_a_new_page(ada, course, model):
    assert ada.get(f"/admin/pages/add/lms_courses/{model}/{course.pk}/").status_code == 200


def test_every_block_has_a_preview(ada, index):
    from courses.blocks import LessonBody

    for name, block in LessonBody().child_blocks.items():
        if name not in ("picture", "document"):  # they would need a file of the site's own
            assert block.is_previewable, name
            url = f"/admin/block-preview/?id={block.definition_prefix}"
            assert ada.get(url).status_code == 200, name


@pytest.mark.parametrize("who", ["maja", "birgitta", "petra", "nisse", "eva"])
def test_only_authors_reach_the_editor(sign_in, course, who):
    for path in (f"/admin/pages/{course.pk}/edit/", f"/admin/pages/add/lms_courses/lessonpage/{course.pk}/"):
        assert sign_in(who).get(path).status_code in (302, 403)


def test_a_picture_that_can_run_script_is_not_taken_in(ada, index):
    from django.core.files.uploadedfile import SimpleUploadedFile

    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    ada.post(
        "/admin/images/add/", {"title": "x", "file": SimpleUploadedFile("x.svg", svg, "image/svg+xml"), "collection": 1}
    )
    for name, kind in (("x.html", "text/html"), ("x.svg", "image/svg+xml")):
        ada.post("/admin/documents/add/", {"title": "x", "file": SimpleUploadedFile(name, svg, kind), "collection": 1})
    from wagtail.documents.models import Document
    from wagtail.images.models import Image

    assert not Image.objects.exists()
    assert not Document.objects.exists()


def test_a_lesson_survives_a_round_in_the_editor_unchanged(course):
    lesson = course.get_activity_pages().first().specific
    before = version_of(lesson)
    revised = Page.objects.get(pk=lesson.pk).specific.get_latest_revision_as_object()
    assert isinstance(revised, LessonPage)
    revised.save_revision().publish()
    assert version_of(lesson) == before


def test_the_answers_of_a_practice_question_survive_a_save_that_failed():
    """Wagtail draws the block anew from what was posted, not from what was saved."""
    choices = [{"id": "a", "text": "Ja", "right": True}, {"id": "b", "text": "Nej", "right": False}]
    posted = {"q-kind": "single", "q-text": "", "q-choices": json.dumps(choices), "q-explanation": ""}
    block = PracticeQuestionBlock()
    state = block.get_form_state(block.value_from_datadict(posted, {}, "q"))
    assert json.loads(state["choices"]) == choices


def test_a_preview_tells_what_is_not_saved_yet(course):
    quiz = QuizPage.objects.first()
    quiz.draw, quiz.pass_mark = 1, 55
    assert quiz.get_source_page() is quiz
    assert quiz.count_asked() == 1
