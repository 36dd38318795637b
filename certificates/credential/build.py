"""A certificate as an Open Badges 3.0 credential: what is printed on it, and nothing more."""

import datetime
import json
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from ..models import Basis, Certificate, IssuerKey
from . import jws, own_key, status_list
from .did import did_of, kid_of

CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
#: What a JWT says beside the credential, in its own words.
CLAIMS = ("iss", "jti", "sub", "nbf", "exp")
JWT_TYPE, JSON_TYPE = "application/vc+jwt", "application/json"


class Credential(NamedTuple):
    """`jwt` is what counts. `json` says the same for people to read, and proves nothing."""

    jwt: str
    json: str
    key: IssuerKey


def credential_for(certificate: Certificate) -> Credential | None:
    """Signed; the same certificate with the same key always gives the same bytes.

    None where no key is set, where the site has no address, and of whom nothing is known any more.
    Raises own_key.CredentialKeyError when the key that is set cannot be used.
    """
    did = did_of(certificate.base_url)
    if not did or not certificate.holder_name:
        return None
    key = own_key.current()
    if key is None:
        return None
    body = body_of(certificate, did)
    token = jws.sign({**body, **_claims(body)}, private=key.private, kid=kid_of(did, key.row))
    return Credential(token, _indented(body), key.row)


def readable(token: str) -> str:
    """The credential inside a token, as it stands in credential.json."""
    return _indented({name: value for name, value in jws.read(token).payload.items() if name not in CLAIMS})


def body_of(certificate: Certificate, did: str) -> dict[str, Any]:
    subject = {
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": certificate.holder_name,
                "identityType": "name",
            }
        ],
        "achievement": _achievement(certificate),
    }
    if certificate.basis == Basis.WORKPLACE:
        # An organisation has an identifier of its own. A person has none here: a name is enough, and follows nobody.
        subject["id"] = certificate.subject_uuid.urn
    body = {
        "@context": CONTEXTS,
        "id": certificate.verification_url,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": certificate.title,
        "issuer": {"id": did, "type": ["Profile"], "name": certificate.issuer_name, "url": certificate.base_url},
        # From the day that it says something about: what is entered late may have expired before it was issued.
        "validFrom": _moment(certificate.completed_on, datetime.time.min),
        "awardedDate": timezone.localtime(certificate.issued_at, _zone()).replace(microsecond=0).isoformat(),
        "credentialSubject": subject,
        "credentialStatus": status_list.entry_of(certificate),
    }
    if certificate.valid_until:
        body["validUntil"] = _moment(certificate.valid_until, datetime.time(23, 59, 59))
    return body


def _achievement(certificate: Certificate) -> dict[str, Any]:
    with override(certificate.language):
        objectives = "\n".join(f"- {text}" for text in certificate.objectives)
        achievement = {
            "id": certificate.subject_uuid.urn,
            "type": ["Achievement"],
            "achievementType": "CertificateOfCompletion",
            "name": certificate.title,
            "description": f"{_('Learning objectives')}:\n{objectives}" if objectives else _criteria(certificate),
            "criteria": {"narrative": _narrative(certificate)},
            "inLanguage": certificate.language,
        }
    if certificate.basis == Basis.WORKPLACE:
        # The same for every workplace, so not named by the one that it is about. Of the types that the standard
        # knows, the one for what an organisation has shown.
        achievement["id"] = certificate.base_url + reverse("lms_certificates:look_up") + "#workplace"
        achievement["achievementType"] = "QualityAssuranceCredential"
    if certificate.version_label:
        achievement["version"] = certificate.version_label
    return achievement


def _criteria(certificate: Certificate) -> str:
    if certificate.basis == Basis.PROGRAMME:
        return _("The courses of the programme are completed.")
    if certificate.basis == Basis.WORKPLACE:
        return _("Everyone who worked there that day had completed the training that is required of them.")
    return _("Every required part of the course is completed.")


def _narrative(certificate: Certificate) -> str:
    """As Markdown, which the standard lets stand here."""
    lines = [f"- {part['title']}" + _on(part.get("completed_on")) for part in certificate.parts]
    paragraphs = [_criteria(certificate), "\n".join(lines)]
    if certificate.minutes:
        extent = ngettext("about %(number)s minute", "about %(number)s minutes", certificate.minutes)
        paragraphs.append(f"{_('Extent')}: {extent % {'number': certificate.minutes}}")
    return "\n\n".join(filter(None, paragraphs))


def _on(day: str | None) -> str:
    return f" ({day})" if day else ""


def _claims(body: dict[str, Any]) -> dict[str, Any]:
    """What the standard has a JWT repeat. The moment of signing is left out: nothing could be made the same again."""
    claims = {"iss": body["issuer"]["id"], "jti": body["id"], "nbf": _seconds(body["validFrom"])}
    if "id" in body["credentialSubject"]:
        claims["sub"] = body["credentialSubject"]["id"]
    if "validUntil" in body:
        claims["exp"] = _seconds(body["validUntil"])
    return claims


def _zone() -> datetime.tzinfo:
    """The site's own, not the reader's: a credential says the same whoever has it made."""
    return timezone.get_default_timezone()


def _moment(day: datetime.date, time: datetime.time) -> str:
    return datetime.datetime.combine(day, time, _zone()).isoformat()


def _seconds(moment: str) -> int:
    return int(datetime.datetime.fromisoformat(moment).timestamp())


def _indented(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"
