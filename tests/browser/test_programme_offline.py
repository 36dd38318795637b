"""A programme at the tablet without network: its courses stand together, as with network."""

import pytest

from tests import builders
from tests.programmes import require_programme

from .offline import known, let_in


@pytest.fixture
def programme(shop, training):
    """The course of the shop's training, and another: one of them is enough."""
    other = builders.make_full_course("Turism", lessons=1)
    require_programme(shop, [builders.course_of(other), builders.course_of(training)], at_least=1)
    return other


def groups(tablet) -> list:
    """(heading, titles) of each list on the page."""
    sections = tablet.page.locator("section.lms-section:has(.lms-list)").all()
    return [
        (section.locator("h2").inner_text(), section.locator(".lms-row strong").all_inner_texts())
        for section in sections
    ]


def test_the_courses_stand_together_with_and_without_network(programme, tablet):
    let_in(tablet)
    known(tablet)
    online = groups(tablet)
    tablet.context.set_offline(True)
    tablet.page.reload()
    tablet.page.locator("[data-lms-place] h1").wait_for()
    tablet.check("a programme without network")
    assert groups(tablet) == online == [("Grunden", ["Turism", "Ett gott värdskap"])]
    assert "Välj minst 1 av 2." in tablet.text()
