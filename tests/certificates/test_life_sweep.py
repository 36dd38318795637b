"""What a crash left behind is healed, a race has one winner, and what is issued outlives what it was of."""

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import DataError, IntegrityError
from django.db.models import ProtectedError
from django.utils import timezone

from certificates import bulk, healing, issuing, making, programmes, snapshot, tasks
from certificates.issuing import issue
from certificates.models import Certificate, CertificateTemplate, How, IssueRule, RevocationReason
from certificates.rules import change_rule
from courses.models import CoursePage
from lms.models import CourseCompletion, LedgerEntry
from lms.people.actions import end_employment
from lms.people.erasing import erase_person, foresee_erasure
from lms.programmes.actions import create_programme
from tests.builders import complete, course_of


def test_a_completion_without_a_certificate_gets_one_and_a_file(cast, course, capsys):
    complete(cast.maja, course)
    complete(cast.bo, course)
    Certificate.objects.filter(staff=cast.maja).delete()  # as after a crash
    call_command("issue_certificates")
    assert capsys.readouterr().out == "1 issued, 2 drawn, 0 failed.\n"
    call_command("issue_certificates")
    assert capsys.readouterr().out == "0 issued, 0 drawn, 0 failed.\n"
    assert Certificate.objects.exclude(sha256="").count() == 2


def test_a_programme_without_a_certificate_gets_one(cast, course):
    complete(cast.maja, course)
    programme = create_programme(
        title_sv="Allt", courses=[course_of(course)], valid_from=timezone.localdate(), actor=cast.ada
    )
    healing.heal()
    healing.heal()
    assert Certificate.objects.get(programme=programme).holder_name == "Maja Lindgren"


def test_what_the_issuer_revoked_is_not_brought_back(cast, course):
    complete(cast.maja, course)
    issuing.revoke(certificate=Certificate.objects.get(), reason=RevocationReason.ISSUER, actor=cast.ada)
    healing.heal()
    assert not Certificate.objects.current().exists()


def test_what_cannot_be_issued_is_said_and_stops_nothing_else(cast, course, capsys, monkeypatch):
    for person in (cast.maja, cast.bo):
        complete(person, course)
    Certificate.objects.all().delete()
    create = issuing.create

    def refuse_majas(**printed):
        if printed["staff"] == cast.maja:
            raise DataError("value too long: Maja Lindgren")
        return create(**printed)

    monkeypatch.setattr(issuing, "create", refuse_majas)
    with pytest.raises(SystemExit):
        call_command("issue_certificates")
    told = capsys.readouterr()
    assert told.out == "1 issued, 1 drawn, 1 failed.\n"
    assert "DataError" in told.err
    assert "Maja" not in told.err
    assert Certificate.objects.get().staff == cast.bo


def test_what_cannot_be_drawn_is_said_and_stops_nothing_else(cast, course, capsys):
    from tests import people

    complete(people.hire(cast, "安娜", "王", "brattfors"), course)
    complete(cast.maja, course)
    with pytest.raises(SystemExit):
        call_command("issue_certificates")
    told = capsys.readouterr()
    assert "安" in told.err
    assert told.out == "0 issued, 1 drawn, 1 failed.\n"


def test_who_is_a_moment_too_late_gets_the_others(cast, course, monkeypatch):
    """Between looking and writing, another process has issued it."""
    completion = complete(cast.maja, course)
    Certificate.objects.all().delete()
    of_completion, others = snapshot.of_completion, []

    def late(*args):
        printed = of_completion(*args)
        others.append(issuing.create(**printed, issued_on=completion.completed_on))
        return printed

    monkeypatch.setattr(snapshot, "of_completion", late)
    assert issue(completion=completion) == others[0]
    assert Certificate.objects.count() == 1
    assert LedgerEntry.objects.filter(verb="certificate.issued").count() == 1  # of the first time


def test_another_fault_is_no_race(cast, course, monkeypatch):
    completion = complete(cast.maja, course)
    Certificate.objects.all().delete()

    def broken(**printed):
        raise IntegrityError("something else")

    monkeypatch.setattr(issuing, "create", broken)
    with pytest.raises(IntegrityError, match="something else"):
        issue(completion=completion)


def test_issuing_costs_the_same_whatever_there_is(cast, course, django_assert_num_queries):
    completion = complete(cast.maja, course)
    Certificate.objects.all().delete()
    with django_assert_num_queries(21):
        issue(completion=CourseCompletion.objects.select_related("staff", "course").get(pk=completion.pk))
    Certificate.objects.all().delete()
    for name in ("bo", "birgitta"):
        complete(cast.staff[name], course)
    with django_assert_num_queries(21):
        issue(completion=CourseCompletion.objects.select_related("staff", "course").get(pk=completion.pk))


def test_it_survives_its_template_and_the_rule(cast, course, client):
    template = CertificateTemplate.objects.create(name="Sommar")
    change_rule(about=course_of(course), how=How.AUTOMATIC, template=template, actor=cast.ada)
    complete(cast.maja, course)
    template.delete()
    assert IssueRule.objects.get().template is None
    certificate = Certificate.objects.get()
    IssueRule.objects.all().delete()
    assert client.get(f"/intyg/{certificate.serial}/").status_code == 200
    assert issuing.replace(certificate=certificate, actor=cast.ada).title == certificate.title


def test_it_survives_its_page_and_its_completion(cast, course, client):
    complete(cast.maja, course)
    certificate = Certificate.objects.get()
    before = Certificate.objects.values(*Certificate.SNAPSHOT).get()
    CoursePage.objects.all().delete()
    with pytest.raises(ProtectedError):
        course_of(course).delete()  # what was learned of it is kept
    CourseCompletion.objects.all().delete()  # what nothing of ours does
    certificate.refresh_from_db()
    assert certificate.completion is None
    assert Certificate.objects.values(*Certificate.SNAPSHOT).get() == before
    assert client.get(f"/intyg/{certificate.serial}/").status_code == 200
    cast.maja.given_name = "Maj"
    cast.maja.save()
    new = issuing.replace(certificate=certificate, actor=cast.ada)
    assert (new.holder_name, new.title, new.valid_until) == (
        "Maj Lindgren",
        before["title"],
        before["valid_until"],
    )


def test_nothing_is_looked_for_where_no_programme_holds_anything(cast, course, django_assert_num_queries):
    complete(cast.maja, course)
    from certificates.rules import Rules

    with django_assert_num_queries(2):
        assert list(programmes.due_by_itself(Rules([]))) == []


def test_what_is_drawn_while_its_holder_is_erased_is_not_kept(cast, course, monkeypatch):
    complete(cast.maja, course)
    certificate = Certificate.objects.get()
    make = making.make

    def slow(certificate):
        """While it is drawn, the name goes."""
        issuing.erase_holder(staff=cast.maja, actor=cast.ada)
        return make(certificate)

    monkeypatch.setattr(making, "make", slow)
    making.ensure_drawn(certificate)
    stored = Certificate.objects.get()
    assert (stored.holder_name, stored.file.name, stored.sha256) == ("", "", "")
    folder = stored.file.storage.listdir("certificates")[0]
    for each in folder:
        assert not [name for name in stored.file.storage.listdir(f"certificates/{each}")[1] if stored.serial in name]


def lying_about(certificate):
    """All files in the storage that are named by its serial."""
    storage = certificate.file.storage
    folders = storage.listdir("certificates")[0]
    return [
        name for each in folders for name in storage.listdir(f"certificates/{each}")[1] if certificate.serial in name
    ]


def left_by_a_crash(certificate):
    """The file is written, and before the row says so the process dies."""
    certificate.file.storage.save(certificate.path, ContentFile(making.make(certificate).pdf))


def test_a_file_that_a_crash_left_is_taken_over(cast, course):
    complete(cast.maja, course)
    certificate = Certificate.objects.get()
    left_by_a_crash(certificate)
    making.ensure_drawn(certificate)
    assert lying_about(certificate) == [f"{certificate.serial}.pdf"]


def test_a_file_that_a_crash_left_goes_with_the_person(cast, course, time_machine):
    complete(cast.maja, course)
    certificate = Certificate.objects.get()
    left_by_a_crash(certificate)
    end_employment(job=cast.maja.employments.get(), last_day=timezone.localdate(), actor=cast.ada)
    time_machine.move_to(timezone.now() + timezone.timedelta(days=2))
    assert foresee_erasure(staff=cast.maja, actor=cast.petra).certificates == 1
    assert lying_about(certificate)
    erase_person(staff=cast.maja, actor=cast.petra)
    assert not lying_about(certificate)


def test_nothing_is_drawn_of_whom_is_erased(cast, course):
    """A task that was queued before."""
    complete(cast.maja, course)
    certificate = Certificate.objects.get()
    issuing.erase_holder(staff=cast.maja, actor=cast.ada)
    tasks.draw_certificate.call(certificate.pk)
    bulk.draw_part([certificate.pk])
    with pytest.raises(making.LostError):
        making.content_of(Certificate.objects.get())
    assert (Certificate.objects.get().sha256, lying_about(certificate)) == ("", [])


def test_two_who_put_the_same_lost_file_back_leave_one(cast, course, monkeypatch):
    complete(cast.maja, course)
    certificate = making.ensure_drawn(Certificate.objects.get())
    certificate.file.storage.delete(certificate.file.name)
    make = making.make

    def slow(certificate):
        monkeypatch.setattr(making, "make", make)
        making.ensure_drawn(Certificate.objects.get())
        return make(certificate)

    monkeypatch.setattr(making, "make", slow)
    making.ensure_drawn(certificate)
    assert lying_about(certificate) == [f"{certificate.serial}.pdf"]


def test_a_file_cut_off_by_a_power_failure_is_never_handed_out(cast, course, sign_in, capsys):
    """The storage may lose what the database has kept."""
    complete(cast.maja, course)
    certificate = making.ensure_drawn(Certificate.objects.get())
    issued = making.content_of(certificate)

    def cut():
        certificate.file.storage.delete(certificate.file.name)
        certificate.file.storage.save(certificate.file.name, ContentFile(issued[:4096]))

    cut()
    assert sign_in("maja").get(f"/min-utbildning/intyg/{certificate.uuid}/pdf/").getvalue() == issued
    cut()
    call_command("draw_certificates")
    assert capsys.readouterr().out == "1 drawn, 0 failed.\n"
    assert making.stored(certificate) == issued


def test_what_is_lost_for_good_is_said_in_words(cast, course, sign_in):
    complete(cast.maja, course)
    certificate = making.ensure_drawn(Certificate.objects.get())
    certificate.file.storage.delete(certificate.file.name)
    Certificate.objects.update(sha256="0" * 64)
    response = sign_in("maja").get(f"/min-utbildning/intyg/{certificate.uuid}/pdf/")
    assert response.status_code == 500
    assert "säkerhetskopia" in response.content.decode()
