from django.urls import path

from .. import display, footer
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
    path("<uuid:person>/", views.pin, name="pin"),
    path("<uuid:person>/kort/", views.card, name="card"),
]
