"""What differs between two versions, in titles."""

from courses.changes import Changes, changes_between
from courses.models import ActivityVersion


def lesson(*steps):
    """A version of steps (id, title, words)."""
    return ActivityVersion(
        steps=[{"id": id, "title": title} for id, title, _words in steps],
        content={
            "body": [
                block
                for id, title, words in steps
                for block in (
                    {"id": id, "type": "heading", "value": title},
                    {"id": f"{id}-text", "type": "text", "value": words},
                )
            ]
        },
    )


def test_a_step_is_the_same_by_its_id_whatever_it_is_called():
    before, after = lesson(("a", "Hälsa", "Hej."), ("b", "Lyssna", "Tyst.")), lesson(("a", "Möt", "Hej."))
    assert changes_between(before, after) == Changes(removed=("Lyssna",), changed=("Möt",))


def test_a_body_with_new_ids_is_told_by_its_titles():
    before = lesson(("a", "Hälsa", "Hej."), ("b", "Lyssna", "Tyst."), ("c", "Le", "Log."))
    after = lesson(("x", "Hälsa", "Hej alltid."), ("y", "Lyssna", "Tyst."), ("z", "Nytt", "Nytt."))
    assert changes_between(before, after) == Changes(added=("Nytt",), removed=("Le",), changed=("Hälsa",))


def test_steps_of_one_title_are_paired_in_their_order():
    before = lesson(("a", "Ord", "Ett."), ("b", "Ord", "Två."))
    after = lesson(("b", "Ord", "Två."), ("x", "Ord", "Ett."), ("y", "Ord", "Tre."))
    assert changes_between(before, after) == Changes(added=("Ord",))
