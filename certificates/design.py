"""How one certificate looks, as plain values: what is drawn, previewed and frozen. Pure but for `of`."""

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .models import Certificate


@dataclass(frozen=True)
class Design:
    """The built-in look, where nothing else is said. Empty words are the built-in ones, in the certificate's language.

    Pictures are named by their SHA-256 (`DesignPicture`), colours are #rrggbb.
    """

    heading: str = ""
    statement: str = ""
    #: With the placeholders of `CertificateTemplate.body`, each filled in when it is drawn.
    body: str = ""
    shows_objectives: bool = True
    shows_hours: bool = True
    has_background: bool = True
    ink: str = "#1d2b27"
    accent: str = "#1f5a4c"
    highlight: str = "#93392b"
    logo: str = ""
    second_logo: str = ""
    signature: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Design":
        """What later versions add has its default; what they have taken away is left out."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in content.items() if name in names})


BUILT_IN = Design()


def of(certificate: "Certificate") -> Design:
    """What `certificate` is drawn with."""
    return Design.from_json(certificate.design.content) if certificate.design else BUILT_IN
