"""Where the links in a lesson lead at the desk: to the desk, own or tablet. The body that is drawn is the book's."""

from typing import Any
from uuid import UUID

from wagtail.models import Page

from courses.body import Book
from courses.models import Activity, Course

from .desk import address_at


class Desk(Book):
    """Knows the door and the activity that is shown, not the learner: what is linked to asks for itself."""

    def __init__(self, door: str, activity: UUID):
        self.door = door
        self.activity = activity

    def pages(self, pages: list[Page]) -> dict[int, str | None]:
        """Our pages have an address at the desk; those of the rest of the site are as in the book."""
        found = super().pages(pages)
        keys = {page.pk: (page.alias_of or page).translation_key for page in pages}
        for name, identities in (("course", Course), ("activity", Activity)) if pages else ():
            ours = set(identities.objects.filter(uuid__in=keys.values()).values_list("uuid", flat=True))
            found |= {pk: address_at(self.door, name, key) for pk, key in keys.items() if key in ours}
        return found

    def leaves(self, url: str) -> bool:
        at_desk = url.startswith(address_at(self.door, "start"))
        return super().leaves(url) or (url.startswith("/") and not at_desk)

    def document(self, document: Any) -> str:
        return address_at(self.door, "document", self.activity, document.pk)
