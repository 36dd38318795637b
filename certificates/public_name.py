"""How much of the holder's name is shown to whoever checks a certificate."""

import unicodedata
from typing import TYPE_CHECKING, Any

from django.core.checks import Error, register

from lms.conf import setting

if TYPE_CHECKING:
    from .models import Certificate

CHOICES = ("full", "initials", "none")


def shown(certificate: "Certificate") -> str:
    """As the setting LMS_CERT_PUBLIC_NAME says; what it cannot say shows nothing. A workplace's name is nobody's."""
    from .models import Basis

    wanted = setting("LMS_CERT_PUBLIC_NAME")
    if wanted == "full" or certificate.basis == Basis.WORKPLACE:
        return certificate.holder_name
    return initials(certificate.holder_name) if wanted == "initials" else ""


def initials(name: str) -> str:
    """The first letter of each word, of both halves of a double name: Åsa-Märta Berg is Å-M. B."""
    words = unicodedata.normalize("NFC", name).split()
    return " ".join("-".join(part[0] for part in word.split("-") if part) + "." for word in words if word.strip("-"))


@register()
def public_name_is_known(app_configs: Any, **kwargs: Any) -> list[Error]:
    wanted = setting("LMS_CERT_PUBLIC_NAME")
    if wanted in CHOICES:
        return []
    return [
        Error(
            f"LMS_CERT_PUBLIC_NAME is {wanted!r}: whoever checks a certificate is shown no name.",
            hint=f"Set it to one of {', '.join(CHOICES)}.",
            id="lms_certificates.E001",
        )
    ]
