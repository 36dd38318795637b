"""How a leader agrees to what a page says will happen."""

from typing import Any

from lms.models import LedgerEntry


def agree(browser: Any, path: str, form: dict[str, Any], **how: Any) -> Any:
    """Send the form, and agree to what it is said to change. What is no such page, or refuses, is returned at once."""
    shown = browser.post(path, form, **how)
    seal = shown.context and shown.context.get("seal")
    if shown.status_code != 200 or not seal:
        return shown
    return browser.post(path, {**form, "seen": seal}, **how)


def confirm(browser: Any, path: str, form: dict[str, Any]) -> Any:
    """Look at what would happen, and do it. What was shown is returned."""
    shown = browser.post(path, form)
    assert shown.status_code == 200, shown.context["form"].errors
    before = LedgerEntry.objects.count()
    assert browser.post(path, {**form, "seen": shown.context["seal"]}).status_code == 302
    assert LedgerEntry.objects.count() > before
    return shown
