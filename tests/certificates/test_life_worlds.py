"""Whatever happens to people and their completions, in whatever order, certificates stay honest."""

import datetime

from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.healing import heal
from certificates.issuing import replace, revoke
from certificates.models import Certificate, RevocationReason
from certificates.programmes import settle
from lms.models import CourseCompletion, StaffMember
from lms.people.merging import merge
from lms.programmes.actions import create_programme
from lms.progress import move, restore, void
from lms.progress.enrolments import renew_if_due
from tests import builders, people
from tests.builders import complete, course_of
from tests.clock import NOON

DAY = datetime.timedelta(days=1)

person, course, number = st.integers(0, 2), st.integers(0, 1), st.integers(0, 9)
acts = st.one_of(
    st.tuples(st.just("complete"), person, course),
    st.tuples(st.just("void"), number),
    st.tuples(st.just("move"), number, person),
    st.tuples(st.just("restore"), number),
    st.tuples(st.just("replace"), number),
    st.tuples(st.just("revoke"), number),
    st.tuples(st.just("wait"), st.sampled_from([1, 30, 340, 800])),
    st.tuples(st.just("merge"), person, person),
    st.tuples(st.just("heal")),
)


class Life:
    """Three people and two courses that are a programme; what is done to them, as leaders do it."""

    def __init__(self, cast, clock):
        self.cast, self.clock, self.now = cast, clock, NOON
        self.pages = [self._course(months) for months in (12, 24)]
        self.programme = create_programme(
            title_sv="Allt", courses=[course_of(page) for page in self.pages], valid_from=NOON.date(), actor=cast.ada
        )
        self.keys = [people.hire(cast, name, "Ek", "brattfors").pk for name in ("Ann", "Ann", "Ann")]
        self.seen: dict[int, dict] = {}
        self.dead: set[int] = set()

    @staticmethod
    def _course(months):
        page = builders.make_course(f"Kurs {months}", valid_months=months)
        builders.make_lesson(page, f"Lektion {months}", steps=1)
        return page

    def _who(self, at):
        found = StaffMember.objects.get(pk=self.keys[at])
        return found.merged_into or found

    @staticmethod
    def _one(rows, at):
        found = list(rows.order_by("pk"))
        return found[at % len(found)] if found else None

    def complete(self, who, what):
        learner, page = self._who(who), self.pages[what]
        renew_if_due(learner=learner, course=course_of(page), on=self.now.date(), actor=None)
        complete(learner, page)

    def void(self, at):
        if done := self._one(CourseCompletion.objects.filter(voided_at=None), at):
            void(completion=done, reason="Fel", recorded_by=self.cast.ada)

    def move(self, at, to):
        done = self._one(CourseCompletion.objects.filter(voided_at=None, enrolment__current=True), at)
        if done and done.staff_id != self._who(to).pk:
            move(completion=done, to=self._who(to), reason="Fel", recorded_by=self.cast.ada)

    def restore(self, at):
        done = self._one(CourseCompletion.objects.exclude(voided_at=None).filter(enrolment__current=True), at)
        if done and not done.enrolment.completions.filter(voided_at=None).exists():
            restore(completion=done, recorded_by=self.cast.ada)

    def replace(self, at):
        if one := self._one(Certificate.objects.current(), at):
            replace(certificate=one, actor=self.cast.ada)

    def revoke(self, at):
        if one := self._one(Certificate.objects.current(), at):
            revoke(certificate=one, reason=RevocationReason.ISSUER, actor=self.cast.ada)

    def wait(self, days):
        self.now += days * DAY
        self.clock.move_to(self.now, tick=False)

    def merge(self, keep, gone):
        keep, gone = self._who(keep), self._who(gone)
        if keep.pk != gone.pk:
            merge(keep=keep, gone=gone, actor=self.cast.ada)

    def heal(self):
        heal()

    def check(self):
        rows = {one.pk: one for one in Certificate.objects.select_related("completion")}
        assert rows.keys() >= self.seen.keys()
        of_each: dict[tuple, int] = {}
        for pk, one in rows.items():
            snapshot = {name: getattr(one, name) for name in Certificate.SNAPSHOT}
            assert self.seen.setdefault(pk, snapshot) == snapshot
            counts = one.revoked_at is None and one.superseded_by_id is None
            assert not (counts and pk in self.dead), "what was revoked never returns"
            if not counts:
                self.dead.add(pk)
                assert one.revocation_reason
            else:
                place = (one.basis, one.completion_id or (one.staff_id, one.programme_id))
                of_each[place] = of_each.get(place, 0) + 1
                assert one.completion is None or one.completion.voided_at is None
                assert one.completion is None or one.completion.staff_id == one.staff_id
                assert one.staff.merged_into_id is None
            walked, at = set(), one
            while at.superseded_by_id:
                assert at.pk not in walked
                walked.add(at.pk)
                at = rows[at.superseded_by_id]
        assert all(number == 1 for number in of_each.values())
        # Nobody has a certificate of a programme that rests on what does not stand.
        standing = set(CourseCompletion.objects.filter(voided_at=None).values_list("pk", flat=True))
        for one in rows.values():
            if one.basis == "programme" and one.revoked_at is None:
                assert {part["completion"] for part in one.parts} <= standing
        before = Certificate.objects.count()
        for staff in StaffMember.objects.filter(pk__in=self.keys, merged_into=None):
            settle(staff=staff)
        assert Certificate.objects.count() == before, "what comes by itself has come"


@settings(max_examples=25)
@given(st.lists(acts, max_size=14))
def test_certificates_stay_honest(cast, index, time_machine, told):
    time_machine.move_to(NOON, tick=False)
    sid = transaction.savepoint()
    try:
        life = Life(cast, time_machine)
        for name, *values in told:
            getattr(life, name)(*values)
            life.check()
    finally:
        transaction.savepoint_rollback(sid)
