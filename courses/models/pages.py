from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail import blocks, hooks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.documents import get_document_model_string
from wagtail.fields import RichTextField
from wagtail.models import Page

from ..blocks import SHORT_FEATURES, LessonBody
from ..body import plain_blocks, reading_minutes, steps_in
from ..fields import BodyField, IdentitiesField
from ..forms import CoursePageForm, LessonPageForm, OrderForm, SourceSettingsForm
from ..languages import foreign_language
from ..panels import NamesPanel, OrderPanel
from .identities import Access, Activity, ActivityKind, Course
from .validity import ValiditySettings

PREVIEW_SIZES = [
    {
        "name": "tablet",
        "icon": "tablet-alt",
        "device_width": 800,
        "label": _("Preview as on the shop’s tablet"),
    },
    {"name": "mobile", "icon": "mobile-alt", "device_width": 375, "label": _("Preview as on a phone")},
    {"name": "desktop", "icon": "desktop", "device_width": 1280, "label": _("Preview as on a computer")},
]


class TrainingPage(Page):
    """What all our pages share. Not a page type of its own."""

    #: Fields that only the page in the source language may change.
    source_settings: tuple[str, ...] = ()
    base_form_class = SourceSettingsForm
    preview_sizes = PREVIEW_SIZES
    show_in_menus_default = False
    #: Who may read is said by the course's `access`, at the desk too, which knows nothing of Wagtail's "Privacy".
    private_page_options: list[str] = []

    class Meta:
        abstract = True

    def get_source_page(self):
        """The page that owns this one's settings: itself, unless it is a translation. None before it is saved."""
        if not self.pk or self.alias_of_id:
            return None
        translations = type(self).objects.filter(translation_key=self.translation_key, alias_of=None)
        identity = self.get_identity()
        if identity:
            source = translations.filter(locale__language_code=identity.source_language).first()
        else:
            source = translations.order_by("pk").first()
        return self if source == self else source  # itself as it is here: a preview shows what is not saved yet

    def is_translation(self) -> bool:
        """Whether another page, in the source language, owns the settings of this one."""
        source = self.get_source_page()
        return source is not None and source.pk != self.pk

    def get_identity(self):
        """The Course or Activity that this page speaks for; None before the first publication."""
        return

    @property
    def identity_uuid(self):
        """Of the Course or Activity that is shown here: an alias shows its source's."""
        page = self
        while page.alias_of_id:
            page = page.alias_of
        return page.translation_key

    def get_course(self):
        """The Course whose access this page has, wherever it hangs; None before the first publication."""
        return

    def get_sitemap_urls(self, request=None):
        course = self.get_course()
        is_open = course and course.live and course.access == Access.OPEN
        return super().get_sitemap_urls(request) if is_open else []

    def get_course_page(self):
        return None


class CourseIndexPage(Page):
    admin_default_ordering = "ord"
    introduction = RichTextField(_("introduction"), blank=True, features=SHORT_FEATURES)

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    subpage_types = ["lms_courses.CoursePage"]
    max_count_per_parent = 1
    preview_sizes = PREVIEW_SIZES
    private_page_options: list[str] = []
    template = "lms_courses/course_index_page.html"

    class Meta:
        verbose_name = _("Course catalogue")
        verbose_name_plural = _("course catalogues")

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        pages = CoursePage.objects.child_of(self).live().select_related("image").order_by("path")
        # Who may see a course is asked of whoever tracks people, if anyone does.
        for narrow in hooks.get_hooks("lms_courses_visible_pages"):
            pages = narrow(request, pages)
        context["courses"] = pages
        return context


class CoursePage(TrainingPage, ValiditySettings):  # type: ignore[django-manager-missing]
    admin_default_ordering = "ord"  # the order in which it is taken

    summary = models.CharField(
        _("summary"), max_length=300, blank=True, help_text=_("One or two sentences: what you learn and why.")
    )
    introduction = RichTextField(_("introduction"), blank=True, features=SHORT_FEATURES)
    objectives = BodyField(
        [("objective", blocks.CharBlock(label=_("Objective"), icon="tick"))],
        blank=True,
        verbose_name=_("learning objectives"),
        help_text=_("Each continues “After the course you can …”. Printed on the certificate."),
    )
    image = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    access = models.CharField(_("who may read it"), max_length=10, choices=Access.choices, default=Access.STAFF)
    in_order = models.BooleanField(
        _("in order: each part opens when the one before it is done"),
        default=False,
        help_text=_("What is optional holds nobody up."),
    )
    after = IdentitiesField(
        verbose_name=_("courses to complete before this one"),
        help_text=_("Those that stand before this one in the catalogue. Who has begun this course goes on with it."),
    )

    source_settings: tuple[str, ...] = ("access", *ValiditySettings.validity_settings, "in_order", "after")
    base_form_class = CoursePageForm
    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("introduction"),
        FieldPanel("objectives"),
        FieldPanel("image"),
        MultiFieldPanel([FieldPanel("access")], heading=_("Settings")),
        MultiFieldPanel(
            [
                FieldPanel("validity", widget=forms.RadioSelect),
                FieldPanel("valid_months"),
                FieldRowPanel([FieldPanel("valid_to_day"), FieldPanel("valid_to_month")]),
                FieldPanel("window_days"),
                FieldPanel("late_days"),
            ],
            heading=_("Validity and renewal"),
            help_text=_(
                "Whoever has completed the course keeps the dates that they got. What you change counts from now on."
            ),
        ),
        MultiFieldPanel([FieldPanel("in_order"), NamesPanel("after"), OrderPanel()], heading=_("Order")),
    ]
    parent_page_types = ["lms_courses.CourseIndexPage"]
    subpage_types = ["lms_courses.LessonPage", "lms_courses.QuizPage", "lms_courses.WorkshopPage"]
    template = "lms_courses/course_page.html"

    class Meta:
        verbose_name = _("Course")
        verbose_name_plural = _("courses")

    def get_identity(self):
        return Course.objects.filter(uuid=self.translation_key).first()

    def get_course(self):
        return Course.objects.filter(uuid=self.identity_uuid).first()

    def get_course_page(self):
        return self

    def pages_before(self, parent):
        """The courses that this one may wait for: written in its language, and before it in the tree."""
        foreign = Course.objects.exclude(source_language=self.locale.language_code).values("uuid")
        pages = CoursePage.objects.filter(locale=self.locale, alias_of=None).exclude(translation_key__in=foreign)
        return pages.filter(path__lt=self.path) if self.pk else pages

    def get_activity_pages(self):
        """The published lessons, tests and meetups, in order: plain pages in one query."""
        return Page.objects.child_of(self).live().order_by("path")

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        pages = list(self.get_activity_pages())
        facts = {
            activity.uuid: activity
            for activity in Activity.objects.filter(uuid__in=[page.translation_key for page in pages])
        }
        context["activities"] = [(page, facts.get(page.translation_key)) for page in pages]
        context["minutes"] = sum(activity.minutes for activity in facts.values())
        return context


class ActivityPage(TrainingPage):
    """A lesson, a test or a meetup. Concrete types add what is in it."""

    kind: str

    summary = models.CharField(_("summary"), max_length=300, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("time needed (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text=_("Empty: counted from the number of words."),
    )
    required = models.BooleanField(
        _("needed to complete the course"),
        default=True,
        help_text=_("Without it, the course is complete even if this is not done."),
    )
    after = IdentitiesField(
        verbose_name=_("opens when these are done"),
        help_text=_(
            "The parts that stand before this one in the course. For a course that is taken from the first part to "
            "the last, there is one switch on the course’s own page."
        ),
    )

    source_settings: tuple[str, ...] = ("minutes", "required", "after")
    settings_fields = MultiFieldPanel(
        [FieldPanel("minutes"), FieldPanel("required"), NamesPanel("after")], heading=_("Settings")
    )
    base_form_class = OrderForm
    parent_page_types = ["lms_courses.CoursePage"]
    subpage_types: list[str] = []

    class Meta:
        abstract = True

    def get_identity(self):
        return Activity.objects.filter(uuid=self.translation_key).first()

    def get_course(self):
        return Course.objects.filter(activities__uuid=self.identity_uuid).first()

    def get_course_page(self):
        return CoursePage.objects.parent_of(self).first()

    def pages_before(self, parent):
        """The parts that this one may wait for: those before it under `parent`."""
        pages = Page.objects.child_of(parent).filter(alias_of=None)
        return pages.filter(path__lt=self.path) if self.pk else pages

    def get_steps(self):
        raise NotImplementedError

    def get_minutes(self) -> int:
        return self.minutes or reading_minutes(self.get_steps())

    def get_content(self) -> dict:
        """What a version freezes and a learner may have."""
        raise NotImplementedError

    def get_key(self) -> dict:
        """What a version freezes and no learner may have before grading."""
        return {}

    def get_settings(self) -> dict:
        return {}

    def has_content(self) -> bool:
        return bool(self.body)

    def lends_title_only(self) -> bool:
        """Whether this translation has no content: it gives the activity a title, and its source page is shown."""
        return not self.has_content() and self.is_translation()

    def get_shown_page(self):
        """The page whose content a reader of this one is shown."""
        return self.get_source_page() if self.lends_title_only() else self

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        shown = self.get_shown_page()
        course = self.get_parent()
        siblings = list(Page.objects.child_of(course).live().order_by("path"))
        here = next((number for number, page in enumerate(siblings) if page.pk == self.pk), None)
        context.update(
            course=course,
            shown=shown,
            foreign="" if shown is self else foreign_language(shown.locale.language_code),
            steps=shown.get_steps(),
            previous_page=siblings[here - 1] if here else None,
            next_page=siblings[here + 1] if here is not None and here + 1 < len(siblings) else None,
        )
        return context


class LessonPage(ActivityPage):
    kind = ActivityKind.LESSON

    body = BodyField(
        LessonBody(),
        blank=True,
        verbose_name=_("content"),
        help_text=_("Begin with a heading: each heading begins a step, and people take one step at a time."),
    )

    #: No part of what a version freezes: a new recording of the same words gives nobody anything to do again.
    audio = models.ForeignKey(
        get_document_model_string(),
        verbose_name=_("recording"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_(
            "The whole lesson read aloud, in the language of this page: an mp3, m4a, ogg, opus or wav file. "
            "Offered instead of the browser’s own voice."
        ),
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("body"),
        FieldPanel("audio"),
        ActivityPage.settings_fields,
    ]
    base_form_class = LessonPageForm
    template = "lms_courses/lesson_page.html"

    class Meta:
        verbose_name = _("Lesson")
        verbose_name_plural = _("lessons")

    def get_steps(self):
        return steps_in(self.body, title=self.title)

    def get_content(self):
        return {"body": plain_blocks(self.body)}


class WorkshopPage(ActivityPage):
    """A meetup (träff), taught in person. A leader records who came."""

    kind = ActivityKind.WORKSHOP

    body = BodyField(LessonBody(), blank=True, verbose_name=_("content"))

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("body"),
        ActivityPage.settings_fields,
    ]
    template = "lms_courses/workshop_page.html"

    class Meta:
        verbose_name = _("Meetup")
        verbose_name_plural = _("meetups")

    def get_steps(self):
        return steps_in(self.body, title=self.title)

    def get_content(self):
        return {"body": plain_blocks(self.body)}
