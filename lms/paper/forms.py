from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from courses.models import Activity

from ..admin.fields import DayField, FormIdField, ManyField
from ..models import StaffMember
from ..people.fields import PeopleField, PersonField
from .actions import MOST_COPIES
from .sheets import with_course


class TestChoiceField(forms.ModelChoiceField):
    """Tests that are published, each with its course: most are called the same."""

    def __init__(self, **kwargs):
        super().__init__(queryset=Activity.objects.none(), **kwargs)

    def __deepcopy__(self, memo):
        field = super().__deepcopy__(memo)
        tests = Activity.objects.live().filter(kind="quiz", course__live=True)
        field.queryset = tests.select_related("course").in_tree_order()
        return field

    def label_from_instance(self, obj):
        return with_course(obj.title, obj.course)


class PrintTestsForm(forms.Form):
    form_id = FormIdField()
    test = TestChoiceField(label=gettext_lazy("Test"))
    people = PeopleField(
        label=gettext_lazy("Whose name is printed"),
        required=False,
        help_text=gettext_lazy("A copy each, in their language. Only that person’s answers can be entered from it."),
    )
    blank = forms.IntegerField(
        label=gettext_lazy("Blank copies"),
        required=False,
        min_value=0,
        max_value=MOST_COPIES,
        initial=0,
        help_text=gettext_lazy("With a line for the name. You choose who wrote it when you enter it."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the blank copies"), choices=lambda: settings.LANGUAGES, initial=get_language
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].offer(people)
        self.order_fields(["test", "blank", "language", "people"])

    def clean(self):
        data = super().clean() or {}
        if "people" in data and "blank" in data and not data["people"] and not data["blank"]:
            self.add_error("people", _("Tick somebody, or write how many blank copies you want."))
        return data


class EnterPaperForm(forms.Form):
    """Who and when. The answers are the copy's own questions, see `sheets`."""

    learner = PersonField(label=gettext_lazy("Who wrote it"))
    on = DayField(label=gettext_lazy("Day it was written"), initial=timezone.localdate)

    class Media:
        css = {"all": ["lms/paper_entry.css"]}

    def __init__(self, *args, people, **kwargs):
        """`people` to choose from; None where the copy has a name."""
        super().__init__(*args, **kwargs)
        if people is None:
            del self.fields["learner"]
        else:
            self.fields["learner"].offer(people)


class ShopTestsForm(forms.Form):
    """For a shop owner: named copies alone, since only a leader says later whose a blank one was."""

    form_id = FormIdField()
    test = TestChoiceField(label=gettext_lazy("Test"))
    people = ManyField(label=gettext_lazy("Who is to write"), queryset=StaffMember.objects.none())

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = people
