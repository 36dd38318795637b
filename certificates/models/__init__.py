from .archives import ArchiveExport
from .certificate import (
    SERIAL_ALPHABET,
    SERIAL_LENGTH,
    Basis,
    Certificate,
    RevocationReason,
    SignatureLevel,
    State,
    file_path,
    new_serial,
    new_status_index,
)
from .declined import Declined
from .designs import CertificateDesign, DesignPicture
from .keys import IssuerKey
from .rules import How, IssueRule
from .templates import CertificateTemplate

__all__ = [
    "SERIAL_ALPHABET",
    "SERIAL_LENGTH",
    "ArchiveExport",
    "Basis",
    "Certificate",
    "CertificateDesign",
    "CertificateTemplate",
    "Declined",
    "DesignPicture",
    "How",
    "IssueRule",
    "IssuerKey",
    "RevocationReason",
    "SignatureLevel",
    "State",
    "file_path",
    "new_serial",
    "new_status_index",
]
