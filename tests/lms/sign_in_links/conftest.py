"""Addresses of the cast, and a mail server that does not answer."""

import pytest
from django.contrib.auth import get_user_model

from lms.models import StaffMember
from tests.sign_in_links import MAJA


@pytest.fixture(autouse=True)
def addresses(cast):
    """Maja's stands on the staff list, Nisse's at his account. Nisse is on no list."""
    StaffMember.objects.filter(pk=cast.maja.pk).update(email=MAJA)
    for name in ("nisse", "petra", "birgitta", "kajsa", "eva", "ada"):
        get_user_model().objects.filter(username=name).update(email=f"{name}@example.se")


@pytest.fixture
def mail_server_is_down(monkeypatch):
    """A list of what was tried. Empty it to repair the server."""
    tried = []

    class MailServerDownError(Exception):
        pass

    def send(letter, **kwargs):
        tried.append(letter)
        raise MailServerDownError(f"cannot reach {letter.to}")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", send)
    return tried
