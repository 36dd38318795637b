"""Small worlds of jobs, rules and facts, drawn at random."""

import datetime
from dataclasses import replace

from hypothesis import strategies as st

from lms.matrix import Help, Record
from lms.requirements.rules import Earlier, Job, Part, Rule
from lms.status import Completion, HelpReason, Redo

TODAY = datetime.date(2026, 11, 23)
days = st.integers(-900, 400).map(lambda number: TODAY + datetime.timedelta(days=number))
PATHS = ("0001", "00010001", "00010002", "0002", "00020001")
ROLES, COURSES, STAFF = (1, 2, 3), (1, 2, 3), (1, 2, 3, 4, 5)
KINDS = ("owner", "employed", "volunteer")


def whom():
    """Whom a rule names and whom it leaves out, most of it empty."""
    paths = st.sets(st.sampled_from(PATHS), max_size=2).map(lambda found: tuple(sorted(found)))
    roles = st.frozensets(st.sampled_from(ROLES), max_size=2)
    kinds = st.frozensets(st.sampled_from(KINDS), max_size=2)
    people = st.frozensets(st.sampled_from(STAFF), max_size=2)
    return st.fixed_dictionaries(
        {"paths": paths, "roles": roles, "kinds": kinds},
        optional={
            "people": people,
            "except_paths": paths,
            "except_roles": roles,
            "except_kinds": kinds,
            "except_people": people,
        },
    )


#: What a rule asks for. Mostly mandatory, with the usual grace.
asked = st.fixed_dictionaries(
    {"due_on": st.none() | days, "due_days": st.none() | st.integers(1, 200)},
    optional={"mandatory": st.booleans(), "grace_days": st.integers(0, 40)},
)


@st.composite
def rules(draw, number=None):
    """One that has been edited up to twice: each row ends on the day before the next, or with a day missing between."""
    number, course = number or draw(st.integers(1, 999)), draw(st.sampled_from(COURSES))
    first, before = draw(days), []
    for _edit in range(draw(st.sampled_from([0, 0, 1, 2]))):
        last = first + datetime.timedelta(days=draw(st.integers(0, 90)))
        row = Rule(id=number, course_id=course, valid_from=first, valid_to=last, **draw(whom()), **draw(asked))
        before.append(row)
        first = last + datetime.timedelta(days=draw(st.sampled_from([1, 1, 1, 2])))
    return Rule(
        id=number,
        course_id=course,
        valid_from=first,
        before=tuple(before),
        **draw(whom()),
        **draw(asked),
    )


@st.composite
def parts(draw, programme):
    """What a programme holds: some courses in any order, all of them asked for, or so many."""
    order = draw(st.lists(st.sampled_from(COURSES), min_size=1, max_size=3, unique=True))
    return Part(programme, tuple(order), draw(st.none() | st.integers(1, 3)))


@st.composite
def rules_of(draw, number, part):
    """A rule about a programme: one for each of its courses. Before it was edited it could hold others."""
    rule = draw(rules(number))
    held = [draw(parts(part.programme)) for _row in rule.before]
    return [
        replace(
            rule,
            course_id=course,
            part=part,
            before=tuple(
                replace(row, course_id=course, part=then)
                for row, then in zip(rule.before, held, strict=True)
                if course in then.courses
            ),
        )
        for course in part.courses
    ]


@st.composite
def rules_and_programmes(draw, first=0, most=5):
    """Some rules about a course, and some about one of two programmes; the numbers of all come after `first`."""
    programmes = [draw(parts(first + number)) for number in (1, 2)]
    found = []
    for number in range(first + 1, first + draw(st.integers(0, most)) + 1):
        part = draw(st.none() | st.sampled_from(programmes))
        found += draw(rules_of(number, part)) if part else [draw(rules(number))]
    return found


@st.composite
def earlier(draw, job_start):
    """One that begins within two months before, and may end on any day after that or go on."""
    start = job_start - datetime.timedelta(days=draw(st.integers(1, 60)))
    return Earlier(
        path=draw(st.sampled_from(PATHS)),
        role_id=draw(st.sampled_from(ROLES)),
        kind=draw(st.sampled_from(KINDS)),
        start=start,
        end=draw(st.none() | st.integers(0, 70).map(lambda number: start + datetime.timedelta(days=number))),
    )


@st.composite
def jobs(draw, number=None):
    path, start = draw(st.sampled_from(PATHS)), draw(days)
    before = draw(st.lists(earlier(start), max_size=3))
    return Job(
        id=number or draw(st.integers(1, 999)),
        staff_id=draw(st.sampled_from(STAFF)),
        workplace_id=PATHS.index(path) + 1,
        path=path,
        role_id=draw(st.sampled_from(ROLES)),
        kind=draw(st.sampled_from(KINDS)),
        start=start,
        before=tuple(sorted(before, key=lambda other: other.start, reverse=True)),
    )


@st.composite
def completions(draw):
    done = draw(days.filter(lambda day: day <= TODAY))
    redo = draw(st.none() | days.map(Redo))
    until = draw(st.none() | st.integers(0, 1200).map(lambda n: done + datetime.timedelta(days=n)))
    if until is None:
        return Completion(done, redo=redo)
    kept = st.integers(1, 400).map(lambda n: max(done, until - datetime.timedelta(days=n)))
    return Completion(done, until, renewable_from=draw(st.none() | kept), redo=redo)


pairs = st.tuples(st.sampled_from(STAFF), st.sampled_from(COURSES))
helps = st.builds(Help, st.sampled_from(HelpReason), st.none() | days)


@st.composite
def records(draw):
    return Record(
        completions=draw(st.dictionaries(pairs, completions(), max_size=8)),
        started=draw(st.sets(pairs, max_size=8)),
        help=draw(st.dictionaries(pairs, helps, max_size=4)),
        exempt=draw(
            st.dictionaries(
                st.sampled_from(STAFF),
                st.sets(st.none() | st.sampled_from(COURSES), min_size=1, max_size=2),
                max_size=2,
            )
        ),
    )


@st.composite
def worlds(draw):
    people = [draw(jobs(number)) for number in range(1, draw(st.integers(0, 9)) + 1)]
    return people, draw(rules_and_programmes()), draw(records())
