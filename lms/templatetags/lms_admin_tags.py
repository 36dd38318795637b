from django import template
from django.utils.html import format_html
from django.utils.translation import ngettext

from lms.models import EmploymentKind
from lms.reports.cells import share_text

register = template.Library()


@register.filter
def employment_kind(value):
    return EmploymentKind(value).label


@register.filter
def is_open(field):
    """Whether a field that is folded away until it is used is to be shown."""
    return bool(field.value() or field.errors or getattr(field.field.widget, "words", ""))


@register.filter
def number_chosen(field):
    return len(field.value() or ())


@register.filter
def share_of_row(row):
    return share_text(row)


@register.filter
def share_cell(share):
    """A share in words, with a tick when nobody is missing. Python, not a template: a page has thousands of them."""
    if not share.counted:
        return format_html('<span class="{}">–</span>', "w-text-text-meta")
    words = share_text(share)
    shown = (
        format_html('<span class="lms-share">{}</span>', words)
        if share.missing
        else format_html('<span class="lms-share lms-share--all">✓ {}</span>', words)
    )
    if not share.late:
        return shown
    late = ngettext("%(late)s late", "%(late)s late", share.late) % {"late": share.late}
    return format_html('{} <span class="lms-late">! {}</span>', shown, late)
