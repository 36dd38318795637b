"""A link by e-mail, as somebody asks for it, reads it and follows it."""

import re

from django.core import mail
from django.test import Client

ASK, ASKED, USE = "/logga-in/epost/", "/logga-in/epost/klart/", "/logga-in/lank/"
MAJA = "maja@example.se"


def ask(email=MAJA, client=None, **extra):
    return (client or Client()).post(ASK, {"email": email}, **extra)


def token_in(letter):
    return re.search(r"\?k=(\w+)\n", letter.body)[1]


def get_token(email=MAJA):
    ask(email)
    return token_in(mail.outbox[-1])


def press(token, client=None):
    return (client or Client()).post(USE, {"token": token})
