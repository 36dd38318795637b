from django.urls import path

from .. import display, footer
from ..offline import views as offline
from . import intake_views, pairing_views, views

app_name = "door"

urlpatterns = [
    path("", views.tiles, name="tiles"),
    path("koppla/", pairing_views.pair, name="pair"),
    path("koppla/kod/", pairing_views.take_code, name="pair_code"),
    path("handelser/", intake_views.events, name="events"),
    path("sprak/", footer.language, name="language"),
    path("visning/", display.display, name="display"),
    path("byt/", views.switch, name="switch"),
    path("sw.js", offline.worker, name="worker"),
    path("app.webmanifest", offline.manifest, name="manifest"),
    path("utan-nat/<slug:language>/", offline.shell, name="shell"),
    path("innehall/", offline.carried, name="carried"),
    path("innehall/<uuid:activity>/<int:version>/<slug:digest>/", offline.body, name="body"),
    path("innehall/<uuid:activity>/ljud/<int:document>/", offline.recording, name="recording"),
    path("mitt-lage/", offline.standing, name="standing"),
    path("kurser/", offline.courses, name="courses"),
    path("snabbvagar/", offline.shortcuts, name="shortcuts"),
    path("osant/", offline.unsent, name="unsent"),
    path("glom/", offline.forget, name="forget"),
    path("<uuid:person>/", views.pin, name="pin"),
    path("<uuid:person>/kort/", views.card, name="card"),
]
