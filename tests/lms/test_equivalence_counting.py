"""Which completions count for which courses, by which day: the rule, and the slow reference beside it."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from lms.equivalence.counting import COUNTS, RENEWS, Equivalence, standings, with_sources
from lms.status import Completion, Redo, best_completion
from lms.validity import Term, Validity, term

from . import reference
from .strategies import completions

D = datetime.date
OLD, NEW, SHORT, MORE = 1, 2, 3, 4
NAMES = {OLD: "Värdskap grund", NEW: "Värdskap", SHORT: "Värdskap, repetition", MORE: "Bemötande"}
RULES = {
    OLD: Validity("completion", 24),
    NEW: Validity("expiry", 12),
    SHORT: Validity(),
    MORE: Validity("day", 3, 12, 31),
}


def equivalence(kind, sources, target, number=1):
    names = {source: NAMES[source] for source in sources}
    return Equivalence(number, kind, target, tuple(sources), names, lambda day: RULES[target])


def done(year, month, day, until=None, number=1):
    return Completion(D(year, month, day), until, number)


def test_a_course_counts_as_another_as_long_as_it_is_valid_itself():
    own = {OLD: [done(2026, 10, 3, D(2028, 10, 3), 7)]}
    best = standings(own, [equivalence(COUNTS, [OLD], NEW)])[NEW]
    assert (best.completed_on, best.valid_until, best.id) == (D(2026, 10, 3), D(2028, 10, 3), 7)
    assert best.through == (("Värdskap grund", D(2026, 10, 3)),)


def test_of_several_all_are_needed_done_with_the_last_and_over_with_the_first():
    both = equivalence(COUNTS, [OLD, MORE], NEW)
    first, last = done(2026, 3, 1, D(2029, 3, 1), 7), done(2026, 5, 1, D(2027, 5, 1), 8)
    assert NEW not in standings({OLD: [first]}, [both])
    best = standings({OLD: [first], MORE: [last]}, [both])[NEW]
    assert (best.completed_on, best.valid_until, best.id) == (D(2026, 5, 1), D(2027, 5, 1), 8)
    assert [source.course for source in best.through] == ["Värdskap grund", "Bemötande"]


def test_a_shorter_course_renews_for_who_has_had_the_whole_one():
    renews = equivalence(RENEWS, [SHORT], NEW)
    short = done(2026, 11, 20, None, 9)
    assert NEW not in standings({SHORT: [short]}, [renews])
    had = done(2025, 12, 10, D(2026, 12, 10), 7)
    best = standings({NEW: [had], SHORT: [short]}, [renews])[NEW]
    # In the window: twelve months from the last valid day before.
    assert (best.completed_on, best.valid_until, best.id) == (D(2026, 11, 20), D(2027, 12, 10), 9)
    before = standings({NEW: [done(2026, 11, 21, D(2027, 11, 21), 7)], SHORT: [short]}, [renews])[NEW]
    assert before.through == ()  # the short one came first, and renewed nothing


def test_it_goes_over_several_steps_and_names_what_was_completed_in_truth():
    steps = [equivalence(COUNTS, [OLD], MORE, 1), equivalence(COUNTS, [MORE], NEW, 2)]
    best = standings({OLD: [done(2026, 10, 3)]}, steps)[NEW]
    assert [source.course for source in best.through] == ["Värdskap grund"]
    assert with_sources([NEW], steps) == {OLD, MORE, NEW}
    assert with_sources([OLD], steps) == {OLD}


def test_two_that_count_as_each_other_come_to_an_end_and_ones_own_is_said_first():
    each_other = [equivalence(COUNTS, [OLD], NEW, 1), equivalence(COUNTS, [NEW], OLD, 2)]
    best = standings({OLD: [done(2026, 10, 3)], NEW: [done(2025, 1, 1)]}, each_other)
    assert [best[OLD].through, best[NEW].through] == [(), ()]


@st.composite
def worlds(draw):
    own = {}
    number = 0
    for course in draw(st.sets(st.sampled_from(sorted(NAMES)))):
        rows = draw(st.lists(completions(), min_size=1, max_size=3))
        own[course] = [row._replace(id=(number := number + 1), renewable_from=None) for row in rows]
    equivalences = []
    for number in range(draw(st.integers(0, 4))):
        target = draw(st.sampled_from(sorted(NAMES)))
        kind = draw(st.sampled_from([COUNTS, RENEWS]))
        others = st.sampled_from([course for course in sorted(NAMES) if course != target])
        sources = draw(st.lists(others, unique=True, min_size=1, max_size=1 if kind == RENEWS else 3))
        equivalences.append(equivalence(kind, sorted(sources), target, number))
    return own, equivalences


def until_by_completion(course, day, _before):
    return term(RULES[course]._replace(kind="completion"), day, Term()).valid_until if RULES[course].months else None


@given(worlds())
def test_it_is_what_the_slow_reference_says(world):
    """With rules that count from the completion: the reference knows nothing of windows."""
    own, equivalences = world
    plain = [
        each._replace(validity_on=lambda day, target=each.target: RULES[target]._replace(kind="completion"))
        for each in equivalences
    ]
    rows = [
        (course, one.completed_on, one.valid_until, one.redo and one.redo.by_when)
        for course, each in own.items()
        for one in each
    ]
    known = reference.everything_that_counts(rows, plain, until_by_completion)
    found = standings(own, plain)
    far = datetime.date.max
    assert set(found) == {course for course, *_rest in known}
    for course, best in found.items():
        ends = [min(until or far, again or far) for other, _on, until, again in known if other == course]
        assert (best.last_day or far) == max(ends)


@given(worlds())
def test_nobody_has_less_by_it_and_the_order_does_not_matter(world):
    own, equivalences = world
    found = standings(own, equivalences)
    for course, rows in own.items():
        mine = best_completion(rows)
        assert (found[course].last_day or datetime.date.max) >= (mine.last_day or datetime.date.max)
    backwards = standings(dict(reversed(own.items())), list(reversed(equivalences)))
    assert {course: best.term for course, best in found.items()} == {
        course: best.term for course, best in backwards.items()
    }


@given(worlds())
def test_a_later_completion_takes_nothing_away(world):
    own, equivalences = world
    last = max((row.completed_on for rows in own.values() for row in rows), default=None)
    fewer = {course: [row for row in rows if row.completed_on != last] for course, rows in own.items()}
    found = standings(own, equivalences)
    for course, best in standings(fewer, equivalences).items():
        assert (found[course].last_day or datetime.date.max) >= (best.last_day or datetime.date.max)


def test_what_is_to_be_done_again_of_a_source_is_so_through_it():
    again = Redo(D(2026, 12, 20), ("Hälsa",), "Nytt.")
    first = done(2026, 3, 1, D(2029, 3, 1), 7)._replace(redo=again)
    last = done(2026, 5, 1, D(2027, 5, 1), 8)
    both = equivalence(COUNTS, [OLD, MORE], NEW)
    best = standings({OLD: [first], MORE: [last]}, [both])[NEW]
    assert (best.valid_until, best.last_day, best.redo) == (D(2027, 5, 1), D(2026, 12, 20), again)
    sooner = Redo(D(2026, 12, 1), ("Le", "Hälsa"), "Mer.")
    best = standings({OLD: [first], MORE: [last._replace(redo=sooner)]}, [both])[NEW]
    assert best.redo == Redo(D(2026, 12, 1), ("Hälsa", "Le"), "Nytt. Mer.")
    had, short = done(2025, 1, 1, D(2026, 1, 1), 1), done(2026, 4, 1, None, 9)._replace(redo=again)
    renewed = standings({NEW: [had], SHORT: [short]}, [equivalence(RENEWS, [SHORT], NEW)])[NEW]
    assert (renewed.through[0].course, renewed.last_day) == ("Värdskap, repetition", D(2026, 12, 20))


def test_what_counts_through_ends_with_what_it_rests_on():
    opens, until = term(RULES[OLD], D(2026, 10, 3))
    own = {OLD: [Completion(D(2026, 10, 3), until, 1, opens)]}
    assert standings(own, [equivalence(COUNTS, [OLD], NEW)])[NEW].term == (opens, until)
