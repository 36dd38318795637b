from django.urls import path

from . import guide_views, views
from .credential.views import credentials_status

app_name = "lms_certificates"

urlpatterns = [
    path("", views.look_up, name="look_up"),
    path("status/<int:number>/", credentials_status, name="status_list"),
    path("fil/", views.check_file, name="check_file"),
    path("sa-kontrollerar-du/", guide_views.guide, name="guide"),
    path("rot.pem", guide_views.root_certificate, name="root_certificate"),
    path("<str:serial>/", views.verify, name="verify"),
    path("<str:serial>/fil/", views.check_file, name="check_file_of"),
    path("<str:serial>/hamta/<str:token>/", views.fetch_pdf, name="fetch"),
]
