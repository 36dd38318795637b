from django.urls import path

from . import guide_views, sharing_views, shop, views
from .credential.views import credentials_status

app_name = "lms_certificates"

urlpatterns = [
    path("", views.look_up, name="look_up"),
    path("status/<int:number>/", credentials_status, name="status_list"),
    path("fil/", views.check_file, name="check_file"),
    path("sa-kontrollerar-du/", guide_views.guide, name="guide"),
    path("rot.pem", guide_views.root_certificate, name="root_certificate"),
    path("delat/<str:token>/", sharing_views.shared, name="shared"),
    path("delat/<str:token>/pdf/", sharing_views.shared_pdf, name="shared_pdf"),
    path("delat/<str:token>/meritbevis/", sharing_views.shared_credential, name="shared_credential"),
    path("butik/<uuid:certificate>/", shop.shop_pdf, name="shop_pdf"),
    path("<str:serial>/brev/<str:token>/", sharing_views.letter, name="letter"),
    path("<str:serial>/brev/<str:token>/pdf/", sharing_views.letter_pdf, name="letter_pdf"),
    path("<str:serial>/", views.verify, name="verify"),
    path("<str:serial>/fil/", views.check_file, name="check_file_of"),
    path("<str:serial>/hamta/<str:token>/", views.fetch_pdf, name="fetch"),
]
