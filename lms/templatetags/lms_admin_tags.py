from django import template

from lms.models import EmploymentKind

register = template.Library()


@register.filter
def employment_kind(value):
    return EmploymentKind(value).label
