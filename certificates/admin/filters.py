"""Which certificates a leader's list shows: the form, and what it leaves of a queryset."""

from typing import Any

from django import forms
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from courses.models import Course
from lms.admin.fields import DayField
from lms.models import Employment, Programme, Workplace

from ..models import Basis, State

#: Not a state: what counts today, whether it ends soon or not.
COUNTS = "counts"
UNSIGNED, MISSING = "unsigned", "missing"

#: What the list can be sorted by: the order, and what decides among equals. Never two rows in any order.
ORDERS = {
    "name": ("holder_name", "-issued_at", "pk"),
    "title": ("title", "holder_name", "pk"),
    "issued": ("issued_on", "-issued_at", "pk"),
    "until": ("valid_until", "holder_name", "pk"),
}
LATEST_FIRST = "-issued"


class CertificateFilterForm(forms.Form):
    q = forms.CharField(label=_("Name or number"), required=False, max_length=80)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", pgettext_lazy("certificates", "All")),
            (COUNTS, _("Valid today, also those that expire soon")),
            *State.choices,
        ],
    )
    basis = forms.ChoiceField(
        label=_("Of"), required=False, choices=[("", pgettext_lazy("certificates", "All")), *Basis.choices]
    )
    about = forms.ChoiceField(label=_("Course or programme"), required=False)
    workplace = forms.ModelChoiceField(
        label=_("Works or worked at"),
        queryset=Workplace.objects.none(),
        required=False,
        empty_label=pgettext_lazy("certificates", "All"),
    )
    since = DayField(label=_("Issued from"), required=False)
    until = DayField(label=_("Issued to"), required=False)
    file = forms.ChoiceField(
        label=_("File"),
        required=False,
        choices=[
            ("", pgettext_lazy("certificates", "All")),
            (UNSIGNED, _("Not signed")),
            (MISSING, _("File missing")),
        ],
    )

    def __init__(self, *args, workplaces, **kwargs):
        super().__init__(*args, **kwargs)
        self.workplaces = workplaces
        fields: dict[str, Any] = self.fields
        fields["workplace"].queryset = workplaces
        courses = sorted((course.title, str(course.uuid)) for course in Course.objects.only("uuid", "titles"))
        programmes = sorted((programme.title, str(programme.uuid)) for programme in Programme.objects.all())
        fields["about"].choices = [
            ("", pgettext_lazy("certificates", "All")),
            *(
                (label, [(key, title) for title, key in found])
                for label, found in ((_("Courses"), courses), (_("Programmes"), programmes))
                if found
            ),
        ]

    #: Asked for more seldom.
    folded = ("basis", "since", "until", "file")

    def first_fields(self):
        return [self[name] for name in self.fields if name not in self.folded]

    def folded_fields(self):
        return [self[name] for name in self.folded]

    def is_unfolded(self) -> bool:
        return any(self.data.get(name) for name in self.folded)

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    def narrow(self, certificates: Any) -> Any:
        """Those of `certificates` that the form asks for; none while something in it cannot be understood."""
        if not self.is_valid():
            return certificates.none()
        asked = self.cleaned_data
        today = timezone.localdate()
        if asked["state"] == COUNTS:
            certificates = certificates.current().filter(Q(valid_until=None) | Q(valid_until__gte=today))
        elif asked["state"]:
            certificates = certificates.in_state_on(asked["state"], today)
        if asked["basis"]:
            certificates = certificates.filter(basis=asked["basis"])
        if asked["about"]:
            certificates = certificates.filter(subject_uuid=asked["about"])
        if place := asked["workplace"]:
            # In reach as well as chosen: a leader's filter must not open another leader's list.
            places = self.workplaces.within([place]).order_by().values("pk")
            jobs = Employment.objects.filter(workplace__in=places, voided_at=None)
            certificates = certificates.filter(Q(staff__in=jobs.values("staff")) | Q(workplace__in=places))
        if asked["since"]:
            certificates = certificates.filter(issued_on__gte=asked["since"])
        if asked["until"]:
            certificates = certificates.filter(issued_on__lte=asked["until"])
        if asked["file"] == UNSIGNED:
            certificates = certificates.not_signed()
        elif asked["file"] == MISSING:
            certificates = certificates.not_drawn()
        if asked["q"]:
            certificates = certificates.matching(asked["q"])
        return certificates


def in_order(certificates: Any, asked: str) -> Any:
    """Sorted by one of `ORDERS`, with a hyphen before it the other way round. Without an end sorts as the last day."""
    asked = asked if asked.removeprefix("-") in ORDERS else LATEST_FIRST
    first, *others = ORDERS[asked.removeprefix("-")]
    by = F(first)
    down = asked.startswith("-")
    return certificates.order_by(by.desc(nulls_first=True) if down else by.asc(nulls_last=True), *others)
