"""Who each row is: by employer and employee id, else by name and workplace; and where that is not sure, it is asked."""

from collections import defaultdict

from django.utils.translation import gettext as _

from .draft import NEW, Asked, Draft, Line, Question
from .register import Person, key


class Identification:
    """Gives each line of the draft its person. The sure ones first: what is left may be asked about."""

    def __init__(self, draft: Draft) -> None:
        self.draft, self.register = draft, draft.register
        self.numbered: dict[tuple[str, str], Line] = {}
        self.named: dict[tuple[str, int], Line] = {}
        self.mailed: dict[tuple[str, str], Line] = {}
        self.numbers_of: dict[Person, set[tuple[str, str]]] = defaultdict(set)
        self.taken: set[Person] = set()

    def run(self) -> None:
        left = [line for line in self.draft.lines if not self._by_number(line)]
        unsure = [line for line in left if not self._by_name_and_day(line)]
        sure = set(self.taken)
        for line in unsure:
            self._by_what_is_left(line, sure)

    def _is(self, line: Line, person: Person) -> None:
        line.person = person
        self.taken.add(person)
        self._note(line)
        if line.number:
            self.numbers_of[person].add(line.number)

    def _note(self, line: Line) -> None:
        if line.number:
            self.numbered.setdefault(line.number, line)
        self.named.setdefault((line.name, line.place.id), line)
        if line.row.email:
            self.mailed.setdefault((line.name, key(line.row.email)), line)

    def _by_number(self, line: Line) -> bool:
        """True when the row is done with: known by its number, or refused."""
        if line.number is None:
            return False
        first = self.numbered.get(line.number)
        if first and first.name != line.name:
            advice = _("Row %(line)s has the same employee id and another name. Correct one of them.")
            self.draft.refuse_name(line.row, advice % {"line": first.row.line})
            return True
        known = self.register.people_numbered.get(line.number, [])
        if len(known) > 1:
            known = [person for person in known if key(person.full_name) == line.name]
        if len(known) > 1:
            known = [person for person in known if _has_job(person, line)]
        if len(known) == 1:
            self._is(line, known[0])
            return True
        if self.register.people_numbered.get(line.number):
            advice = _("More than one person has this employee id in the staff list. Correct it there first.")
            self.draft.refuse(line.row, "employee_id", advice)
            return True
        self.numbered.setdefault(line.number, line)
        return False

    def _by_name_and_day(self, line: Line) -> bool:
        """One of that name with just this job. Of several, one who agrees in everything and has no row yet."""
        found = [person for person in self._called(line) if _has_job(person, line)]
        if len(found) > 1:
            found = [person for person in found if person not in self.taken and _agrees(person, line)][:1]
        if len(found) != 1:
            return False
        self._is(line, found[0])
        return True

    def _by_what_is_left(self, line: Line, sure: set[Person]) -> None:
        """The person of another row of the file; else someone in the register, after asking; else somebody new."""
        for first in (
            self.numbered.get(line.number) if line.number else None,
            self.named.get((line.name, line.place.id)),
            self.mailed.get((line.name, key(line.row.email))) if line.row.email else None,
        ):
            if first and first is not line and (first.person is None or self._fits(first.person, line)):
                if first.person:
                    self._is(line, first.person)
                # else: as soon as it is known who that row is, it is known who this one is
                return
        person = self._in_the_register(line, sure)
        if person:
            self._is(line, person)
        else:
            self._note(line)

    def _in_the_register(self, line: Line, sure: set[Person]) -> Person | None:
        called = self._called(line)
        mailed = [person for person in called if line.row.email and key(person.email) == key(line.row.email)]
        if len(mailed) == 1:
            return mailed[0]
        # Who works elsewhere and has a row there is not missing: this is somebody else, or would share the e-mail.
        people = [person for person in called if person.works_at(line.place) or person not in sure]
        if people:
            answer = self.draft.ask(Question(Asked.WHO, line, people=people))
            if answer is None:
                return None
            if answer != NEW:
                line.told = True
                return next(person for person in people if answer.endswith(f":{person.id}"))
        row = line.row
        return Person(None, row.given_name, row.family_name)

    def _called(self, line: Line) -> list[Person]:
        """People with jobs in reach who have that name, and no other number at the same employer."""
        return [
            person
            for person in self.register.people_called.get(line.name, ())
            if person.jobs and self._fits(person, line)
        ]

    def _fits(self, person: Person, line: Line) -> bool:
        if line.number is None:
            return True
        employer, number = line.number
        numbers = person.numbers | self.numbers_of.get(person, set())
        return all(other == number for at, other in numbers if at == employer)


def _has_job(person: Person, line: Line) -> bool:
    return any(job.place is line.place and line.row.start in (None, job.start) for job in person.jobs)


def _agrees(person: Person, line: Line) -> bool:
    """The register says of `person` all that the row says."""
    row = line.row
    if (row.email and key(row.email) != key(person.email)) or (row.phone and row.phone != person.phone):
        return False
    return any(
        job.place is line.place
        and row.start in (None, job.start)
        and row.end in (None, job.end)
        and line.role in (None, job.role)
        and row.kind in ("", job.kind)
        and (not row.employer or key(row.employer) == key(job.employer))
        for job in person.jobs
    )
