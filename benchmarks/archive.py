"""A ZIP of many certificates, and an archive of them: what it takes, and that it holds one file at a time in memory."""

import datetime
import gc
import hashlib
import time
import tracemalloc
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.base import ContentFile

from certificates.archive import stream_archive
from certificates.issuing import create
from certificates.models import Certificate
from certificates.zipping import stream

from .scale import tell

#: As much as a signed certificate with its credential.
PDF = b"%PDF-1.7 " + bytes(range(256)) * 160
FEW, MANY = 100, 1_000
#: Ten times the files, at most so many times the memory: of each its id stays, and what it is called.
AT_MOST = 1.5
KINDS: dict[str, Callable[[Any], Iterator[bytes]]] = {
    "ZIP": stream,
    "archive": lambda certificates: stream_archive(certificates, actor=None),
}


def report() -> int:
    """Prints the figures; returns how many of those wanted were missed."""
    _issue()
    print()
    missed = 0
    for kind, made in KINDS.items():
        found = {number: _measure(made, number) for number in (FEW, MANY)}
        for number, (peak, size, seconds) in found.items():
            held = f"{peak / 1e6:.2f} MB held"
            print(f"{kind} of {number} certificates: {size / 1e6:.1f} MB, {seconds:.2f} s of CPU, {held}")
        ratio = found[MANY][0] / found[FEW][0]
        missed += tell(
            f"{ratio:4.2f} x (at most {AT_MOST:.1f})  memory: {kind} of {MANY} / of {FEW}", kept=ratio <= AT_MOST
        )
    return missed


def _issue() -> None:
    today, sha256 = datetime.date(2026, 11, 26), hashlib.sha256(PDF).hexdigest()
    for number in range(MANY):
        certificate = create(
            holder_name=f"Namn Efternamn {number}", title="Ett gott värdskap", subject_uuid=uuid.UUID(int=1),
            language="sv", issuer_name="Kommunen", issued_on=today, completed_on=today, base_url="https://x.example",
        )  # fmt: skip
        name = certificate.file.storage.save(f"certificates/bench/{certificate.serial}.pdf", ContentFile(PDF))
        Certificate.objects.filter(pk=certificate.pk).update(file=name, sha256=sha256)


def _measure(made: Callable[[Any], Iterator[bytes]], number: int) -> tuple[int, int, float]:
    """(most bytes that Python held, bytes of the ZIP, seconds of CPU without the watching)."""
    certificates: Any = Certificate.objects.filter(issuer_name="Kommunen").order_by("pk")[:number]
    begun = time.process_time()
    size = sum(map(len, made(certificates)))
    seconds = time.process_time() - begun
    gc.collect()
    tracemalloc.start()
    for _piece in made(certificates):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak, size, seconds
