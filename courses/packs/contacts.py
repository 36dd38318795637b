"""The contact directory of a pack: `contacts.yaml`, read into plain values and put into the site."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext as _
from wagtail.models import Locale

from ..models import Contact, ContactGroup
from .errors import PackError
from .markdown import day_in, must_be_web_address, read_yaml

SAID = ("name", "purpose")


@dataclass
class PackContact:
    """A contact as its file says. `words` is {language: {"name", "purpose"}}, the file's own language first."""

    ref: str
    words: dict[str, dict[str, str]]
    group: str
    url: str = ""
    phone: str = ""
    checked_on: str = ""
    source: str = ""

    @property
    def title(self) -> str:
        return next(iter(self.words.values()))["name"]


def read_contacts(path: Path) -> list[PackContact]:
    """The contacts in `path`. Raises PackError naming the file and the contact."""
    where = f"{path.parent.name}/{path.name}"
    data = read_yaml(path.read_text(encoding="utf-8"), where)
    if not isinstance(data, dict) or not isinstance(data.get("contacts"), list) or not data.get("language"):
        raise PackError(f"{where}: " + _("the file has “language: sv” and a list called “contacts”."))
    contacts = [_read(row, str(data["language"]), where) for row in data["contacts"]]
    refs = [contact.ref for contact in contacts]
    if double := {ref for ref in refs if refs.count(ref) > 1}:
        problem = _("two contacts have the same ref: %(refs)s.") % {"refs": ", ".join(sorted(double))}
        raise PackError(f"{where}: {problem}")
    return contacts


def _read(row: Any, language: str, where: str) -> PackContact:
    ref = str(row.get("ref") or "") if isinstance(row, dict) else ""
    try:
        validate_slug(ref)
    except ValidationError as error:
        problem = _("each contact has a “ref” of small letters, figures and hyphens.")
        raise PackError(f"{where}: {problem}") from error
    at = f"{where}, {ref}"
    if row.get("group") not in ContactGroup.values:
        problem = _("“group” is one of %(groups)s.") % {"groups": ", ".join(ContactGroup.values)}
        raise PackError(f"{at}: {problem}")
    translations = {str(name): value for name, value in row.items() if isinstance(value, dict)}
    words = {code: _words(said, at) for code, said in {language: row, **translations}.items()}
    url, phone = str(row.get("url") or "").strip(), str(row.get("phone") or "").strip()
    must_be_web_address(url, at)
    if not (url or phone):
        raise PackError(f"{at}: " + _("a contact has a “url” or a “phone”."))
    return PackContact(
        ref=ref,
        words=words,
        group=row["group"],
        url=url,
        phone=phone,
        checked_on=day_in(row.get("checked")) or "",
        source=str(row.get("source") or "").strip(),
    )


def _words(said: Mapping[str, Any], at: str) -> dict[str, str]:
    words = {name: str(said.get(name) or "").strip() for name in SAID}
    if not words["name"]:
        raise PackError(f"{at}: " + _("“%(name)s” is missing.") % {"name": "name"})
    return words


def contact_values(contact: PackContact, languages: set[str]) -> dict[str, Any]:
    """What `put_contact` writes where the site has `languages`: the same as `stored_values` then reads."""
    shared = {name: getattr(contact, name) for name in ("group", "url", "phone", "checked_on", "source")}
    return {**shared, "words": {code: said for code, said in contact.words.items() if code in languages}}


def stored_values(ref: str) -> dict[str, Any] | None:
    """What the site says of the contact now, in the form of `contact_values`; None if it does not have it."""
    rows = {row.locale.language_code: row for row in Contact.objects.filter(ref=ref).select_related("locale")}
    if not rows:
        return None
    row = next(iter(rows.values()))
    return {
        **{name: getattr(row, name) for name in ("group", "url", "phone", "source")},
        "checked_on": row.checked_on.isoformat() if row.checked_on else "",
        "words": {code: {name: getattr(found, name) for name in SAID} for code, found in rows.items()},
    }


def put_contact(contact: PackContact) -> None:
    """Create or update the contact, in each of its languages that the site has."""
    known = Contact.objects.filter(ref=contact.ref)
    locales = {locale.language_code: locale for locale in Locale.objects.all()}
    for code, said in contact.words.items():
        if code not in locales:
            continue
        row = known.filter(locale=locales[code]).first() or Contact(ref=contact.ref, locale=locales[code])
        if other := known.exclude(locale=locales[code]).first():
            row.translation_key = other.translation_key
        row.name, row.purpose = said["name"], said["purpose"]
        row.group, row.url, row.phone, row.source = contact.group, contact.url, contact.phone, contact.source
        row.checked_on = contact.checked_on or None
        try:
            row.full_clean(exclude=["locale"])
        except ValidationError as error:
            raise PackError(f"contacts.yaml, {contact.ref}: {' '.join(error.messages)}") from error
        row.save()
