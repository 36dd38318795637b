"""How a leader agrees to what a page says will happen."""

from typing import Any


def agree(browser: Any, path: str, form: dict[str, Any], **how: Any) -> Any:
    """Send the form, and agree to what it is said to change. What is no such page, or refuses, is returned at once."""
    shown = browser.post(path, form, **how)
    seal = shown.context and shown.context.get("seal")
    if shown.status_code != 200 or not seal:
        return shown
    return browser.post(path, {**form, "seen": seal}, **how)
