from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from ..access import LEADERS, staff_in_reach, workplaces_in_reach
from ..admin.base import ActionView
from ..models import Employment
from ..progress import record_attendance, record_earlier_training
from .forms import AttendanceForm, EarlierTrainingForm

MATRIX = (gettext_lazy("Training matrix"), "lms_training_matrix")


class RegisterView(ActionView):
    """Records the same thing for one or many people that this leader may see."""

    roles = LEADERS
    parents = (MATRIX,)
    submit_label = gettext_lazy("Record")

    def get_form_kwargs(self):
        today = timezone.localdate()
        jobs = Employment.objects.covering(today).select_related("workplace")
        people = staff_in_reach(self.request.user, self.roles).at(
            workplaces_in_reach(self.request.user, self.roles), today
        )
        return {
            **super().get_form_kwargs(),
            "people": people.prefetch_related(Prefetch("employments", queryset=jobs)),
        }

    def get_initial(self):
        return {**super().get_initial(), "people": self.request.GET.getlist("person")}

    def get_success_url(self):
        return reverse("lms_training_matrix")

    def tell(self, receipts, people, sentence):
        waiting = sum(receipt.outcome == "needs_review" for receipt in receipts)
        if waiting:
            messages.warning(
                self.request,
                ngettext(
                    "%(number)s record could not be counted: the course is not published.",
                    "%(number)s records could not be counted: the course is not published.",
                    waiting,
                )
                % {"number": waiting},
            )
        return sentence % {"number": len(people)}


class Attendance(RegisterView):
    page_title = gettext_lazy("Record who came")
    header_icon = "tick-inverse"
    form_class = AttendanceForm
    explanation = gettext_lazy("For meetups: tick everyone who was there.")

    def act(self, data):
        receipts = record_attendance(
            form_id=data["form_id"],
            activity=data["what"],
            people=data["people"],
            on=data["on"],
            recorded_by=self.request.user,
        )
        people = data["people"]
        return self.tell(
            receipts,
            people,
            ngettext(
                "Attendance is recorded for %(number)s person.",
                "Attendance is recorded for %(number)s people.",
                len(people),
            ),
        )


class EarlierTraining(RegisterView):
    page_title = gettext_lazy("Record earlier training")
    header_icon = "history"
    form_class = EarlierTrainingForm
    explanation = gettext_lazy(
        "For people who have already learned what the course teaches. The whole course is completed on that day, "
        "and they get the certificate."
    )

    def act(self, data):
        receipts = record_earlier_training(
            form_id=data["form_id"],
            course=data["what"],
            people=data["people"],
            on=data["on"],
            recorded_by=self.request.user,
        )
        people = data["people"]
        return self.tell(
            receipts,
            people,
            ngettext(
                "“%(course)s” is completed for %(number)s person.",
                "“%(course)s” is completed for %(number)s people.",
                len(people),
            ).replace("%(course)s", str(data["what"]).replace("%", "%%")),
        )
