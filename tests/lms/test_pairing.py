"""A tablet is paired by six digits from where a leader is signed in: soon, once, and nobody signs in on it."""

import datetime
import re

import pytest
import time_machine
from django.db.utils import IntegrityError
from django.test import Client
from django.utils import timezone

from lms.models import LedgerEntry, PairingCode, Tablet, Workplace
from lms.tablet import pairing
from lms.tablet.pairing import LASTS, make_code
from lms.tablet.session import TABLET_COOKIE

MAKE, TAKE = "/koppla-surfplatta/", "/surfplatta/koppla/kod/"


@pytest.fixture
def made(cast):
    """(row, code), by the shop owner of Brattfors."""
    return make_code(workplace=cast.brattfors, name="Vid kassan", actor=cast.users["birgitta"])


@pytest.mark.parametrize(
    ("name", "status"), [("nisse", 403), ("eva", 403), ("maja", 403), ("birgitta", 200), ("petra", 200)]
)
def test_digits_are_for_those_who_answer_for_a_workplace(sign_in, cast, name, status):
    assert sign_in(name).get(MAKE).status_code == status


def test_a_stranger_is_shown_the_door_and_a_pin_opens_nothing(client, at_tablet):
    for browser in (client, at_tablet):
        assert browser.get(MAKE)["Location"] == f"/logga-in/?next={MAKE}"


def test_not_for_a_workplace_of_somebody_else(sign_in, cast):
    form = {"workplace": cast.places["annorstades"].pk, "name": "X"}
    assert "workplace" in sign_in("petra").post(MAKE, form).context["form"].errors
    assert not PairingCode.objects.exists()


def test_from_the_owners_phone_to_the_names_on_the_tablet(sign_in, cast):
    page = sign_in("birgitta").post(MAKE, {"workplace": cast.brattfors.pk, "name": "Vid kassan"})
    digits = re.search(r">(\d{3} \d{3})<", page.content.decode())[1]
    assert "<svg" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    tablet = Client()
    assert tablet.get("/surfplatta/").status_code == 200
    assert f'value="{digits}"' in tablet.get(TAKE, {"kod": digits}).content.decode()
    assert not Tablet.objects.exists(), "looking pairs nothing"
    answer = tablet.post(TAKE, {"code": digits})
    assert answer["Location"] == "/surfplatta/"
    assert answer.cookies[TABLET_COOKIE]["path"] == "/surfplatta/"
    assert "Maja" in tablet.get("/surfplatta/").content.decode()
    paired = Tablet.objects.get()
    assert (paired.name, paired.workplace, paired.paired_by) == ("Vid kassan", cast.brattfors, cast.users["birgitta"])
    verbs = LedgerEntry.objects.filter(verb__startswith="tablet.").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["tablet.code_made", "tablet.paired"]
    assert digits.replace(" ", "") not in str(LedgerEntry.objects.values_list("data", flat=True))
    assert tablet.get(TAKE)["Location"] == "/surfplatta/"


def test_digits_work_once(made):
    _row, code = made
    assert Client().post(TAKE, {"code": code}).status_code == 302
    answer = Client().post(TAKE, {"code": code})
    assert answer.status_code == 422
    assert "gäller i tio minuter" in answer.content.decode()
    assert Tablet.objects.count() == 1


def test_digits_work_for_ten_minutes(made):
    row, code = made
    with time_machine.travel(row.expires_at, tick=False):
        assert Client().post(TAKE, {"code": code}).status_code == 422
    with time_machine.travel(row.expires_at - datetime.timedelta(seconds=1), tick=False):
        assert Client().post(TAKE, {"code": code}).status_code == 302


def test_new_digits_end_those_before(cast, made):
    _row, code = made
    make_code(workplace=cast.brattfors, name="Vid kassan", actor=cast.users["birgitta"])
    assert Client().post(TAKE, {"code": code}).status_code == 422
    assert PairingCode.objects.count() == 1


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "１２３４５６", "9" * 5000, "12 34 56 78", "\x00"])
def test_what_is_no_code_pairs_nothing(made, code):
    _row, right = made
    assert right != "123456" or code != "１２３４５６"
    assert Client().post(TAKE, {"code": code}).status_code == 422
    assert not Tablet.objects.exists()


def test_wrong_digits_are_counted_as_wrong_passwords_are(made):
    _row, code = made
    wrong = f"{(int(code) + 1) % 10**6:06}"
    tablet = Client()
    for _number in range(8):
        answer = tablet.post(TAKE, {"code": wrong})
    assert answer.status_code == 429
    assert tablet.post(TAKE, {"code": code}).status_code == 429
    assert not Tablet.objects.exists()


def test_digits_for_a_shop_that_has_closed_meanwhile_pair_nothing(cast, made):
    _row, code = made
    Workplace.objects.filter(pk=cast.brattfors.pk).update(closed_on=timezone.localdate() - datetime.timedelta(days=1))
    assert Client().post(TAKE, {"code": code}).status_code == 422


def test_two_open_codes_are_never_alike(cast, made, monkeypatch):
    _row, code = made
    dealt = iter([int(code), (int(code) + 1) % 10**6])
    monkeypatch.setattr(pairing.secrets, "randbelow", lambda _most: next(dealt))
    _other, another = make_code(workplace=cast.grasmyr, name="X", actor=cast.petra)
    assert another != code
    with pytest.raises(IntegrityError):
        PairingCode.objects.create(
            code_hash=made[0].code_hash,
            workplace=cast.grasmyr,
            name="Y",
            made_at=timezone.now(),
            expires_at=timezone.now() + LASTS,
        )
