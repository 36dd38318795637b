"""What may be an author's own recording of a lesson: the kinds of files that browsers play."""

from pathlib import PurePath

from django.utils.translation import gettext as _

#: A file's extension and what a browser is told that it is. The host's own table may know fewer.
KINDS = {
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
}


def kind_of(name: str) -> str:
    """The media type of the file `name`; empty for what is no recording."""
    return KINDS.get(PurePath(name).suffix.lower().removeprefix("."), "")


def not_a_recording(name: str) -> str:
    """What to tell whoever chose the file `name` for a recording; empty if it may be one."""
    if kind_of(name):
        return ""
    words = _("“%(name)s” is no recording that a browser can play. Choose a file that ends in %(kinds)s.")
    return words % {"name": PurePath(name).name, "kinds": ", ".join(KINDS)}
