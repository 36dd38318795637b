"""A template is frozen when it is published. What certificates were drawn with never changes, whatever comes of it."""

import hashlib

import pytest
from django.core.management import call_command
from django.utils import timezone
from wagtail.images import get_image_model

from certificates import design
from certificates.designs import freeze, look_of, published
from certificates.making import ensure_drawn
from certificates.models import (
    Basis,
    Certificate,
    CertificateDesign,
    CertificateTemplate,
    DesignPicture,
    How,
    IssueRule,
)
from certificates.pictures import PictureError, _remembered
from certificates.rules import Rules
from lms.models import TrainingSettings
from lms.programmes.actions import create_programme
from tests.builders import complete, course_of
from tests.certificates.library import as_file, in_library, logo


def make(name="Vanlig", **values) -> CertificateTemplate:
    """Published as in the CMS."""
    template = CertificateTemplate(name=name, language=values.pop("language", "sv"), live=False, **values)
    template.save()
    template.save_revision().publish()
    template.refresh_from_db()
    return template


def change(template, **values):
    for name, value in values.items():
        setattr(template, name, value)
    return template.save_revision()


# What is published counts


def test_a_draft_is_not_frozen(db):
    template = CertificateTemplate(name="Utkast", live=False)
    template.save()
    template.save_revision()
    template.refresh_from_db()
    assert template.design is None
    assert not CertificateDesign.objects.exists()


def test_published_it_is_frozen_with_its_pictures(db):
    template = make(heading="Diplom", ink="#000000", logo=in_library(as_file(logo())))
    look = design.Design.from_json(template.design.content)
    assert (look.heading, look.ink, look.second_logo) == ("Diplom", "#000000", "")
    picture = DesignPicture.objects.get()
    assert look.logo == picture.sha256 == hashlib.sha256(bytes(picture.content)).hexdigest()


def test_a_draft_of_what_is_published_changes_nothing(db):
    template = make(heading="Diplom")
    change(template, heading="Utkast")
    template.refresh_from_db()
    assert template.design.content["heading"] == "Diplom"
    assert published(template, "sv").design.content["heading"] == "Diplom"


def test_the_same_look_is_the_same_row(db):
    assert make("En").design == make("Två").design
    assert CertificateDesign.objects.count() == 1


def test_published_back_to_what_it_was_it_has_its_first_design_again(db):
    template = make(heading="Diplom")
    first = template.design
    for heading in ("Bevis", "Diplom"):
        change(template, heading=heading).publish()
        template.refresh_from_db()
    assert template.design == first
    assert CertificateDesign.objects.count() == 2


def test_a_picture_that_cannot_be_read_leaves_nothing_half_published(db):
    image = in_library(as_file(logo()), "lost.png")
    template = CertificateTemplate(name="Vanlig", live=False, logo=image)
    template.save()
    revision = template.save_revision()
    image.file.storage.delete(image.file.name)
    _remembered.cache_clear()  # as in another process, where nobody has looked at it
    with pytest.raises(PictureError):
        revision.publish()
    template.refresh_from_db()
    assert not template.live
    assert not CertificateDesign.objects.exists()


# Which one


def rule(template, course):
    return IssueRule.objects.create(
        basis=Basis.COMPLETION, course=course_of(course), how=How.AUTOMATIC, template=template
    )


def design_for(about, language="sv"):
    return look_of(Rules.read().of(about).template, language, TrainingSettings())["design"]


def chosen(course, language="sv"):
    return design_for(course_of(course), language)


def test_without_templates_it_is_the_built_in_look(course):
    assert chosen(course) is None


def test_the_one_that_the_rule_names(course):
    template = make(heading="Kursens")
    make("Standard", heading="Standard", is_standard=True)
    rule(template, course)
    assert chosen(course) == template.design


def test_else_the_standard_one_of_the_language(course):
    make("Annan", heading="Annan")
    swedish = make("Standard", heading="Standard", is_standard=True)
    english = make("Standard", heading="Standard EN", is_standard=True, language="en")
    assert chosen(course) == swedish.design
    assert chosen(course, "en") == english.design


def test_one_in_another_language_gives_way_to_the_standard(course):
    rule(make(heading="Svensk"), course)
    english = make("Standard", heading="English", is_standard=True, language="en")
    assert chosen(course, "en") == english.design


def test_one_that_is_withdrawn_gives_way_to_the_standard(course):
    template = make(heading="Kursens")
    standard = make("Standard", heading="Standard", is_standard=True)
    rule(template, course)
    template.unpublish()
    assert chosen(course) == standard.design
    standard.unpublish()
    assert chosen(course) is None


def test_of_a_programme_and_of_workplaces(cast, course):
    programme = create_programme(
        title_sv="Allt", courses=[course_of(course)], valid_from=timezone.localdate(), actor=cast.users["ada"]
    )
    of_programme, of_workplaces = make("P", heading="Program"), make("A", heading="Arbetsplats")
    for basis, template, about in (
        (Basis.PROGRAMME, of_programme, {"programme": programme}),
        (Basis.WORKPLACE, of_workplaces, {}),
    ):
        assert design_for(about.get("programme")) is None
        IssueRule.objects.create(basis=basis, how=How.APPROVED, template=template, **about)
        assert design_for(about.get("programme")) == template.design
    assert chosen(course) is None


def test_who_signs_is_said_by_the_template_or_else_by_the_settings(db):
    TrainingSettings.objects.create(signatory_name="Petra Projekt", signatory_role="projektledare")
    named = make("Med", signatory_name="Kajsa Kurs", signatory_role="kursledare")
    assert look_of(named, "sv", TrainingSettings.current()) == {
        "design": named.design, "signatory_name": "Kajsa Kurs", "signatory_role": "kursledare",
    }  # fmt: skip
    # A role belongs to its name: another's is never put beside it.
    alone = make("Utan roll", signatory_name="Kajsa Kurs", heading="Annan")
    assert look_of(alone, "sv", TrainingSettings.current())["signatory_role"] == ""
    assert look_of(None, "sv", TrainingSettings.current()) == {
        "design": None, "signatory_name": "Petra Projekt", "signatory_role": "projektledare",
    }  # fmt: skip


def test_choosing_reads_no_file_and_asks_little(course, django_assert_num_queries):
    rule(make(logo=in_library(as_file(logo()))), course)
    get_image_model().objects.get().file.storage.delete(get_image_model().objects.get().file.name)
    about = course_of(course)
    with django_assert_num_queries(1):  # the rules, with their templates and designs
        assert design_for(about)


# What was issued


def issued(cast, course, capture) -> Certificate:
    with capture(execute=True):
        complete(cast.maja, course)
    return Certificate.objects.get(staff=cast.maja)


def bytes_of(certificate) -> bytes:
    with certificate.file.open("rb") as file:
        return file.read()


def test_a_completion_is_issued_with_the_published_look(cast, course, django_capture_on_commit_callbacks):
    template = make(heading="Diplom", is_standard=True, signatory_name="Kajsa Kurs", signatory_role="kursledare")
    change(template, heading="UTKAST")
    certificate = issued(cast, course, django_capture_on_commit_callbacks)
    assert certificate.design == template.design
    assert (certificate.signatory_name, certificate.signatory_role) == ("Kajsa Kurs", "kursledare")


def test_nothing_that_happens_to_a_template_changes_what_was_issued(cast, course, django_capture_on_commit_callbacks):
    image = in_library(as_file(logo()))
    template = make(heading="Diplom", is_standard=True, logo=image)
    first = issued(cast, course, django_capture_on_commit_callbacks)
    before = bytes_of(first)

    change(template, heading="Bevis", ink="#000000").publish()
    with django_capture_on_commit_callbacks(execute=True):
        complete(cast.bo, course)
    second = Certificate.objects.get(staff=cast.bo)
    assert second.design_id != first.design_id
    assert (first.design.content["heading"], second.design.content["heading"]) == ("Diplom", "Bevis")

    call_command("purge_revisions", verbosity=0)
    image.delete()
    template.refresh_from_db()
    assert template.logo is None
    template.delete()
    get_image_model().objects.all().delete()

    # Lost, and made again out of what was frozen.
    first.file.storage.delete(first.file.name)
    first = Certificate.objects.get(pk=first.pk)
    assert first.design.template is None
    assert not first.is_drawn
    ensure_drawn(first)
    assert bytes_of(first) == before


def test_a_picture_deleted_from_the_library_stays_in_what_is_issued_next(cast, course):
    image = in_library(as_file(logo()))
    template = make(logo=image, is_standard=True)
    image.delete()
    complete(cast.maja, course)
    certificate = Certificate.objects.get()
    assert certificate.design == template.design
    assert certificate.design.content["logo"]


def test_a_design_is_never_changed_and_never_deleted(db):
    from django.core.exceptions import ImproperlyConfigured

    frozen = freeze(make())
    with pytest.raises(ImproperlyConfigured):
        frozen.save()
    with pytest.raises(ImproperlyConfigured):
        frozen.delete()
