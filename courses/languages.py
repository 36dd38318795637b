"""Content in another language than the page around it: said to the reader, and to screen readers by `lang`."""

from django.utils.translation import get_language


def foreign_language(code: str) -> str:
    """`code` if it is another language than the active one, else nothing."""
    return "" if code.split("-")[0] == (get_language() or code).split("-")[0] else code
