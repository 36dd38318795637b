"""What a template looks like while it is written: the PDF itself, drawn of an invented certificate, as a picture."""

import base64
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import drawing
from ..designs import unsaved_design_of
from ..models import CertificateTemplate
from ..pictures import PictureError
from . import raster
from .samples import sample

MODES: list[tuple[str, Any]] = [
    ("usual", gettext_lazy("A usual name")),
    ("long", gettext_lazy("A very long name and title")),
    ("sami", gettext_lazy("A Sámi name")),
    ("programme", gettext_lazy("A programme")),
    ("workplace", gettext_lazy("A workplace")),
]


def preview(request: HttpRequest, template: CertificateTemplate, mode: str) -> HttpResponse:
    """The page in Wagtail's preview. Needs no saved row and writes none; an unknown mode is shown as the usual."""
    certificate = sample(mode if mode in dict(MODES) else MODES[0][0], template)
    context: dict[str, Any] = {
        "title": _("Certificate of %(name)s: %(title)s") % {"name": certificate.holder_name, "title": certificate.title}
    }
    try:
        design, pictures = unsaved_design_of(template)
        page = raster.first_page(drawing.draw(certificate, design, pictures=pictures).pdf)
    except (drawing.MissingGlyphError, PictureError) as error:
        context["problem"] = str(error)
    else:
        picture = "data:image/png;base64," + base64.b64encode(page.png).decode()
        context.update(picture=picture, width=page.width, height=page.height)
    return render(request, "lms_certificates/admin/preview.html", context)
