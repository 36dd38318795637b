"""Why someone stands where they stand, and what comes next: whole sentences, the same for learner and leader."""

import datetime
from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from courses.models import Activity

from .requirements.rules import Part, Rule
from .status import Completion, Facts, HelpReason, Redo, Status, help_on, runs_out, status_on

#: Where what was done ends, or has ended.
ENDING = (Status.EXPIRING, Status.EXPIRED, Status.NOT_REQUIRED)


#: Day, month and year: "3 oktober 2026"; and without the year: "3 okt".
LONG_DAY, SHORT_DAY = "DATE_FORMAT", "j b"


def day_text(day: datetime.date) -> str:
    return day_in_words(day, LONG_DAY, get_language())


def short_day(day: datetime.date) -> str:
    return day_in_words(day, SHORT_DAY, get_language())


@lru_cache(maxsize=16384)
def day_in_words(day: datetime.date, form: str, _language: str | None) -> str:
    """In the language of now, which is named. Kept: a page of the matrix says thousands of days, many of them often."""
    return date_format(day, form)


def moment_text(moment: datetime.datetime) -> str:
    """When it is, counted from today: "at 14:20", "tomorrow at 14:20", "on 3 October 2026 at 14:20"."""
    local = timezone.localtime(moment)
    time = date_format(local, pgettext("time of day, as Django formats it", "H:i"))
    days = (local.date() - timezone.localdate()).days
    if days == 0:
        return _("at %(time)s") % {"time": time}
    if days == 1:
        return _("tomorrow at %(time)s") % {"time": time}
    return _("on %(day)s at %(time)s") % {"day": day_text(local.date()), "time": time}


def ago_text(moment: datetime.datetime) -> str:
    """How long ago it was, roughly: "just now", "3 minutes ago"."""
    if timezone.now() - moment < datetime.timedelta(minutes=1):
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(moment, depth=1)}


def part_text(activity: Activity) -> str:
    """Such as: the lesson “What is hosting?”."""
    words = {
        "lesson": _("the lesson “%(title)s”"),
        "quiz": _("the test “%(title)s”"),
        "workshop": _("the meetup “%(title)s”"),
    }
    return words[activity.kind] % {"title": activity.title}


def and_list(words: Sequence[str]) -> str:
    """One, two and three. Empty for nothing."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def quoted(titles: Iterable[str]) -> str:
    """Such as: “One” and “Two”."""
    return and_list([_("“%(title)s”") % {"title": title} for title in titles])


def opens_after(titles: Iterable[str]) -> str:
    return _("Opens when you are done with %(parts)s.") % {"parts": quoted(titles)}


def opens_after_courses(titles: Sequence[str]) -> str:
    words = ngettext(
        "Opens when you have completed the course %(courses)s.",
        "Opens when you have completed the courses %(courses)s.",
        len(titles),
    )
    return words % {"courses": quoted(titles)}


def why(day: datetime.date, facts: Facts) -> str:
    """Why the status is what it is on `day`."""
    status, done = status_on(day, facts), facts.completion
    if done and done.redo and (done.ends_by_redo or not runs_out(day, done)) and status in ENDING:
        counted = [_counted_through(done)] if done.through else []
        return " ".join([*counted, redo_text(day, done.redo)])
    if status in (Status.COMPLETE, Status.EXPIRING) and done and done.through:
        return _counts_through(done)
    if status in (Status.COMPLETE, Status.EXPIRING) and done:
        if done.valid_until is None:
            return _("Completed on %(day)s. It is valid with no end date.") % {"day": day_text(done.completed_on)}
        return _("Completed on %(day)s. It is valid to %(until)s.") % {
            "day": day_text(done.completed_on),
            "until": day_text(done.valid_until),
        }
    silence = _silence(day, facts)
    if status in (Status.EXPIRED, Status.NOT_REQUIRED, Status.RECOMMENDED) and done and done.valid_until:
        if done.through:
            return _("It counted through %(courses)s, but expired on %(until)s.") % {
                "courses": _sources_text(done),
                "until": day_text(done.valid_until),
            }
        return _("It was completed, but expired on %(until)s.") % {"until": day_text(done.valid_until)} + silence
    if status == Status.EXEMPT:
        return _("Excused at the moment, and not counted.")
    if status == Status.RECOMMENDED:
        return _("The course is recommended, and nobody is late with it.")
    if status == Status.NOT_REQUIRED:
        return _("No rule requires this course here.")
    if status == Status.NEEDS_HELP and facts.help is HelpReason.ATTEMPTS:
        return _("All attempts at the test are used up.")
    if status == Status.NEEDS_HELP and facts.help is HelpReason.REVIEW:
        return _("Something that was done could not be counted by itself, and waits for a decision.")
    if status == Status.OVERDUE and facts.due:
        late = (day - facts.due).days
        begun = _("It is begun but not completed.") if facts.started else _("It is not begun.")
        return (
            begun
            + " "
            + ngettext("It was due on %(due)s, %(days)s day ago.", "It was due on %(due)s, %(days)s days ago.", late)
            % {"due": day_text(facts.due), "days": late}
            + silence
        )
    begun = _("It is begun but not completed.") if facts.started else _("It is not begun.")
    if facts.due:
        return begun + silence + " " + _("It is due on %(due)s.") % {"due": day_text(facts.due)}
    return begun + silence


def _counts_through(done: Completion) -> str:
    said = _counted_through(done)
    if done.valid_until is None:
        return said + " " + _("It is valid with no end date.")
    return said + " " + _("It is valid to %(until)s.") % {"until": day_text(done.valid_until)}


def _counted_through(done: Completion) -> str:
    return _("It counts through %(courses)s.") % {"courses": _sources_text(done)}


def _sources_text(done: Completion) -> str:
    """Which courses counted, each with its day."""
    return and_list(
        [
            _("“%(course)s”, %(day)s") % {"course": source.course, "day": day_text(source.completed_on)}
            for source in done.through
        ]
    )


def redo_text(day: datetime.date, redo: Redo) -> str:
    """What is to be done again since the course has changed, and by when it is, or was."""
    parts = {"parts": and_list([part_text(part) for part in redo.parts]), "day": day_text(redo.by_when)}
    if day > redo.by_when:
        return (
            _("The course has changed since it was completed. This was to be done again by %(day)s: %(parts)s.") % parts
        )
    return _("The course has changed. This is to be done again by %(day)s: %(parts)s.") % parts


def _silence(day: datetime.date, facts: Facts) -> str:
    """Since when nothing has been heard of who is stuck, with a space before it; else nothing."""
    if help_on(day, facts) is not HelpReason.STUCK or not facts.heard_on:
        return ""
    words = ngettext(
        "Nothing has happened since %(heard)s, %(days)s day ago.",
        "Nothing has happened since %(heard)s, %(days)s days ago.",
        (day - facts.heard_on).days,
    )
    return " " + words % {"heard": day_text(facts.heard_on), "days": (day - facts.heard_on).days}


def what_next(
    status: Status,
    done: Completion | None = None,
    first: Sequence[str] = (),
    help_: HelpReason | None = None,
) -> str:
    """What comes next, as it is said to a leader: what they can do, or what the person does. What has changed is told.

    `first`: the courses that must be completed before this one opens; `help_`: what help is needed with.
    """
    if done and done.redo and status in (Status.EXPIRING, Status.EXPIRED):
        if done.redo.note:
            return _("What is new: %(note)s") % {"note": done.redo.note}
        return _("What has changed in the course needs to be done again.")
    if first and status in (Status.NOT_STARTED, Status.OVERDUE):
        words = ngettext("The course %(courses)s comes first.", "The courses %(courses)s come first.", len(first))
        return words % {"courses": quoted(first)}
    if help_ and status in (Status.NEEDS_HELP, Status.OVERDUE):
        return {
            HelpReason.ATTEMPTS: _("Go through the questions together, and give one more attempt."),
            HelpReason.REVIEW: _("Look at it, and decide whether it counts."),
            HelpReason.STUCK: _("Ask how it is going. A few quiet minutes at the tablet are often all it takes."),
        }[help_]
    return {
        Status.COMPLETE: _("Nothing needs to be done."),
        Status.EXPIRING: _("The course needs to be taken again before it expires."),
        Status.EXPIRED: _("The course needs to be taken again."),
        Status.EXEMPT: _("Nothing needs to be done as long as the exemption lasts."),
        Status.NOT_REQUIRED: _("Nothing needs to be done."),
        Status.RECOMMENDED: _("Suggest the course when there is time for it."),
        Status.NEEDS_HELP: _("Ask how it is going."),
        Status.OVERDUE: _("Agree on a quiet moment for the course this week. It can be taken a few minutes at a time."),
        Status.IN_PROGRESS: _("The next step is to go on with the course."),
        Status.NOT_STARTED: _("The next step is to begin the course. It can be taken a few minutes at a time."),
    }[status]


def what_the_shop_can_do(help_: HelpReason) -> str:
    """What a shop owner can do for who needs help."""
    return {
        HelpReason.ATTEMPTS: _("Ask the course leader to go through the questions and give one more attempt."),
        HelpReason.REVIEW: _("You need not do anything. The course leader decides whether it counts."),
        HelpReason.STUCK: _("Ask how it is going, and make room for a few quiet minutes at the tablet."),
    }[help_]


def who_must(rule: Rule) -> str:
    """Whom the rule binds, in words that fit the one who reads it. Of what they may choose, how much is enough."""
    if rule.part and rule.is_choice:
        return programme_text(rule.part)
    if rule.people or rule.has_exceptions:
        return _("Required of you.") if rule.mandatory else _("Recommended for you.")
    if not rule.mandatory:
        if rule.roles or rule.kinds:
            return _("Recommended for the work you do.")
        return _("Recommended for everyone at your workplace.") if rule.paths else _("Recommended for all staff.")
    if rule.paths and (rule.roles or rule.kinds):
        return _("Required for your work at your workplace.")
    if rule.roles or rule.kinds:
        return _("Required for the work you do.")
    if rule.paths:
        return _("Required for everyone at your workplace.")
    return _("Required for all staff.")


def rule_text(rule: Rule) -> str:
    """Whom the rule binds, as it is said to a leader: "Required of certain workplaces and named people, but …"."""
    whom = [
        *([_("certain workplaces")] if rule.paths else []),
        *([_("certain job roles")] if rule.roles else []),
        *([_("certain kinds of employment")] if rule.kinds else []),
        *([_("named people")] if rule.people else []),
    ]
    words = {"whom": and_list(whom) or _("all staff")}
    if rule.mandatory:
        said = _("Required of %(whom)s, with exceptions.") if rule.has_exceptions else _("Required of %(whom)s.")
    elif rule.has_exceptions:
        said = _("Recommended for %(whom)s, with exceptions.")
    else:
        said = _("Recommended for %(whom)s.")
    return " ".join([said % words, *([programme_text(rule.part)] if rule.part else [])])


def programme_text(part: Part) -> str:
    """Through which programme a course is asked for: "2 of 4 in the programme “First weeks” are enough."."""
    if not part.is_choice:
        return _("It is part of the programme “%(programme)s”.") % {"programme": part.programme}
    words = ngettext(
        "%(number)s of %(count)s in the programme “%(programme)s” is enough.",
        "%(number)s of %(count)s in the programme “%(programme)s” are enough.",
        part.at_least or 0,
    )
    return words % {"number": part.at_least, "count": len(part.courses), "programme": part.programme}


def ledger_words(verb: str) -> str:
    """What a ledger entry tells of, for a person's history. An unknown verb is shown as it is."""
    return {
        "staff.added": _("Added to the staff list"),
        "staff.changed": _("Name or contact changed"),
        "employment.added": _("Employment added"),
        "employment.ended": _("Employment ended"),
        "employment.numbered": _("Employer or employee id changed"),
        "card.issued": _("Login card printed"),
        "card.used": _("Login card used"),
        "link.sent": _("Link to sign in sent by e-mail"),
        "link.used": _("Link to sign in used"),
        "pin.set": _("PIN chosen"),
        "pin.unlocked": _("PIN unlocked"),
        "account.created": _("User account created"),
        "attendance.recorded": _("Attendance recorded"),
        "evidence.recorded": _("Earlier training recorded"),
        "paper.recorded": _("Test on paper entered"),
        "completion.voided": _("Completed part taken back"),
        "completion.moved": _("Completed part moved here"),
        "course.voided": _("Completed course taken back"),
        "course.begun_again": _("Course begun again"),
        "course.rechecked": _("Course completed because the course changed"),
        "progress.carried": _("Progress moved with a part to another course"),
        "event.applied": _("Counted by decision"),
        "event.dismissed": _("Put aside, and does not count"),
        "event.waits_again": _("Waits for a decision again"),
        "exemption.opened": _("Excused"),
        "exemption.ended": _("Exemption ended"),
        "certificate.issued": _("Certificate issued"),
        "certificate.replaced": _("Certificate replaced"),
        "certificate.revoked": _("Certificate revoked"),
        "certificate.letter_asked": _("Certificate to be sent by e-mail"),
        "certificate.letter_sent": _("Certificate sent by e-mail"),
        "certificate.letter_failed": _("Certificate could not be sent by e-mail"),
        "certificate.declined": _("Certificate not approved"),
    }.get(verb, verb)


def why_not_counted(reason: str) -> str:
    """Why something that was reported waits for a leader. An unknown reason is shown as it is."""
    return {
        "withdrawn": _("The part was not published when it was done."),
        "unknown_step": _("The lesson has changed, and that step is not in it."),
        "unknown_version": _("It is not known what the test looked like then."),
        "unknown_attempt": _("It belongs to an attempt at the test that is not known."),
        "unknown_question": _("The question is not in that test."),
        "handed_in": _("The test was handed in already."),
        "id_taken": _("The tablet gave the same number to two different attempts."),
        "attempts_used_up": _("All attempts at the test are used up."),
        "must_wait": _("The test was begun before the pause between two attempts was over."),
        "not_for_them": _("The course is not for this person."),
        "old_ticket": _("It lay on the tablet for more than 30 days before it came in."),
        "unpaired_tablet": _("The tablet was disconnected before it had sent it."),
    }.get(reason, reason)


def what_can_be_done(reason: str) -> str:
    """What a leader can do about what waits for that reason. Empty for an unknown one."""
    new_test = _("Put it aside, and ask the person to take the test again.")
    return {
        "withdrawn": _("Count it if what was learned is still good."),
        "unknown_step": _("Put it aside. The person reads the lesson as it is now."),
        "unknown_version": new_test,
        "unknown_attempt": new_test,
        "unknown_question": new_test,
        "id_taken": new_test,
        "handed_in": _("Put it aside. What was handed in first is what counts."),
        "attempts_used_up": _("Count it, and the person gets one more attempt for it."),
        "must_wait": _("Count it if the pause does not matter here."),
        "not_for_them": _("Count it if the person is to take the course all the same."),
        "old_ticket": _("Ask the person whether the time is right, and count it."),
        "unpaired_tablet": _("Count it if you know that the tablet was still the shop’s then."),
    }.get(reason, "")


def minutes_text(minutes: int) -> str:
    if minutes < 90:
        return ngettext("about %(minutes)s minute", "about %(minutes)s minutes", minutes) % {"minutes": minutes}
    hours = round(minutes / 60)
    return ngettext("about %(hours)s hour", "about %(hours)s hours", hours) % {"hours": hours}


def what_is_left(lessons: int, tests: int, meetups: int) -> str:
    """Such as "2 lessons and the knowledge test left." Empty when nothing is."""
    parts = []
    if lessons:
        parts.append(ngettext("%(number)s lesson", "%(number)s lessons", lessons) % {"number": lessons})
    if tests == 1:
        parts.append(_("the knowledge test"))
    elif tests:
        parts.append(_("%(number)s knowledge tests") % {"number": tests})
    if meetups:
        parts.append(ngettext("%(number)s meetup", "%(number)s meetups", meetups) % {"number": meetups})
    if not parts:
        return ""
    if len(parts) == 1:
        return _("%(one)s left") % {"one": parts[0]}
    return _("%(first)s and %(last)s left") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}
