"""The tablets as leaders see them: where each is, whether it is heard from, what it has not sent yet."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from ..access import workplaces_in_reach
from ..admin.base import AdminPage, ConfirmView
from ..models import Tablet
from ..people.sentences import name_of
from ..reports.exports import ExportTable, csv_response, xlsx_response
from .actions import unpair_tablet
from .condition import to_look_after, unsent_text, warnings, what_unpairing_means
from .forms import TabletFilterForm

TABLETS = (gettext_lazy("Tablets"), "lms_admin:tablets")


class TabletList(AdminPage, TemplateView):
    template_name = "lms/admin/tablet_list.html"
    page_title = gettext_lazy("Tablets")
    header_icon = "tablet-alt"
    explanation = gettext_lazy(
        "The shared tablets at your workplaces. What is done on one without network stays on it until it has network "
        "again: here you see when each was last heard from, and what it had not sent then."
    )
    per_page = 50

    def get_tablets(self):
        """The filter, and the tablets that it leaves, in the order it asks for."""
        reach = workplaces_in_reach(self.request.user, self.roles)
        form = TabletFilterForm(self.request.GET, workplaces=reach.order_by("path"))
        tablets = Tablet.objects.filter(workplace__in=reach).select_related("workplace", "paired_by")
        chosen = form.cleaned_data if form.is_valid() else {}
        if place := chosen.get("workplace"):
            tablets = tablets.filter(workplace__in=reach.within([place]))
        if chosen.get("only") == form.LOOK_AFTER:
            tablets = tablets.filter(to_look_after(timezone.now()))
        elif chosen.get("only") == form.DISCONNECTED:
            tablets = tablets.exclude(unpaired_at=None)
        else:
            tablets = tablets.paired()
        return form, tablets.order_by(*form.ORDERS.get(chosen.get("order", ""), form.ORDERS[""]))

    def get_context_data(self, **kwargs):
        form, tablets = self.get_tablets()
        page = Paginator(tablets, self.per_page).get_page(self.request.GET.get("p"))
        now, query = timezone.now(), self.request.GET.copy()
        query.pop("p", None)
        page.object_list = [
            {
                "tablet": tablet,
                "warnings": warnings(tablet, now),
                "unsent": unsent_text(tablet),
                "paired_by": name_of(tablet.paired_by) if tablet.paired_by else "",
            }
            for tablet in page
        ]
        reach = workplaces_in_reach(self.request.user, self.roles)
        return {
            **super().get_context_data(**kwargs),
            "filter_form": form,
            "tablets": page,
            "query": query.urlencode(),
            "columns": self._columns(query),
            "none_at_all": not page.object_list and not Tablet.objects.filter(workplace__in=reach).exists(),
        }

    def _columns(self, query):
        """Label, address that sorts by it (the other way round where it does already), and how it sorts now."""
        now, columns = query.get("order", ""), []
        for name, label in (
            ("name", _("Tablet")),
            ("workplace", _("Workplace")),
            ("seen", _("Last heard from")),
            ("unsent", _("Not sent")),
        ):
            changed = query.copy()
            changed["order"] = f"-{name}" if now == name else name
            sorts = {name: "ascending", f"-{name}": "descending"}.get(now, "")
            columns.append({"label": label, "query": changed.urlencode(), "sorts": sorts})
        return columns


class ExportTablets(TabletList):
    """All that the filter of the list leaves, in its order."""

    http_method_names = ["get"]

    def get(self, request, *args, **kwargs):
        _form, tablets = self.get_tablets()
        now = timezone.now()
        heading = [_("Tablet"), _("Workplace"), _("Connected"), _("Connected by"), _("Last heard from")]
        heading += [
            _("Not sent"),
            _("Not sent since"),
            _("Refused"),
            _("Version"),
            _("Disconnected"),
            _("To look after"),
        ]
        rows = [
            [
                tablet.name,
                tablet.workplace.name,
                _minute(tablet.paired_at),
                name_of(tablet.paired_by) if tablet.paired_by else "",
                _minute(tablet.last_seen_at),
                tablet.unsent,
                _minute(tablet.unsent_since),
                tablet.refused,
                tablet.app_version,
                _minute(tablet.unpaired_at),
                " ".join(warnings(tablet, now)),
            ]
            for tablet in tablets
        ]
        write = xlsx_response if request.GET.get("export") == "xlsx" else csv_response
        table = ExportTable(title=_("Tablets"), heading=heading, rows=rows)
        return write(table, name=f"{_('tablets')}-{timezone.localdate()}")


def _minute(moment):
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


class UnpairTablet(ConfirmView):
    header_icon = "tablet-alt"
    confirm_label = gettext_lazy("Disconnect it")
    parents = (TABLETS,)
    success_url = reverse_lazy("lms_admin:tablets")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        reach = workplaces_in_reach(request.user, self.roles)
        self.tablet = get_object_or_404(Tablet.objects.paired(), pk=kwargs["tablet"], workplace__in=reach)

    def get_page_title(self):
        return _("Disconnect “%(name)s”") % {"name": self.tablet}

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "whom": self.tablet.workplace}

    def foresee(self, data):
        return what_unpairing_means(self.tablet)

    def act(self, data):
        unpair_tablet(tablet=self.tablet, actor=self.request.user)
        return _("%(name)s is disconnected. Nobody can use it until it is connected again.") % {"name": self.tablet}
