"""Many certificates as one ZIP, made as it is sent: never more than one file in memory.

PDFs do not get smaller, so nothing is compressed. What has no file stands in the list with the reason.
"""

import csv
import io
import pickle
import re
import tempfile
import unicodedata
from array import array
from collections.abc import Iterator
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from lms.spreadsheets import harmless_row

from .drawing import MissingGlyphError
from .making import LostError, WaitsForKeyError, content_of, stored
from .models import Basis, Certificate

#: So many rows are read at a time.
PART = 100
#: So many bytes are held at once of what is made here, not counting the file that is being packed.
BLOCK = 1 << 16
#: Of a name, and of a title, in the name of a file.
NAME_LENGTH, TITLE_LENGTH = 30, 40
LIST = "intyg.csv"

#: Letters that are no plain letter with a mark on it.
PLAIN = str.maketrans({
    "đ": "d", "Đ": "D", "ŋ": "n", "Ŋ": "N", "ŧ": "t", "Ŧ": "T", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
    "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ß": "ss", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i",
})  # fmt: skip


def stream(certificates: Any, *, draws: bool = True, held: list[int] | None = None) -> Iterator[bytes]:
    """The ZIP of all of `certificates`, a queryset, piece by piece; the list of them, `intyg.csv`, comes last.

    A file that is missing is drawn first, unless not `draws`. One that cannot be had stops nothing: the list says why.
    What is revoked or replaced lies in a folder of its own. Those whose files are in it are told in `held`, by id.
    """
    keys = array("q", certificates.values_list("pk", flat=True))
    language = get_language() or "sv"
    taken: set[int] = set()
    with tempfile.TemporaryFile() as kept, _Window() as window, _Zip(window) as archive:
        lines = io.TextIOWrapper(kept, encoding="utf-8-sig", newline="")
        # Semicolons in Swedish, where Excel expects them.
        writer = csv.writer(lines, delimiter=";" if language.startswith("sv") else ",")
        with override(language):
            writer.writerow(harmless_row(heading()))
        for first in range(0, len(keys), PART):
            found = Certificate.objects.select_related("staff", "design", "superseded_by").in_bulk(
                keys[first : first + PART]
            )
            for key in keys[first : first + PART]:
                if (certificate := found.pop(key, None)) is None:
                    continue  # it went away while we were at it
                with override(language):
                    name, content, note = _file_of(certificate, taken, draws=draws)
                    writer.writerow(harmless_row(values(certificate, name, note)))
                if content:
                    archive.writestr(_entry(name), content)
                    if held is not None:
                        held.append(key)
                    yield window.take()
                # It and its file hold each other: let go of now, not when the collector of garbage comes by.
                certificate.__dict__.pop("file", None)
        lines.flush()
        size = kept.tell()
        kept.seek(0)
        with archive.open(_entry(LIST, size), "w") as entry:
            while block := kept.read(1 << 16):
                entry.write(block)
        lines.detach()
        archive.close()
        yield from window.blocks()


def heading() -> list[str]:
    return [
        *(_("Number"), _("Name"), _("Title"), _("What it is of"), _("Completed"), _("Issued"), _("Valid through")),
        *(_("State"), _("SHA-256"), _("File"), _("Note")),
    ]


def values(certificate: Certificate, name: str, note: str) -> list[Any]:
    return [
        *(certificate.serial, certificate.holder_name, certificate.title, certificate.get_basis_display()),
        *(certificate.completed_on, certificate.issued_on, certificate.valid_until or ""),
        *(certificate.state.label, certificate.sha256, name, note),
    ]


def _file_of(certificate: Certificate, taken: set[int], *, draws: bool) -> tuple[str, bytes, str]:
    """(name in the ZIP, content, what is to be said). Without a file the first two are empty."""
    if not certificate.holder_name:
        return "", b"", _("Whom it was about has been erased, and the file with it.")
    try:
        content = content_of(certificate) if draws else stored(certificate)
    except MissingGlyphError as error:
        return "", b"", str(error)
    except LostError:
        return "", b"", _("The file is lost and cannot be made the same again. It may be in a backup.")
    except OSError:
        return "", b"", _("The file cannot be read. It may be in a backup.")
    except WaitsForKeyError:
        content = None
    if content is not None:
        return file_name(certificate, taken), content, ""
    if certificate.sha256:
        return "", b"", _("The file is not the one that was issued, so it is left out.")
    return "", b"", _("The file has not been made yet.")


def file_name(certificate: Certificate, taken: set[int]) -> str:
    """Lindgren_Maja_Ett-gott-vardskap_2026-11-23_b7Qm.pdf: plain letters for any disk, and never one of `taken`.

    Two that differ in case alone are the same to some disks. Of the name its hash is added to `taken`: if another has
    the same hash, the name only becomes longer.
    """
    gone = _("no longer valid")
    folder = "" if certificate.is_current else f"{_plain(gone, TITLE_LENGTH)}/"
    words = [_plain(part, NAME_LENGTH) for part in _family_name_first(certificate)]
    words += [_plain(certificate.title, TITLE_LENGTH), certificate.issued_on.isoformat()]
    beginning = "_".join(filter(None, words))
    for length in range(4, len(certificate.serial) + 1):
        name = f"{folder}{beginning}_{certificate.serial[:length]}.pdf"
        if hash(name.casefold()) not in taken:
            break
    else:
        # Serials that differ in case alone: a number tells them apart.
        name = f"{folder}{beginning}_{certificate.serial}_{len(taken)}.pdf"
    taken.add(hash(name.casefold()))
    return name


def _family_name_first(certificate: Certificate) -> tuple[str, ...]:
    """As on the staff list; of a name that is no longer there, the last word is taken for the family name. A workplace
    has but one."""
    staff, printed = certificate.staff, certificate.holder_name
    if certificate.basis == Basis.WORKPLACE:
        return (printed,)
    if staff and staff.full_name == printed:
        return staff.family_name, staff.given_name
    given, _space, family = printed.rpartition(" ")
    return family, given


def _plain(text: str, length: int) -> str:
    """Letters A to Z and digits, with hyphens between the words. Empty where there are none."""
    bare = unicodedata.normalize("NFKD", text.translate(PLAIN))
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    return "-".join(re.findall(r"[A-Za-z0-9]+", bare))[:length].strip("-")


def _entry(name: str, size: int = 0) -> ZipInfo:
    entry = ZipInfo(name, timezone.localtime().timetuple()[:6])
    entry.external_attr = 0o600 << 16
    entry.file_size = size
    return entry


class _Zip(ZipFile):
    """What ZipFile remembers of each file until the end lies on disk, and that no two have one name is seen to here."""

    def __init__(self, out: "_Window"):
        super().__init__(out, "w", ZIP_STORED)
        self.filelist = _OnDisk()  # type: ignore[assignment]
        self.NameToInfo = _Forgetful()

    def close(self) -> None:
        super().close()
        self.filelist.clear()


class _OnDisk:
    """As much of a list as ZipFile writes with."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `clear`
        self._length = 0

    def append(self, entry: ZipInfo) -> None:
        pickle.dump(entry, self._file)
        self._length += 1

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[ZipInfo]:
        self._file.seek(0)
        for _number in range(self._length):
            yield pickle.load(self._file)  # noqa: S301 - nobody else has written to it

    def clear(self) -> None:
        self._file.close()


class _Forgetful(dict[str, ZipInfo]):
    def __setitem__(self, name: str, entry: ZipInfo) -> None:
        return None


class _Window(io.RawIOBase):
    """What the ZIP is written to: what was taken is gone, and only behind it can be written.

    That is enough for each file's size and checksum to stand before it, where every program looks for them.
    """

    def __init__(self) -> None:
        self._gone = 0
        # The list and the directory at the end may be large: they are not held in memory.
        self._now = tempfile.SpooledTemporaryFile(BLOCK)  # noqa: SIM115 - closed by `close`

    def take(self) -> bytes:
        return b"".join(self.blocks())

    def blocks(self) -> Iterator[bytes]:
        """All that was written since, so much at a time."""
        self._gone += self._now.seek(0, io.SEEK_END)
        self._now.seek(0)
        while block := self._now.read(BLOCK):
            yield block
        self._now.seek(0)
        self._now.truncate()

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._gone + self._now.tell()

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        return self._gone + self._now.seek(place - self._gone if whence == io.SEEK_SET else place, whence)

    def write(self, data: Any) -> int:
        return self._now.write(data)

    def close(self) -> None:
        super().close()
        self._now.close()
