from django.core.management.base import BaseCommand, CommandError

from lms.catalogues import catalogues


class Command(BaseCommand):
    help = "Compile our translations in a checkout: without it all of the interface is in English. A wheel has them."

    def handle(self, **options):
        try:
            from babel.messages.mofile import write_mo
            from babel.messages.pofile import read_po
        except ImportError as error:
            raise CommandError('Babel is missing: pip install "larpunkt[site]", or pip install babel.') from error
        for source in catalogues():
            with source.open("rb") as po, source.with_suffix(".mo").open("wb") as mo:
                write_mo(mo, read_po(po, locale=source.parts[-3], domain="django"))
            self.stdout.write(str(source.with_suffix(".mo")))
