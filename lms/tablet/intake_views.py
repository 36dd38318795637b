import json
from typing import Any

from django.http import JsonResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .intake import MalformedError, read_batch, take_in

#: Of a request: 500 events are far from it.
MOST_BYTES = 256 * 1024

#: An integer with more digits than this is none of ours; to read one of a million takes long.
MOST_DIGITS = 18


@csrf_exempt  # no cookie is read: each event carries its own ticket, whoever sends it
@require_POST
@never_cache
def events(request):
    """Events from a tablet's outbox, in a batch; see `docs/structure.md`. What became of each, in their order."""
    try:
        batch = read_batch(_body(request))
    except MalformedError as error:
        return JsonResponse({"error": str(error)}, status=413 if str(error) == "too_large" else 400)
    received_at = timezone.now()
    results = take_in(batch, received_at=received_at)
    return JsonResponse({"received_at": received_at.isoformat(), "results": results})


def _body(request: Any) -> Any:
    """The JSON that was sent. No more is read of it than may be sent."""
    try:
        said = request.META.get("CONTENT_LENGTH") or "0"
        if not said.isdecimal() or int(said[:MOST_DIGITS]) > MOST_BYTES:
            raise MalformedError("too_large" if said.isdecimal() else "malformed")
        raw = request.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise MalformedError("too_large")
        return json.loads(raw.decode(), parse_int=_number)
    except (ValueError, RecursionError, UnreadablePostError) as error:
        raise MalformedError("malformed") from error


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= MOST_DIGITS else float("inf")
