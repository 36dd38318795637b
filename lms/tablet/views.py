import math

from django.contrib.auth import logout
from django.db import transaction
from django.http import Http404
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..people.actions import short_names
from ..people.cards import CODE_REFUSED, try_card, use_card
from . import pins
from .forms import CardAndPinForm, PinForm
from .session import begin_session, end_session, people_here


@require_safe
@never_cache
def tiles(request):
    """Everyone who works here today, first name and initial. Nothing else about anyone."""
    if not request.tablet:
        return render(request, "lms/tablet/not_paired.html")
    if request.user.is_authenticated:
        logout(request)  # somebody's password session must not stay open where everybody stands
    if request.learner:
        return redirect(reverse("lms:reader:start", current_app="lms:tablet"))
    people = list(people_here(request.tablet.workplace))
    names = short_names(people)
    tiles = sorted(((names[person.pk], person) for person in people), key=lambda tile: tile[0].casefold())
    return render(request, "lms/tablet/tiles.html", {"tablet": request.tablet, "tiles": tiles})


def _person_here(request, uuid):
    """The person whose tile was tapped; 404 for anyone who does not work here."""
    if not request.tablet:
        raise Http404
    person = people_here(request.tablet.workplace).filter(uuid=uuid).first()
    if person is None:
        raise Http404
    return person, short_names([person])[person.pk]


def _sign_in(request, person):
    response = redirect(reverse("lms:reader:start", current_app="lms:tablet"))
    rotate_token(request)
    begin_session(response, request, request.tablet, person)
    return response


@sensitive_post_parameters("pin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pin(request, person):
    person, name = _person_here(request, person)
    if not person.pin_hash:
        return redirect("lms:door:card", person.uuid)
    form, status = PinForm(request.POST or None), 200
    blocked = pins.blocked_until(person, request.tablet)
    if blocked and request.method == "POST":
        status = 429
    tried = False
    if not blocked and form.is_valid():
        tried = True
        if pins.check_pin(staff=person, tablet=request.tablet, pin=form.cleaned_data["pin"]):
            return _sign_in(request, person)
        blocked = pins.blocked_until(person, request.tablet)
        form = PinForm()
        status = 429 if blocked else 422
    return render(
        request,
        "lms/tablet/pin.html",
        {
            "form": form,
            "person": person,
            "name": name,
            "wrong": tried,
            "wait": _wait_text(blocked) if blocked else "",
        },
        status=status,
    )


def _wait_text(until):
    if until == pins.FOREVER:
        return _("There have been too many wrong PINs. The shop owner or the project leader can unlock it for you.")
    seconds = (until - timezone.now()).total_seconds()
    if seconds <= 90:
        return _("Wait half a minute and try again.") if seconds <= 35 else _("Wait a minute and try again.")
    minutes = math.ceil(seconds / 60)
    return ngettext("Wait %(minutes)s minute and try again.", "Wait %(minutes)s minutes and try again.", minutes) % {
        "minutes": minutes
    }


@sensitive_post_parameters("code", "pin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def card(request, person):
    """First time, or forgotten: the code on the card and a PIN of one's own choice."""
    person, name = _person_here(request, person)
    form, status = CardAndPinForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if _spend(request, person, form.cleaned_data["code"], form.cleaned_data["pin"]):
                return _sign_in(request, person)
            form.add_error("code", CODE_REFUSED)
    return render(request, "lms/tablet/card.html", {"form": form, "person": person, "name": name}, status=status)


def _spend(request, person, code, pin):
    """Use the card, which must be this person's own, for a new PIN. Both or neither."""
    card = try_card(request, code, staff=person)
    if card is None:
        return False
    with transaction.atomic():
        if not use_card(card):
            return False
        pins.set_pin(staff=person, pin=pin)
    return True


@require_POST
@never_cache
def switch(request):
    """Switch person: whoever was here is out, on every tab."""
    response = redirect("lms:door:tiles")
    if request.tablet:
        end_session(response, request.tablet)
    rotate_token(request)
    return response
