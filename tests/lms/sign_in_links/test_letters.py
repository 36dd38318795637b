"""Letters with links: sent once, tried again when the mail server is down, and given up in time."""

import datetime

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from lms.models import LedgerEntry, SignInLink
from lms.sign_in import links
from lms.sign_in.tasks import send_links
from tests.sign_in_links import ASK, ASKED, MAJA, ask, press, token_in


def test_a_dead_mail_server_is_no_error_and_is_tried_again(mail_server_is_down, monkeypatch, caplog):
    caplog.set_level("WARNING")
    assert ask()["Location"] == ASKED
    assert len(mail_server_is_down) == 1
    assert "MailServerDownError" in caplog.text
    assert MAJA not in caplog.text, "nor the server's words: they repeat the address"
    now = timezone.now()
    send_links.enqueue()
    assert len(mail_server_is_down) == 1, "not at once"
    monkeypatch.undo()
    with time_machine.travel(now + datetime.timedelta(seconds=31)):
        send_links.enqueue()
        assert press(token_in(mail.outbox[0])).status_code == 302
    assert LedgerEntry.objects.filter(verb="link.sent").count() == 1


def test_with_a_worker_the_door_only_asks_and_the_next_try_waits_in_the_queue(mail_server_is_down, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    ask()
    assert mail_server_is_down == []
    send_links.call()
    assert len(mail_server_is_down) == 1
    queue = DBTaskResult.objects.order_by("enqueued_at").values_list("task_path", "run_after")
    now, later = queue
    assert now[0] == later[0] == "lms.sign_in.tasks.send_links"
    assert later[1] == SignInLink.objects.get().try_at


def test_after_the_fifth_try_nobody_waits_any_more(mail_server_is_down):
    now = timezone.now()
    ask()
    for minutes in (1, 4, 10, 21, 40):
        with time_machine.travel(now + datetime.timedelta(minutes=minutes)):
            send_links.enqueue()
    assert len(mail_server_is_down) == 5
    assert list(SignInLink.objects.values_list("email", "try_at", "sent_at")) == [("", None, None)]
    assert not LedgerEntry.objects.filter(verb="link.sent").exists()


def test_what_nobody_sent_within_the_hour_is_not_sent(monkeypatch):
    with monkeypatch.context() as no_worker:
        no_worker.setattr("lms.sign_in.tasks.send_links", type("Queue", (), {"enqueue": lambda: None}))
        ask()
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=61)):
        send_links.enqueue()
    assert mail.outbox == []
    assert SignInLink.objects.get().email == ""


def test_two_workers_send_one_letter(monkeypatch):
    """The second had read the row before the first took it."""
    with monkeypatch.context() as no_worker:
        no_worker.setattr("lms.sign_in.tasks.send_links", type("Queue", (), {"enqueue": lambda: None}))
        ask()
    one, other = SignInLink.objects.get(), SignInLink.objects.get()
    assert (links._send(one), links._send(other)) == (None, None)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("values", "is_offered"),
    [
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, False),
        ({"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}, False),
        ({"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend"}, False),
        ({"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": ""}, False),
        ({"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "localhost"}, True),
        ({"EMAIL_BACKEND": "anymail.backends.mailgun.EmailBackend"}, True),
        ({"LMS_PUBLIC_BASE_URL": ""}, False),
    ],
)
def test_the_way_is_shown_where_mail_can_leave(client, settings, values, is_offered):
    for name, value in values.items():
        setattr(settings, name, value)
    assert (f'href="{ASK}"' in client.get("/logga-in/").content.decode()) is is_offered
    status = 200 if is_offered else 404
    assert [client.get(path).status_code for path in (ASK, ASKED)] == [status] * 2
