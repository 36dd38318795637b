from django.urls import path

from ..paper import shop_views as paper
from . import views

urlpatterns = [
    path("", views.my_shop, name="my_shop"),
    path("kort/", views.new_cards, name="shop_cards"),
    path("surfplatta/<uuid:tablet>/koppla-fran/", views.unpair, name="shop_unpair"),
    path("test-pa-papper/", paper.shop_tests, name="shop_tests"),
    path("test-pa-papper/<uuid:batch>/", paper.shop_sheets, name="shop_sheets"),
    path("<uuid:person>/kort/", views.new_card, name="shop_card"),
    path("<uuid:person>/oppna/", views.unlock, name="shop_unlock"),
]
