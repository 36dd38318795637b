from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.snippets.views.snippets import DeleteView


class DeleteTemplate(DeleteView):
    """Says first what becomes of what uses it. Wagtail's own index of references knows of no rules."""

    @property
    def confirmation_message(self) -> str:
        said = [_("Certificates that are issued keep their look.")]
        if number := self.object.rules.count():
            said.append(
                ngettext(
                    "It is chosen in %(number)s place, which then uses the standard template.",
                    "It is chosen in %(number)s places, which then use the standard template.",
                    number,
                )
                % {"number": number}
            )
        return " ".join([*said, super().confirmation_message])
