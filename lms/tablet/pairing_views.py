"""Two ways to make a tablet a shop's: with a code from where a leader is signed in, or by signing in on it."""

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ..access import workplaces_in_reach
from ..conf import setting
from ..models import Role
from ..qr import as_svg
from .actions import pair_tablet
from .forms import PairForm, PairingCodeForm
from .pairing import make_code, spend_code
from .session import give_tablet_cookie


def _pair_form(request):
    """For the service points of whoever is signed in; 403 without any."""
    workplaces = (
        workplaces_in_reach(request.user, Role.values).filter(kind="service_point").open_on(timezone.localdate())
    )
    if not workplaces:
        raise PermissionDenied
    form = PairForm(request.POST or None, workplaces=workplaces)
    if len(workplaces) == 1:
        form.fields["workplace"].initial = workplaces[0]
    return form


def _paired(request, tablet, token):
    response = redirect("lms:door:tiles")
    give_tablet_cookie(response, request, tablet, token)
    return response


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request):
    """A leader or shop owner binds this tablet to a workplace, and is signed out of it in the same moment."""
    form = _pair_form(request)
    if not form.is_valid():
        return render(request, "lms/tablet/pair.html", {"form": form})
    tablet, token = pair_tablet(actor=request.user, **form.cleaned_data)
    logout(request)
    return _paired(request, tablet, token)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_code(request):
    """On the leader's own device: the code, and as a QR code for the tablet's camera."""
    form = _pair_form(request)
    if not form.is_valid():
        return render(request, "lms/tablet/make_code.html", {"form": form})
    made, code = make_code(actor=request.user, **form.cleaned_data)
    path = reverse("lms:door:pair_code")
    site = setting("LMS_PUBLIC_BASE_URL").rstrip("/")
    address = site + path if site else request.build_absolute_uri(path)
    return render(
        request,
        "lms/tablet/show_code.html",
        {
            "made": made,
            "code": f"{code[:3]} {code[3:]}",
            "address": address.removesuffix("koppla/kod/"),
            "qr": as_svg(f"{address}?kod={code}", _("QR code: connect the tablet")),
        },
    )


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_code(request):
    """On the tablet: six digits, typed or brought along by the QR code, and nobody signs in."""
    if request.tablet:
        return redirect("lms:door:tiles")
    form, status = PairingCodeForm(request.POST or None, initial={"code": request.GET.get("kod", "")[:20]}), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if found := spend_code(request, form.cleaned_data["code"]):
                return _paired(request, *found)
            form.add_error(
                "code",
                _("These digits connect nothing. They work for ten minutes and once: check them, or ask for new ones."),
            )
    return render(request, "lms/tablet/take_code.html", {"form": form}, status=status)
