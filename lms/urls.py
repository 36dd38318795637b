from django.urls import include, path

from . import display, footer, health
from .sign_in import link_views
from .sign_in import views as sign_in
from .tablet import pairing_views

app_name = "lms"

urlpatterns = [
    path("logga-in/", sign_in.sign_in, name="sign_in"),
    path("logga-in/kort/", sign_in.card, name="card"),
    path("logga-in/epost/", link_views.ask, name="ask_for_link"),
    path("logga-in/epost/klart/", link_views.asked, name="link_asked"),
    path("logga-in/lank/", link_views.use, name="use_link"),
    path("logga-ut/", sign_in.sign_out, name="sign_out"),
    # The desk, twice: for who has signed in, and under the tablet's own path for who has given a PIN.
    path("min-utbildning/min-butik/", include("lms.shop.urls")),
    path("min-utbildning/", include("lms.reader.urls", namespace="own")),
    path("surfplatta/min-utbildning/", include("lms.reader.urls", namespace="tablet")),
    path("surfplatta/", include("lms.tablet.urls")),
    path("koppla-surfplatta/", pairing_views.show_code, name="pairing_code"),
    path("om/personuppgifter/", footer.privacy, name="privacy"),
    path("om/tillganglighet/", footer.accessibility, name="accessibility"),
    path("sprak/", footer.language, name="language"),
    path("visning/", display.display, name="display"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
