"""A letter by e-mail, so that a mail server that fails is never an error of ours."""

import logging

from django.core.mail import EmailMessage

logger = logging.getLogger(__name__)


def leaves(letter: EmailMessage) -> bool:
    """Send `letter`; False if it could not leave now and is to be tried again."""
    try:
        letter.send()
    except Exception as error:  # noqa: BLE001 - the host's backend may raise anything
        # Never its words: a mail server repeats the address in them.
        logger.warning("A letter could not be sent: %s", type(error).__name__)
        return False
    return True
