"""How often unknown numbers may be asked for. Whoever holds real certificates may check as many as they like."""

from django.core.cache import cache
from django.utils.crypto import salted_hmac

#: Of one address, and of all together, in a minute.
UNKNOWN_PER_MINUTE = 30
UNKNOWN_IN_ALL = 300
WINDOW_SECONDS = 60


def too_many_unknown(address: str | None) -> bool:
    """Count that somebody asked for what is not here, and tell whether that was once too often.

    The address is kept as a code that cannot be read back, and for a minute. Who is over their own limit does not use
    up everyone's.
    """
    who = salted_hmac("lms.certificates.unknown", address or "").hexdigest()[:32]
    return _count(who) > UNKNOWN_PER_MINUTE or _count("all") > UNKNOWN_IN_ALL


def _count(name: str) -> int:
    key = f"lms-unknown-serials:{name}"
    cache.add(key, 0, timeout=WINDOW_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # it ran out between the two lines
        return 1
