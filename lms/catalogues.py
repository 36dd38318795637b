"""Where our translations lie: in our apps, and beside them in a checkout for the site's own templates."""

from pathlib import Path

from django.apps import apps

HERE = Path(__file__).resolve().parent


def catalogues() -> list[Path]:
    """The .po files of the installed apps of ours."""
    folders = [Path(app.path) for app in apps.get_app_configs() if app.label.split("_")[0] == "lms"]
    return sorted(
        path
        for folder in [*folders, HERE.parent / "templates"]
        for path in folder.glob("locale/*/LC_MESSAGES/django.po")
    )
