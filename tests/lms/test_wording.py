"""What is said to a leader about where somebody stands."""

import datetime

from lms.status import Completion, HelpReason, Redo, Status
from lms.wording import what_next

DAY = datetime.date(2026, 11, 23)


def test_what_is_new_in_a_changed_course_is_told_to_the_leader_too():
    done = Completion(DAY, redo=Redo(DAY, (), "Hälsa alltid först."))
    for status in (Status.EXPIRING, Status.EXPIRED):
        assert "Hälsa alltid först." in what_next(status, done)
    assert "Hälsa" not in what_next(Status.COMPLETE, done)


def test_the_course_leader_is_not_told_that_the_course_leader_helps():
    said = [what_next(status) for status in Status]
    said += [what_next(Status.NEEDS_HELP, help_=reason) for reason in HelpReason]
    assert not [words for words in said if "ursledaren" in words or "course leader" in words]
