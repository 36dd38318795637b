"""A key of our own for tests, and a stranger who checks credentials over nothing but our public addresses."""

import datetime
import itertools
import uuid
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from django.test import Client
from openbadgeslib.ob3 import OB3Verifier

from certificates.issuing import create
from certificates.models import Certificate

PASSPHRASE = "granar-i-snö"
BASE = "https://larpunkt.example"
DID = "did:web:larpunkt.example"
_numbers = itertools.count(1)


def key_file(folder: Path, *, curve: ec.EllipticCurve | None = None, passphrase: str = PASSPHRASE) -> Path:
    path = folder / f"credential-key-{next(_numbers)}.pem"
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    private = ec.generate_private_key(curve or ec.SECP256R1())
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    return path


def issued(**changes) -> Certificate:
    """A certificate as the database keeps it; of nobody in particular."""
    snapshot = {
        "holder_name": "Maja Lindgren",
        "title": "Ett gott värdskap",
        "subject_uuid": uuid.UUID("11111111-2222-4333-8444-555555555555"),
        "version_label": "2",
        "language": "sv",
        "objectives": ["förklara vad värdskap är", "ta emot besökare"],
        "minutes": 45,
        "issuer_name": "Nordmalings kommun",
        "issued_on": datetime.date(2026, 11, 24),
        "completed_on": datetime.date(2026, 11, 23),
        "valid_until": datetime.date(2028, 11, 23),
        "base_url": BASE,
        "issued_at": datetime.datetime(2026, 11, 24, 8, 15, 30, 123456, tzinfo=datetime.UTC),
    }
    return create(**(snapshot | changes))


def download(address: str) -> bytes:
    """What a stranger gets from our public addresses, at the host that stands in them; nothing else is reached."""
    parts = urlsplit(address)
    response = Client(headers={"host": parts.netloc}).get(parts.path)
    assert response.status_code == 200, (address, response.status_code, response.content)
    return response.content


def stranger_verifies(token: str, did: str = DID):
    """As openbadgeslib does it, with our DID document and our status list. Raises OB3VerificationError."""
    return OB3Verifier.for_issuer_did(did, download).verify(token, check_status=True, download=download)
