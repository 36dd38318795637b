from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.views import LoginView
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from wagtail import hooks

from ..access import may_lead
from ..middleware import learner_by_account
from ..models import Role
from ..people.accounts import account_for
from ..people.cards import CODE_REFUSED, opens_account, try_card, use_card
from . import links
from .forms import CardForm, ChoosePasswordForm, SignInForm


def home_of(user):
    """Where someone wants to be: a leader at the matrix, a learner at the desk, an author in the CMS.

    A shop owner who is none of them wants to see the shop; one who is a learner finds it at the desk.
    """
    if may_lead(user) and user.has_perm("wagtailadmin.access_admin"):
        return reverse("lms_training_matrix")
    if learner_by_account(user):
        return reverse("lms:reader:start", current_app="lms:own")
    if user.has_perm("wagtailadmin.access_admin"):
        return reverse("wagtailadmin_home")
    if may_lead(user, Role.SHOP_OWNER):
        return reverse("lms:my_shop")
    return reverse("lms:reader:start", current_app="lms:own")


class SignIn(LoginView):
    template_name = "lms/sign_in/sign_in.html"
    form_class = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self):
        return home_of(self.request.user)

    def get_redirect_url(self, request=None):
        """Not back into the admin for who may not enter it: the admin would send them here again, and so on."""
        url, user = super().get_redirect_url(), self.request.user
        refused = user.is_authenticated and not user.has_perm("wagtailadmin.access_admin")
        return "" if refused and url.startswith(reverse("wagtailadmin_home")) else url

    def get_context_data(self, **kwargs):
        # Demo accounts, or another way in that the host site offers.
        panels = [offer(self.request) for offer in hooks.get_hooks("lms_sign_in_panels")]
        panels = [panel for panel in panels if panel]
        return super().get_context_data(**kwargs, panels=panels, offers_link=links.offers_link())


sign_in = SignIn.as_view()


@require_POST
def sign_out(request):
    logout(request)
    return redirect("lms:sign_in")


@sensitive_post_parameters("code", "password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def card(request):
    """The card opens the door once, to choose a password behind it. Until then the card is not spent."""
    form = CardForm(request.POST or None)
    if not form.is_valid():
        return render(request, "lms/sign_in/card.html", {"form": form})
    code = form.cleaned_data["code"]
    found = try_card(request, code)
    if found is None:
        form.add_error("code", CODE_REFUSED)
        return render(request, "lms/sign_in/card.html", {"form": form}, status=422)
    if not opens_account(found):
        form.add_error("code", _("This card works on the shop’s tablet only. Sign in with your password here."))
        return render(request, "lms/sign_in/card.html", {"form": form}, status=403)
    user = account_for(found.staff)
    chosen = ChoosePasswordForm(request.POST if "password" in request.POST else None, user=user, initial={"code": code})
    if not chosen.is_valid():
        return render(request, "lms/sign_in/choose_password.html", {"form": chosen, "username": user.get_username()})
    with transaction.atomic():
        if not use_card(found):
            return redirect("lms:card")
        # The card proves who it is: a door that wrong passwords have locked must not swallow it.
        AxesProxyHandler.reset_attempts(username=user.get_username())
        user.set_password(chosen.cleaned_data["password"])
        user.save(update_fields=["password"])
    # Through the front door, so that closed accounts stay out and the session knows its backend.
    credentials = {user.USERNAME_FIELD: user.get_username(), "password": chosen.cleaned_data["password"]}
    signed_in = authenticate(request, **credentials)
    if signed_in is None:
        return redirect("lms:sign_in")
    login(request, signed_in)
    return redirect(home_of(signed_in))
