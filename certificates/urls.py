from django.urls import path

from . import views
from .credential.views import credentials_status

app_name = "lms_certificates"

urlpatterns = [
    path("", views.look_up, name="look_up"),
    path("status/<int:number>/", credentials_status, name="status_list"),
    path("<str:serial>/", views.verify, name="verify"),
    path("<str:serial>/hamta/<str:token>/", views.fetch_pdf, name="fetch"),
]
