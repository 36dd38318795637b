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
