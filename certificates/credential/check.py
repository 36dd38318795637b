"""Is this credential one of ours? By our own table of keys; nothing that the token brings along is believed."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..models import Certificate, IssuerKey
from . import jws
from .did import did_of


class CredentialError(ValueError):
    """It is not ours, or cannot be trusted any more. The message says why, in plain words."""


def verify(token: str) -> dict[str, Any]:
    """What the credential says, when one of our keys has signed it. Whether it still counts, its certificate says.

    Raises CredentialError. Needs the extra `signing`.
    """
    try:
        found = jws.read(token)
    except jws.MalformedError as error:
        raise CredentialError(_("The credential is damaged, or of a kind that is not issued here.")) from error
    did, _hash, thumbprint = found.header["kid"].partition("#")
    key = IssuerKey.objects.filter(purpose=IssuerKey.Purpose.CREDENTIAL, kid=thumbprint).first()
    if key is None:
        raise CredentialError(_("The credential is signed with a key that is not ours."))
    if not jws.is_signed_by(found, key.jwk):
        raise CredentialError(_("The credential has been changed, or was signed by somebody else."))
    if key.compromised_at:
        raise CredentialError(
            _("The credential is signed with a key that others may have had since %(day)s. Ask for a new certificate.")
            % {"day": date_format(key.compromised_at, "DATE_FORMAT")}
        )
    # Of what our key has signed, a list of revoked credentials for instance is none.
    if "OpenBadgeCredential" not in found.payload.get("type", []) or found.payload.get("iss") != did:
        raise CredentialError(_("This is not the credential of a certificate."))
    return found.payload


def problems_of(token: str, certificate: Certificate) -> list[str]:
    """What is wrong with a credential that came with `certificate`, in plain words; empty when nothing is.

    Says nothing of the certificate itself: whether it is revoked or has expired is `certificate.state`.
    """
    try:
        said = verify(token)
    except CredentialError as error:
        return [str(error)]
    if said.get("jti") != certificate.verification_url or said["iss"] != did_of(certificate.base_url):
        return [_("The credential is of another certificate.")]
    if certificate.holder_name and token != certificate.credential:  # of whom is erased no credential is kept
        return [_("The credential is not the one that was issued with the certificate.")]
    return []
