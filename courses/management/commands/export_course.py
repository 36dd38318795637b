from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from courses.models import CoursePage
from courses.packs.pages import export_course


class Command(BaseCommand):
    help = "Write a course as a pack of Markdown and YAML files."

    def add_arguments(self, parser):
        parser.add_argument("slug", help="The course page's slug.")
        parser.add_argument("folder", type=Path, help="A folder that does not exist yet.")

    def handle(self, *, slug, folder, **options):
        course = CoursePage.objects.filter(slug=slug, alias_of=None).order_by("pk").first()
        if course is None:
            raise CommandError(f"There is no course with the slug “{slug}”.")
        if folder.exists():
            raise CommandError(f"{folder} already exists. Name a folder that does not.")
        export_course(course, folder)
        self.stdout.write(f"{course.title} is written to {folder}.")
