"""What waits for what, against a slow and obvious reference; and that nobody is ever locked in."""

from hypothesis import given
from hypothesis import strategies as st

from courses.prerequisites import Part, first_of, is_open, last_before, prerequisites, undone


@st.composite
def courses(draw):
    """Parts by number, which name anything: themselves, what stands after, what is not there."""
    count = draw(st.integers(1, 7))
    names = st.lists(st.integers(0, 9), max_size=4)
    parts = [Part(number, draw(st.booleans()), draw(names)) for number in range(count)]
    some = st.sets(st.integers(0, count - 1))
    return parts, draw(st.booleans()), draw(some), draw(some)


def waits_slowly(part: Part, before: Part, *, in_order: bool) -> bool:
    if before.id >= part.id:
        return False
    if in_order and before.required:
        return True
    if before.id not in part.after:
        return False
    return not (part.required and not before.required)


@given(courses())
def test_a_part_waits_for_what_it_names_and_in_order_for_all_that_is_needed_before_it(drawn):
    parts, in_order, _done, _begun = drawn
    waits = prerequisites(parts, in_order=in_order)
    for part in parts:
        expected = [before.id for before in parts if waits_slowly(part, before, in_order=in_order)]
        assert list(waits[part.id]) == expected


@given(courses())
def test_while_something_needed_is_left_something_needed_is_open(drawn):
    parts, in_order, done, begun = drawn
    waits = prerequisites(parts, in_order=in_order)
    left = [part.id for part in parts if part.required and part.id not in done]
    if left:
        assert any(is_open(part, waits, done=done, begun=begun) for part in left)


@given(courses())
def test_whoever_goes_on_with_what_is_open_gets_through_all_of_it(drawn):
    parts, in_order, done, begun = drawn
    waits, done = prerequisites(parts, in_order=in_order), set(done)
    for _turn in parts:
        done |= {part.id for part in parts if is_open(part.id, waits, done=done, begun=begun)}
    assert done == {part.id for part in parts}


@given(courses())
def test_what_is_done_or_begun_is_never_locked(drawn):
    parts, in_order, done, begun = drawn
    waits = prerequisites(parts, in_order=in_order)
    assert all(is_open(part, waits, done=done, begun=begun) for part in done | begun)


@given(courses())
def test_what_comes_first_is_open_and_not_done_and_what_is_named_is_waited_for(drawn):
    parts, in_order, done, begun = drawn
    waits = prerequisites(parts, in_order=in_order)
    for part in waits:
        first = first_of(part, waits, done=done, begun=begun)
        if is_open(part, waits, done=done, begun=begun):
            assert first is None
            continue
        assert first not in done
        assert is_open(first, waits, done=done, begun=begun)
        named = last_before(part, waits, done=done, begun=begun)
        assert named
        assert set(named) <= set(undone(part, waits, done))


@given(courses())
def test_whoever_does_what_is_named_has_done_all_that_was_waited_for(drawn):
    """What is begun may be done before what it waits for; what is locked may not."""
    parts, in_order, done, begun = drawn
    waits = prerequisites(parts, in_order=in_order)
    for part in waits:
        if is_open(part, waits, done=done, begun=begun):
            continue
        after = set(done) | set(last_before(part, waits, done=done, begun=begun))
        for other in reversed(list(waits)):  # none of them was done before what it waited for
            if other in after - done and not is_open(other, waits, done=done, begun=begun):
                after |= set(waits[other])
        assert not undone(part, waits, after)


def test_in_order_the_one_before_is_named_and_the_first_one_is_opened():
    parts = [Part("ett", True), Part("två", True), Part("läs mer", False), Part("prov", True)]
    waits = prerequisites(parts, in_order=True)
    assert last_before("prov", waits, done=set(), begun=set()) == ["två"]
    assert last_before("prov", waits, done={"två"}, begun=set()) == ["ett"]
    assert last_before("prov", waits, done=set(), begun={"två"}) == ["ett", "två"]
    assert first_of("prov", waits, done=set(), begun=set()) == "ett"
    assert undone("läs mer", waits, {"ett", "två"}) == []
    assert undone("prov", waits, {"ett", "två"}) == []
