from django.core.management.base import BaseCommand

from certificates.drawing import MissingGlyphError
from certificates.making import ensure_drawn
from certificates.models import Certificate


class Command(BaseCommand):
    help = "Draw every certificate whose file is missing. Safe at any time; run it after a restore."

    def handle(self, **options):
        drawn, failed = 0, 0
        for certificate in Certificate.objects.iterator():
            if certificate.is_drawn:
                continue
            try:
                ensure_drawn(certificate)
                drawn += 1
            except (MissingGlyphError, RuntimeError) as error:
                failed += 1
                self.stderr.write(f"Certificate {certificate.uuid}: {error}")
        self.stdout.write(f"{drawn} drawn, {failed} failed.")
        if failed:
            raise SystemExit(1)
