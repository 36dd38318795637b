"""Excusing in the admin, and ending it."""

import datetime
import uuid

from django.utils.timezone import localdate

from lms.models import Exemption, LedgerEntry
from lms.requirements.actions import (
    excuse,
    take_exemption_back,
)
from tests.admin import BASE
from tests.foreseen import agree


def test_excusing_and_ending_it(petra, cast, rule):
    today = localdate()
    form = {"course": "", "reason": "parental", "valid_from": today.isoformat(), "valid_to": ""}
    agree(petra, f"{BASE}/staff/{cast.maja.pk}/excuse/", form)
    exemption = Exemption.objects.get()
    assert exemption.recorded_by == cast.users["petra"]
    agree(petra, f"{BASE}/staff/{cast.maja.pk}/excuse/{exemption.pk}/end/", {"last_day": today.isoformat()})
    exemption.refresh_from_db()
    assert exemption.valid_to == today
    assert "parental" not in str(LedgerEntry.objects.values_list("data", flat=True))


def test_a_double_click_excuses_once(petra, cast):
    path = f"{BASE}/staff/{cast.maja.pk}/excuse/"
    drawn = petra.get(path).context["form"]["form_id"].value()
    assert "reason" in petra.post(f"/admin/training/staff/{cast.maja.pk}/excuse/", {}).context["form"].errors
    form = {"course": "", "reason": "sick", "valid_from": localdate().isoformat(), "valid_to": ""}
    for form_id in (drawn, drawn, uuid.uuid4()):
        assert agree(petra, path, {**form, "form_id": str(form_id)}).status_code == 302
    assert Exemption.objects.count() == 2
    assert LedgerEntry.objects.filter(verb="exemption.opened").count() == 2


def test_an_exemption_does_not_end_before_it_begins(petra, cast):
    exemption = excuse(staff=cast.maja, course=None, reason="sick", valid_from=localdate(), actor=cast.petra)
    path = f"{BASE}/staff/{cast.maja.pk}/excuse/{exemption.pk}/end/"
    answer = petra.post(path, {"last_day": (localdate() - datetime.timedelta(days=9)).isoformat()})
    assert "Ångra det i historiken" in str(answer.context["form"].errors["last_day"])
    assert Exemption.objects.get().valid_to is None


def test_an_exemption_that_was_taken_back_is_not_brought_to_life_by_ending_it(petra, cast):
    exemption = excuse(staff=cast.maja, course=None, reason="sick", valid_from=localdate(), actor=cast.petra)
    take_exemption_back(exemption=exemption, actor=cast.petra, undoes="")
    path = f"{BASE}/staff/{cast.maja.pk}/excuse/{exemption.pk}/end/"
    answer = petra.post(path, {"last_day": (localdate() + datetime.timedelta(days=9)).isoformat()})
    assert answer.status_code == 422
    assert "Undantaget är redan borttaget" in answer.content.decode()
    assert Exemption.objects.get().is_taken_back


def test_somebody_elses_exemption_is_not_ended_through_maja(petra, cast, rule):
    bos = Exemption.objects.create(staff=cast.staff["bo"], reason="sick", valid_from=localdate())
    path = f"{BASE}/staff/{cast.maja.pk}/excuse/{bos.pk}/end/"
    assert petra.post(path, {"last_day": localdate().isoformat()}).status_code == 404
