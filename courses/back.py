"""Back to where somebody was, and never to another site."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def safe_next(request: HttpRequest, wanted: str, otherwise: str = "/") -> str:
    """`wanted`, if it is a page of this site."""
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=request.is_secure()):
        return otherwise
    path = urlsplit(wanted)._replace(scheme="", netloc="").geturl()
    return path if path.startswith("/") and not path.startswith("//") else otherwise  # "//x" is another site
