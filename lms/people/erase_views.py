from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from ..access import may_erase, reports_in_reach, staff_in_reach
from ..admin.base import ActionView
from ..handed_out.removal import may_name
from .erasing import Erased, erase_person, foresee_erasure
from .forms import NameForm
from .views import STAFF, PersonMixin


class Erase(PersonMixin, ActionView):
    """What would go and what would stay; and, when the name is typed, gone for good."""

    template_name = "lms/admin/erase_person.html"
    page_title = gettext_lazy("Erase from the register")
    submit_label = gettext_lazy("Yes, erase for ever")
    header_icon = "bin"
    form_class = NameForm
    explanation = gettext_lazy(
        "When somebody asks to be erased, or when what you know of them is needed no more. It cannot be undone."
    )

    def get_people(self, user):
        return staff_in_reach(user, self.reach_roles)

    def dispatch(self, request, *args, **kwargs):
        if self.person.erased_at:  # a double click
            messages.info(request, _("The person is erased already."))
            return HttpResponseRedirect(reverse(STAFF[1]))
        if not may_erase(request.user, self.person):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "person": self.person}

    def get_context_data(self, **kwargs):
        context = {**super().get_context_data(**kwargs), "back": super().get_success_url()}
        try:
            erased = foresee_erasure(staff=self.person, actor=self.request.user)
        except ValidationError as error:
            return {**context, "why_not": " ".join(error.messages)}
        named = may_name(self.person)
        reports = list(reports_in_reach(self.request.user).filter(pk__in=named.values("pk")).order_by("-pk"))
        return {
            **context,
            "goes": self._goes(erased),
            "shared": erased.shared,
            "reports": reports,
            "others": named.count() - len(reports),
        }

    def _goes(self, erased: Erased) -> list[str]:
        """What is taken away, in sentences."""
        account = self.person.user
        told = [
            _("The name, e-mail, phone and employee id. Everywhere it says “Erased person” instead."),
            _("The PIN, the login cards, the user account %(user)s and what the sign-in log holds of it.")
            % {"user": account.get_username()}
            if account
            else _("The PIN and the login cards."),
            _("The reasons for exemptions, and what leaders have written as a reason for something."),
        ]
        if erased.documents:
            words = ngettext(
                "%(number)s document that shows earlier training.",
                "%(number)s documents that show earlier training.",
                erased.documents,
            )
            told.append(words % {"number": erased.documents})
        if erased.certificates:
            words = ngettext(
                "The name on %(number)s certificate, and its file. Whoever checks it is told that it is revoked.",
                "The name on %(number)s certificates, and their files. Whoever checks one is told that it is revoked.",
                erased.certificates,
            )
            told.append(words % {"number": erased.certificates})
        if erased.searches:
            words = ngettext(
                "The name as the search word of %(number)s handed-out report.",
                "The name as the search word of %(number)s handed-out reports.",
                erased.searches,
            )
            told.append(words % {"number": erased.searches})
        words = ngettext(
            "What %(number)s entry of the ledger says.", "What %(number)s entries of the ledger say.", erased.entries
        )
        return [*told, words % {"number": erased.entries}]

    def act(self, data):
        erase_person(staff=self.person, actor=self.request.user)
        return _("The person is erased. The figures are as before.")

    def get_success_url(self):
        return reverse(STAFF[1])

    def get_parents(self):
        return [(STAFF[0], reverse(STAFF[1])), (self.person.full_name, super().get_success_url())]
