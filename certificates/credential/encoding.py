"""Base64url without padding, strictly: one text for each value, so that no character can be changed unseen."""

import base64


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Raises ValueError for any text that `base64url` does not give."""
    content = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if base64url(content) != text:
        raise ValueError("Not the only way to write it.")
    return content
