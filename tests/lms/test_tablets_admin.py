"""The tablets as leaders see them: heard from when, what they keep, what to do about it; and nobody else's."""

import datetime

import pytest
from django.utils import timezone

from lms.models import LedgerEntry, Tablet
from lms.tablet.actions import pair_tablet, unpair_tablet
from lms.tablet.condition import to_look_after, warnings
from tests import people

LIST, SHOP = "/admin/training/tablets/", "/min-utbildning/min-butik/"
DAY = datetime.timedelta(days=1)


def connect(cast, place="brattfors", name="Vid kassan", by="petra", **told):
    tablet, _token = pair_tablet(workplace=cast.places[place], name=name, actor=cast.users[by])
    Tablet.objects.filter(pk=tablet.pk).update(**told)
    tablet.refresh_from_db()
    return tablet


@pytest.fixture
def keeps(cast):
    """In Brattfors; three things have waited for four days on it."""
    since = timezone.now() - 4 * DAY - datetime.timedelta(minutes=1)
    return connect(cast, app_version="abc123", unsent=3, unsent_since=since)


def shown(response):
    return [row["tablet"].name for row in response.context["tablets"].object_list]


def test_each_is_shown_with_what_it_told_of_itself(petra, cast, keeps):
    moment = timezone.now() - datetime.timedelta(minutes=3, seconds=20)
    Tablet.objects.update(last_seen_at=moment, refused=2)
    text = petra.get(LIST).content.decode()
    for words in ("Vid kassan", "Brattfors", "för 3\xa0minuter sedan", "3, sedan", "Avvisade: 2", "abc123", "petra"):
        assert words in text, words


def test_only_those_in_reach(sign_in, petra, cast, keeps):
    connect(cast, "annorstades", "Långt bort", by="ada")
    assert shown(petra.get(LIST)) == ["Vid kassan"]
    assert shown(sign_in("ada").get(LIST)) == ["Långt bort", "Vid kassan"]
    assert "Långt bort" not in petra.get(f"{LIST}export/").getvalue().decode()
    other = Tablet.objects.get(name="Långt bort")
    for method in (petra.get, petra.post):
        assert method(f"{LIST}{other.pk}/unpair/").status_code == 404
    chosen = petra.get(LIST, {"workplace": cast.annorstades.pk})
    assert "Långt bort" not in chosen.content.decode()


@pytest.mark.parametrize("who", ["kajsa", "birgitta", "maja", "eva", "nisse"])
def test_who_leads_no_project_sees_none(sign_in, cast, keeps, who):
    browser = sign_in(who)
    for path in (LIST, f"{LIST}export/", f"{LIST}{keeps.pk}/unpair/"):
        response = browser.get(path)
        assert response.status_code in (302, 403, 404)
        assert "Vid kassan" not in response.content.decode()
    browser.post(f"{LIST}{keeps.pk}/unpair/")
    assert Tablet.objects.paired().count() == 1


# What to look after


def words_about(**told):
    now = timezone.now()
    return [text.split(".")[0] for text in warnings(Tablet(**{"last_seen_at": now, **told}), now)]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, []),
        ({"unsent": 3, "unsent_since": timezone.now() - 2 * DAY}, []),
        ({"unsent": 0, "unsent_since": timezone.now() - 9 * DAY}, []),
        ({"unsent": 1, "unsent_since": timezone.now() - 3.5 * DAY}, ["Något har väntat på att skickas i 3 dagar"]),
        ({"refused": 1}, ["1 sak från surfplattan kunde inte tas emot och ligger kvar på den"]),
        ({"last_seen_at": timezone.now() - 13 * DAY}, []),
        ({"last_seen_at": timezone.now() - 15.5 * DAY}, ["Den har inte hörts av på 15 dagar"]),
        ({"last_seen_at": timezone.now() - 99 * DAY, "unpaired_at": timezone.now(), "refused": 2}, []),
    ],
)
def test_when_a_tablet_needs_looking_after(settings, cast, told, words):
    assert words_about(**told) == words
    connect(cast, **told)
    assert Tablet.objects.filter(to_look_after(timezone.now())).exists() is bool(words)


def test_the_filter_lives_in_the_address(petra, cast, keeps):
    connect(cast, "grasmyr", "I köket")
    unpair_tablet(tablet=connect(cast, "grasmyr", "Den gamla"), actor=cast.petra)
    for query, names in (
        ({}, ["Vid kassan", "I köket"]),
        ({"only": "look-after"}, ["Vid kassan"]),
        ({"only": "disconnected"}, ["Den gamla"]),
        ({"workplace": cast.grasmyr.pk}, ["I köket"]),
        ({"workplace": "9" * 30}, ["Vid kassan", "I köket"]),
        ({"only": "nonsense", "order": "nonsense", "p": "x"}, ["Vid kassan", "I köket"]),
    ):
        assert shown(petra.get(LIST, query)) == names, query
    text = petra.get(LIST, {"workplace": cast.brattfors.pk, "only": "disconnected"}).content.decode()
    assert "Ingen surfplatta passar ditt urval. Ändra urvalet." in text


def test_it_is_sorted_by_what_the_heading_says(petra, cast, keeps):
    connect(cast, "grasmyr", "I köket", last_seen_at=timezone.now() - DAY, unsent=1)
    for order, names in (
        ("name", ["I köket", "Vid kassan"]),
        ("-name", ["Vid kassan", "I köket"]),
        ("workplace", ["Vid kassan", "I köket"]),
        ("seen", ["Vid kassan", "I köket"]),
        ("-seen", ["I köket", "Vid kassan"]),
        ("unsent", ["Vid kassan", "I köket"]),
        ("-unsent", ["I köket", "Vid kassan"]),
    ):
        assert shown(petra.get(LIST, {"order": order})) == names, order
    text = petra.get(LIST, {"order": "seen", "only": "look-after"}).content.decode()
    assert '<th scope="col" aria-sort="ascending"><a href="?order=-seen&amp;only=look-after">' in text


def test_the_export_has_what_the_filter_leaves(petra, cast, keeps):
    connect(cast, "grasmyr", "=I köket")
    lines = petra.get(f"{LIST}export/").getvalue().decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("Surfplatta;Arbetsplats;")
    assert lines[1].startswith("Vid kassan;Brattfors;")
    assert lines[2].startswith("'=I köket;Gräsmyr;")
    response = petra.get(f"{LIST}export/", {"export": "xlsx", "only": "look-after"})
    assert response["Content-Disposition"].startswith('attachment; filename="surfplattor-')
    assert response["Cache-Control"].startswith("private, no-store")


@pytest.mark.parametrize("number", [1, 5])
def test_the_list_costs_the_same_however_long_it_is(petra, cast, number, django_assert_num_queries):
    for one in range(number):
        connect(cast, name=f"Platta {one}")
    petra.get(LIST)
    with django_assert_num_queries(12):
        petra.get(LIST)


# Disconnecting


def test_disconnecting_says_first_what_becomes_of_what_was_not_sent(petra, cast, keeps):
    path = f"{LIST}{keeps.pk}/unpair/"
    page = petra.get(path)
    text = page.content.decode()
    assert "När den senast hördes av hade den 3 rapporter som inte var skickade." in text
    assert "Det som finns kvar på den försvinner inte." in text
    assert petra.post(path).status_code == 200  # not confirmed: it is shown again
    assert Tablet.objects.paired().count() == 1
    assert petra.post(path, {"seen": page.context["seal"]})["Location"] == LIST
    assert not Tablet.objects.paired().exists()
    assert LedgerEntry.objects.get(verb="tablet.unpaired").actor == cast.users["petra"]
    assert petra.get(path).status_code == 404


def test_the_workplaces_lead_to_their_tablets(petra, cast, keeps):
    connect(cast, "annorstades", "Långt bort", by="ada")
    text = petra.get("/admin/training/workplaces/").content.decode()
    assert "1 surfplatta är kopplad." in text
    assert f'href="{LIST}"' in text


# The shop owner


def test_a_shop_owner_sees_and_disconnects_their_own(sign_in, cast, keeps):
    connect(cast, "grasmyr", "I köket")
    birgitta = sign_in("birgitta")
    text = birgitta.get(SHOP).content.decode()
    assert "Vid kassan" in text
    assert "Inte skickat: 3, sedan" in text
    assert "Något har väntat på att skickas i 4 dagar." in text
    assert "Det som finns kvar på den försvinner inte." in text
    assert "I köket" not in text
    assert birgitta.get(f"{SHOP}surfplatta/{keeps.uuid}/koppla-fran/").status_code == 405
    assert birgitta.post(f"{SHOP}surfplatta/{keeps.uuid}/koppla-fran/")["Location"] == SHOP
    assert list(Tablet.objects.paired().values_list("name", flat=True)) == ["I köket"]
    assert "Ingen surfplatta är kopplad." in birgitta.get(SHOP).content.decode()


def test_and_nobody_elses(sign_in, cast, keeps):
    other = connect(cast, "grasmyr", "I köket")
    path = f"{SHOP}surfplatta/{other.uuid}/koppla-fran/"
    assert sign_in("birgitta").post(path).status_code == 404
    for who in ("kajsa", "maja", "eva", "nisse"):
        assert sign_in(who).post(path).status_code == 403
    assert Tablet.objects.paired().count() == 2


@pytest.mark.parametrize("number", [1, 4])
def test_they_cost_the_shop_owners_page_one_query(sign_in, cast, rule, number, django_assert_num_queries):
    birgitta = sign_in("birgitta")
    for one in range(number):
        connect(cast, name=f"Platta {one}")
    people.hire(cast, "Ny", "Person", "brattfors")
    birgitta.get(SHOP)
    with django_assert_num_queries(15):
        birgitta.get(SHOP)
