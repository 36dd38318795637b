"""What a ledger entry tells of, as a sentence for a person's history."""

import datetime
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from ..models import LedgerEntry, StaffMember
from ..wording import and_list, day_text, ledger_words, part_text, why_not_counted
from .known import Known

#: Verbs of one act that are told as one: the rows share `act`.
ONE_ACT = (
    "course.voided",
    "completion.voided",
    "completion.moved",
    "completion.restored",
    "event.applied",
    "event.dismissed",
    "event.waits_again",
)

#: So many parts are told by name.
NAMED = 3


def sentence(entries: list[LedgerEntry], known: Known) -> str:
    """What `entries`, which belong to one act, tell of. An unknown verb is said as well as can be."""
    entry = entries[0]
    tell = TELL.get(entry.verb)
    if tell is None:
        return ledger_words(entry.verb)
    try:
        text = tell(entries, known)
    except (KeyError, ValueError):  # written before we noted so much, or what it names is gone
        return ledger_words(entry.verb)
    return " ".join((text, _("It came with a staff list."))) if entry.data.get("import") else text


def note(entries: list[LedgerEntry], known: Known) -> str:
    """The reason that was given, where one was. It stands at the row, never in the ledger."""
    entry = entries[0]
    kind, _colon, pk = entry.subject.partition(":")
    rows: dict[str, Any] = {
        "activitycompletion": known.parts_done,
        "coursecompletion": known.courses_done,
        "extraattempt": known.extra,
    }
    row = rows.get(kind, {}).get(int(pk))
    if row is None or entry.verb not in ("completion.voided", "course.voided", "attempt.given"):
        return ""
    return row.reason if kind == "extraattempt" else row.void_reason


def name_of(user: Any) -> str:
    """The full name of a user of whatever model; the user name where there is none."""
    full_name = getattr(user, "get_full_name", lambda: "")()
    return full_name or user.get_username()


def who(entry: LedgerEntry, person: StaffMember) -> str:
    if entry.actor and entry.actor_id != person.user_id:
        return name_of(entry.actor)
    if entry.actor or entry.verb in ("card.used", "link.used", "pin.set", "course.begun_again"):
        return person.given_name
    return _("the system")


# Out of an entry


def _row(entry: LedgerEntry, rows: dict[int, Any]) -> Any:
    return rows[int(entry.subject.partition(":")[2])]


def _day(entry: LedgerEntry, name: str) -> str:
    return day_text(datetime.date.fromisoformat(entry.data[name]))


def _parts(entries: list[LedgerEntry], known: Known) -> str:
    """The parts by name; many of one course by their number."""
    parts = [known.activities[entry.data["activity"]] for entry in entries if "activity" in entry.data]
    courses = {part.course_id for part in parts}
    if len(parts) > NAMED and len(courses) == 1:
        return _("%(number)s parts of “%(course)s”") % {
            "number": len(parts),
            "course": known.courses[courses.pop()].title,
        }
    return and_list([part_text(part) for part in parts])


def _course(entry: LedgerEntry, known: Known) -> str:
    return known.courses[entry.data["course"]].title


def _with_job(words: Callable[[], str]) -> Callable[[list[LedgerEntry], Known], str]:
    def tell(entries, known):
        job = _row(entries[0], known.jobs)
        days = {name: _day(entries[0], name) for name in ("last_day", "first_day", "start") if name in entries[0].data}
        return words() % {"workplace": job.workplace, "role": job.role, **days}

    return tell


def _with_course(words: Callable[[], str]) -> Callable[[list[LedgerEntry], Known], str]:
    def tell(entries, known):
        data = entries[0].data
        return words() % {"course": _course(entries[0], known), "day": _day(entries[0], "on") if "on" in data else ""}

    return tell


def _with_parts(words: Callable[[], str]) -> Callable[[list[LedgerEntry], Known], str]:
    def tell(entries, known):
        data = entries[0].data
        return words() % {"parts": _parts(entries, known), "day": _day(entries[0], "on") if "on" in data else ""}

    return tell


# Those that take more than a pattern


def _changed(entries, known):
    labels = {field.name: str(field.verbose_name) for field in StaffMember._meta.fields}
    names = [labels[name] for name in entries[0].data["fields"]]
    return _("Changed on the staff list: %(fields)s.") % {"fields": and_list(names)}


def _merged(entries, known):
    return _("Merged with the other row for %(name)s. It was the same person.") % {
        "name": known.people[entries[0].data["merged"]]
    }


def _moved_job(entries, known):
    entry = entries[0]
    return _("Moved from %(old)s to %(new)s, from %(day)s.") % {
        "old": known.jobs[entry.data["job"]].workplace,
        "new": _row(entry, known.jobs).workplace,
        "day": _day(entry, "first_day"),
    }


def _voided(entries, known):
    course = next((entry for entry in entries if entry.verb == "course.voided"), None)
    parts = _parts(entries, known)
    moved_to = known.people.get(entries[0].data.get("to", ""))
    names = {
        "course": _course(course, known) if course else "",
        "parts": parts,
        "name": known.person.given_name,
        "other": moved_to,
    }
    if moved_to and course:
        return _("“%(course)s” was moved to %(other)s: %(parts)s. It was not %(name)s.") % names
    if moved_to:
        return _("Moved to %(other)s: %(parts)s. It was not %(name)s.") % names
    if course and parts:
        return _("“%(course)s” is not completed any more. Taken back: %(parts)s.") % names
    if course:
        return _("“%(course)s” was taken back.") % names
    return _("Taken back: %(parts)s.") % names


def _moved_here(entries, known):
    giver = known.people.get(entries[0].data.get("from", ""))
    return _("Moved here, since it was recorded on %(other)s by mistake: %(parts)s.") % {
        "other": giver or _("another person"),
        "parts": _parts(entries, known),
    }


def _settled(words: Callable[[], str]) -> Callable[[list[LedgerEntry], Known], str]:
    """Several events of one part are told as one; and why they had waited, where that is known."""

    def tell(entries, known):
        one_each = {entry.data["activity"]: entry for entry in entries}
        reason = entries[0].data.get("reason", "")
        text = words() % {"parts": _parts(list(one_each.values()), known)}
        return " ".join(filter(None, [text, why_not_counted(reason)]))

    return tell


def _excused(entries, known):
    data = entries[0].data
    names = {
        "course": _("“%(course)s”") % {"course": _course(entries[0], known)} if data["course"] else _("all courses"),
        "from": _day(entries[0], "valid_from"),
        "to": _day(entries[0], "valid_to") if data["valid_to"] else "",
    }
    if names["to"]:
        return _("Excused from %(course)s from %(from)s to %(to)s.") % names
    return _("Excused from %(course)s from %(from)s until further notice.") % names


def _begun_again(entries, known):
    enrolment = _row(entries[0], known.enrolments)
    return _("Began “%(course)s” again.") % {"course": known.courses[enrolment.course_id].title}


def _rechecked(entries, known):
    done = _row(entries[0], known.courses_done)
    return _("“%(course)s” became completed because the course was changed.") % {
        "course": known.courses[done.course_id].title
    }


TELL: dict[str, Callable[[list[LedgerEntry], Known], str]] = {
    "staff.added": lambda entries, known: _("Put on the staff list."),
    "staff.changed": _changed,
    "staff.merged": _merged,
    "employment.added": _with_job(lambda: _("Employment added: %(workplace)s, %(role)s, from %(start)s.")),
    "employment.ended": _with_job(lambda: _("The employment at %(workplace)s was ended. Last day: %(last_day)s.")),
    "employment.moved": _moved_job,
    "employment.numbered": _with_job(lambda: _("Employer or employee id written for %(workplace)s.")),
    "employment.end_undone": _with_job(lambda: _("Undone: the employment at %(workplace)s goes on.")),
    "employment.move_undone": _with_job(lambda: _("The move was undone: works at %(workplace)s.")),
    "employment.voided": _with_job(lambda: _("The employment at %(workplace)s was taken away as a mistake.")),
    "card.issued": lambda entries, known: _("A login card was printed."),
    "card.used": lambda entries, known: _("Used the login card."),
    "card.withdrawn": lambda entries, known: _("The login card was cancelled."),
    "link.sent": lambda entries, known: _("A link to sign in was sent by e-mail."),
    "link.used": lambda entries, known: _("Signed in with the link from the e-mail."),
    "pin.set": lambda entries, known: _("Chose a PIN."),
    "pin.unlocked": lambda entries, known: _("The PIN was unlocked."),
    "account.created": lambda entries, known: _("Got a user account."),
    "attendance.recorded": _with_parts(lambda: _("Was at %(parts)s on %(day)s.")),
    "evidence.recorded": _with_course(lambda: _("Earlier training was recorded: “%(course)s”, done by %(day)s.")),
    "document.added": _with_course(lambda: _("A document was added that shows earlier training in “%(course)s”.")),
    "document.moved": _with_course(lambda: _("The document that shows earlier training in “%(course)s” came along.")),
    "document.left": _with_course(
        lambda: _("The document that shows earlier training in “%(course)s” went to the person it is about.")
    ),
    "completion.voided": _voided,
    "course.voided": _voided,
    "completion.moved": _moved_here,
    "completion.restored": _with_parts(lambda: _("Put back: %(parts)s.")),
    "course.begun_again": _begun_again,
    "course.rechecked": _rechecked,
    "progress.carried": _with_parts(lambda: _("What was done went along when it moved to another course: %(parts)s.")),
    "event.applied": _settled(lambda: _("Counted by decision: %(parts)s.")),
    "event.dismissed": _settled(lambda: _("Put aside, and does not count: %(parts)s.")),
    "event.waits_again": _settled(lambda: _("Waits for a decision again: %(parts)s.")),
    "attempt.given": _with_parts(lambda: _("Got one more attempt at %(parts)s.")),
    "attempt.taken_back": _with_parts(lambda: _("The extra attempt was taken back: %(parts)s.")),
    "paper.recorded": _with_parts(lambda: _("Wrote %(parts)s on paper on %(day)s. The answers were entered.")),
    "exemption.opened": _excused,
    "exemption.ended": lambda entries, known: (
        _("The exemption was ended. Last day: %(day)s.") % {"day": _day(entries[0], "last_day")}
    ),
    "exemption.end_undone": lambda entries, known: _("Undone: the exemption goes on."),
    "exemption.taken_back": lambda entries, known: _("The exemption was taken away as a mistake."),
    "certificate.issued": _with_course(lambda: _("The certificate for “%(course)s” was issued.")),
    "certificate.replaced": _with_course(lambda: _("The certificate for “%(course)s” was replaced by a new one.")),
    "certificate.revoked": _with_course(lambda: _("The certificate for “%(course)s” was revoked.")),
    "certificate.declined": _with_course(lambda: _("The certificate for “%(course)s” was not approved.")),
}
