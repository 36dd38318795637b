"""Who asks, when proxies of ours stand in front."""

import ipaddress
from typing import Any

from django.conf import settings


def client_address(request: Any) -> str:
    """The address that the outermost of our `LMS_PROXIES` proxies saw.

    Counted from the right of X-Forwarded-For: what stands further left was sent by the client and may be anything. A
    request that came past fewer proxies, or with a header that is no address, is whoever knocked.
    """
    knocked: str = request.META.get("REMOTE_ADDR", "")
    passed = request.headers.get("X-Forwarded-For", "").split(",")
    if not settings.LMS_PROXIES or len(passed) < settings.LMS_PROXIES:
        return knocked
    try:
        return str(ipaddress.ip_address(passed[-settings.LMS_PROXIES].strip()))
    except ValueError:
        return knocked
