"""What the demo shows of certificates: a look of the municipality's own, one that waits, one that was revoked, and the
sheet for the wall of a shop where all are trained."""

import io
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw
from wagtail.images import get_image_model

from certificates.issuing import revoke
from certificates.models import Basis, Certificate, CertificateTemplate, How, RevocationReason
from certificates.rules import change_rule
from certificates.workplaces import issue_to_workplace
from courses.models import Course
from lms.models import Programme, StaffMember, Workplace

TEMPLATE = "Kommunens utseende (exempel)"
BLUE, RIVER = "#1b4f72", "#2e86ab"


def set_up(*, approved: Course | None, programme: Programme | None, actor: Any) -> None:
    """Before anybody learns: programmes and workplaces look like the municipality, and of one course a leader says yes
    to each certificate."""
    template = _template(actor)
    change_rule(about=None, how=How.APPROVED, template=template, actor=actor)
    if programme:
        change_rule(about=programme, how=How.AUTOMATIC, template=template, actor=actor)
    if approved:
        change_rule(about=approved, how=How.APPROVED, actor=actor)


def issue_and_revoke(*, place: Workplace, mistaken: StaffMember, actor: Any) -> None:
    """When all have learned what they will."""
    issue_to_workplace(workplace=place, actor=actor)
    for certificate in Certificate.objects.current().filter(staff=mistaken, basis=Basis.COMPLETION):
        revoke(certificate=certificate, reason=RevocationReason.MISTAKE, actor=actor)


def _template(actor: Any) -> CertificateTemplate:
    template = CertificateTemplate(
        name=TEMPLATE,
        language="sv",
        accent=BLUE,
        highlight=BLUE,
        logo=_logo(actor),
        second_logo=None,
        live=False,
    )
    template.full_clean()
    template.save()
    template.save_revision(user=actor).publish(user=actor)
    template.refresh_from_db()
    return template


def _logo(actor: Any) -> Any:
    """Nobody's arms: a river under a hill, so that whoever tries it out sees where a logo goes."""
    large, content = 1200, io.BytesIO()
    picture = Image.new("RGB", (large, large), "white")
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((60, 60, 1140, 1140), radius=260, fill=BLUE)
    pen.polygon([(200, 720), (500, 260), (660, 500), (760, 380), (1000, 720)], fill="white")
    for top in (780, 900):
        pen.rounded_rectangle((200, top, 1000, top + 60), radius=30, fill=RIVER if top > 800 else "white")
    picture.resize((400, 400), Image.Resampling.LANCZOS).save(content, "PNG", optimize=True)
    return get_image_model().objects.create(
        title="Kommunens logotyp (exempel)",
        description="Ett berg och en älv",
        file=ContentFile(content.getvalue(), name="kommunens-logotyp-exempel.png"),
        uploaded_by_user=actor,
    )
