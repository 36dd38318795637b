import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View
from wagtail.admin import messages

from ..access import LEADERS, staff_to_manage
from ..admin.base import ActionView, LeaderMixin
from ..foresight.views import ActAboutPeopleView
from ..models import Employment, EventOutcome, EvidenceDocument
from ..people.views import PersonMixin
from ..progress import is_recorded, record_attendance, record_earlier_training
from .documents import kept, response_with
from .forms import AttendanceForm, EarlierTrainingForm

MATRIX = (gettext_lazy("Training matrix"), "lms_training_matrix")


class RegisterView(ActionView):
    """Records the same thing for one or many people that this leader may see."""

    roles = LEADERS
    parents = (MATRIX,)
    submit_label = gettext_lazy("Record")

    def get_form_kwargs(self):
        """Who works there today or soon, and who has left within a year: papers come late."""
        recent = timezone.localdate() - datetime.timedelta(days=365)
        jobs = Employment.objects.current_or_coming(recent)
        people = staff_to_manage(self.request.user, self.roles).filter(pk__in=jobs.values("staff"))
        return {**super().get_form_kwargs(), "people": people}

    def get_initial(self):
        return {**super().get_initial(), "people": self.request.GET.getlist("person")}

    def get_success_url(self):
        """Back to the person whose page one came from, else to the matrix."""
        person = self.request.GET.get("person", "")
        known = person.isascii() and person.isdigit() and len(person) < 10
        if known and staff_to_manage(self.request.user, self.roles).filter(pk=person).exists():
            return reverse("lms_admin:person", args=[person])
        return reverse("lms_training_matrix")

    def warn_of_waiting(self, receipts):
        """Says what could not be counted; returns whose it is."""
        waiting = [receipt for receipt in receipts if receipt.outcome == EventOutcome.NEEDS_REVIEW]
        if waiting:
            messages.warning(
                self.request,
                ngettext(
                    "%(number)s record could not be counted: the course is not published. "
                    "Ask the course leader to publish it.",
                    "%(number)s records could not be counted: the course is not published. "
                    "Ask the course leader to publish it.",
                    len(waiting),
                )
                % {"number": len(waiting)},
            )
        return {receipt.event.enrolment.staff_id for receipt in waiting}


class Attendance(RegisterView, ActAboutPeopleView):
    page_title = gettext_lazy("Record who came")
    submit_label = gettext_lazy("Show what will happen")
    confirm_label = gettext_lazy("Yes, record")
    header_icon = "calendar-check"
    form_class = AttendanceForm
    explanation = gettext_lazy("For meetups: tick everyone who was there.")

    def is_done(self, data):
        return is_recorded(form_id=data["form_id"], activity=data["what"], people=data["people"])

    def first_day(self, data):
        return timezone.localdate()

    def save(self, data):
        return record_attendance(
            form_id=data["form_id"],
            activity=data["what"],
            people=data["people"],
            on=data["on"],
            recorded_by=self.request.user,
        )

    def foresee(self, data):
        sentences, number = super().foresee(data), len(data["people"])
        change = self.change
        recorded = ngettext(
            "%(number)s person is recorded as having been there.",
            "%(number)s people are recorded as having been there.",
            number,
        ) % {"number": number}
        if change and (change.touched or change.shares):
            return [recorded, *sentences]
        return [recorded, _("No required course is completed by it.")]

    def act(self, data):
        self.warn_of_waiting(self.save(data))
        return ngettext(
            "Attendance is recorded for %(number)s person.",
            "Attendance is recorded for %(number)s people.",
            len(data["people"]),
        ) % {"number": len(data["people"])}


class EarlierTraining(RegisterView):
    page_title = gettext_lazy("Record earlier training")
    header_icon = "history"
    form_class = EarlierTrainingForm
    explanation = gettext_lazy(
        "For people who have already learned what the course teaches. The whole course is completed on that day, "
        "and they get the certificate."
    )

    def act(self, data):
        if not data["what"].activities.live().filter(required=True).exists():
            raise ValidationError(
                {
                    "what": _(
                        "No part is needed to complete this course, so it cannot be recorded as completed. Ask the "
                        "course leader to tick “needed to complete the course” for at least one part."
                    )
                }
            )
        form_id, user = data["form_id"], self.request.user
        with transaction.atomic(), kept(content=data["document"], form_id=form_id, uploaded_by=user) as document:
            receipts = record_earlier_training(
                form_id=form_id,
                course=data["what"],
                people=data["people"],
                on=data["on"],
                recorded_by=user,
                document=document,
            )
        completed = {receipt.course_completion.staff_id for receipt in receipts if receipt.course_completion}
        already = len({person.pk for person in data["people"]} - completed - self.warn_of_waiting(receipts))
        if already:
            messages.info(
                self.request,
                ngettext(
                    "%(number)s person had completed it already. Nothing was changed for that person.",
                    "%(number)s people had completed it already. Nothing was changed for them.",
                    already,
                )
                % {"number": already},
            )
        if not completed:
            return ""
        return ngettext(
            "“%(course)s” is completed for %(number)s person.",
            "“%(course)s” is completed for %(number)s people.",
            len(completed),
        ) % {"course": data["what"], "number": len(completed)}


class Document(PersonMixin, LeaderMixin, View):
    """The document that shows somebody's earlier training. For the project leader of that person alone."""

    http_method_names = ["get"]

    def get(self, request, **kwargs):
        documents = EvidenceDocument.objects.filter(enrolments__staff=self.person).distinct()
        document = get_object_or_404(documents, uuid=kwargs["document"])
        try:
            return response_with(document)
        except FileNotFoundError:
            messages.error(request, _("The file is missing. Ask whoever runs the site to restore it from the backup."))
            return HttpResponseRedirect(self.get_success_url())
