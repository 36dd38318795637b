"""How one certificate looks, as plain values: what is drawn, previewed and frozen. Pure but for `of`."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .models import Certificate

#: What a template's text may name; each is filled in when it is drawn.
PLACEHOLDERS = ("name", "title", "completed", "valid_until", "hours", "issuer")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def unknown_placeholders(text: str) -> list[str]:
    """What stands in braces in `text` and is none of PLACEHOLDERS, in order."""
    return [name for name in _PLACEHOLDER.findall(text) if name.strip() not in PLACEHOLDERS]


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """`text` with `values` in the place of their placeholders. What is unknown stays as it was written."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1].strip(), found[0]), text)


@dataclass(frozen=True)
class Design:
    """The built-in look, where nothing else is said. Empty words are the built-in ones, in the certificate's language.

    Pictures are named by their SHA-256 (`DesignPicture`), colours are #rrggbb.
    """

    heading: str = ""
    statement: str = ""
    #: With PLACEHOLDERS.
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
