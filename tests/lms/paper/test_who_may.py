"""Who may print, see and enter tests on paper."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.timezone import localdate

from lms.models import PaperTest, QuizAttempt
from tests.builders import activity_of
from tests.paper import HOME, enter, entry, posted, print_for


def test_nobody_without_a_responsibility_sees_anything(sign_in, cast, quiz):
    named, blank = print_for(cast, quiz, "maja", blank=1)
    paths = (HOME, f"{HOME}print/", f"{HOME}sheets/{named.batch}/", entry(named), entry(blank))
    for name in ("maja", "birgitta", "eva", "nisse"):
        browser = sign_in(name)
        for path in paths:
            for response in (browser.get(path), browser.post(path, {"on": localdate().isoformat()})):
                assert response.status_code in (302, 403, 404, 405), (name, path)
                assert b"Fr\xc3\xa5ga 1?" not in response.content
    assert not QuizAttempt.objects.exists()


def test_a_shop_owner_prints_for_their_own_and_enters_nothing(sign_in, cast, quiz):
    birgitta, path = sign_in("birgitta"), "/min-utbildning/min-butik/test-pa-papper/"
    assert path in birgitta.get("/min-utbildning/min-butik/").content.decode()
    page = birgitta.get(path).content.decode()
    assert ("Maja Lindgren" in page, "Bo Ek" in page) == (True, False)
    form = {"form_id": uuid.uuid4(), "test": activity_of(quiz).pk, "people": [cast.bo.pk]}
    refused = birgitta.post(path, form)
    assert refused.status_code == 422
    assert "Välj ett test och minst en person." in refused.content.decode()
    sheets = birgitta.post(path, {**form, "people": [cast.maja.pk]})["Location"]
    assert "Lämna de skrivna testen till kursledaren" in birgitta.get(sheets).content.decode()
    paper = PaperTest.objects.get()
    assert (paper.staff, paper.made_by) == (cast.maja, cast.users["birgitta"])
    assert birgitta.get(entry(paper)).status_code == 302
    with pytest.raises(PermissionDenied):
        print_for(cast, quiz, "bo", by="birgitta")
    with pytest.raises(PermissionDenied):
        enter(cast, paper, cast.maja, by="birgitta")
    for name, status in (("maja", 403), ("kajsa", 403), ("petra", 404)):
        assert sign_in(name).get(sheets).status_code == status, name
    assert "Maja" in sign_in("petra").get(entry(paper)).content.decode()


def test_a_leader_next_door_finds_nothing(sign_in, cast, quiz):
    from lms.models import Role
    from lms.workplaces.actions import give_responsibility

    [paper] = print_for(cast, quiz, "maja")
    give_responsibility(
        user=cast.users["nisse"], role=Role.PROJECT_LEADER, workplace=cast.grannkommun, actor=cast.users["ada"]
    )
    nisse = sign_in("nisse")
    for path in (entry(paper), f"{HOME}sheets/{paper.batch}/"):
        assert nisse.get(path).status_code == 404
    text = nisse.get(HOME, {"code": paper.code}).content.decode()
    assert "Det finns inget exemplar med den koden" in text
    assert "Maja" not in text
    with pytest.raises(PermissionDenied):
        enter(cast, paper, cast.maja, by="nisse")


def test_a_course_leader_may_and_only_whoever_made_them_prints_them_again(sign_in, cast, quiz):
    [paper] = print_for(cast, quiz, "maja", by="kajsa")
    kajsa = sign_in("kajsa")
    assert kajsa.get(f"{HOME}sheets/{paper.batch}/").status_code == 200
    assert sign_in("petra").get(f"{HOME}sheets/{paper.batch}/").status_code == 404
    kajsa.post(entry(paper), posted(paper))
    assert QuizAttempt.objects.get().passed
