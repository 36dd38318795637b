from wagtail.admin.compare import FieldComparison
from wagtail.admin.panels import FieldPanel, Panel
from wagtail.models import Page


class NamesComparison(FieldComparison):
    """Two lists of uuids, told by the titles of their pages."""

    def __init__(self, field, obj_a, obj_b):
        super().__init__(field, obj_a, obj_b)
        before, after = field.value_from_object(obj_a), field.value_from_object(obj_b)
        pages = Page.objects.filter(translation_key__in={*before, *after}, locale=obj_b.locale)
        titles = {str(key): title for key, title in pages.values_list("translation_key", "draft_title")}
        self.val_a = ", ".join(titles.get(uuid, uuid) for uuid in before)
        self.val_b = ", ".join(titles.get(uuid, uuid) for uuid in after)


class NamesPanel(FieldPanel):
    """An IdentitiesField: compared by title in a page's history."""

    def get_comparison_class(self):
        return NamesComparison


class OrderPanel(Panel):
    """Says in words in which order the parts of a course open, on the page that owns it."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "lms_courses/admin/order.html"

        def is_shown(self):
            return bool(self.instance.pk) and not self.instance.is_translation()

        def get_context_data(self, parent_context=None):
            from .ordering import courses_told, order_told

            context = super().get_context_data(parent_context)
            return {**context, "told": order_told(self.instance), "courses": courses_told(self.instance)}
