import datetime

import pytest
from django.utils import timezone
from wagtail.actions.copy_page import CopyPageAction
from wagtail.actions.create_alias import CreatePageAliasAction
from wagtail.models import Locale, Page

from courses import publishing
from courses.models import Activity, ActivityVersion, Course, LessonPage, QuizPage
from tests import builders
from tests.builders import activity_of, course_of, version_of


def republish(page):
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def translate(page, **changes):
    """The page in English, published, and before it the pages above it."""
    english = Locale.objects.get(language_code="en")
    parent = page.get_parent().specific
    if not parent.is_root() and not parent.has_translation(english):
        translate(parent)
    copy = page.copy_for_translation(english)
    for name, value in changes.items():
        setattr(copy, name, value)
    return republish(copy)


def test_publishing_a_course_and_its_lessons_makes_identities(course):
    identity = course_of(course)
    assert (identity.titles, identity.live, identity.source_language) == ({"sv": course.title}, True, "sv")
    assert [activity.kind for activity in Activity.objects.in_tree_order()] == ["lesson", "lesson", "quiz"]
    assert {activity.course for activity in Activity.objects.all()} == {identity}


def test_a_lesson_published_before_its_course_waits_for_it(index):
    course = builders.make_course()
    Course.objects.all().delete()
    course.unpublish()
    builders.make_lesson(course)
    assert course_of(course).live is False
    republish(course)
    assert course_of(course).live is True


def test_publishing_again_without_a_change_makes_no_version(lesson):
    before = version_of(lesson)
    republish(lesson)
    assert ActivityVersion.objects.filter(activity=activity_of(lesson)).get() == before


def test_the_keys_that_the_editor_puts_on_paragraphs_make_no_version(lesson):
    before = version_of(lesson)
    for block in lesson.body:
        if block.block_type == "text":
            block.value.source = block.value.source.replace("<p>", '<p data-block-key="a1b2c">')
    republish(lesson)
    assert version_of(lesson) == before


def test_a_correction_keeps_the_number_and_the_old_version_stays_as_it_was(lesson):
    before = version_of(lesson)
    frozen = dict(before.content)
    lesson.title = "Vad menas med värdskap?"
    republish(lesson)
    after = version_of(lesson)
    assert (before.label, after.label) == ("1", "1.1")
    before.refresh_from_db()
    assert (before.current, before.content, before.title) == (False, frozen, "Lektion 1")


def test_the_key_changes_the_version_but_never_the_public_hash(quiz):
    before = version_of(quiz)
    question = quiz.questions.first()
    question.explanation = "En annan förklaring."
    question.save()
    quiz.refresh_from_db()
    republish(quiz)
    after = version_of(quiz)
    assert after != before
    assert after.content_hash == before.content_hash
    assert after.key_hash != before.key_hash


def test_no_answer_stands_in_what_may_travel(quiz):
    content = str(version_of(quiz).content)
    assert "Förklaring" not in content
    assert "right" not in content


def test_steps_are_the_headings_and_keep_their_ids_when_they_are_reworded(lesson):
    before = version_of(lesson).steps
    assert [step["title"] for step in before] == ["Lektion 1 steg 1", "Lektion 1 steg 2"]
    lesson.body[0].value = "Ny rubrik"
    republish(lesson)
    after = version_of(lesson).steps
    assert [step["id"] for step in after] == [step["id"] for step in before]
    assert after[0]["title"] == "Ny rubrik"


def test_steps_and_question_keys_survive_a_revert_to_an_older_revision(lesson, quiz):
    old_lesson, old_quiz = lesson.latest_revision, quiz.latest_revision
    steps, keys = version_of(lesson).steps, list(version_of(quiz).key)
    lesson.body = [("heading", "Helt annat"), ("text", "<p>Nytt.</p>")]
    republish(lesson)
    quiz.questions.first().delete()
    quiz.refresh_from_db()
    republish(quiz)
    old_lesson.publish()
    old_quiz.publish()
    assert version_of(lesson).steps == steps
    assert list(version_of(quiz).key) == keys


def test_languages_share_one_identity_and_each_has_its_version(lesson):
    english = translate(lesson, title="What is hospitality?")
    assert Activity.objects.filter(uuid=lesson.translation_key).count() == 1
    activity = activity_of(lesson)
    assert activity.titles == {"sv": "Lektion 1", "en": "What is hospitality?"}
    assert activity.source_language == "sv"
    assert [version.language for version in activity.versions.current().order_by("language")] == ["en", "sv"]
    assert [step["id"] for step in version_of(english).steps] == [step["id"] for step in version_of(lesson).steps]


def test_questions_keep_their_keys_in_translation_and_in_a_copy(quiz):
    english = translate(quiz)
    keys = [question.key for question in quiz.questions.all()]
    assert [question.key for question in english.questions.all()] == keys
    copy = CopyPageAction(quiz, to=quiz.get_parent(), update_attrs={"slug": "kopia"}, keep_live=False).execute()
    assert [question.key for question in copy.questions.all()] == keys


def test_a_translation_does_not_decide_the_settings(lesson):
    english = translate(lesson)
    english.required, english.minutes = False, 99
    republish(english)
    assert activity_of(lesson).required is True
    assert activity_of(lesson).minutes != 99


def test_copying_a_quiz_as_a_draft_and_publishing_it_leaves_the_original_whole(quiz):
    """What nested inline panels lose in Wagtail 8.0: the reason for choices in one field."""
    copy = CopyPageAction(quiz, to=quiz.get_parent(), update_attrs={"slug": "kopia"}, keep_live=False).execute()
    before = [question.choices for question in quiz.questions.all()]
    republish(QuizPage.objects.get(pk=copy.pk))
    assert [question.choices for question in QuizPage.objects.get(pk=quiz.pk).questions.all()] == before
    assert [question.choices for question in QuizPage.objects.get(pk=copy.pk).questions.all()] == before


def test_a_copied_course_is_a_course_of_its_own(course):
    copy = CopyPageAction(
        course, to=course.get_parent(), recursive=True, update_attrs={"slug": "kopia"}, keep_live=True
    ).execute()
    assert Course.objects.count() == 2
    assert course_of(copy).activities.count() == course_of(course).activities.count() == 3


def test_an_alias_makes_no_identity_however_often_its_source_is_published(course, lesson):
    other = builders.make_course("En annan kurs")
    CreatePageAliasAction(lesson, parent=other).execute()
    republish(lesson)
    assert Activity.objects.count() == 3
    assert activity_of(lesson).course == course_of(course)


def test_a_go_live_in_the_future_publishes_nothing_yet(lesson):
    lesson.unpublish()
    lesson.refresh_from_db()
    lesson.go_live_at = timezone.now() + datetime.timedelta(days=1)
    lesson.save_revision().publish()
    assert activity_of(lesson).live is False


def test_unpublishing_withdraws_only_when_no_language_is_left(lesson):
    english = translate(lesson)
    lesson.unpublish()
    assert activity_of(lesson).live is True
    english.unpublish()
    assert activity_of(lesson).live is False
    republish(LessonPage.objects.get(pk=lesson.pk))
    assert activity_of(lesson).live is True


@pytest.mark.parametrize("how", ["page", "queryset"])
def test_deleting_pages_leaves_the_identities_withdrawn(course, how):
    if how == "page":
        Page.objects.get(pk=course.pk).delete()
    else:
        Page.objects.filter(pk=course.pk).delete()
    assert Course.objects.get().live is False
    assert set(Activity.objects.values_list("live", flat=True)) == {False}
    assert ActivityVersion.objects.count() == 3


def test_moving_a_lesson_moves_the_activity_and_its_translation_does_not_pull_it_back(course, lesson):
    english = translate(lesson)
    other = builders.make_course("En annan kurs")
    lesson.move(other, pos="last-child")
    assert activity_of(lesson).course == course_of(other)
    republish(LessonPage.objects.get(pk=english.pk))
    assert activity_of(lesson).course == course_of(other)


def test_order_is_read_from_the_tree(course):
    first, second = course.get_activity_pages()[:2]
    second.move(first, pos="left")
    titles = [activity.title for activity in Activity.objects.in_tree_order()]
    assert titles == ["Lektion 2", "Lektion 1", "Kunskapstest"]


def test_a_failing_handler_never_turns_publishing_into_an_error(lesson, monkeypatch, caplog):
    def fail(page):
        raise RuntimeError("Trasigt")

    monkeypatch.setattr(publishing, "record_publication", fail)
    lesson.title = "Ny titel"
    republish(lesson)
    assert "repair_courses" in caplog.text
    monkeypatch.undo()
    publishing.repair()
    assert activity_of(lesson).titles["sv"] == "Ny titel"


def test_repair_brings_back_what_handlers_missed(course):
    Activity.objects.update(live=False)
    Course.objects.update(live=False, titles={})
    assert publishing.repair() == 4
    assert course_of(course).live is True
    assert course_of(course).title == course.title
    assert set(Activity.objects.values_list("live", flat=True)) == {True}


def test_minutes_are_counted_from_the_words_unless_the_author_says(index):
    course = builders.make_course()
    body = [("heading", "Ett"), ("text", "<p>" + "ord " * 700 + "</p>")]
    long = builders.publish(LessonPage(title="Lång", slug="lang", body=body), course)
    said = builders.publish(LessonPage(title="Sagd", slug="sagd", body=body, minutes=3), course)
    assert activity_of(long).minutes == 4
    assert activity_of(said).minutes == 3


def test_titles_follow_the_language_and_fall_back_to_the_source(lesson):
    from django.utils.translation import override

    translate(lesson, title="What is hospitality?")
    activity = activity_of(lesson)
    with override("en-gb"):
        assert activity.title == "What is hospitality?"
    with override("fi"):
        assert activity.title == "Lektion 1"
