from django.conf import settings
from django.db.models import Exists
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from .access import PASSWORD, PIN
from .display import display_for
from .models import Responsibility, Role, StaffMember
from .tablet.session import learner_of, renew_session, tablet_of, tablet_path

#: Beside the desk, these are for one person too.
SHOP_PAGES = {"my_shop", "shop_card", "shop_cards", "shop_unlock", "shop_unpair", "pairing_code"}


class LearnerMiddleware:
    """Sets `request.learner` (a StaffMember or nobody), `request.assurance` and `request.tablet`.

    On the tablet's own path only the tablet's cookies count, elsewhere only the Django session: a leader who is
    signed in on a tablet is no learner there, and a PIN opens nothing but the tablet's pages. They are lazy and
    may be falsy: test their truth, never `is None`.

    `request.lms_display` says how they want pages shown. Place it after AuthenticationMiddleware and LocaleMiddleware.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        at_tablet = request.path.startswith(tablet_path())
        if at_tablet:
            request.tablet = SimpleLazyObject(lambda: tablet_of(request))
            request.learner = SimpleLazyObject(lambda: learner_of(request, request.tablet) if request.tablet else None)
        else:
            request.tablet = None
            request.learner = SimpleLazyObject(lambda: learner_by_account(request.user))
        request.assurance = PIN if at_tablet else PASSWORD
        request.lms_display = SimpleLazyObject(lambda: display_for(request))
        before = translation.get_language()
        response = self.get_response(request)
        if before and translation.get_language() != before:
            # The host may have no LocaleMiddleware: what we activated must not leak into the next request.
            response.headers.setdefault("Content-Language", translation.get_language())
            translation.activate(before)
        if at_tablet and getattr(request, "renew_person", False):
            renew_session(response, request, request.tablet, request.learner)
        return response

    def process_view(self, request, view, args, kwargs):
        """The desk, "Min butik" and the tablet speak the person's own language, whatever the browser asks for.

        Other pages of ours speak the one that was chosen at their foot, unless the address says which.
        """
        if any(name.split("_")[0] == "lms" for name in set(request.resolver_match.namespaces) - {"lms_admin"}):
            speak(request)


def speak(request):
    """Go over to the visitor's language. Also for error pages, which no view of ours was asked for."""
    match = request.resolver_match
    if match and match.namespaces:
        is_personal = {"own", "tablet"} & set(match.namespaces) or match.url_name in SHOP_PAGES
        at_desk = "lms" in match.namespaces and is_personal
    else:
        at_desk = getattr(request, "assurance", None) == PIN
    if language := request.learner.language if at_desk and request.learner else chosen_language(request):
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()


def chosen_language(request):
    """The language in Django's cookie, if the site has it and the address names none."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen in dict(settings.LANGUAGES) and not translation.get_language_from_path(request.path_info):
        return chosen
    return None


def learner_by_account(user):
    if not user.is_authenticated:
        return None
    shops = Responsibility.objects.filter(user=user, role=Role.SHOP_OWNER)
    staff = StaffMember.objects.telling_who_works(timezone.localdate()).annotate(answers_for_a_shop=Exists(shops))
    return staff.filter(user=user).first()
