"""The same heading again turns the order round, for people and for workplaces, and the address says so."""

import re
from itertools import groupby
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.matrix import Share, Totals
from lms.models import Workplace
from lms.reports.figures import Figures
from lms.reports.selection import Only, Order, Selection
from lms.reports.summary import lines_of
from lms.subtrees import above
from lms.workplaces.actions import add_workplace
from tests import people
from tests.builders import complete
from tests.lms.strategies import TODAY

MATRIX = "/admin/reports/training-matrix/"


def headings(response):
    """The orders of the table's headings: which way each stands, and what choosing it asks for."""
    found = re.findall(r'<th scope="col"([^>]*)><a href="\?([^"]*)">', response.content.decode())
    told = {}
    for attributes, query in found:
        if order := re.search(r"order=(-?)(\w+)", query):
            way = re.search(r'aria-sort="(\w+)"', attributes)
            told[order[2]] = (way[1] if way else "", order[0].removeprefix("order="), query.replace("&amp;", "&"))
    return told


# The headings

WAYS = {
    "workplace": ("ascending", "descending"),
    "name": ("ascending", "descending"),
    "late": ("descending", "ascending"),
    "share": ("ascending", "descending"),
}
SORTS = {"people": {"workplace", "name", "late", "share"}, "workplaces": {"workplace", "late", "share"}}


@pytest.mark.parametrize(
    ("view", "order"), [(view, order) for view, orders in SORTS.items() for order in sorted(orders)]
)
def test_the_same_heading_again_turns_the_order_round_and_once_more_turns_it_back(petra, cast, view, order):
    first, second = WAYS[order]
    address = f"{MATRIX}?view={view}&only=missing&order={order}"
    for way, then in ((first, f"-{order}"), (second, order), (first, f"-{order}")):
        told = headings(petra.get(address))
        assert set(told) == SORTS[view]
        assert told[order][:2] == (way, then)
        others = {name: entry[:2] for name, entry in told.items() if name != order}
        assert others == {name: ("", name) for name in SORTS[view] - {order}}
        address = f"{MATRIX}?{told[order][2]}"
        assert "only=missing" in address


@pytest.mark.parametrize("view", ["people", "workplaces"])
def test_by_workplace_is_how_it_stands_until_something_else_is_chosen(petra, view):
    assert headings(petra.get(MATRIX, {"view": view}))["workplace"][:2] == ("ascending", "-workplace")


@pytest.mark.parametrize("order", ["-", "--late", "-x", "late-", "workplace "])
def test_an_order_that_is_none_is_no_error(petra, order):
    assert headings(petra.get(MATRIX, {"view": "people", "order": order}))["workplace"][0] == "ascending"


def test_the_filter_keeps_the_order_and_a_file_has_and_says_it(petra, cast, course):
    complete(cast.maja, course)
    asked = {"view": "people", "order": "-share"}
    response = petra.get(MATRIX, asked)
    assert '<input type="hidden" name="order" value="-share"' in response.content.decode()
    shown = [worker.given_name for worker, *_rest in response.context["object_list"]]
    assert shown == ["Maja", "Birgitta", "Bo"]
    text = b"".join(petra.get(MATRIX, {**asked, "export": "csv"}).streaming_content).decode("utf-8-sig")
    assert [line.split(";")[0] for line in text.splitlines()[1:4]] == shown
    assert "Ordning: Mest klart först" in text


def test_places_side_by_side_are_turned_round_and_those_below_stay_below(petra, cast):
    cast.places["byn"] = add_workplace(
        name="Byn", kind=Workplace.Kind.SERVICE_POINT, parent=cast.brattfors, actor=cast.ada
    )
    people.hire(cast, "Någon", "Ek", "byn")
    for order, names in (
        ("workplace", ["Kommunen", "Brattfors", "Byn", "Gräsmyr"]),
        ("-workplace", ["Kommunen", "Gräsmyr", "Brattfors", "Byn"]),
    ):
        shown = petra.get(MATRIX, {"view": "workplaces", "order": order}).context["workplaces"]
        assert [line.workplace.name for line in shown] == names


# People


@pytest.mark.parametrize("world", range(2), indirect=True)
def test_people_stand_as_when_they_are_sorted_one_by_one(world):
    """Those alike in what is sorted by stand as by workplace; for whom nothing counts last, whichever way."""
    for only in (None, Only.MISSING):
        by_workplace = listed(Order.WORKPLACE, only=only)
        places = [list(group) for _place, group in groupby(by_workplace, key=lambda pair: pair[0].job.workplace_id)]
        turned = [pair for place in reversed(places) for pair in place]
        assert listed(Order.WORKPLACE, backwards=True, only=only) == turned
        assert listed(Order.NAME, backwards=True, only=only) == listed(Order.NAME, only=only)[::-1]
        counted = [pair for pair in by_workplace if pair[1].counted]
        uncounted = [pair for pair in by_workplace if not pair[1].counted]
        for turn in (1, -1):
            by_late = sorted(by_workplace, key=lambda pair: -turn * pair[1].late)
            assert listed(Order.LATE, backwards=turn < 0, only=only) == by_late
            by_share = sorted(counted, key=lambda pair: turn * share(pair[1]))
            assert listed(Order.SHARE, backwards=turn < 0, only=only) == by_share + uncounted


def listed(order, *, backwards=False, only):
    asked = Selection(TODAY, Workplace.objects.all(), order=order, backwards=backwards, only=only)
    rows = Figures(asked).people()
    assert Figures(asked).people(2, 3) == rows[2:5]
    return rows


def share(summed):
    return summed.done / summed.counted


# Workplaces


@st.composite
def trees(draw):
    """Workplaces in the order of the tree, each with the sums of those who work there."""
    paths = {""}
    for _number in range(draw(st.integers(1, 8))):
        parent = draw(st.sampled_from(sorted(paths)))
        paths.add(f"{parent}{draw(st.integers(1, 4)):04}")
    places = [SimpleNamespace(pk=number, path=path) for number, path in enumerate(sorted(paths - {""}))]
    sums = {}
    for place in places:
        counted = draw(st.integers(0, 4))
        done = draw(st.integers(0, counted))
        sums[place.pk] = Share(counted, done, draw(st.integers(0, counted - done)))
    return places, Totals(by_workplace=sums)


def slowly(places, parent, before):
    """The children of `parent`, each moved up past those that it stands `before`, and followed by its own."""
    mine = [place for place in places if place.path[:-4] == parent]
    done = []
    for place in mine:
        at = len(done)
        while at and before(place, done[at - 1]):
            at -= 1
        done.insert(at, place)
    return [one for place in done for one in (place, *slowly(places, place.path, before))]


@given(trees(), st.sampled_from([Order.WORKPLACE, Order.LATE, Order.SHARE]), st.booleans())
def test_workplaces_stand_as_when_each_level_is_sorted_by_itself(tree, order, backwards):
    places, totals = tree
    below = {
        place.path: sum(
            (totals.by_workplace[other.pk] for other in places if place.path in above(other.path)), start=Share()
        )
        for place in places
    }

    def before(one, other):
        if order is Order.WORKPLACE:
            return backwards
        mine, theirs = below[one.path], below[other.path]
        if order is Order.LATE:
            return mine.late < theirs.late if backwards else mine.late > theirs.late
        if not mine.counted or not theirs.counted:
            return bool(mine.counted) and not theirs.counted
        return share(mine) > share(theirs) if backwards else share(mine) < share(theirs)

    shown = lines_of(places, totals, [], order=order, backwards=backwards)
    assert [line.workplace.path for line in shown] == [place.path for place in slowly(places, "", before)]
