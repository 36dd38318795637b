from django.conf import settings
from django.template.loader import render_to_string
from wagtail import hooks

from .backends import DEMO_PASSWORD
from .models import DemoAccount


@hooks.register("lms_sign_in_panels")
def show_demo_accounts(request):
    """On the sign-in page, while trying it out."""
    if not settings.DEBUG:
        return ""
    accounts = list(DemoAccount.objects.select_related("user"))
    if not accounts:
        return ""
    return render_to_string(
        "lms_content_seed/demo_accounts.html", {"accounts": accounts, "password": DEMO_PASSWORD}, request
    )
