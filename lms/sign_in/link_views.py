"""Asking for a link by e-mail, and using it. Opening it spends nothing: mail scanners open every link."""

from django.contrib.auth import login
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from . import links
from .forms import AskForLinkForm
from .views import home_of


@sensitive_post_parameters("email")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request):
    """The same answer for every address."""
    if not links.offers_link():
        raise Http404
    form, status = AskForLinkForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if links.ask_for_link(request, email=form.cleaned_data["email"]):
                return redirect("lms:link_asked")
            status = 429
            form.add_error(None, _("Many links have been asked for from here. Wait an hour, or sign in another way."))
    return render(request, "lms/sign_in/ask_for_link.html", {"form": form}, status=status)


@require_safe
def asked(request):
    if not links.offers_link():
        raise Http404
    return render(request, "lms/sign_in/link_asked.html")


@sensitive_post_parameters("token")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def use(request):
    """A page with one button, and behind the button the desk."""
    if request.method == "POST":
        link = links.try_link(request, request.POST.get("token", ""))
        user = links.use_link(link) if link else None
        if user:
            login(request, user, backend=links.backend_of(user))
            return redirect(home_of(user))
        token = ""
    else:
        token = request.GET.get("k", "")
        link = links.link_for(token)
        if link is None:
            token = ""
        elif link.staff:  # as the letter was: changing language at the foot would lose the token
            translation.activate(link.staff.language)
    response = render(
        request,
        "lms/sign_in/use_link.html",
        {"token": token, "offers_link": links.offers_link()},
        status=200 if token else 410,
    )
    # The token stands in the address. Not no-referrer: with it browsers send "Origin: null" with the form, which
    # Django's protection against forged forms must refuse.
    response["Referrer-Policy"] = "strict-origin"
    return response
