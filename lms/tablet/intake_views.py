# PROVISIONAL, replaced by the real intake
import datetime
import json
import uuid

from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from courses.models import ActivityVersion
from courses.questions import KINDS

from ..models import StaffMember
from ..progress import record
from .tickets import read_ticket


@csrf_exempt
def events(request):
    body = json.loads(request.body)
    now = timezone.now()
    results = []
    for e in body["events"]:
        t = read_ticket(e["ticket"])
        if not t:
            results.append({"id": e["id"], "outcome": "rejected", "reason": "forged"})
            continue
        v = ActivityVersion.objects.select_related("activity__course").get(pk=e["version"])
        learner = StaffMember.objects.get(uuid=t.staff)
        p = {}
        qs = {q["key"]: q for q in v.content.get("questions", [])}
        parse = lambda k, vals: KINDS[qs[k]["kind"]].parse(qs[k], vals)
        kw = dict(
            learner=learner,
            activity=v.activity,
            version=v,
            occurred_at=datetime.datetime.fromisoformat(e["occurred_at"]),
            received_at=now,
            source="tablet",
        )
        if e["kind"] == "step":
            p = {"step": e["step"]}
        else:
            a = uuid.UUID(e["attempt"])
            p = {"attempt": a}
            if e["kind"] == "answer":
                p |= {"question": e["question"], "answer": parse(e["question"], e["values"])}
        r = record(event_id=uuid.UUID(e["id"]), kind=e["kind"], payload=p, **kw)
        results.append(
            {"id": e["id"], "outcome": r.outcome, "reason": r.reason, "course_done": bool(r.course_completion)}
        )
    return JsonResponse({"received_at": now.isoformat(), "results": results})
