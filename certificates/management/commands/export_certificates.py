import hashlib
import os
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from certificates.archive import approve_archive, certificates_to_keep, stream_archive
from certificates.models import ArchiveExport, Certificate


class Command(BaseCommand):
    help = (
        "Write all certificates, with a list of their checksums, to a ZIP that is to be kept elsewhere, and say its "
        "checksum. It is recorded as an archive; --approve-as says at once that it is kept."
    )

    def add_arguments(self, parser):
        parser.add_argument("where", type=Path, help="a ZIP that does not exist yet, or a folder to write one in")
        parser.add_argument("--approve-as", metavar="USER", help="the project leader who answers for that it is kept")

    def handle(self, *, where, approve_as, **options):
        actor = self._leader(approve_as) if approve_as else None
        path = where / f"intygsarkiv-{timezone.localtime():%Y-%m-%d-%H%M%S}.zip" if where.is_dir() else where
        certificates = (
            certificates_to_keep(actor) if actor else Certificate.objects.exclude(holder_name="").order_by("pk")
        )
        unfinished = path.with_name(path.name + ".part")
        if path.exists():
            raise CommandError(f"{path} is there already.")
        try:
            unfinished.touch(0o600, exist_ok=False)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error}") from error
        digest = hashlib.sha256()
        try:
            with unfinished.open("wb") as file:
                for piece in stream_archive(certificates, actor=actor):
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error}") from error
        finally:
            unfinished.unlink(missing_ok=True)  # names stand in it
        # By its sum: somebody else may make another at the same time.
        archive = ArchiveExport.objects.filter(sha256=digest.hexdigest()).latest("pk")
        self.stdout.write(f"{path}: {archive.certificates.count()} certificates, SHA-256 {archive.sha256}")
        if actor:
            approve_archive(archive=archive, actor=actor)
            self.stdout.write("Approved.")

    def _leader(self, name):
        User = get_user_model()
        user = User.objects.filter(**{User.USERNAME_FIELD: name}).first()
        if user is None:
            raise CommandError(f"There is no user {name}.")
        if not certificates_to_keep(user).exists():
            raise CommandError(f"{name} leads nobody who has a certificate.")
        return user
