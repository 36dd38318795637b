from django.conf import settings
from django.http import HttpResponseServerError
from django.shortcuts import redirect, render
from django.template import loader
from django.views import csrf, defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.models import CourseIndexPage
from lms.middleware import speak
from lms.sign_in.views import home_of
from lms.tablet.session import tablet_path


@require_safe
@never_cache
def start(request):
    """Signed out: what this is, and the ways in. Signed in: where one wants to be."""
    if request.user.is_authenticated:
        return redirect(home_of(request.user))
    catalogue = CourseIndexPage.objects.live().filter(locale__language_code=request.LANGUAGE_CODE).first()
    return render(request, "start.html", {"catalogue": catalogue or CourseIndexPage.objects.live().first()})


def page_not_found(request, exception):
    speak(request)
    return defaults.page_not_found(request, exception)


def csrf_failure(request, reason=""):
    speak(request)
    return csrf.csrf_failure(request, reason)


def server_error(request):
    """Asks nothing of database, session, language or the list of static files: what failed may be any of them."""
    home = tablet_path() if request.path.startswith(tablet_path()) else "/"
    again = request.get_full_path() if request.method == "GET" else ""
    context = {"home": home, "again": again, "static_url": settings.STATIC_URL}
    return HttpResponseServerError(loader.get_template("500.html").render(context))
