"""Packs into pages and pages into packs. Publishes as an author would: with a revision, so that versions are made."""

import shutil
from pathlib import Path
from typing import Any

from django.core.files.images import ImageFile
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection, Locale, Page
from wagtail.utils.file import hash_filelike

from ..body import plain_blocks
from ..models import ActivityPage, Contact, CourseIndexPage, CoursePage, LessonPage, Question, QuizPage, WorkshopPage
from ..validity import ValidityKind
from .errors import PackError
from .files import (
    PackActivity,
    PackCourse,
    digest_of,
    write_course_file,
    write_lesson_file,
    write_quiz_file,
)
from .markdown import parse_body, to_markdown, with_addresses, with_documents, write_body
from .questions import question_key, write_question

PAGE_TYPES = {"lesson": LessonPage, "workshop": WorkshopPage, "quiz": QuizPage}
COLLECTION = "Kurspaket"


def course_digest(pack: PackCourse) -> str:
    names = (
        "slug",
        "title",
        "summary",
        "introduction",
        "objectives",
        "image",
        "access",
        "in_order",
        "after",
        "validity",
        "images",
    )
    return digest_of({name: getattr(pack, name) for name in names})


def activity_digest(activity: PackActivity) -> str:
    return digest_of(vars(activity))


def find_page(translation_key: Any, language: str) -> Page | None:
    page = Page.objects.filter(translation_key=translation_key, locale__language_code=language).first()
    return page.specific if page else None


def put_course(pack: PackCourse, index: CourseIndexPage) -> CoursePage:
    """Create or update the course's page and publish it."""
    page = find_page(pack.uuid, pack.language) or CoursePage(
        translation_key=pack.uuid, locale=_locale(pack.language), live=False
    )
    page.title, page.slug, page.summary = pack.title, pack.slug, pack.summary
    page.introduction = with_documents(pack.introduction, lambda name: put_file(pack, name))
    page.access = pack.access
    for name, value in pack.validity.items():
        setattr(page, name, value)
    page.in_order, page.after = pack.in_order, pack.after
    page.objectives = [("objective", objective) for objective in pack.objectives]
    page.image = put_image(pack, pack.image) if pack.image else None
    return _publish(page, index)


def put_activity(pack: PackCourse, activity: PackActivity, course: CoursePage) -> Page:
    """Create or update a lesson's, meetup's or test's page and publish it, in its place in the course."""
    page = find_page(activity.uuid, pack.language) or PAGE_TYPES[activity.kind](
        translation_key=activity.uuid, locale=_locale(pack.language), live=False
    )
    page.title, page.slug, page.summary = activity.title, activity.slug, activity.summary
    page.minutes, page.required, page.after = activity.minutes, activity.required, activity.after
    if activity.kind == "quiz":
        page.introduction = with_documents(activity.introduction, lambda name: put_file(pack, name))
        for name, value in activity.settings.items():
            setattr(page, name, value)
        page.questions = _questions(activity, page)
    else:
        where = f"{pack.folder.name}/{activity.file}"
        blocks = parse_body(
            activity.body, lesson=activity.uuid, find_file=lambda name: put_file(pack, name), where=where
        )
        _must_be_in_the_directory({block["value"]["ref"] for block in blocks if block["type"] == "contact"}, where)
        page.body = LessonPage.body.field.to_python(blocks)
        if activity.kind == "lesson":
            page.audio = _put_document(pack, activity.audio) if activity.audio else None
    page = _publish(page, course)
    _put_in_place(pack, activity, page)
    return page


def _must_be_in_the_directory(refs: set[str], where: str) -> None:
    missing = refs - {""} - set(Contact.objects.filter(ref__in=refs).values_list("ref", flat=True))
    if missing:
        problem = _("there is no contact called %(refs)s. Add it to contacts.yaml, or to the site’s contacts.")
        raise PackError(f"{where}: " + problem % {"refs": ", ".join(sorted(missing))})


def _questions(activity: PackActivity, page: QuizPage) -> list[Question]:
    """Questions keep their rows by key, so that updating a test does not make new ones of old ones."""
    known = {question.key: question for question in page.questions.all()} if page.pk else {}
    questions = []
    for number, data in enumerate(activity.questions):
        key = question_key(activity.uuid, data["key"])
        question = known.get(key) or Question(key=key)
        for name, value in data.items():
            if name != "key":
                setattr(question, name, value)
        question.sort_order = number
        questions.append(question)
    return questions


def _publish(page: Page, parent: Page) -> Page:
    if page.pk is None:
        parent.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def _put_in_place(pack: PackCourse, activity: PackActivity, page: Page) -> None:
    """After the page before it in the pack. Order lives in the tree."""
    number = pack.activities.index(activity)
    before = find_page(pack.activities[number - 1].uuid, pack.language) if number else None
    if before and before.get_parent() == page.get_parent() and page.get_prev_sibling() != before:
        Page.objects.get(pk=page.pk).move(Page.objects.get(pk=before.pk), pos="right")


def put_file(pack: PackCourse, name: str) -> int:
    """The id of the picture or document `name` of the pack; uploaded the first time."""
    return (put_image(pack, name) if _file(pack, "images", name).is_file() else _put_document(pack, name)).pk


def _file(pack: PackCourse, kind: str, name: str) -> Path:
    """A translation lies in a folder in its source's, and shares its pictures and documents."""
    own = pack.folder / kind / name
    return own if own.is_file() else pack.folder.parent / kind / name


def put_image(pack: PackCourse, name: str) -> Any:
    Image = get_image_model()
    path = _file(pack, "images", name)
    if not path.is_file():
        raise PackError(f"{pack.folder.name}: " + _("there is no picture images/%(name)s.") % {"name": name})
    with path.open("rb") as opened:
        known = Image.objects.filter(file_hash=hash_filelike(opened)).first()
        if known:
            return known
        opened.seek(0)
        about = pack.images.get(name, {})
        image = Image(title=about.get("title") or name, collection=_collection(), file=ImageFile(opened, name=name))
        image.save()
        image.get_file_hash()  # kept, so that it is found the next time
        return image


def _put_document(pack: PackCourse, name: str) -> Any:
    Document = get_document_model()
    path = _file(pack, "documents", name)
    if not path.is_file():
        raise PackError(
            f"{pack.folder.name}: " + _("there is no file images/%(name)s or documents/%(name)s.") % {"name": name}
        )
    with path.open("rb") as opened:
        known = Document.objects.filter(file_hash=hash_filelike(opened)).first()
        if known:
            return known
        opened.seek(0)
        document = Document(title=name, collection=_collection(), file=ImageFile(opened, name=name))
        document.save()
        document.get_file_hash()
        return document


def _collection() -> Collection:
    root = Collection.get_first_root_node()
    return root.get_children().filter(name=COLLECTION).first() or root.add_child(name=COLLECTION)


def _locale(language: str) -> Locale:
    try:
        return Locale.objects.get(language_code=language)
    except Locale.DoesNotExist as error:
        raise PackError(
            _("The site has no language “%(language)s”. Add it under Settings, Locales.") % {"language": language}
        ) from error


def export_course(course: CoursePage, folder: Path) -> None:
    """Write `course` and its activities as a pack that loads to the same content."""
    pictures: dict[str, dict[str, str]] = {}

    def file_name(kind: str, pk: Any) -> str:
        """The name that it has in the pack; of a page its address."""
        if kind == "page":
            return Page.objects.get(pk=pk).url or ""
        model, place = (get_image_model(), "images") if kind == "image" else (get_document_model(), "documents")
        item = model.objects.get(pk=pk)
        name = Path(item.file.name).name
        (folder / place).mkdir(parents=True, exist_ok=True)
        with item.file.open("rb") as source, (folder / place / name).open("wb") as target:
            shutil.copyfileobj(source, target)
        if kind == "image":
            pictures[name] = {"title": item.title}
        return name

    names: dict[str, str] = {}
    children = Page.objects.child_of(course).live().order_by("path").specific()
    activities = [page for page in children if isinstance(page, ActivityPage)]
    for number, page in enumerate(activities, start=1):
        names[str(page.translation_key)] = _export_activity(page, folder, number, file_name, names)
    data: dict[str, Any] = {
        "uuid": str(course.translation_key),
        "language": course.locale.language_code,
        "slug": course.slug,
        "title": course.title,
        "summary": course.summary,
        "introduction": to_markdown(with_addresses(course.introduction, file_name)),
        "objectives": [str(block.value) for block in course.objectives],
        "access": course.access,
        "activities": list(names.values()),
    }
    if course.in_order:
        data["in_order"] = True
    if course.after:
        data["after"] = course.after
    if course.validity != ValidityKind.FOR_GOOD:
        values = {name: getattr(course, name) for name in course.validity_settings}
        data |= {name: value for name, value in values.items() if value}
    if course.image_id:
        data["image"] = file_name("image", course.image_id)
    if pictures:
        data["images"] = pictures
    write_course_file(folder, data)


def _export_activity(page: Any, folder: Path, number: int, file_name: Any, before: dict[str, str]) -> str:
    """Its file's name. `before` has those of the parts before it, by uuid."""
    folder.mkdir(parents=True, exist_ok=True)
    head: dict[str, Any] = {"uuid": str(page.translation_key), "slug": page.slug, "title": page.title}
    if page.summary:
        head["summary"] = page.summary
    if page.minutes:
        head["minutes"] = page.minutes
    if not page.required:
        head["required"] = False
    if after := [before[uuid] for uuid in page.after if uuid in before]:
        head["after"] = after
    if isinstance(page, QuizPage):
        name = f"{number:02}-{page.slug}.yaml"
        rules = ("pass_mark", "max_attempts", "wait_minutes", "draw", "shuffle_questions", "shuffle_choices")
        data = {
            **head,
            "introduction": to_markdown(with_addresses(page.introduction, file_name)),
            **{rule: getattr(page, rule) for rule in rules},
            "questions": [write_question(_question_values(question)) for question in page.questions.all()],
        }
        write_quiz_file(folder / name, data)
        return name
    name = f"{number:02}-{page.slug}.md"
    if isinstance(page, WorkshopPage):
        head["kind"] = "workshop"
    elif page.audio_id:
        head["audio"] = file_name("document", page.audio_id)
    write_lesson_file(folder / name, head, write_body(plain_blocks(page.body), file_name=file_name))
    return name


def _question_values(question: Question) -> dict[str, Any]:
    names = ("key", "kind", "text", "choices", "explanation", "source", "ignore_case", "ignore_accents")
    return {name: getattr(question, name) for name in names}
