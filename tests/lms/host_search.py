"""A host's own search and API, as README tells them to be narrowed; beside the same without it."""

from django.http import JsonResponse
from django.urls import path
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.models import Page

from lms.book import readable_pages
from lms.standalone.urls import urlpatterns as site


def search(request):
    pages = readable_pages(request, Page.objects.live().public())
    return JsonResponse({"found": [page.title for page in pages.search(request.GET["q"])]})


class ReadablePages(PagesAPIViewSet):
    def get_base_queryset(self):
        return readable_pages(self.request, super().get_base_queryset())


def api_of(name, viewset):
    router = WagtailAPIRouter(name)
    router.register_endpoint("pages", viewset)
    return path(f"{name}/", router.urls)


urlpatterns = [path("sok/", search), api_of("api", ReadablePages), api_of("oppet", PagesAPIViewSet), *site]
