"""The learner's own certificates, at the desk: under "my training" and under the tablet alike."""

from django.urls import path

from . import desk_views

urlpatterns = [
    path("intyg/", desk_views.my_certificates, name="certificates"),
    path("intyg/<uuid:certificate>/", desk_views.certificate, name="certificate"),
    path("intyg/<uuid:certificate>/pdf/", desk_views.pdf, name="certificate_pdf"),
    path("intyg/<uuid:certificate>/meritbevis.<str:kind>", desk_views.credential, name="certificate_credential"),
]
