from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Info, Tags, Warning, register

#: None is an error: that would keep `migrate` and the worker from starting, and certificates wait for a good key.
#: No key at all is a choice. What is not here is a key that cannot be used.
NUMBERS = {
    "unsigned": "I001",
    "no-extra": "W001",
    "open": "W003",
    "ends-soon": "W004",
    "no-credential-key": "W005",
    "credential-key": "W005",
    "ends-early": "W006",
    "out-of-use": "W007",
}
UNUSABLE = "W002"


def _messages(troubles: Iterable[Any]) -> list[CheckMessage]:
    numbered = [(one, NUMBERS.get(one.code, UNUSABLE)) for one in troubles]
    return [
        (Info if number.startswith("I") else Warning)(one.words, hint=one.hint, id=f"lms_certificates.{number}")
        for one, number in numbered
    ]


@register()
def keys_can_sign(app_configs, **kwargs):
    from .signing.condition import of_settings

    return _messages(of_settings())


@register(Tags.database)
def keys_outlive_what_they_sign(app_configs, databases=None, **kwargs):
    from django.db import connection

    from .models import IssuerKey
    from .signing.condition import of_life

    if not databases or IssuerKey._meta.db_table not in connection.introspection.table_names():
        return []  # `migrate` asks before there is a table
    return _messages(of_life())


def readiness():
    """For /readyz: what is wrong with a key that is named. None named is a choice, not a fault."""
    from .signing.condition import of_life, of_settings

    troubles = [one for one in (*of_settings(), *of_life()) if one.code != "unsigned"]
    return ("certificate_signing", not troubles, " ".join(one.words for one in troubles))
