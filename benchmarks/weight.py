"""What a page weighs: its HTML and the CSS and JavaScript that it loads, each as gzip. Pictures and fonts apart."""

import gzip
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from urllib.parse import unquote, urljoin

from django.conf import settings

STYLE = re.compile(r'<link rel="stylesheet" href="(.+?)"')
SCRIPT = re.compile(r'<script type="module" src="(.+?)"')
PICTURE = re.compile(r'<img [^>]*?src="(.+?)"')
IMPORT = re.compile(r'^(?:import|export) [^;]*?from "(.+?)";', re.M)
#: Extended Latin is fetched only where a name needs it (docs/decisions/0010).
LINKED = re.compile(r'url\("?((?!data:)(?![^)]*latin-ext)[^)]+?)"?\)')


@dataclass
class Weight:
    """In bytes, as gzip. `second` is what comes the next time, by what our headers let a browser keep.

    `asked` are the files that it may keep, if it asks each time whether they are still the same.
    """

    html: int = 0
    css: int = 0
    js: int = 0
    fonts: int = 0
    pictures: int = 0
    plain_html: int = 0
    second: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def first(self) -> int:
        return self.html + self.css + self.js


def weigh(page: str, cookies: dict[str, str]) -> Weight:
    """`page` and all that it loads, as a browser without any of it gets it, and what it gets the next time."""
    weight = Weight()
    body, headers = _fetch(page, cookies)
    html = body.decode()
    weight.plain_html, weight.html = len(body), _gzip(body)
    weight.second += _again(page, headers, weight.html, weight)
    for url in sorted({urljoin(page, found) for found in STYLE.findall(html)}):
        body, headers = _fetch(url)
        weight.css += (size := _gzip(body))
        weight.second += _again(url, headers, size, weight)
        for linked in {urljoin(url, found) for found in LINKED.findall(body.decode())}:
            if linked.endswith(".woff2"):
                weight.fonts += len(_fetch(linked)[0])
            else:
                weight.pictures += _gzip(_fetch(linked)[0])
    for url, body, headers in _modules({urljoin(page, found) for found in SCRIPT.findall(html)}):
        weight.js += (size := _gzip(body))
        weight.second += _again(url, headers, size, weight)
    # The proxy hands them out (README, 3): here they are only files.
    weight.pictures += sum(_file(found).stat().st_size for found in set(PICTURE.findall(html)))
    return weight


def _modules(urls: set[str]) -> Iterator[tuple[str, bytes, Message]]:
    """The modules at `urls` and those that they import, by the addresses that they import them by."""
    waiting, seen = sorted(urls), set(urls)
    while waiting:
        url = waiting.pop()
        body, headers = _fetch(url)
        yield url, body, headers
        imported = {urljoin(url, found) for found in IMPORT.findall(body.decode())} - seen
        seen |= imported
        waiting += sorted(imported)


def _fetch(url: str, cookies: dict[str, str] | None = None, **headers: str) -> tuple[bytes, Message]:
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
    with urllib.request.urlopen(urllib.request.Request(url, headers={**cookie, **headers})) as response:
        assert response.url == url, (url, response.url)
        return response.read(), response.headers


def _file(media: str) -> Path:
    return Path(settings.MEDIA_ROOT) / unquote(media.removeprefix(settings.MEDIA_URL))


def _gzip(body: bytes) -> int:
    return len(gzip.compress(body, 6))


def _again(url: str, headers: Message, size: int, weight: Weight) -> int:
    """What of `size` comes over the network at a visit some days later, by what the server said about keeping it."""
    said = headers.get("Cache-Control", "")
    if "immutable" in said:
        return 0
    if "no-store" in said or not (headers["ETag"] or headers["Last-Modified"]):
        return size
    weight.asked.append(url)
    since = {"If-None-Match": headers["ETag"]} if headers["ETag"] else {"If-Modified-Since": headers["Last-Modified"]}
    try:
        _fetch(url, **since)
    except urllib.error.HTTPError as error:
        if error.code == 304:
            return 0
        raise
    return size
