"""Every address of ours in the admin: open to those it is for and to nobody else, and looking changes nothing."""

import uuid

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.timezone import localdate

from courses.models import CoursePage
from lms.equivalence.actions import equate
from lms.handed_out.actions import hand_out
from lms.handed_out.selection import Selection
from lms.models import EvidenceDocument, Exemption, LedgerEntry, LoginCard, Responsibility
from lms.paper.actions import make_papers
from lms.programmes.actions import create_programme
from lms.retraining.actions import demand_retraining
from lms.staff_lists.actions import keep_file
from lms.tablet.actions import pair_tablet
from tests import builders
from tests.admin import BASE
from tests.builders import complete, course_of
from tests.staff_lists import as_csv, row


def every_door(cast, rule, far):
    """Each address, and which of the leaders may open it. Shop owners and others may open none."""
    maja, job = cast.maja.pk, cast.maja.employments.get().pk
    both, project, admin = {"petra", "kajsa", "ada"}, {"petra", "ada"}, {"ada"}
    tablet, _token = pair_tablet(workplace=cast.brattfors, name="Platta", actor=cast.users["ada"])
    given = Responsibility.objects.first()
    kept = keep_file(content=as_csv(row()), actor=cast.users["ada"])
    exemption = Exemption.objects.create(staff=cast.maja, reason="sick", valid_from=localdate())
    if not cast.maja.completions.exists():
        complete(cast.maja, CoursePage.objects.get(translation_key=rule.course.uuid))
    course = f"/staff/{maja}/course/{rule.course_id}"
    document = EvidenceDocument.objects.create(kind="pdf", size=1, sha256="", uploaded_at=timezone.now())
    document.enrolments.add(cast.maja.enrolments.get())
    document.file.save("", ContentFile(b"%PDF-"))
    hired = LedgerEntry.objects.get(verb="employment.added", staff=cast.maja)
    made = LedgerEntry.objects.get(verb="requirement.opened")
    lesson = rule.course.activities.filter(kind="lesson").first()
    demand_retraining(
        course=rule.course, parts={lesson: timezone.now()}, by_when=localdate(), notes={"sv": "Nytt."}, actor=cast.ada
    )
    demanded = LedgerEntry.objects.get(verb="retraining.demanded")
    other = course_of(builders.make_course("En annan kurs"))
    equal = equate(kind="counts", sources=[other], target=rule.course, valid_from=localdate(), actor=cast.users["ada"])
    equated = LedgerEntry.objects.get(verb="equivalence.opened")
    programme = create_programme(title_sv="Allt", courses=[other], valid_from=localdate(), actor=cast.users["ada"])
    held = LedgerEntry.objects.get(verb="programme.opened")
    [paper] = make_papers(
        form_id=uuid.uuid4(),
        activity=rule.course.activities.get(kind="quiz"),
        people=[cast.maja],
        blank=0,
        language="sv",
        made_by=cast.users["ada"],
    )
    handed_out = hand_out(
        selection=Selection(cast.users["petra"], ""),
        kind="csv",
        with_names=True,
        form_id=uuid.uuid4(),
        actor=cast.users["petra"],
    )
    return [
        ("get", "/staff/", project),
        ("get", "/staff/add/", project),
        ("get", "/staff/export/", project),
        ("get", "/staff/import/", project),
        ("get", "/staff/import/template.xlsx", project),
        ("get", f"/staff/import/{kept.uuid}/", admin),  # whose file it is, and nobody else
        ("post", f"/staff/import/{kept.uuid}/now/", admin),
        ("post", f"/staff/import/{kept.uuid}/figures/", admin),
        ("post", f"/staff/import/{kept.uuid}/confirm/", admin),
        ("post", f"/staff/import/{kept.uuid}/put-aside/", admin),
        ("get", f"/staff/{maja}/", both),
        ("get", f"/staff/{maja}/details/", project),
        ("get", f"/staff/{maja}/job/", project),
        ("get", f"/staff/{maja}/job/{job}/end/", project),
        ("get", f"/staff/{maja}/job/{job}/move/", project),
        ("get", f"/staff/{maja}/job/{job}/employer/", project),
        ("post", f"/staff/{maja}/card/", project),
        ("post", f"/staff/{maja}/unlock/", project),
        ("get", f"/staff/{maja}/excuse/", project),
        ("get", f"/staff/{maja}/excuse/{exemption.pk}/end/", project),
        ("get", f"{course}/", both),
        ("get", f"{course}/move/", project),
        ("get", f"{course}/take-back/", project),
        ("get", f"{course}/attempt/", both),
        ("get", f"/staff/{maja}/merge/", project),
        ("get", f"/staff/{maja}/erase/", project),
        ("get", f"/staff/{maja}/undo/{hired.uuid}/", project),
        ("get", f"/staff/{maja}/document/{document.uuid}/", project),
        ("get", "/courses/", {"kajsa", "ada"}),
        ("get", "/courses/changes/", admin),  # what a course asks holds for everyone
        ("get", f"/courses/{rule.course_id}/again/", admin),
        ("get", f"/courses/{rule.course_id}/recheck/", admin),
        ("get", f"/courses/changes/{demanded.subject.partition(':')[2]}/undo/{demanded.uuid}/", admin),
        ("get", f"/course/{rule.course_id}/", both),
        ("get", "/requirements/", project),
        ("get", "/requirements/add/", project),
        ("get", f"/requirements/{rule.pk}/change/", admin),
        ("get", f"/requirements/{rule.pk}/end/", admin),  # it binds everyone: not Petra's alone
        ("get", f"/requirements/{rule.pk}/undo/{made.uuid}/", admin),
        ("get", "/programmes/", project),
        ("get", "/programmes/add/", admin),  # as courses, they are everyone's
        ("get", f"/programmes/{programme.pk}/change/", admin),
        ("get", f"/programmes/{programme.pk}/title/", admin),
        ("get", f"/programmes/{programme.pk}/undo/{held.uuid}/", admin),
        ("get", "/equivalences/", project),
        ("get", "/equivalences/add/", admin),  # courses are everyone's
        ("get", f"/equivalences/{equal.pk}/end/", admin),
        ("get", f"/equivalences/{equal.pk}/undo/{equated.uuid}/", admin),
        ("get", "/attendance/", both),
        ("get", "/earlier-training/", both),
        ("get", "/paper/", both),
        ("get", "/paper/print/", both),
        ("get", f"/paper/sheets/{paper.batch}/", admin),  # for whoever made them
        ("get", f"/paper/{paper.uuid}/", both),
        ("get", "/trend/", both),
        ("get", "/handed-out/", both),
        ("get", "/handed-out/new/", both),
        ("get", f"/handed-out/{handed_out.uuid}/", project),  # whose it is, and those above
        ("get", f"/handed-out/{handed_out.uuid}/file/", project),
        ("get", f"/handed-out/{handed_out.uuid}/remove/", project),
        ("post", f"/handed-out/{handed_out.uuid}/make/", project),
        ("get", "/messages/", project),
        ("get", "/needs-help/", both),
        ("get", "/review/", both),
        ("post", "/review/count/", both),
        ("post", "/review/put-aside/", both),
        ("get", "/workplaces/", project),
        ("get", "/workplaces/add/", project),
        ("get", f"/workplaces/{cast.brattfors.pk}/rename/", project),
        ("get", f"/workplaces/{cast.brattfors.pk}/close/", project),
        ("get", f"/workplaces/{cast.brattfors.pk}/reopen/", project),
        ("get", f"/workplaces/{cast.brattfors.pk}/cards/", project),
        ("get", "/tablets/", project),
        ("get", "/tablets/export/", project),
        ("get", f"/tablets/{tablet.pk}/unpair/", project),
        ("get", "/responsibilities/", admin),
        ("post", f"/responsibilities/{given.pk}/take/", admin),
    ]


@pytest.mark.parametrize("who", ["petra", "kajsa", "birgitta", "maja", "eva", "nisse", None])
def test_every_door_opens_to_those_it_is_for_and_to_nobody_else(client, sign_in, cast, rule, far, who):
    browser = sign_in(who) if who else client
    for method, path, allowed in every_door(cast, rule, far):
        response = getattr(browser, method)(BASE + path)
        on = response["Location"] if response.status_code == 302 else ""
        opened = (
            response.status_code == 200 or on.startswith("/admin/pages/") or (on.startswith(BASE) and method == "post")
        )
        assert opened is (who in allowed), (path, response.status_code)
        content = response.getvalue()  # a file read to its end closes itself, and leaves the connection alone
        if not opened:
            assert b"Maja" not in content


def test_every_address_of_ours_is_behind_one_of_the_doors_above(cast, rule, far):
    """A new view without a row in `every_door` fails here."""
    from django.urls import resolve

    from lms.admin.urls import urlpatterns

    tried = {resolve(BASE + path).url_name for _method, path, _allowed in every_door(cast, rule, far)}
    assert tried == {pattern.name for pattern in urlpatterns}


def test_another_municipalitys_people_cannot_be_reached_by_address(petra, cast, far):
    job = far.employments.get()
    place = cast.places["annorstades"]
    for method, path in (
        ("get", f"/staff/{far.pk}/"),
        ("post", f"/staff/{far.pk}/details/"),
        ("post", f"/staff/{far.pk}/job/{job.pk}/end/"),
        ("post", f"/staff/{cast.maja.pk}/job/{job.pk}/end/"),
        ("post", f"/staff/{far.pk}/card/"),
        ("post", f"/staff/{far.pk}/excuse/"),
        ("post", f"/workplaces/{place.pk}/rename/"),
        ("post", f"/workplaces/{place.pk}/cards/"),
    ):
        assert getattr(petra, method)(BASE + path).status_code == 404, path
    assert not LoginCard.objects.filter(staff=far).exists()


def test_nothing_changes_by_looking(sign_in, cast, rule, far):
    ada = sign_in("ada")
    doors = every_door(cast, rule, far)
    before = LedgerEntry.objects.count()
    for method, path, _allowed in doors:
        if method == "get":
            ada.get(BASE + path).getvalue()
        else:
            assert ada.get(BASE + path).status_code == 405
    assert LedgerEntry.objects.count() == before
