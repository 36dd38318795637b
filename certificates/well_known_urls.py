"""Where the standards have computers look for our keys. The host mounts it at its root.

`did.json` without its folder is for a site whose public address has a path, which it is mounted under.
"""

from django.urls import path

from .credential import views

app_name = "lms_certificates_well_known"

urlpatterns = [
    path(".well-known/did.json", views.did_json, name="did"),
    path("did.json", views.did_json, name="did_beneath"),
    path(".well-known/jwks.json", views.jwks_json, name="jwks"),
]
