from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.models import EmploymentKind
from lms.reports.cells import change_text, percent_text, share_text

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


@register.simple_tag
def share_cell(share, then=None, since="", *, of_all=False):
    """A share in words, per cent, late and soon to renew, with a tick when nobody is missing; and how it has changed
    since another day. Python, not a template: a page has thousands of them.

    `of_all` courses the change is spelt out, and a column beside it says who is late; of one course the number alone is
    seen of the change, and read out in full all the same.
    """
    return format_html("{}{}", _now(share, of_all), _change(share, then, since, of_all) if then is not None else "")


def _now(share, of_all):
    if not share.counted:
        return format_html('<span class="{}">–</span>', "w-text-text-meta")
    words = share_text(share)
    parts = [
        ("lms-share", words) if share.missing else ("lms-share lms-share--all", f"✓ {words}"),
        ("lms-grid__meta", percent_text(share)),
    ]
    if share.late and not of_all:
        parts.append(("lms-late", "! " + ngettext("%(late)s late", "%(late)s late", share.late) % {"late": share.late}))
    if share.expiring:
        expiring = ngettext("%(number)s expires soon", "%(number)s expire soon", share.expiring)
        parts.append(("lms-expiring", "↻ " + expiring % {"number": share.expiring}))
    return format_html_join(" ", '<span class="{}">{}</span>', parts)


def _change(share, then, since, of_all):
    short, full = change_text(share, then, since)
    if of_all:
        return format_html(' <span class="lms-grid__change">{}</span>', full)
    return format_html(
        ' <span class="lms-grid__change"><span aria-hidden="true">{}</span><span class="w-sr-only">{}</span></span>',
        short,
        full,
    )


@register.filter
def late_number(number):
    """How many courses, or people, are late: in a column of its own."""
    return format_html('<span class="lms-late">! {}</span>', number) if number else "–"


@register.simple_tag
def change_sentence(now, then, since):
    """The change of the total, as a sentence."""
    return _("Have completed everything: %(change)s.") % {"change": change_text(now, then, since)[1]}
