from wagtail.admin.panels import Panel


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
