from itertools import chain

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from content_seed.information import seed_information
from content_seed.seeding import seed
from courses.packs.errors import PackError


class Command(BaseCommand):
    help = (
        "Load the starter courses. Safe to repeat: pages that someone has changed are left alone. "
        "--demo adds invented staff at five service points, to try everything with."
    )

    def add_arguments(self, parser):
        parser.add_argument("course", nargs="*", help="Only these courses, by their folder. Without it: all.")
        parser.add_argument("--demo", action="store_true", help="Also invented staff and accounts (only with DEBUG).")

    def handle(self, *, course, demo, **options):
        if demo and not settings.DEBUG:
            raise CommandError(_("Demo accounts have a published password. They are made only while DEBUG is on."))
        say = self.stdout.write if options["verbosity"] else lambda line: None
        try:
            for line in chain(seed(course), () if course else seed_information()):
                say(line)
        except PackError as error:
            raise CommandError(
                f"{error}\n" + _("Nothing after it was loaded. Correct the file and run the command again.")
            ) from error
        if demo:
            from content_seed.demo import DemoExistsError, seed_demo

            try:
                for line in seed_demo():
                    say(line)
            except DemoExistsError:
                say(_("There are people here already, so no invented ones were added."))
