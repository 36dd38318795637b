from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.sealing import head, seal


class Command(BaseCommand):
    help = (
        "Seal what has been written to the ledger since the last time. Run it once an hour or once a day; it is safe "
        "to run again, and twice at once. Keep the last line somewhere else, to show with verify_ledger that nothing "
        "before it was changed."
    )

    def handle(self, **options):
        number = seal()
        words = ngettext("%(number)s entry is sealed.", "%(number)s entries are sealed.", number)
        self.stdout.write(words % {"number": number})
        if last := head():
            self.stdout.write(_("The last seal: %(number)s:%(hash)s") % {"number": last.number, "hash": last.hash})
