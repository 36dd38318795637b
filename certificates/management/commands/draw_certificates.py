from django.core.management.base import BaseCommand

from certificates.healing import draw
from certificates.models import Certificate


class Command(BaseCommand):
    help = "Draw every certificate whose file is missing. Safe at any time; run it after a restore."

    def handle(self, **options):
        drawn, faults = draw(Certificate.objects.all())
        for fault in faults:
            self.stderr.write(fault)
        self.stdout.write(f"{drawn} drawn, {len(faults)} failed.")
        if faults:
            raise SystemExit(1)
