"""The credential in the PDF: whoever has the file has it too, and the signature of the file holds it."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from ..finishing import Attachment
from .build import JSON_TYPE, JWT_TYPE, Credential


def attachments_of(credential: Credential, language: str) -> list[Attachment]:
    with override(language):
        return [
            Attachment(
                "credential.jwt",
                credential.jwt.encode(),
                JWT_TYPE,
                "Data",
                _("The certificate as an Open Badges credential"),
            ),
            Attachment(
                "credential.json", credential.json.encode(), JSON_TYPE, "Alternative", _("The same credential, to read")
            ),
        ]
