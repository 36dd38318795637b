"""Browsers of the demo's people: signed in, or the shop's tablet."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from lms.models import Workplace
from lms.tablet.actions import pair_tablet
from lms.tablet.session import TABLET_COOKIE


def signed_in(visit, kind, name):
    client = Client()
    client.force_login(account(name), backend="django.contrib.auth.backends.ModelBackend")
    person = visit(kind)
    give_cookie(person, settings.SESSION_COOKIE_NAME, client.cookies["sessionid"].value)
    return person


def account(name):
    return get_user_model().objects.get(username=name)


def give_cookie(person, name, value):
    person.context.add_cookies([{"name": name, "value": value, "url": person.url}])


def the_tablet(visit, kind="tablet"):
    place = Workplace.objects.get(name__contains="Brattfors")
    paired, token = pair_tablet(workplace=place, name="Disken", actor=account("admin"))
    tablet = visit(kind)
    give_cookie(tablet, TABLET_COOKIE, f"{paired.uuid.hex}.{token}")
    return tablet
