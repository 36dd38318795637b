"""No text for people escapes gettext. Each finder is first shown that it finds."""

import ast
from pathlib import Path

import pytest

from tests.literal_text import in_javascript, in_python, in_template

ROOMS = ("courses", "lms", "certificates", "content_seed", "templates")

#: Files that hold text on purpose.
ON_PURPOSE = {
    "templates/500.html": "in both languages: nothing that could choose between them can be trusted any more",
}
#: Swedish in Python that is no interface.
SWEDISH_ON_PURPOSE = {
    "certificates/template_admin/samples.py": "names to try a template with",
    "courses/blocks.py": "what a block looks like, in the editor's previews",
    "courses/models/quiz.py": "the letters themselves",
    "lms/staff_lists/columns.py": "what people may have called their columns, in either language",
    "lms/staff_lists/rows.py": "the letters themselves, and what a spreadsheet in Swedish says when it fails",
}


def files(*kinds: str) -> list[Path]:
    """Ours, without migrations, the words of the packs, and what is written for whoever runs a command."""
    apart = {"migrations", "packs", "standalone", "management"}
    found = [path for room in ROOMS for kind in kinds for path in Path(room).rglob(f"*.{kind}")]
    return sorted(path for path in found if not apart & set(path.parts[:-1]) and str(path) not in ON_PURPOSE)


@pytest.mark.parametrize(
    ("finder", "kinds"), [(in_template, ("html", "svg")), (in_python, ("py",)), (in_javascript, ("js",))]
)
def test_no_text_escapes_gettext(finder, kinds):
    looked_at = files(*kinds)
    assert looked_at
    assert {str(path): escaped for path in looked_at if (escaped := finder(path.read_text()))} == {}


def test_what_is_excepted_is_still_there():
    assert [name for name in (*ON_PURPOSE, *SWEDISH_ON_PURPOSE) if not Path(name).exists()] == []


def test_no_python_speaks_swedish():
    """Whatever way it takes to the screen. The starter content is Swedish and says so."""
    speaking = {}
    for path in files("py"):
        if path.parts[0] == "content_seed" or str(path) in SWEDISH_ON_PURPOSE:
            continue
        tree = ast.parse(path.read_text())
        told = {id(node.body[0].value) for node in ast.walk(tree) if _has_docstring(node)}
        words = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
        ]
        if found := [text for text in words if set("åäöÅÄÖ") & set(text.replace("Lärpunkt", ""))]:
            speaking[str(path)] = found
    assert speaking == {}


def _has_docstring(node):
    return isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None


# The finders find


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ("<p>{{ name }} is here</p>", [" is here"]),
        ("{% if a %}<b>Yes</b>{% endif %}", ["Yes"]),
        ('{% translate "Save" %}, and so on', [", and so on"]),
        ("{% blocktranslate trimmed %}Hello{% endblocktranslate %} you", [" you"]),
        ('<img alt="A lake">', ["A lake"]),
        ('<a title="More">›</a>', ["More"]),
        ('<nav aria-label="Pages"></nav>', ["Pages"]),
        ('<input placeholder="Name"><input type="submit" value="Send">', ["Name", "Send"]),
        ('<form data-saved="Saved."></form>', ["Saved."]),
        ("<p>{{ name|default:'nobody' }}</p>", ["nobody"]),
        ('<p>{{ is_open|yesno:"open,closed" }}</p>', ["open,closed"]),
        ('<p>{% firstof name "Someone" %}</p>', ["Someone"]),
        ('{% include "x.html" with title="Courses" %}', ["Courses"]),
        ("<svg><title>A map</title></svg>", ["A map"]),
    ],
)
def test_text_in_a_template_is_found(source, found):
    assert in_template(source) == found


@pytest.mark.parametrize(
    "source",
    [
        '<p>{% translate "Hello" %}</p>',
        "<p>{% blocktranslate trimmed count n=n %}One{% plural %}{{ n }}{% endblocktranslate %}</p>",
        "<p>‹ {{ name }} · 12 %</p>",
        "{% comment %}A note{% endcomment %}{# Another #}",
        '<img alt=""><input type="hidden" name="language" value="sv">',
        '<input type="{{ kind|yesno:\'checkbox,radio\' }}" class="lms-option">',
        '<div data-controller="w-dropdown" data-lms-choices-target="rows"></div>',
        "<form data-saved=\"{% translate 'Saved.' %}\"></form>",
        "<title>Lärpunkt</title>",
    ],
)
def test_what_is_translated_or_no_text_is_left_alone(source):
    assert in_template(source) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('class M:\n  class Meta:\n    verbose_name = "staff"', ["staff"]),
        ('name = models.CharField("name", max_length=3)', ["name"]),
        ('name = models.CharField(_("name"), help_text="In full.")', ["In full."]),
        ('name = forms.CharField(label="Name", help_text="In full.")', ["Name", "In full."]),
        ('name = forms.CharField(label=f"Name of {thing}")', ["Name of "]),
        ('role = forms.ModelChoiceField(label=_("Role"), empty_label="None")', ["None"]),
        ('only = forms.ChoiceField(label=_("Show"), choices=[("", _("All")), ("late", "Late")])', ["Late"]),
        ('class Kind(models.TextChoices):\n  SHOP = "shop", "Shop"', ["Shop"]),
        ('class V:\n  page_title = "Staff"\n  explanation: Any = "All."', ["Staff", "All."]),
        ('messages.success(request, "Saved.")', ["Saved."]),
        ('messages.success(request, "%s is saved." % name)', ["%s is saved."]),
        ('raise ValidationError("Too long.")', ["Too long."]),
        ('raise forms.ValidationError({"name": ["Too long."]})', ["Too long."]),
        ('form.add_error("name", "Too long.")', ["Too long."]),
        ('error_messages = {"invalid": "No."}', ["No."]),
        ('self.fields["name"].label = "Name"', ["Name"]),
        ('return [{"url": url, "label": "Sign in"}]', ["Sign in"]),
        ('format_html("<b>{}</b> late", number)', [" late"]),
        ('return HttpResponse("Not for you.")', ["Not for you."]),
        ('items = [MenuItem("Staff", url)]', ["Staff"]),
    ],
)
def test_text_in_python_is_found(source, found):
    assert in_python(source) == found


@pytest.mark.parametrize(
    "source",
    [
        'name = models.CharField(_("name"), help_text=_("In full."))',
        'at = models.DateTimeField(help_text="When we heard of it.")',  # a column that stands in no form
        'kept = models.ForeignKey("self", null=True, help_text="The row that was kept.")',
        'class LmsConfig(AppConfig):\n  label = "lms"',
        'raise ValidationError(_("Too long."))',
        'messages.success(request, _("%(name)s is saved.") % {"name": person})',
        'log.warning("Could not draw %s", serial)',
        'format_html(\'<a href="{}">{}</a>\', url, _("More"))',
        'return HttpResponse("ok")',
    ],
)
def test_what_is_translated_or_for_programmers_is_left_alone(source):
    assert in_python(source) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('status.textContent = "saved";', ["saved"]),
        ('box.append("Are you there?");', ["Are you there?"]),
        ("say(`Saved ${count} answers`);", ["Saved  answers"]),
        ('const word = "Saved";', ["Saved"]),
        ("button.setAttribute('aria-label', 'up');", ["up"]),
        ('confirm("sure?");', ["sure?"]),
    ],
)
def test_text_in_javascript_is_found(source, found):
    assert in_javascript(source) == found


@pytest.mark.parametrize(
    "source",
    [
        '/* Don\'t say "Are you there?" */ // nor "Saved"',
        "status.textContent = form.dataset.saved;",
        'document.querySelectorAll("[data-lms-once] button")',
        'button.className = "button button-small";',
        'fetch(url, { method: "POST" });',
        'if (event.key === "Enter") go();',
    ],
)
def test_what_is_no_text_in_javascript_is_left_alone(source):
    assert in_javascript(source) == []
