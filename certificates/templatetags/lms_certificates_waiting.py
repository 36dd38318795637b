from typing import Any

from django import template

from lms.models import StaffMember

from ..waiting import waiting

register = template.Library()


@register.inclusion_tag("lms_certificates/includes/waiting.html", takes_context=True)
def certificates_that_wait(context: dict[str, Any]) -> dict[str, Any]:
    """What the learner has done, and a leader is to approve before there is a certificate; or has declined, and why."""
    learner = context["request"].learner
    return {"waiting": waiting(StaffMember.objects.filter(pk=learner.pk)) if learner else []}
