import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page

from .. import questions
from ..blocks import SHORT_FEATURES
from ..fields import ChoicesField
from ..forms import QuizPageForm
from .identities import ActivityKind
from .pages import ActivityPage

#: Two weeks.
MAX_WAIT = 14 * 24 * 60


class QuizPage(ActivityPage):
    kind = ActivityKind.QUIZ

    introduction = RichTextField(_("introduction"), blank=True, features=SHORT_FEATURES)
    pass_mark = models.PositiveSmallIntegerField(
        _("pass mark (per cent)"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    max_attempts = models.PositiveSmallIntegerField(
        _("attempts allowed"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("Empty: as many as one likes. The best attempt counts."),
    )
    wait_minutes = models.PositiveSmallIntegerField(
        _("wait between attempts (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_WAIT)],
        help_text=_("Time to read again before the next attempt, from when the last was handed in. Empty: none."),
    )
    draw = models.PositiveSmallIntegerField(
        _("questions in each attempt"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("This many are drawn at random, different ones each time. Empty: all of them."),
    )
    shuffle_questions = models.BooleanField(_("shuffle the questions"), default=True)
    shuffle_choices = models.BooleanField(_("shuffle the answers"), default=True)

    base_form_class = QuizPageForm
    source_settings: tuple[str, ...] = (
        *ActivityPage.source_settings,
        "pass_mark",
        "max_attempts",
        "wait_minutes",
        "draw",
        "shuffle_questions",
        "shuffle_choices",
    )
    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("introduction"),
        InlinePanel("questions", heading=_("Questions"), label=_("Question")),
        MultiFieldPanel(
            [
                FieldPanel("pass_mark"),
                FieldPanel("max_attempts"),
                FieldPanel("wait_minutes"),
                FieldPanel("draw"),
                FieldPanel("shuffle_questions"),
                FieldPanel("shuffle_choices"),
                HelpPanel(
                    _(
                        "Several right answers: each right choice earns a share of the points and each wrong one "
                        "costs as much, but never below zero. Put in order: the lines are compared two by two and "
                        "counted in the same way. Pair up: each right pair earns a share."
                    )
                ),
            ],
            heading=_("Grading"),
        ),
        ActivityPage.settings_fields,
    ]
    template = "lms_courses/quiz_page.html"

    class Meta:
        verbose_name = _("Knowledge test")
        verbose_name_plural = _("knowledge tests")

    @property
    def preview_modes(self):
        return [("", _("As a participant")), ("answers", _("With the right answers"))]

    def get_context(self, request, *args, **kwargs):
        context = super().get_context(request, *args, **kwargs)
        context["rules"] = self.get_source_page() or self
        return context

    def get_preview_template(self, request, mode_name):
        return "lms_courses/quiz_preview.html" if mode_name == "answers" else "lms_courses/quiz_page.html"

    def get_preview_context(self, request, mode_name):
        context = super().get_preview_context(request, mode_name)
        context["questions"] = [question.shown_with_key() for question in self.questions.all()]
        return context

    def get_steps(self):
        return []

    def has_content(self):
        return self.questions.exists()

    def get_minutes(self):
        return self.minutes or max(1, self.count_asked())

    def count_asked(self) -> int:
        """How many questions an attempt has."""
        source, written = self.get_source_page() or self, self.questions.count()
        return min(source.draw or written, written)

    def get_content(self):
        asked = [question.as_asked() for question in self.questions.all()]
        return {"questions": [questions.KINDS[question.kind].public(question) for question in asked]}

    def get_key(self):
        asked = [question.as_asked() for question in self.questions.all()]
        return {question.key: questions.KINDS[question.kind].secret(question) for question in asked}

    def get_settings(self):
        """Frozen with each version: an attempt is graded by the rules it was begun under."""
        source = self.get_source_page() or self
        names = ("pass_mark", "draw", "shuffle_questions", "shuffle_choices")
        return {"questions": self.count_asked(), **{name: getattr(source, name) for name in names}}


class Question(Orderable):
    """One question of a test. Its identity is (activity, key); the key survives copying, revert and translation."""

    page = ParentalKey(QuizPage, on_delete=models.CASCADE, related_name="questions")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=questions.kind_choices, default="single")
    text = models.TextField(_("question"))
    choices = ChoicesField(verbose_name=_("answers"))
    ignore_case = models.BooleanField(_("forgive small and capital letters"), default=True)
    ignore_accents = models.BooleanField(
        _("forgive accents"),
        default=True,
        help_text=_("Also å, ä and ö written as a, a and o. Short answers only."),
    )
    explanation = models.TextField(
        _("explanation"),
        blank=True,
        help_text=_("Why it is so. Everyone sees it after the test: this is where they learn."),
    )
    source = models.CharField(
        _("source"),
        max_length=250,
        blank=True,
        help_text=_("Where the fact comes from. Only course leaders see it."),
    )

    panels = [
        FieldPanel("kind"),
        FieldPanel("text"),
        FieldPanel("choices"),
        FieldPanel("explanation"),
        MultiFieldPanel(
            [FieldPanel("ignore_case"), FieldPanel("ignore_accents"), FieldPanel("source")],
            heading=_("More"),
            classname="collapsed",
        ),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self):
        return self.text

    def as_asked(self) -> questions.Question:
        return questions.Question(
            kind=self.kind,
            choices=self.choices or [],
            key=str(self.key),
            text=self.text,
            explanation=self.explanation,
            options={"ignore_case": self.ignore_case, "ignore_accents": self.ignore_accents},
        )

    def with_values(self, values: dict) -> questions.Question:
        """As it would be asked with `values` from a form, which may not be saved yet."""
        return questions.Question(kind=values["kind"], choices=values["choices"] or [])

    def shown_with_key(self) -> dict:
        """For the preview of an author. A question without a right answer is shown as one."""
        asked = self.as_asked()
        kind = questions.KINDS[asked.kind]
        public, secret = kind.public(asked), kind.secret(asked)
        return {
            "question": public,
            "secret": secret,
            "explained": kind.explained(public, secret, None),
            "problems": kind.problems(asked),
        }
