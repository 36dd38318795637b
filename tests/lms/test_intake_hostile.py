"""What no honest tablet sends: nothing of it is written, nothing breaks, and it hinders nobody else's events."""

import io
import json
import uuid

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.models import Enrolment, LearningEvent, QuizAttempt
from lms.tablet.intake_views import MOST_BYTES
from lms.tablet.tickets import give_ticket
from tests import builders
from tests.builders import version_of
from tests.outbox import ADDRESS, batch, event, outcomes, post, reading, send, sitting


@pytest.fixture
def step(cast, paired, pages):
    return reading(paired, cast.maja, pages[0])[0]


@pytest.fixture
def answer(cast, paired, pages):
    return sitting(paired, cast.maja, pages[-1])[1]


@pytest.fixture
def submit(cast, paired, pages):
    return sitting(paired, cast.maja, pages[-1])[-1]


#: The id of nothing.
NONE = "00000000-0000-4000-8000-000000000000"


def nothing_written() -> bool:
    return not (LearningEvent.objects.exists() or Enrolment.objects.exists() or QuizAttempt.objects.exists())


# The request


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"", 400, "malformed"),
        (b"{", 400, "malformed"),
        (b"\xff\xfe{}", 400, "malformed"),
        (b"null", 400, "malformed"),
        (b"[]", 400, "malformed"),
        (b'"events"', 400, "malformed"),
        (b"9" * 5000, 400, "malformed"),
        (b"[" * 100_000, 400, "malformed"),
        (b'{"events": ' + b"[" * 5000 + b"]" * 5000 + b"}", 400, "malformed"),
        (b" " * (MOST_BYTES + 1), 413, "too_large"),
        (b"x" * 10_000_000, 413, "too_large"),
    ],
    ids=lambda value: f"{len(value)} bytes" if isinstance(value, bytes) else str(value),
)
def test_what_is_no_batch_is_refused_without_a_query(index, django_assert_num_queries, body, status, error):
    with django_assert_num_queries(0):
        response = post(body)
    assert (response.status_code, response.json()) == (status, {"error": error})


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"events": None}, 400, "malformed"),
        ({"events": {}}, 400, "malformed"),
        ({"events": [None] * 501}, 413, "too_large"),
        ({"sent_at": None}, 400, "malformed"),
        ({"sent_at": "i går"}, 400, "bad_time"),
        ({"sent_at": "2026-01-01T12:00:00"}, 400, "bad_time"),
        ({"sent_at": 1767268800}, 400, "malformed"),
        ({"app": 7}, 400, "malformed"),
        ({"unsent": -1}, 400, "malformed"),
        ({"unsent": True}, 400, "malformed"),
        ({"unsent": "3"}, 400, "malformed"),
        ({"refused": 1.5}, 400, "malformed"),
        ({"unsent_since": "0000"}, 400, "bad_time"),
    ],
)
def test_a_batch_of_another_shape_is_refused(cast, paired, step, changes, status, error):
    response = post(batch([step], **changes) if "events" not in changes else {**batch([step]), **changes})
    assert (response.status_code, response.json()) == (status, {"error": error})
    assert nothing_written()


@pytest.mark.parametrize("length", ["99999999999999999999999", "262145", "-1", "många", "1e3"])
def test_a_length_that_is_none_or_too_large_is_refused_unread(index, length):
    class Unreadable(io.BytesIO):
        def read(self, *args):
            raise AssertionError("It was read.")

    response = Client().generic(
        "POST", ADDRESS, b"x", content_type="application/json", **{"CONTENT_LENGTH": length, "wsgi.input": Unreadable()}
    )
    assert response.status_code == (413 if length.isdecimal() else 400)


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
def test_other_methods_are_not_allowed(index, method):
    assert getattr(Client(), method)(ADDRESS).status_code == 405


def test_a_tablet_may_say_absurd_things_of_itself(cast, paired):
    own = {"unsent": 10**17, "refused": 10**12, "app": "x" * 900, "unsent_since": "0001-01-01T00:00:00+00:00"}
    assert send([], tablet=give_ticket(paired), sent_at="9999-12-31T23:59:59Z", **own) == []
    assert send([], tablet=give_ticket(paired), sent_at="0001-01-01T00:00:00Z", **own) == []
    paired.refresh_from_db()
    assert (paired.unsent, paired.refused, paired.app_version) == (2**31 - 1, 2**31 - 1, "x" * 20)


# One event among others


def alone_rejected(step, bad) -> str:
    """The reason; after looking that nothing of it is written and that the honest event beside it is."""
    results = send([bad, step, bad])
    assert outcomes(results)[1] == "applied"
    assert [row["outcome"] for row in results] == ["rejected", "applied", "rejected"]
    assert list(LearningEvent.objects.values_list("event_id", flat=True)) == [uuid.UUID(step["id"])]
    assert not QuizAttempt.objects.exists()
    return results[0]["reason"]


def forged(paired, cast) -> list:
    genuine = give_ticket(paired, cast.maja)
    payload, stamp, seal = genuine.split(":")
    return [
        None,
        7,
        "",
        "påhittad",
        "\ud800",
        "\x00",
        genuine[:-1] + ("A" if genuine[-1] != "A" else "B"),
        f"{payload}x:{stamp}:{seal}",
        f"{payload}:{stamp}x:{seal}",
        signing.dumps({"t": paired.uuid.hex, "s": cast.maja.uuid.hex, "at": 0}, salt="lms.person"),
        signing.dumps({"t": paired.uuid.hex, "s": cast.maja.uuid.hex, "at": 0}, salt="lms.tablet.ticket", key="annan"),
        give_ticket(paired),  # the tablet's own: it is nobody's
        [genuine],
        {"ticket": genuine},
        "x" * 100_000,
    ]


def test_a_forged_ticket_is_rejected(cast, paired, step):
    bad = [{**step, "id": str(uuid.uuid4()), "ticket": ticket} for ticket in forged(paired, cast)]
    results = send([*bad, step])
    assert outcomes(results) == ["rejected: forged"] * len(bad) + ["applied"]
    assert LearningEvent.objects.count() == 1


def test_an_altered_event_under_a_genuine_ticket_is_still_that_persons(cast, paired, step):
    """The ticket says whose it is, not what it says: nobody gets anything into somebody else's records with it."""
    send([{**step, "staff": str(cast.bo.uuid), "learner": str(cast.bo.uuid)}])
    assert LearningEvent.objects.get().enrolment.staff == cast.maja


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": None}, "malformed"),
        ({"id": 7}, "malformed"),
        ({"id": "inte-ett-uuid"}, "malformed"),
        ({"id": "\ud800"}, "malformed"),
        ({"kind": None}, "unknown_kind"),
        ({"kind": ["step"]}, "unknown_kind"),
        ({"kind": "override"}, "unknown_kind"),
        ({"kind": "attended"}, "unknown_kind"),
        ({"kind": "attempt", "attempt": NONE}, "unknown_kind"),
        ({"activity": NONE}, "unknown_version"),
        ({"activity": None}, "malformed"),
        ({"version": None}, "unknown_version"),
        ({"version": "1"}, "unknown_version"),
        ({"version": True}, "unknown_version"),
        ({"version": 1.0}, "unknown_version"),
        ({"version": 0}, "unknown_version"),
        ({"version": 2**31 - 1}, "unknown_version"),
        ({"version": 2**80}, "unknown_version"),
        ({"occurred_at": None}, "malformed"),
        ({"occurred_at": 1767268800}, "malformed"),
        ({"occurred_at": "2026-01-01"}, "bad_time"),
        ({"occurred_at": "2026-13-41T25:61:00Z"}, "bad_time"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "bad_time"),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "bad_time"),
        ({"step": None}, "malformed"),
        ({"step": ""}, "malformed"),
        ({"step": {}}, "malformed"),
        ({"step": "x" * 41}, "malformed"),
        ({"step": "a\x00b"}, "malformed"),
        ({"step": "a\ud800"}, "malformed"),
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_a_malformed_step_is_rejected(cast, paired, step, changes, reason):
    assert alone_rejected(step, step | {"id": str(uuid.uuid4())} | changes) == reason


@pytest.mark.parametrize("bad", [None, 7, "step", [], [[]], True, 1e309])
def test_what_is_no_event_is_rejected(cast, paired, step, bad):
    assert alone_rejected(step, bad) == "malformed"


@pytest.mark.parametrize(
    "bad",
    [None, 7, float("nan"), 10**400, "c0", {"a": "b"}, [7], [None], [["c0"]], ["x" * 1001], ["\x00"], ["\udfff"],
     ["c0"] * 101],
    ids=lambda value: ascii(value)[:40],
)  # fmt: skip
def test_what_can_be_no_answer_is_rejected(cast, paired, step, answer, submit, bad):
    assert alone_rejected(step, {**answer, "values": bad}) == "bad_answer"
    LearningEvent.objects.all().delete()
    question = answer["question"]
    assert alone_rejected(step, {**submit, "answers": {question: bad}}) == "bad_answer"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"attempt": None}, "malformed"),
        ({"attempt": 1}, "malformed"),
        ({"begun_at": None}, "malformed"),
        ({"begun_at": "nyss"}, "bad_time"),
        ({"question": None}, "malformed"),
        ({"question": "x" * 65}, "malformed"),
        ({"question": ["a"]}, "malformed"),
        ({"kind": "submit", "answers": []}, "malformed"),
        ({"kind": "submit", "answers": {"x" * 65: ["c0"]}}, "malformed"),
        ({"kind": "submit", "answers": {str(number): ["x"] for number in range(501)}}, "malformed"),
        ({"kind": "step", "step": "x"}, "unknown_kind"),
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_a_malformed_answer_is_rejected(cast, paired, step, answer, changes, reason):
    assert alone_rejected(step, {**answer, **changes}) == reason


ANSWERS = [[], [""], ["c0"], ["c999"], ["c0", "c0", "", "c1"], ["c0:c1"], ["c0:"], [":"], ["30"], ["trettio", "x"]]
CHOICES = builders.choices("Ett", "Två", "Tre")
KINDS_OF_QUESTIONS = {
    "single": CHOICES,
    "multiple": CHOICES,
    "truefalse": [{"id": "true", "text": "", "right": True, "feedback": ""},
                  {"id": "false", "text": "", "right": False, "feedback": ""}],
    "order": CHOICES,
    "match": [{**choice, "pair": f"par {number}"} for number, choice in enumerate(CHOICES)],
    "number": [{"id": "c0", "text": "30", "right": True, "feedback": ""}],
    "text": builders.choices("trettio"),
}  # fmt: skip


def test_whatever_is_answered_to_whatever_kind_is_graded(cast, paired, index):
    quiz = builders.make_quiz(builders.make_course(), questions=len(KINDS_OF_QUESTIONS))
    for question, (kind, choices) in zip(quiz.questions.all(), KINDS_OF_QUESTIONS.items(), strict=True):
        question.kind, question.choices = kind, choices
        question.save()
    quiz.refresh_from_db()
    quiz.save_revision().publish()
    keys = [question["key"] for question in version_of(quiz).content["questions"]]
    for said in ANSWERS:
        *_begun, submit = sitting(paired, cast.maja, quiz)
        assert outcomes(send([{**submit, "answers": dict.fromkeys(keys, said)}])) == ["applied"]
    assert QuizAttempt.objects.filter(percent=None).count() == 0
    assert QuizAttempt.objects.count() == len(ANSWERS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
NAMES = ["id", "ticket", "kind", "activity", "version", "occurred_at", "begun_at", "offline", "step", "attempt",
         "question", "values", "answers"]  # fmt: skip


@settings(max_examples=60)
@given(data=st.data())
def test_rubbish_in_any_field_breaks_nothing(cast, paired, step, answer, submit, data):
    """Each event is answered, in order, and what is rejected is not written."""
    bad = []
    for _number in range(data.draw(st.integers(1, 5))):
        said = dict(data.draw(st.sampled_from([step, answer, submit])), id=str(uuid.uuid4()))
        for name in data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)):
            said[name] = data.draw(JSON)
        bad.append(data.draw(st.sampled_from([said, said, said, data.draw(JSON)])))
    good = {**step, "id": str(uuid.uuid4())}
    results = send([*bad, good])
    assert len(results) == len(bad) + 1
    assert results[-1]["outcome"] == "applied"
    for said, row in zip(bad, results, strict=False):
        if row["outcome"] == "rejected" and row["reason"] != "id_taken":
            assert not isinstance(said, dict) or not isinstance(said.get("id"), str) or not written(said["id"])


def written(identity: str) -> bool:
    try:
        return LearningEvent.objects.filter(event_id=uuid.UUID(identity)).exists()
    except ValueError:
        return False


@settings(max_examples=60)
@given(said=JSON)
def test_any_json_is_answered(index, said):
    assert post(json.dumps(said).encode()).status_code == 400
    assert post(json.dumps(batch([said])).encode()).status_code == 200


@settings(max_examples=60)
@given(said=st.binary(max_size=200))
def test_any_bytes_are_answered(index, said):
    assert post(said).status_code == 400


def test_a_replayed_batch_changes_nothing(cast, paired, pages):
    events = [*reading(paired, cast.maja, pages[0]), *sitting(paired, cast.maja, pages[-1])]
    send(events)
    before = list(LearningEvent.objects.values()), list(QuizAttempt.objects.values())
    for _time in range(2):
        send(events)
    assert (list(LearningEvent.objects.values()), list(QuizAttempt.objects.values())) == before


def test_five_hundred_events_are_taken(cast, paired, step):
    if connection.vendor == "sqlite":
        assert len(json.dumps(batch([step] * 500))) < MOST_BYTES
    events = [{**step, "id": str(uuid.uuid4())} for _number in range(500)]
    assert outcomes(send(events)) == ["applied"] * 500


def test_a_step_that_no_version_has_waits_and_begins_the_course_alone(cast, paired, pages):
    stray = event(paired, cast.maja, pages[0], "step", step="inget-sådant")
    assert outcomes(send([stray])) == ["needs_review: unknown_step"]
