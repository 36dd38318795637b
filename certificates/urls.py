from django.urls import path

from . import views

app_name = "lms_certificates"

urlpatterns = [
    path("", views.look_up, name="look_up"),
    path("<str:serial>/", views.verify, name="verify"),
    path("<str:serial>/hamta/<str:token>/", views.fetch_pdf, name="fetch"),
]
