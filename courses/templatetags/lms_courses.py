from django import template
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from wagtail import hooks

from courses.body import BOOK, expand_links, prepare
from courses.display import Display, display_of
from courses.models import CoursePage, ShortcutsPage

register = template.Library()


@register.simple_tag(takes_context=True)
def body_text(context, value):
    """Rich text as HTML; already expanded together with the whole lesson's if `prepare` was called."""
    html = getattr(value, "expanded", None)
    if html is None:
        html = expand_links(getattr(value, "source", value), context.get("addresses", BOOK))
    return mark_safe(html)  # noqa: S308 - Wagtail's rich text


@register.simple_tag(takes_context=True)
def document_url(context, document):
    return context.get("addresses", BOOK).document(document)


@register.simple_tag(takes_context=True)
def prepared(context, steps):
    return prepare(list(steps), context.get("addresses", BOOK))


@register.filter
def share_of(percent, number):
    """How many of `number` are at least `percent` per cent of them."""
    return -(-percent * number // 100)


@register.filter
def duration(minutes):
    """Minutes in the largest unit that fits: "45 minutes", "2 hours", "1 day"."""
    if minutes % (24 * 60) == 0:
        days = minutes // (24 * 60)
        return ngettext("%(number)s day", "%(number)s days", days) % {"number": days}
    if minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}
    return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}


@register.simple_tag
def choice_text(question, choice):
    """The words of a choice. True and false are said in the reader's language."""
    if question["kind"] == "truefalse":
        return _("True") if choice["id"] == "true" else _("False")
    return choice["text"]


@register.simple_tag(takes_context=True)
def page_actions(context, page):
    """What whoever tracks people offers on this page: [{"url", "label"}]. Nothing in a site that tracks nobody."""
    request = context.get("request")
    if request is None or getattr(request, "is_preview", False):
        return []
    return [action for offer in hooks.get_hooks("lms_courses_page_actions") for action in offer(request, page)]


@register.simple_tag(takes_context=True)
def page_foot(context):
    """What whoever knows more than we puts at the foot of every page: the law's pages, the other language."""
    request = context.get("request")
    if request is None:
        return ""
    parts = (draw(request, context.get("page")) for draw in hooks.get_hooks("lms_courses_foot"))
    return format_html_join("\n", "{}", ((part,) for part in parts))


@register.simple_tag(takes_context=True)
def display_attributes(context):
    """For the outermost element of ours: what the reader has chosen that is not as it is anyway."""
    request = context.get("request")
    chosen = display_of(request) if request else Display()
    usual = Display().by_name()
    attributes = [(f"data-lms-{name}", value) for name, value in chosen.by_name().items() if value != usual[name]]
    return format_html_join("", ' {}="{}"', attributes)


@register.simple_tag
def shortcuts_page():
    """The published page of shortcuts, in the reader's language where there is one; None without any."""
    pages = ShortcutsPage.objects.live().order_by("pk")
    return pages.filter(locale__language_code=get_language()).first() or pages.first()


@register.simple_tag
def course_index_url(page):
    parent = page.get_parent() if isinstance(page, CoursePage) else None
    return parent.url if parent else ""
