from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.models import CourseIndexPage
from lms.sign_in.views import home_of


@require_safe
@never_cache
def start(request):
    """Signed out: what this is, and the ways in. Signed in: where one wants to be."""
    if request.user.is_authenticated:
        return redirect(home_of(request.user))
    catalogue = CourseIndexPage.objects.live().filter(locale__language_code=request.LANGUAGE_CODE).first()
    return render(request, "start.html", {"catalogue": catalogue or CourseIndexPage.objects.live().first()})
