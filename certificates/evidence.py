from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from .models import Certificate


def completion_evidence(request: Any, completion_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Links to the current certificates of those completions; one query.

    A learner is led to their own page of it, a leader to its page in the admin.
    """
    namespace = request.resolver_match.namespace if request.resolver_match else ""
    at_desk = "lms" in namespace.split(":")
    found: dict[int, list[dict[str, Any]]] = {}
    for certificate in Certificate.objects.current().filter(completion__in=completion_ids):
        if at_desk:
            url = reverse("lms:reader:certificate", args=[certificate.uuid], current_app=namespace)
            label = _("Open the certificate")
        else:
            label = _("Certificate")
            url = reverse("lms_certificates_admin:certificate", args=[certificate.uuid])
        found.setdefault(certificate.completion_id, []).append(
            {"label": label, "url": url, "state": str(certificate.state.label)}
        )
    return found
