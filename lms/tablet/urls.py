from django.urls import path

from .. import footer
from . import views

app_name = "door"

urlpatterns = [
    path("", views.tiles, name="tiles"),
    path("koppla/", views.pair, name="pair"),
    path("sprak/", footer.language, name="language"),
    path("byt/", views.switch, name="switch"),
    path("<uuid:person>/", views.pin, name="pin"),
    path("<uuid:person>/kort/", views.card, name="card"),
]
