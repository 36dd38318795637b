from django.conf import settings
from django.core.checks import Tags, Warning, register

#: Fields that an editor with 40 questions posts, with room.
FIELDS_NEEDED = 4000


@register(Tags.security)
def uploads_that_run_script(app_configs, **kwargs):
    risky = []
    if "svg" in getattr(settings, "WAGTAILIMAGES_EXTENSIONS", []):
        risky.append("WAGTAILIMAGES_EXTENSIONS allows svg")
    allowed = getattr(settings, "WAGTAILDOCS_EXTENSIONS", [])
    if not allowed or {"svg", "html", "htm", "xhtml", "xml"} & set(allowed):
        risky.append("WAGTAILDOCS_EXTENSIONS allows svg or html, or everything")
    if not getattr(settings, "WAGTAILDOCS_BLOCK_EMBEDDED_CONTENT", True):
        risky.append("WAGTAILDOCS_BLOCK_EMBEDDED_CONTENT is off")
    if not risky:
        return []
    return [
        Warning(
            "An uploaded file could run script on this site's origin: " + "; ".join(risky) + ".",
            hint="List the extensions that you need, without svg and html.",
            id="lms_courses.W001",
        )
    ]


@register()
def room_for_a_large_quiz(app_configs, **kwargs):
    limit = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    if limit is None or limit >= FIELDS_NEEDED:
        return []
    return [
        Warning(
            f"DATA_UPLOAD_MAX_NUMBER_FIELDS is {limit}: an editor with many questions or blocks cannot be saved.",
            hint=f"Set it to {FIELDS_NEEDED} or more.",
            id="lms_courses.W002",
        )
    ]
