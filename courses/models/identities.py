import datetime
import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from .validity import ValiditySettings


class Access(models.TextChoices):
    """Who may read a course."""

    OPEN = "open", _("Everyone, also without signing in")
    STAFF = "staff", _("All staff")
    ASSIGNED = "assigned", _("Only those who are to take the course")


def tree_path(to: str = "") -> Subquery:
    """Where an identity's page in its source language stands in the tree; `to` leads to the identity: "course__"."""
    pages = Page.objects.filter(
        translation_key=OuterRef(f"{to}uuid"), locale__language_code=OuterRef(f"{to}source_language")
    )
    return Subquery(pages.values("path")[:1])


class IdentityQuerySet(models.QuerySet):
    def live(self):
        return self.filter(live=True)

    def in_tree_order(self):
        """As they stand in the page tree of the source language; what has no page comes last.

        Order is read and never stored: reordering pages sends no signal.
        """
        return self.annotate(tree_path=tree_path()).order_by(F("tree_path").asc(nulls_last=True), "pk")


def settings_at(moment: datetime.datetime, now: dict[str, Any], past: list[dict[str, Any]]) -> dict[str, Any]:
    """What held at `moment` of an identity whose dated settings are `now`, and were as its `past` says before."""
    for was in past:
        if moment < datetime.datetime.fromisoformat(was["until"]):
            return was
    return now


class Identity(models.Model):
    """What records point at. It outlives its pages and knows no language.

    Its `uuid` is the translation key of its pages: all languages share it, a copied page gets its own.
    """

    #: The settings that decide where people stand: of these it is remembered what they were. See docs/decisions/0012.
    dated: tuple[str, ...] = ("live",)

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    source_language = models.CharField(max_length=100)
    titles = models.JSONField(default=dict, help_text="Language code to title, from the published pages.")
    live = models.BooleanField(default=False, help_text="Whether a page of it is published.")
    past = models.JSONField(
        default=list, editable=False, help_text="The dated settings as they were, the oldest first: [{until, ...}]."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = IdentityQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self):
        return self.title

    def dated_settings(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.dated}

    def remember(self, before: dict[str, Any], *, until: datetime.datetime) -> None:
        """Keep what the dated settings were before they changed. What was never published has no past."""
        if before != self.dated_settings() and (self.past or before["live"]):
            self.past = [*self.past, {"until": until.isoformat(), **before}]

    @property
    def title(self) -> str:
        return self.title_in(get_language() or self.source_language)

    def title_in(self, language: str) -> str:
        for code in (language, language.split("-")[0], self.source_language):
            if code in self.titles:
                return self.titles[code]
        return next(iter(self.titles.values()), "")


class Course(Identity, ValiditySettings):
    access = models.CharField(max_length=10, choices=Access.choices, default=Access.STAFF)
    in_order = models.BooleanField(default=False, help_text="Whether each part opens when the one before it is done.")
    after = models.JSONField(default=list, blank=True, help_text="The courses that must be done before it, by uuid.")

    dated = ("live", *ValiditySettings.validity_settings)

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")


class ActivityKind(models.TextChoices):
    LESSON = "lesson", _("Lesson")
    QUIZ = "quiz", _("Knowledge test")
    WORKSHOP = "workshop", _("Meetup")


class Activity(Identity):
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="activities")
    kind = models.CharField(max_length=10, choices=ActivityKind.choices)
    required = models.BooleanField(default=True)
    minutes = models.PositiveSmallIntegerField(default=5)
    max_attempts = models.PositiveSmallIntegerField(null=True, blank=True)
    wait_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    after = models.JSONField(default=list, blank=True, help_text="The parts that must be done before it, by uuid.")
    #: Documents that ever were its recording, in any language: they stay closed when its pages are gone.
    recordings = models.JSONField(default=list, blank=True)

    dated = ("live", "required", "max_attempts")

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")


class ActivityVersionQuerySet(models.QuerySet):
    def current(self):
        return self.filter(current=True)

    def shown_in(self, language: str) -> Self:
        """What a reader of `language` is shown: one current version of each activity that has any.

        In that language; else in the source language; else in whatever language is left.
        """
        rank = Case(When(language=language, then=0), When(language=F("activity__source_language"), then=1), default=2)
        best = ActivityVersion.objects.current().filter(activity=OuterRef("activity")).order_by(rank, "language")
        return self.current().filter(pk=Subquery(best.values("pk")[:1]))


class ActivityVersion(models.Model):
    """What was published, frozen: attempts and completions point at it and it never changes.

    A correction keeps the number. `content` may travel to a learner's browser; `key` never leaves the server, and
    `content_hash` is taken over `content` alone, so that it gives nothing of the key away.
    """

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    correction = models.PositiveIntegerField(default=0)
    language = models.CharField(max_length=100)
    title = models.CharField(max_length=255)
    steps = models.JSONField(default=list, help_text="[{id, title}] in order.")
    settings = models.JSONField(default=dict)
    content = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    key = models.JSONField(default=dict)
    key_hash = models.CharField(max_length=64)
    current = models.BooleanField(default=True)
    published_at = models.DateTimeField()

    objects = ActivityVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "number", "language", "correction"], name="lms_courses_version_once"
            ),
            models.UniqueConstraint(
                fields=["activity", "language"],
                condition=Q(current=True),
                name="lms_courses_one_current_version",
            ),
        ]
        verbose_name = _("version")
        verbose_name_plural = _("versions")

    def __str__(self):
        return f"{self.title} {self.label}"

    @property
    def label(self) -> str:
        """The number; with the correction after it if there is one: "2", "2.1"."""
        return f"{self.number}.{self.correction}" if self.correction else str(self.number)
