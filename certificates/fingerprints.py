"""The sum of a file that somebody was handed. The file itself is neither kept nor opened: not even in memory."""

import hashlib
import re
from typing import Any, NamedTuple

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

#: No certificate comes near it.
MOST_BYTES = 1_000_000
#: What is longer is not even read, so that nobody keeps the server busy with it.
MOST_READ = 12_000_000
#: No file has this sum: what cannot be one is looked for all the same, and takes as long.
NO_SUM = "-" * 64
SUM = re.compile(r"[0-9a-f]{64}")


class Sent(NamedTuple):
    """What came in: the sum, or what is wrong: "none", "empty" or "large"."""

    sha256: str = NO_SUM
    wrong: str = ""


def sent_with(request: Any) -> Sent:
    """The sum of the file in the field `file`, or the one in `sha256` that the browser worked out itself.

    Asked before anything else has read the request.
    """
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdigit() and int(length) > MOST_READ:
        return Sent(wrong="large")
    request.upload_handlers = [_OnlyTheSum(request)]
    if "sha256" in request.POST and not request.FILES:
        told = request.POST["sha256"].strip().lower()
        return Sent(told if SUM.fullmatch(told) else NO_SUM)
    file = request.FILES.get("file")
    if file is None:
        return Sent(wrong="none")
    if file.size > MOST_BYTES:
        return Sent(wrong="large")
    return Sent(file.sha256) if file.size else Sent(wrong="empty")


class _Summed(UploadedFile):
    """Of a file that has gone by: its size and its sum."""

    def __init__(self, size: int, sha256: str):
        super().__init__(name="file", size=size)
        self.sha256 = sha256


class _OnlyTheSum(FileUploadHandler):
    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.sum = hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.sum.update(raw_data)

    def file_complete(self, file_size: int) -> _Summed:
        return _Summed(file_size, self.sum.hexdigest())
