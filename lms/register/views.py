import datetime
from collections.abc import Iterable

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
from ..progress import Receipt, is_recorded, needed_for, record_attendance, record_earlier_training
from ..wording import day_text
from .documents import kept, response_with
from .forms import AttendanceForm, DocumentForm, EarlierTrainingForm

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
            messages.warning(self.request, not_counted_text(len(waiting)))
        return waiting_in(receipts)


def waiting_in(receipts: Iterable[Receipt]) -> set[int]:
    """Whose record could not be counted."""
    return {
        receipt.event.enrolment.staff_id
        for receipt in receipts
        if receipt.outcome == EventOutcome.NEEDS_REVIEW and receipt.event and receipt.event.enrolment
    }


def not_counted_text(number: int) -> str:
    return ngettext(
        "%(number)s record could not be counted: the course is not published. Ask the course leader to publish it.",
        "%(number)s records could not be counted: the course is not published. Ask the course leader to publish it.",
        number,
    ) % {"number": number}


class Attendance(RegisterView, ActAboutPeopleView):
    page_title = gettext_lazy("Record who came")
    submit_label = gettext_lazy("Show what will happen")
    confirm_label = gettext_lazy("Yes, record")
    header_icon = "calendar-check"
    form_class = AttendanceForm
    explanation = gettext_lazy("For meetups: tick everyone who was there.")

    def is_done(self, data):
        return is_recorded(form_id=data["form_id"], activities=[data["what"]], people=data["people"])

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


class EarlierTraining(RegisterView, ActAboutPeopleView):
    """First who, what and when; then what it does, and with the yes the document that shows it."""

    page_title = gettext_lazy("Record earlier training")
    submit_label = gettext_lazy("Show what will happen")
    confirm_label = gettext_lazy("Yes, record")
    confirm_template_name = "lms/admin/confirm_with_document.html"
    header_icon = "history"
    form_class = EarlierTrainingForm
    explanation = gettext_lazy(
        "For people who have already learned what the course teaches. The whole course is completed on that day, "
        "and they get the certificate. The document that shows it is chosen on the next page."
    )

    def form_valid(self, form):
        self.document_form = DocumentForm(self.request.POST, self.request.FILES)
        response = super().form_valid(form)
        if self.document_form.errors:
            response.status_code = 422
        return response

    def agreed_to(self):
        return super().agreed_to() if self.document_form.is_valid() else ""

    def is_done(self, data):
        return is_recorded(form_id=data["form_id"], activities=needed_for(data["what"]), people=data["people"])

    def first_day(self, data):
        return timezone.localdate()

    def save(self, data, document=None):
        if not needed_for(data["what"]):
            raise ValidationError(
                {
                    "what": _(
                        "No part is needed to complete this course, so it cannot be recorded as completed. Ask the "
                        "course leader to tick “needed to complete the course” for at least one part."
                    )
                }
            )
        self.receipts = record_earlier_training(
            form_id=data["form_id"],
            course=data["what"],
            people=data["people"],
            on=data["on"],
            recorded_by=self.request.user,
            document=document,
        )

    @property
    def completed(self):
        return {receipt.course_completion.staff_id for receipt in self.receipts if receipt.course_completion}

    def foresee(self, data):
        sentences, number = super().foresee(data), len(self.completed)
        waiting = waiting_in(self.receipts)
        change, told = self.change, []
        if number:
            words = ngettext(
                "“%(course)s” becomes completed for %(number)s person, on %(day)s, with a certificate.",
                "“%(course)s” becomes completed for %(number)s people, on %(day)s, with a certificate each.",
                number,
            )
            told.append(words % {"course": data["what"], "number": number, "day": day_text(data["on"])})
        if waiting:
            told.append(not_counted_text(len(waiting)))
        if already := len({person.pk for person in data["people"]} - self.completed - waiting):
            words = ngettext(
                "%(number)s person has completed it already. For that person only the document is added.",
                "%(number)s people have completed it already. For them only the document is added.",
                already,
            )
            told.append(words % {"number": already})
        if change and (change.touched or change.shares):
            return [*told, *sentences]
        return [*told, _("No figure in the matrix becomes another by it.")]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if "told" not in context:
            return context
        form = self.document_form
        if self.request.FILES and not form.errors:
            # It is asked again because something has changed; no browser sends a file twice by itself.
            form.add_error("document", _("Choose the document once more: it has not been saved yet."))
        elif "seen" not in self.request.POST:
            form = DocumentForm()
        return {**context, "document_form": form}

    def act(self, data):
        content = self.document_form.cleaned_data["document"] if self.document_form.is_valid() else None
        user = self.request.user
        with transaction.atomic(), kept(content=content, form_id=data["form_id"], uploaded_by=user) as document:
            self.save(data, document)
        completed = self.completed
        already = len({person.pk for person in data["people"]} - completed - self.warn_of_waiting(self.receipts))
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
