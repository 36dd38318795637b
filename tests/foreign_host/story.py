"""The story's short form, in the foreign host: from a card to a certificate to the matrix."""

import datetime
import os
import re
import uuid

os.environ["DJANGO_SETTINGS_MODULE"] = "host.settings"

import django

django.setup()

from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from certificates.models import Certificate
from certificates.views import fetch_token
from courses.models import ActivityVersion, Course
from lms.models import JobRole, Role, Workplace
from lms.people.actions import add_staff
from lms.people.cards import issue_card
from lms.requirements.actions import require
from lms.tablet.session import PERSON_COOKIE, TABLET_COOKIE
from lms.workplaces.actions import add_workplace, give_responsibility

User = get_user_model()
today = timezone.localdate()
boss = User.objects.create_superuser("chefen@byn.example", "granar-i-snö")
leader = User.objects.create_user("petra@byn.example", "granar-i-snö")
place = add_workplace(name="Butiken", kind=Workplace.Kind.SERVICE_POINT, parent=None, actor=boss)
give_responsibility(user=leader, role=Role.PROJECT_LEADER, workplace=place, actor=boss)
role = JobRole.objects.create(name="Butiksbiträde")
maja = add_staff(
    given_name="Maja", family_name="Lindgren", workplace=place, role=role,
    start=today - datetime.timedelta(days=100), actor=boss,
)  # fmt: skip
course = Course.objects.get()
require(course=course, valid_from=today - datetime.timedelta(days=50), due_days=90, actor=boss)


def event(**more):
    return {"event_id": str(uuid.uuid4()), "learner": str(maja.uuid), **more}


def expect(response, status=200, text=""):
    assert response.status_code == status, (response.request["PATH_INFO"], response.status_code)
    if status == 200 and text:
        assert text in response.content.decode(), (response.request["PATH_INFO"], text)
    return response


# The host's own chrome stands around every page of ours, and the book is closed to strangers.
stranger = Client()
expect(stranger.get("/larande/logga-in/"), text="BYNS EGEN WEBB")
expect(stranger.get("/kurser/ett-gott-vardskap/"), status=302)

# The tablet: paired by the leader, opened by the card.
tablet = Client()
expect(tablet.post("/larande/logga-in/", {"username": "petra@byn.example", "password": "granar-i-snö"}), status=302)
expect(tablet.post("/larande/surfplatta/koppla/", {"workplace": place.pk, "name": "Disken"}), status=302)
assert tablet.cookies[TABLET_COOKIE]["path"] == "/larande/surfplatta/"
expect(tablet.get("/larande/surfplatta/"), text="Maja L")
code = issue_card(staff=maja, actor=leader)
expect(tablet.post(f"/larande/surfplatta/{maja.uuid}/kort/", {"code": code, "pin": "2741"}), status=302)
assert tablet.cookies[PERSON_COOKIE]["path"] == "/larande/surfplatta/"

# The course.
desk = "/larande/surfplatta/min-utbildning"
expect(tablet.get(f"{desk}/"), text="Vad är värdskap?")
for version in ActivityVersion.objects.current().select_related("activity").order_by("activity__pk"):
    moment = f"{desk}/moment/{version.activity.uuid}/"
    expect(tablet.get(moment))
    if version.activity.kind == "lesson":
        for step in version.steps:
            expect(tablet.post(f"{moment}steg/", event(step=step["id"])), status=302)
        continue
    home = expect(tablet.post(f"{moment}forsok/", event()), status=302)["Location"]
    keys = {
        question["text"]: (question["kind"], version.key[question["key"]]) for question in version.content["questions"]
    }
    for number in range(1, len(keys) + 1):
        page = expect(tablet.get(f"{home}fraga/{number}/")).content.decode()
        [(kind, key)] = [keys[text] for text in keys if escape(text) in page]
        answer = key["accepted"][0] if "accepted" in key else key.get("right")
        if kind == "order":
            answer = [f"{name}:{place}" for place, name in enumerate(key["right"], start=1)]
        elif kind == "match":
            answer = [f"{left}:{right}" for left, right in key["pairs"].items()]
        expect(tablet.post(f"{home}fraga/{number}/", event(answer=answer)), status=302)
    expect(tablet.post(f"{home}lamna-in/", event()), status=302)
    expect(tablet.get(f"{home}resultat/"), text="100 %")

# The certificate, and whoever is handed it.
certificate = Certificate.objects.get()
assert certificate.verification_url == f"https://byn.example/bevis/{certificate.serial}/"
assert certificate.issuer_name == "Byns egen webb"
expect(tablet.get(f"{desk}/intyg/{certificate.uuid}/"), text="<svg")  # onto the own phone, by its code
pdf = b"".join(expect(stranger.get(f"/bevis/{certificate.serial}/hamta/{fetch_token(certificate)}/")).streaming_content)
assert pdf.startswith(b"%PDF")
expect(stranger.get(f"/bevis/{certificate.serial}/"), text="äkta och giltigt")
refused = stranger.get("/.well-known/did.json")  # ours, although the host's pages take every other address
assert (refused.status_code, "meritbevis" in refused.content.decode()) == (404, True)

# On the own device: another card, a password, the same progress. The account's name is an address of ours.
phone = Client()
code = issue_card(staff=maja, actor=leader)
page = expect(phone.post("/larande/logga-in/kort/", {"code": code}), text="maja.lindgren@larpunkt.invalid")
expect(phone.post("/larande/logga-in/kort/", {"code": code, "password": "en-lang-mening"}), status=302)
expect(phone.get("/larande/min-utbildning/"), text="Ett gott värdskap")
expect(phone.get("/kurser/ett-gott-vardskap/"), text="Byns egen fot")

# The matrix, in the host's own admin.
office = Client()
office.post("/larande/logga-in/", {"username": "petra@byn.example", "password": "granar-i-snö"})
text = expect(office.get("/cms/reports/training-matrix/")).content.decode()
assert re.search(r"1 av 1 i personalen", text)
expect(office.get("/cms/reports/training-matrix/?export=csv"))
expect(Client().get("/larande/livez"), text="ok")
expect(Client().get("/larande/readyz"), text='"ready": true')
print("The story holds in a foreign host.")
