"""A recording as a player wants it. Safari plays what comes in parts, and neither Django nor Wagtail sends them."""

import re
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from courses.recordings import kind_of

CHUNK = 64 * 1024
_ONE_PART = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def played(request: Any, response: Any, document: Any) -> Any:
    """Wagtail's whole `response` with `document`, to be played where it stands: in full, or the part asked for.

    What no Python streams (a redirect to a file store, a file that the web server sends) is left to whoever sends it.
    """
    whole = getattr(response, "file_to_stream", None)
    if response.status_code != 200 or whole is None:
        return response
    response["Content-Type"] = kind_of(document.filename) or response["Content-Type"]
    response["Content-Disposition"] = content_disposition_header(False, document.filename)
    response["Accept-Ranges"] = "bytes"
    size = document.file.size
    asked = _part_asked_for(request, response, size)
    if asked is None:
        return response
    # Not the response: to close that is to say that the request is over, and it goes on.
    whole.close()
    first, last = asked
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers = {name: value for name, value in response.items() if name != "Content-Length"}
    opened = document.file.storage.open(document.file.name)
    part = StreamingHttpResponse(_read(opened, first, last), status=206, headers=headers)
    part["Content-Range"] = f"bytes {first}-{last}/{size}"
    part["Content-Length"] = last - first + 1
    return part


def _part_asked_for(request: Any, response: Any, size: int) -> tuple[int, int] | None:
    """The first and last byte. None for the whole, which may be sent whatever was asked for; turned round if there
    is no such part.
    """
    found = _ONE_PART.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if not found or not any(found.groups()) or request.headers.get("If-Range", "") not in ("", response.get("ETag")):
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _read(file: Any, first: int, last: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        left = last - first + 1
        while left and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
