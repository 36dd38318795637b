"""Invented staff at six service points, one for everything that the matrix can show. Built by the same functions
that the views call, never by raw inserts; only the days on which it was heard of are put back. Nobody here exists; the
workplaces are marked as examples."""

import datetime
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from courses.models import Course
from lms.models import (
    ActivityCompletion,
    CourseCompletion,
    Employment,
    EmploymentKind,
    Enrolment,
    Exemption,
    JobRole,
    Programme,
    ProgrammeContents,
    QuizAttempt,
    Requirement,
    Role,
    StaffMember,
    TrainingSettings,
    Workplace,
)
from lms.people.actions import add_staff, end_employment
from lms.people.cards import card_for, issue_card, use_card
from lms.programmes.actions import create_programme
from lms.progress import record_earlier_training
from lms.requirements.actions import excuse, require
from lms.tablet.pins import set_pin
from lms.workplaces.actions import add_workplace, give_responsibility

from . import certificates
from .learning import Learning
from .models import DemoAccount

DEMO_PIN = "2741"
COURSE = "Ett gott värdskap"

PLACES = ("Brattfors", "Gräsmyr", "Nyåker", "Rundvik", "Norrfors", "Lögdeå")
OWNER, SHOP, CAFE, ASSOCIATION = "Butiksägare", "Butiksbiträde", "Kafévärd", "Byaförening"

#: First name, family name, place, role, kind, how far they have come. See `_reach`.
PEOPLE = (
    ("Maja", "Lindgren", "Brattfors", SHOP, "employed", "new"),
    ("Birgitta", "Forsberg", "Brattfors", OWNER, "owner", "complete"),
    ("Nils", "Edin", "Brattfors", SHOP, "hourly", "in_progress"),
    ("Åsa-Märta", "Öhrström Kåveland", "Brattfors", SHOP, "employed", "complete"),
    ("Tuva", "Nordin", "Brattfors", SHOP, "seasonal", "complete"),
    ("Karl-Erik", "Sundqvist", "Brattfors", ASSOCIATION, "volunteer", "nothing"),
    ("Gunnar", "Hedlund", "Gräsmyr", OWNER, "owner", "overdue"),
    ("Elsa", "Wikström", "Gräsmyr", SHOP, "employed", "complete"),
    ("Mohammed", "Haddad", "Gräsmyr", SHOP, "employed", "complete"),
    ("Ingrid", "Berglund", "Gräsmyr", SHOP, "hourly", "needs_help"),
    ("Stina", "Åström", "Gräsmyr", CAFE, "hourly", "in_progress"),
    ("Áŋŋá", "Ŧuolja-Žuvvá", "Nyåker", OWNER, "owner", "complete"),
    ("Lars", "Holmgren", "Nyåker", SHOP, "employed", "complete"),
    ("Hanna", "Eklund", "Nyåker", SHOP, "employed", "exempt"),
    ("Olle", "Dahlberg", "Nyåker", SHOP, "seasonal", "nothing"),
    ("Svetlana", "Petrova", "Nyåker", CAFE, "hourly", "in_progress"),
    ("Margareta", "Nyström", "Rundvik", OWNER, "owner", "expiring"),
    ("Jonas", "Lundmark", "Rundvik", SHOP, "employed", "expired"),
    ("Fatima", "Warsame", "Rundvik", SHOP, "employed", "complete"),
    ("Erik", "Söderlund", "Rundvik", SHOP, "hourly", "nothing"),
    ("Linnea", "Burman", "Rundvik", SHOP, "seasonal", "left"),
    ("Ulla", "Sjöström", "Norrfors", OWNER, "owner", "overdue"),
    ("Anders", "Boman", "Norrfors", CAFE, "employed", "evidence"),
    ("Kerstin", "Vallgren", "Norrfors", ASSOCIATION, "volunteer", "nothing"),
    ("Emil", "Hägglund", "Norrfors", SHOP, "hourly", "newcomer"),
    ("Maj-Britt", "Sandberg", "Lögdeå", OWNER, "owner", "complete"),
    ("Johan", "Åkerlund", "Lögdeå", SHOP, "employed", "complete"),
)

#: Where all are trained; and whose certificate was a mistake.
TRAINED, MISTAKEN = "Lögdeå", "Linnea"


TOURISM = "Turism i Nordmaling"
FORMS = "Blanketter och myndighetsärenden"
CRISIS = "Krishantering och servicepunkten som kriscentrum"
MARKETING = "Marknadsföring för lanthandeln"

#: The evenings about the other courses, with pen and paper: for which roles, and who of them came.
EVENINGS = (
    (TOURISM, (OWNER, SHOP, CAFE), ("complete", "evidence", "expiring", "overdue")),
    (FORMS, (OWNER, SHOP), ("complete", "expiring")),
    (CRISIS, (OWNER, SHOP, CAFE), ("complete", "evidence")),
    (MARKETING, (OWNER,), ("complete",)),
)

#: Which of them are required as such: of whom, and in how many days.
REQUIRED = (
    (CRISIS, (OWNER, SHOP, CAFE), 210),
    (MARKETING, (OWNER,), 240),
)

#: The programme: its titles, of which courses so many are enough, for whom, and in how many days. Who serves coffee
#: need not know the forms.
PROGRAMME = ("Servicepunkt: fördjupning", "Service point: further courses")
CHOICE, ENOUGH = (TOURISM, FORMS, MARKETING), 2
CHOSEN_BY, DAYS_TO_CHOOSE = (OWNER, SHOP, CAFE), 180

#: The evening of which it was written down a week later who came.
WRITTEN_DOWN_LATER = CRISIS


class DemoExistsError(Exception):
    """There are people already: the demo is only for an empty site."""


def seed_demo() -> Iterator[str]:
    if StaffMember.objects.exists():
        raise DemoExistsError
    with transaction.atomic():
        course = Course.objects.get(titles__sv=COURSE)
        settings = TrainingSettings.load()
        settings.organisation = "Nordmalings kommun (exempel)"
        settings.contact_name = "Kajsa Kursledare"
        settings.contact_phone = "000-00 00 00"
        settings.signatory_name = "Petra Projektledare"
        settings.signatory_role = "projektledare"
        settings.save()
        admin = _account("admin", gettext_noop("Administrator: sees and does everything"), superuser=True)
        places = _places(admin)
        people = _people(admin, places)
        _rules(admin, course, places)
        _accounts(admin, places, people)
        _pins(people)
        programme = _more_rules(admin)
        certificates.set_up(approved=_other_courses().get(MARKETING), programme=programme, actor=admin)
        _evenings(admin, people)
    learning = Learning(course)
    for number, row in enumerate(PEOPLE, start=1):
        with transaction.atomic():
            _reach(learning, people[row[0]], row[-1], number, admin)
    with transaction.atomic():
        _as_heard_of_then()
        certificates.issue_and_revoke(place=places[TRAINED], mistaken=people[MISTAKEN], actor=admin)
    line = _("%(people)s invented people at %(places)s service points")
    yield f"{'demo':<14}{line % {'people': len(people), 'places': len(PLACES)}}"


def account_lines() -> list[str]:
    """For the end of `make run`."""
    return [
        f"{account.user.get_username():<15}{_(account.about)}" for account in DemoAccount.objects.select_related("user")
    ]


def _account(name: str, about: str, *, superuser: bool = False, given: str = "", family: str = "") -> Any:
    """A user without a password: see backends.DemoBackend for how it gets in."""
    User = get_user_model()
    user, _created = User.objects.get_or_create(
        **{User.USERNAME_FIELD: name},
        defaults={"first_name": given, "last_name": family, "is_superuser": superuser, "is_staff": superuser},
    )
    user.set_unusable_password()
    user.save()
    DemoAccount.objects.get_or_create(user=user, defaults={"about": about, "order": DemoAccount.objects.count()})
    return user


def _places(admin: Any) -> dict[str, Workplace]:
    kinds = Workplace.Kind
    municipality = add_workplace(name="Nordmalings kommun (exempel)", kind=kinds.MUNICIPALITY, parent=None, actor=admin)
    places = {
        name: add_workplace(
            name=f"Servicepunkt {name} (exempel)", kind=kinds.SERVICE_POINT, parent=municipality, actor=admin
        )
        for name in PLACES
    }
    return {"": municipality, **places}


def _people(admin: Any, places: dict[str, Workplace]) -> dict[str, StaffMember]:
    today = timezone.localdate()
    roles = {name: JobRole.objects.get_or_create(name=name)[0] for name in (OWNER, SHOP, CAFE, ASSOCIATION)}
    people = {}
    for given, family, place, role, kind, state in PEOPLE:
        start = today - datetime.timedelta(days={"newcomer": 4, "new": 120}.get(state, 1400))
        people[given] = add_staff(
            given_name=given,
            family_name=family,
            workplace=places[place],
            role=roles[role],
            kind=kind,
            start=start,
            actor=admin,
        )
    return people


def _rules(admin: Any, course: Course, places: dict[str, Workplace]) -> None:
    """All but volunteers, by the end of the next month; owners a good while ago; newcomers within 30 days.

    To the volunteer in Norrfors it is recommended.
    """
    today = timezone.localdate()
    valid_from = today - datetime.timedelta(days=1400)
    paid = [kind for kind in EmploymentKind.values if kind != EmploymentKind.VOLUNTEER]
    due = (today.replace(day=1) + datetime.timedelta(days=70)).replace(day=1) - datetime.timedelta(days=1)
    require(course=course, valid_from=valid_from, kinds=paid, due_on=due, due_days=30, actor=admin)
    require(
        course=course,
        valid_from=valid_from,
        workplaces=[places["Norrfors"]],
        kinds=[EmploymentKind.VOLUNTEER],
        mandatory=False,
        actor=admin,
    )
    require(
        course=course,
        valid_from=valid_from,
        roles=[JobRole.objects.get(name=OWNER)],
        due_on=today - datetime.timedelta(days=23),
        actor=admin,
    )


def _more_rules(admin: Any) -> Programme | None:
    """The other courses that are loaded: required by and by, some of them as a programme, which is returned."""
    found = _other_courses()
    valid_from = timezone.localdate() - datetime.timedelta(days=150)

    def required(roles: Iterable[str], days: int, **about: Any) -> None:
        require(
            valid_from=valid_from,
            roles=JobRole.objects.filter(name__in=roles),
            due_on=timezone.localdate() + datetime.timedelta(days=days),
            due_days=60,
            actor=admin,
            **about,
        )

    for title, roles, days in REQUIRED:
        if title in found:
            required(roles, days, course=found[title])
    programme = None
    if choice := [found[title] for title in CHOICE if title in found]:
        title_sv, title_en = PROGRAMME
        programme = create_programme(
            title_sv=title_sv,
            title_en=title_en,
            courses=choice,
            at_least=min(ENOUGH, len(choice)),
            valid_from=valid_from,
            actor=admin,
        )
        required(CHOSEN_BY, DAYS_TO_CHOOSE, programme=programme)
    return programme


def _evenings(admin: Any, people: dict[str, StaffMember]) -> None:
    """What else is loaded was taught to some on an evening."""
    found = _other_courses()
    for number, (title, roles, states) in enumerate(EVENINGS, start=1):
        if title in found:
            record_earlier_training(
                form_id=uuid.uuid4(),
                course=found[title],
                people=[people[row[0]] for row in PEOPLE if row[3] in roles and row[-1] in states],
                on=timezone.localdate() - datetime.timedelta(days=20 * number),
                recorded_by=admin,
            )


def _other_courses() -> dict[str, Course]:
    """Those that are loaded, by title."""
    titles = [title for title, *_rest in EVENINGS]
    return {course.titles["sv"]: course for course in Course.objects.filter(titles__sv__in=titles)}


def _accounts(admin: Any, places: dict[str, Workplace], people: dict[str, StaffMember]) -> None:
    course_leader = _account(
        "kursledare",
        gettext_noop("Course leader: writes lessons and knowledge tests in the editor"),
        given="Kajsa",
        family="Kursledare",
    )
    project_leader = _account(
        "projektledare",
        gettext_noop("Project leader: sees who has completed the courses and who has something left"),
        given="Petra",
        family="Projektledare",
    )
    owner = _account(
        "butik",
        gettext_noop("Shop owner in Brattfors: sees their own shop and connects the tablet"),
        given="Birgitta",
        family="Forsberg",
    )
    learner = _account(
        "maja",
        gettext_noop("Participant in Brattfors. On the tablet: PIN 2741"),  # DEMO_PIN, written out for translators
        given="Maja",
        family="Lindgren",
    )
    give_responsibility(user=course_leader, role=Role.COURSE_LEADER, workplace=places[""], actor=admin)
    give_responsibility(user=project_leader, role=Role.PROJECT_LEADER, workplace=places[""], actor=admin)
    give_responsibility(user=owner, role=Role.SHOP_OWNER, workplace=places["Brattfors"], actor=admin)
    for person, user in ((people["Maja"], learner), (people["Birgitta"], owner)):
        person.user = user
        person.save(update_fields=["user"])


def _pins(people: dict[str, StaffMember]) -> None:
    """By card, as in the shop. Tuva is left without, to show the first time."""
    for given in ("Maja", "Birgitta", "Nils", "Åsa-Märta"):
        card = card_for(issue_card(staff=people[given], actor=None))
        if card and use_card(card):
            set_pin(staff=people[given], pin=DEMO_PIN)


def _reach(learning: Learning, person: StaffMember, state: str, number: int, admin: Any) -> None:
    """`number` spreads them over days and lessons."""
    today = timezone.localdate()
    if state in ("complete", "left"):
        learning.everything(person, days_ago=40 + number * 3 % 90)
    elif state == "in_progress":
        learning.lessons(person, days_ago=9, count=1 + number % 4, steps_of_last=2)
    elif state == "needs_help":
        learning.lessons(person, days_ago=12, count=5)
        for attempt in range(learning.quiz.max_attempts or 3):
            learning.attempt(person, days_ago=8 - attempt, right=False)
    elif state == "expiring":
        learning.everything(person, days_ago=1065)
    elif state == "expired":
        learning.everything(person, days_ago=1120)
    elif state == "exempt":
        excuse(
            staff=person,
            course=None,
            reason="parental",
            valid_from=today - datetime.timedelta(days=60),
            valid_to=today + datetime.timedelta(days=240),
            actor=admin,
        )
    elif state == "evidence":
        record_earlier_training(
            form_id=uuid.uuid4(),
            course=learning.course,
            people=[person],
            on=today - datetime.timedelta(days=80),
            recorded_by=admin,
        )
    if state == "left":
        job = person.employments.get()
        end_employment(job=job, last_day=today - datetime.timedelta(days=20), actor=admin)


def _as_heard_of_then() -> None:
    """Everything was heard of when it happened: so the second date has something to show of what is loaded in a moment.

    Only who came to one of the evenings was written down a week later.
    """
    now = timezone.now()
    for model, first_day in (
        (Employment, "start"),
        (Requirement, "valid_from"),
        (ProgrammeContents, "valid_from"),
        (Exemption, "valid_from"),
        (Enrolment, "started_on"),
    ):
        for row in model._default_manager.all():
            day = datetime.datetime.combine(getattr(row, first_day), datetime.time(7))
            row.recorded_at = min(timezone.make_aware(day), now)
            row.save(update_fields=["recorded_at"])
    late = Course.objects.filter(titles__sv=WRITTEN_DOWN_LATER).first()
    for completion in CourseCompletion.objects.all():
        days = 7 if completion.course == late else 0
        completion.recorded_at = completion.occurred_at + datetime.timedelta(days=days)
        completion.save(update_fields=["recorded_at"])
    ActivityCompletion.objects.update(recorded_at=F("occurred_at"))
    QuizAttempt.objects.exclude(submitted_at=None).update(recorded_at=F("submitted_at"))
