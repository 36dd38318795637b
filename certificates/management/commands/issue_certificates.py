from django.core.management.base import BaseCommand

from certificates.healing import heal


class Command(BaseCommand):
    help = (
        "Issue and draw what should have come by itself and has not: after a crash, and for workplaces where all are "
        "trained or whose certificate ends soon. Run it once a day; it is safe to run again, and twice at once."
    )

    def handle(self, **options):
        healed = heal()
        for fault in healed.faults:
            self.stderr.write(fault)
        self.stdout.write(f"{healed.issued} issued, {healed.drawn} drawn, {len(healed.faults)} failed.")
        if healed.faults:
            raise SystemExit(1)
