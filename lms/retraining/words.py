"""What has changed in a course, as it is said to a leader."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..wording import day_text, part_text, quoted
from .offers import Offer, day_of


def what_changed(offer: Offer) -> str:
    """Such as: New: “Leave”. Changed: “Greet” and “Listen”."""
    told = []
    for words, titles in (
        (_("New: %(titles)s."), offer.changes.added),
        (_("Changed: %(titles)s."), offer.changes.changed),
        (_("Taken out: %(titles)s."), offer.changes.removed),
    ):
        if titles:
            told.append(words % {"titles": quoted(titles)})
    return " ".join(told) or _("Its steps and questions say the same as before.")


def offer_text(offer: Offer) -> str:
    """Such as: Changed on 26 November 2026: the lesson “Greet”. 15 people have done it as it was. New: “Leave”."""
    said = {"day": day_text(day_of(offer)), "part": part_text(offer.activity)}
    if offer.is_new:
        words = ngettext(
            "New since %(day)s: %(part)s. %(number)s person has completed the course without it.",
            "New since %(day)s: %(part)s. %(number)s people have completed the course without it.",
            offer.people,
        )
    else:
        words = ngettext(
            "Changed on %(day)s: %(part)s. %(number)s person has done it as it was.",
            "Changed on %(day)s: %(part)s. %(number)s people have done it as it was.",
            offer.people,
        )
    return " ".join(filter(None, (words % {**said, "number": offer.people}, what_changed(offer))))
