"""How a tablet is: when it was heard of, what it told us of itself, what a leader should look after. In words."""

import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import Tablet
from ..wording import day_text

#: A tablet that has been silent for so long may be lost, broken or in a drawer.
SILENT = datetime.timedelta(days=14)
#: What has not been sent for so long may be lost with the tablet.
UNSENT = datetime.timedelta(days=3)


def to_look_after(now: datetime.datetime) -> Q:
    """A condition on Tablet: those for which `warnings` has something to say at `now`."""
    unsent = Q(unsent__gt=0, unsent_since__lt=now - UNSENT)
    return Q(unpaired_at=None) & (Q(last_seen_at__lt=now - SILENT) | unsent | Q(refused__gt=0))


def warnings(tablet: Tablet, now: datetime.datetime) -> list[str]:
    """What somebody should do something about, and what. Nothing is said of a tablet that is disconnected."""
    if tablet.unpaired_at:
        return []
    told = []
    if tablet.unsent and tablet.unsent_since and tablet.unsent_since < now - UNSENT:
        days = (now - tablet.unsent_since).days
        told.append(
            ngettext(
                "What was done has waited for %(days)s day to be sent. Take the tablet to where there is network, and "
                "open the training on it.",
                "What was done has waited for %(days)s days to be sent. Take the tablet to where there is network, and "
                "open the training on it.",
                days,
            )
            % {"days": days}
        )
    if tablet.refused:
        told.append(
            ngettext(
                "%(number)s report was refused and is still on the tablet. Open the training on it to see which.",
                "%(number)s reports were refused and are still on the tablet. Open the training on it to see which.",
                tablet.refused,
            )
            % {"number": tablet.refused}
        )
    if tablet.last_seen_at < now - SILENT:
        days = (now - tablet.last_seen_at).days
        told.append(
            ngettext(
                "Not heard from in %(days)s day. Ask the shop whether it works and has network.",
                "Not heard from in %(days)s days. Ask the shop whether it works and has network.",
                days,
            )
            % {"days": days}
        )
    return told


def unsent_text(tablet: Tablet) -> str:
    """What it kept when it last sent something, and since when."""
    if not tablet.unsent:
        return _("Nothing") if tablet.app_version else ""
    if tablet.unsent_since is None:
        return str(tablet.unsent)
    return _("%(number)s, since %(day)s") % {
        "number": tablet.unsent,
        "day": day_text(timezone.localdate(tablet.unsent_since)),
    }


def what_unpairing_means(tablet: Tablet) -> list[str]:
    """Before it is done, in sentences."""
    told = [_("Nobody can use “%(name)s” for the training until it is connected again.") % {"name": tablet}]
    if tablet.unsent:
        told.append(
            ngettext(
                "When it was last heard from it kept %(number)s report that was not sent.",
                "When it was last heard from it kept %(number)s reports that were not sent.",
                tablet.unsent,
            )
            % {"number": tablet.unsent}
        )
    told.append(
        _(
            "What is still on it is not lost. It comes in when the tablet has network, and waits for a leader who "
            "decides whether it counts."
        )
    )
    return told
