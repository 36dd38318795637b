"""How the tests ask about a certificate, and read the answer."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile

from certificates.issuing import create
from certificates.models import Certificate

NOWHERE = "3333333333333333"


def look(client, serial, **more):
    return client.get(f"/intyg/{serial}/", **more)


def words(response):
    html = re.sub(r"<template.*?</template>", "", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def heading(response):
    return re.search(r"<h1>(.*?)</h1>", response.content.decode(), re.S)[1].strip()


def made(certificate, **changes):
    """One more certificate, like `certificate` but for `changes`."""
    snapshot = {
        name: getattr(certificate, name) for name in Certificate.SNAPSHOT if name not in ("serial", "status_index")
    }
    return create(**{**snapshot, **changes})


def content_of(certificate):
    with certificate.file.open("rb") as file:
        return file.read()


def send(client, content, serial="", **more):
    file = SimpleUploadedFile("Maja Lindgren.pdf", content, "application/pdf")
    return client.post(f"/intyg/{serial}/fil/" if serial else "/intyg/fil/", {"file": file}, **more)
