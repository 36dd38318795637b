"""The blocks of a lesson. Small, one template each; two levels at most."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from .fields import ChoicesFormField
from .questions import KINDS, Question, practice_kinds
from .widgets import DateInput

#: Rich text inside a lesson: what a tablet shows well, and nothing that needs a third party.
TEXT_FEATURES = ["h3", "bold", "italic", "link", "document-link", "ol", "ul"]
SHORT_FEATURES = ["bold", "italic", "link", "ol", "ul"]

#: The block alone on a page of ours, for the editor's block picker.
PREVIEW = "lms_courses/blocks/preview.html"

WORDS, FACTS, DOING = _("Words and pictures"), _("Facts and contacts"), _("To do")


class HeadingBlock(blocks.CharBlock):
    class Meta:
        icon = "title"
        label = _("Heading")
        description = _("Begins a new step. A good step is read in less than a minute.")
        template = "lms_courses/blocks/heading.html"
        preview_template = PREVIEW
        group = WORDS
        preview_value = "Ett tydligt hej"


class TextBlock(blocks.RichTextBlock):
    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "lms_courses/blocks/text.html"
        preview_template = PREVIEW
        group = WORDS
        preview_value = "<p>Säg hej när kunden kommer in, <b>även om du är upptagen</b>.</p>"


class PictureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Picture"))
    alt_text = blocks.CharBlock(
        label=_("Description for those who cannot see it"),
        required=False,
        max_length=250,
        help_text=_("Leave empty only if the picture is pure decoration."),
    )
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=250)

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "lms_courses/blocks/picture.html"
        preview_template = PREVIEW
        group = WORDS


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Quote"))
    attribution = blocks.CharBlock(label=_("Who said it"), required=False)

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "lms_courses/blocks/quote.html"
        preview_template = PREVIEW
        group = WORDS
        preview_value = {
            "text": "Konsten att få människor att känna sig välkomna.",
            "attribution": "Jan Gunnarsson",
        }


class CalloutBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=[("tip", _("Tip")), ("law", _("The law")), ("warning", _("Look out"))],
        default="tip",
    )
    title = blocks.CharBlock(label=_("Heading"), required=False)
    text = blocks.RichTextBlock(label=_("Text"), features=SHORT_FEATURES)

    class Meta:
        icon = "help"
        label = _("Callout")
        description = _("A tip, what the law says, or something to look out for.")
        template = "lms_courses/blocks/callout.html"
        preview_template = PREVIEW
        group = WORDS
        preview_value = {"kind": "tip", "title": "", "text": "<p>Titta upp och nicka. Det räcker långt.</p>"}


class ChecklistBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Heading"), required=False)
    items = blocks.ListBlock(blocks.CharBlock(label=_("Point")), label=_("Points"), min_num=1)

    class Meta:
        icon = "list-ul"
        label = _("Checklist")
        description = _("The last one of a lesson sums it up: it is what the lesson’s printed memo shows.")
        template = "lms_courses/blocks/checklist.html"
        preview_template = PREVIEW
        group = DOING
        preview_value = {"title": "Kom ihåg", "items": ["Hälsa", "Lyssna", "Fråga"]}


class NumberedStepsBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Heading"), required=False)
    items = blocks.ListBlock(blocks.CharBlock(label=_("Step")), label=_("In order"), min_num=2)

    class Meta:
        icon = "list-ol"
        label = _("Numbered steps")
        template = "lms_courses/blocks/numbered_steps.html"
        preview_template = PREVIEW
        group = DOING
        preview_value = {"title": "Så gör du", "items": ["Lyssna klart", "Beklaga", "Föreslå en lösning"]}


class DoDontBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Heading"), required=False)
    do = blocks.ListBlock(blocks.CharBlock(label=_("Do")), label=_("Do"), min_num=1)
    dont = blocks.ListBlock(blocks.CharBlock(label=_("Do not")), label=_("Do not"), min_num=1)

    class Meta:
        icon = "tick-inverse"
        label = _("Do / do not")
        template = "lms_courses/blocks/do_dont.html"
        preview_template = PREVIEW
        group = DOING
        preview_value = {"title": "", "do": ["Fråga först"], "dont": ["Gissa"]}


class DayBlock(blocks.DateBlock):
    @cached_property
    def field(self):
        return forms.DateField(widget=DateInput, **self.field_options)


class FactBoxBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Heading"))
    text = blocks.RichTextBlock(label=_("Text"), features=SHORT_FEATURES)
    source = blocks.CharBlock(label=_("Source"), required=False)
    checked_on = DayBlock(
        label=_("Last checked"),
        required=False,
        help_text=_("The day you last made sure that this is true. Empty until somebody has."),
    )

    class Meta:
        icon = "date"
        label = _("Fact box")
        preview_value = {
            "title": "Öppettider",
            "text": "<p>Öppet varje dag.</p>",
            "source": "butiken",
            "checked_on": "2026-11-23",
        }
        description = _("For facts that age: shown with their source and the day they were last checked.")
        template = "lms_courses/blocks/fact_box.html"
        preview_template = PREVIEW
        group = FACTS


def contact_choices() -> list[tuple[str, Any]]:
    """The directory, group by group, for a select."""
    from .models import Contact, in_groups

    groups = in_groups(Contact.objects.in_language(get_language()))
    return [("", "---------"), *((name, [(row.ref, row.name) for row in rows]) for name, rows in groups)]


class ContactRefBlock(blocks.FieldBlock):
    """A contact of the directory by its ref. Not a ChoiceBlock: that one asks for its choices at each reading."""

    def __init__(self, required=True, help_text=None, **kwargs):
        self.field = forms.ChoiceField(choices=contact_choices, required=required, help_text=help_text)
        super().__init__(**kwargs)

    def extract_references(self, value):
        """So that the directory can say where a contact is used."""
        from .models import Contact

        for pk in Contact.objects.filter(ref=value).values_list("pk", flat=True) if value else ():
            yield Contact, str(pk), "", ""

    class Meta:
        icon = "mail"
        default = ""


class ContactBlock(blocks.StructBlock):
    """A contact of the directory, or one that stands only here.

    What is stored, and frozen in a version, is the ref: a number that changes is mended in one place, in all lessons
    at once, and is no new version of any of them.
    """

    ref = ContactRefBlock(
        label=_("From the directory"),
        required=False,
        help_text=_("Its link, phone and day of checking are shown. Below, write “What for” at most."),
    )
    name = blocks.CharBlock(label=_("Authority or service"), required=False)
    purpose = blocks.CharBlock(label=_("What for"), required=False)
    url = blocks.URLBlock(label=_("Link"), required=False)
    phone = blocks.CharBlock(label=_("Phone"), required=False, max_length=30)
    checked_on = DayBlock(label=_("Last checked"), required=False)

    def clean(self, value):
        value = super().clean(value)
        if self.is_deferred_validation:
            return value
        errors = {}
        if value["ref"]:
            if value["name"] or value["url"] or value["phone"]:
                errors["ref"] = _("This is in the directory: remove the name, link and phone below, or choose nothing.")
        elif not value["name"]:
            errors["name"] = _("Choose a contact from the directory, or write a name.")
        elif not (value["url"] or value["phone"]):
            errors["url"] = _("Give a link or a phone number.")
        if errors:
            found = {name: ErrorList([ValidationError(message)]) for name, message in errors.items()}
            raise blocks.StructBlockValidationError(block_errors=found)
        return value

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context=parent_context)
        if value["ref"] and not hasattr(value, "contact"):
            look_up_contacts([value])
        context["contact"] = value.contact if value["ref"] else value
        return context

    class Meta:
        icon = "mail"
        label = _("Contact or e-service")
        template = "lms_courses/blocks/contact.html"
        preview_template = PREVIEW
        group = FACTS
        preview_value = {
            "ref": "",
            "name": "112",
            "purpose": "Fara för liv",
            "phone": "112",
            "url": "",
            "checked_on": None,
        }


def look_up_contacts(values: Iterable[Any]) -> None:
    """Give each value with a ref its `contact`, in the reader's language; None if it has left. One query for all."""
    from .models import Contact

    values = [value for value in values if value["ref"]]
    if not values:
        return
    found = Contact.objects.filter(ref__in={value["ref"] for value in values}).in_language(get_language())
    by_ref = {contact.ref: contact for contact in found}
    for value in values:
        value.contact = by_ref.get(value["ref"])


class DocumentBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("Document"))
    title = blocks.CharBlock(label=_("Link text"), required=False)

    class Meta:
        icon = "doc-full"
        label = _("Document")
        template = "lms_courses/blocks/document.html"
        preview_template = PREVIEW
        group = FACTS


class ChoicesBlock(blocks.FieldBlock):
    """The same choice list as in a test, see fields.ChoicesField."""

    def __init__(self, required=True, **kwargs):
        self.field_options = {"required": required}
        super().__init__(**kwargs)

    @cached_property
    def field(self):
        return ChoicesFormField(required=False)

    def get_prep_value(self, value):
        return value or []

    class Meta:
        icon = "list-ul"
        default: list = []


def _not_solved(rows: list[dict[str, Any]], right: Any) -> list[dict[str, Any]]:
    """Never dealt in the right order: there would be nothing to do. A test may be, or it would tell what is wrong."""
    return [*rows[1:], *rows[:1]] if [row.get("id") for row in rows] == right else rows


class PracticeQuestionBlock(blocks.StructBlock):
    """Its answer travels with the page, so it can never be drawn into a test: it is another kind of thing."""

    kind = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=practice_kinds,
        default="single",
    )
    text = blocks.TextBlock(label=_("Question"), rows=2)
    choices = ChoicesBlock(label=_("Answers"))
    explanation = blocks.TextBlock(
        label=_("Explanation"), rows=2, required=False, help_text=_("Shown to everyone after the answer.")
    )

    def clean(self, value):
        value = super().clean(value)
        if not self.is_deferred_validation:
            problems = KINDS[value["kind"]].problems(Question(kind=value["kind"], choices=value["choices"]))
            if problems:
                raise blocks.StructBlockValidationError(block_errors={"choices": ErrorList(problems)})
        return value

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context=parent_context)
        kind = KINDS[value["kind"]]
        question = Question(kind=value["kind"], choices=value["choices"], explanation=value["explanation"])
        public, secret = kind.public(question), kind.secret(question)
        context.update(
            kind=kind,
            is_multiple=value["kind"] == "multiple",
            public=public,
            rows=_not_solved(kind.filled_in(public, None), secret.get("right")),
            secret=secret,
            explained=kind.explained(public, secret, None),
        )
        return context

    class Meta:
        icon = "help"
        label = _("Practice question")
        description = _("Answered at once, counts for nothing. Never used in a test.")
        template = "lms_courses/blocks/practice_question.html"
        preview_template = PREVIEW
        group = DOING
        preview_value = {
            "kind": "single",
            "text": "Vad gör du först?",
            "choices": [
                {"id": "a", "text": "Hälsar", "right": True, "feedback": ""},
                {"id": "b", "text": "Väntar", "right": False, "feedback": ""},
            ],
            "explanation": "Ett tydligt hej får alla att känna sig sedda.",
        }


class LessonBody(blocks.StreamBlock):
    heading = HeadingBlock()
    text = TextBlock(features=TEXT_FEATURES)
    picture = PictureBlock()
    callout = CalloutBlock()
    checklist = ChecklistBlock()
    steps = NumberedStepsBlock()
    facts = FactBoxBlock()
    contact = ContactBlock()
    document = DocumentBlock()
    quote = QuoteBlock()
    do_dont = DoDontBlock()
    practice = PracticeQuestionBlock()
