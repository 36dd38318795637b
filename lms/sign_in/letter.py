from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from ..conf import setting
from ..models import StaffMember


def write_letter(*, address: str, staff: StaffMember | None, user: Any, token: str, language: str) -> EmailMessage:
    """The mail with the link, in the person's language, or that of the door for an account that is no member of staff.

    The address of the site is the one that was set: what a request says of itself could lead anywhere.
    """
    site = setting("LMS_PUBLIC_BASE_URL").rstrip("/")
    name = staff.given_name if staff else getattr(user, "get_short_name", str)()
    with translation.override(staff.language if staff else language):
        return EmailMessage(
            subject=_("Your link to sign in to %(site)s") % {"site": settings.WAGTAIL_SITE_NAME},
            body=render_to_string(
                "lms/sign_in/link_letter.txt",
                {
                    "name": name,
                    "link": f"{site}{reverse('lms:use_link')}?k={token}",
                    "site": site,
                    "site_name": settings.WAGTAIL_SITE_NAME,
                },
            ),
            to=[address],
            headers={"Auto-Submitted": "auto-generated"},
        )
