"""Small worlds of jobs, rules and facts, drawn at random."""

import datetime

from hypothesis import strategies as st

from lms.matrix import Help, Record
from lms.requirements.rules import Earlier, Job, Rule
from lms.status import Completion, HelpReason

TODAY = datetime.date(2026, 11, 23)
days = st.integers(-900, 400).map(lambda number: TODAY + datetime.timedelta(days=number))
PATHS = ("0001", "00010001", "00010002", "0002", "00020001")
ROLES, COURSES, STAFF = (1, 2, 3), (1, 2, 3), (1, 2, 3, 4, 5)
KINDS = ("owner", "employed", "volunteer")


@st.composite
def rules(draw, number=None):
    return Rule(
        id=number or draw(st.integers(1, 999)),
        course_id=draw(st.sampled_from(COURSES)),
        valid_from=draw(days),
        paths=tuple(sorted(draw(st.sets(st.sampled_from(PATHS), max_size=2)))),
        roles=frozenset(draw(st.sets(st.sampled_from(ROLES), max_size=2))),
        kinds=frozenset(draw(st.sets(st.sampled_from(KINDS), max_size=2))),
        due_on=draw(st.none() | days),
        due_days=draw(st.none() | st.integers(1, 200)),
    )


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
    return Completion(done, draw(st.none() | st.integers(0, 1200).map(lambda n: done + datetime.timedelta(days=n))))


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
    duties = [draw(rules(number)) for number in range(1, draw(st.integers(0, 5)) + 1)]
    return people, duties, draw(records())
