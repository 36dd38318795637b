"""One certificate, step by step and as a whole: CPU and bytes."""

import os
from pathlib import Path

from django.conf import settings

from certificates import design, drawing, finishing
from certificates.credential.attached import attachments_of
from certificates.credential.build import credential_for
from certificates.making import make
from certificates.models import Certificate
from certificates.signing.sign import sign
from tests.certificates.credentials import issued
from tests.certificates.full import FULL, rich_design
from tests.keys import PHRASE, PHRASE_ENV, make_keys

from . import archive
from .measure import Case, Cost, measure, table
from .scale import tell

WHOLE, PICTURED = "one certificate, all steps", "one certificate, all steps, 3 pictures"
STEPS = ("drawing one certificate", "its credential", "finishing it", "signing it")
#: CPU milliseconds on this machine, and bytes: what the issue asks for.
WANTED_MS, WANTED_BYTES = 50.0, 45_000
#: The whole is its steps and next to nothing else (1.0 when measured).
AT_MOST = 1.2


def report(folder: Path, *, rounds: int) -> int:
    """Prints the figures; returns how many of those wanted were missed."""
    use_keys(folder)
    costs = measure(cases(), rounds=rounds)
    table(costs)
    return judge(costs) + archive.report()


def use_keys(folder: Path) -> None:
    """Opening them is done once per process, and not measured."""
    keys = make_keys(folder / "keys")
    os.environ[PHRASE_ENV] = PHRASE
    settings.LMS_CERT_SIGNING = {
        "P12": str(keys / "signing.p12"),
        "CREDENTIAL_KEY": str(keys / "credential-key.pem"),
        "PASSPHRASE_ENV": PHRASE_ENV,
    }


class Sheet:
    """Of one certificate, what each step needs of those before it."""

    def __init__(self, certificate: Certificate):
        self.certificate = certificate
        self.drawn = self.draw()
        self.finished = self.finish()

    def draw(self) -> drawing.Drawn:
        return drawing.draw(self.certificate, design.of(self.certificate))

    def finish(self) -> bytes:
        credential = credential_for(self.certificate)
        assert credential
        self.attached = attachments_of(credential, self.certificate.language)
        return self.finish_alone()

    def finish_alone(self) -> bytes:
        return finishing.finish(self.drawn, finishing.Document.of(self.certificate), self.attached)


def cases() -> list[Case]:
    plain, pictured = Sheet(issued(**FULL)), Sheet(issued(**FULL, design=rich_design()))
    one = plain.certificate
    acts = (
        lambda _none: plain.draw(),
        lambda _none: credential_for(one),
        lambda _none: plain.finish_alone(),
        lambda _none: sign(plain.finished, at=one.issued_at),
        lambda _none: make(one),
        lambda _none: make(pictured.certificate),
    )
    return [Case(name, act) for name, act in zip((*STEPS, WHOLE, PICTURED), acts, strict=True)]


def judge(costs: dict[str, Cost]) -> int:
    """Prints what was wanted of them, CPU and bytes; returns how many of those were missed."""
    missed = 0
    for name in (WHOLE, PICTURED):
        spent = costs[name].cpu_ms
        missed += tell(f"{spent:4.1f} ms of CPU (at most {WANTED_MS:.0f})  {name}", kept=spent <= WANTED_MS)
    ratio = costs[WHOLE].cpu_ms / sum(costs[name].cpu_ms for name in STEPS)
    missed += tell(f"{ratio:4.2f} x (at most {AT_MOST:.1f})  {WHOLE} / the sum of its steps", kept=ratio <= AT_MOST)
    for name, changes in ((WHOLE, {}), (PICTURED, {"design": rich_design()})):
        size = len(make(issued(**FULL, **changes)).pdf)
        missed += tell(f"{size / 1000:4.1f} kB (at most {WANTED_BYTES / 1000:.0f})  {name}", kept=size <= WANTED_BYTES)
    return missed
