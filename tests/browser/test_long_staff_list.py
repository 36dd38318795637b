"""A leader waits for what a long staff list changes in figures, and the page goes on by itself. In a real browser."""

from lms.models import ForeseenFigures
from lms.staff_lists import foresight
from tests.staff_lists import row

from .test_staff_lists import SHOP, choose, leader

__all__ = ["leader"]


def test_the_page_tells_how_far_it_has_come_and_goes_on_by_itself(leader, monkeypatch):
    work_out = foresight.count
    monkeypatch.setattr(foresight, "AT_ONCE", 0)
    monkeypatch.setattr(foresight, "count", lambda pk: None)  # no worker comes
    choose(leader, row(place=SHOP, given="Åsa-Märta " + "Långnamn-" * 7), row(place=SHOP, given="Nykomling"))
    leader.page.wait_for_selector("text=Det börjar strax.")
    leader.check("the figures are waited for")
    ForeseenFigures.objects.update(state="running", progress=1)
    leader.page.wait_for_selector("text=1 av 2 personer är genomgångna.")
    leader.check("the figures are being worked out")
    ForeseenFigures.objects.update(state="waiting")
    work_out(ForeseenFigures.objects.get().pk)
    leader.page.wait_for_selector("form[action$='confirm/'] button")
    leader.check("the figures of a long list")
