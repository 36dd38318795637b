"""A test on paper, as a leader prints it, reads it and enters it."""

import uuid

from django.utils.timezone import localdate

from lms.paper.actions import make_papers, record_paper
from lms.paper.sheets import asked_in
from tests.builders import activity_of, answer_for

HOME = "/admin/training/paper/"


def print_for(cast, quiz, *whose, blank=0, by="petra", language="sv"):
    return make_papers(
        form_id=uuid.uuid4(),
        activity=activity_of(quiz),
        people=[getattr(cast, name) for name in whose],
        blank=blank,
        language=language,
        made_by=cast.users[by],
    )


def answers(paper, *, right=True):
    key = paper.version.key
    return {
        one.question["key"]: answer_for(one.question, key[one.question["key"]], right=right) for one in asked_in(paper)
    }


def posted(paper, *, right=True, **changes):
    """The form as a leader fills it in from the paper."""
    form = {"on": localdate().isoformat()}
    for one in asked_in(paper):
        answer = answers(paper, right=right)[one.question["key"]]
        if one.question["kind"] == "order":
            answer = [f"{name}:{place}" for place, name in enumerate(answer, start=1)]
        elif one.question["kind"] == "match":
            answer = [f"{left}:{option}" for left, option in answer.items()]
        form[one.name] = answer
    return {**form, **changes}


def entry(paper):
    return f"{HOME}{paper.uuid}/"


def enter(cast, paper, learner, *, right=True, by="petra", on=None):
    return record_paper(
        paper=paper,
        learner=learner,
        on=on or localdate(),
        answers=answers(paper, right=right),
        recorded_by=cast.users[by],
    )
