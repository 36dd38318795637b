import logging

from django_tasks import task

logger = logging.getLogger(__name__)


@task()
def draw_certificate(pk: int) -> None:
    """Draw one certificate. Repeating it does no harm; what fails is drawn at the download or by the sweep."""
    from .making import ensure_drawn
    from .models import Certificate

    certificate = Certificate.objects.filter(pk=pk).first()
    if certificate is None:
        logger.warning("Certificate %s is gone before it was drawn.", pk)
        return
    ensure_drawn(certificate)


@task()
def issue_what_waits(basis: str, pk: int, actor: int) -> None:
    """Issue all that is done of a course or a programme and has no certificate. Repeating it does no harm."""
    from django.contrib.auth import get_user_model

    from courses.models import Course
    from lms.models import Programme

    from .models import Basis
    from .waiting import issue_all

    about = (Course if basis == Basis.COMPLETION else Programme).objects.filter(pk=pk).first()
    if about is None:
        logger.warning("The %s %s is gone before its certificates were issued.", basis, pk)
        return
    issue_all(about=about, actor=get_user_model().objects.filter(pk=actor).first())
