from django import forms


class ColourInput(forms.TextInput):
    """The colour as it is written in a brand manual; beside it, with JavaScript, the browser's own palette."""

    template_name = "lms_certificates/admin/colour.html"

    class Media:
        css = {"all": ("lms_certificates/template.css",)}
        js = [forms.Script("lms_certificates/colour.js", type="module")]
