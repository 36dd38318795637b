"""Which courses of a programme are required of somebody, where it asks for some of them and not for all. Pure.

Every place that says what is required asks here, and by three steps: what a job asks (`asked_of`), what several jobs of
somebody ask together (`merge`), and what of it is required of them, who have done what they have done (`settle`).
"""

from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any, NamedTuple

from .rules import Duty, Job, Part, Rule, add_duty, applies, duty_of, merge_duties


class Choice(NamedTuple):
    """The courses of a programme, and what would be asked about each if it were chosen."""

    part: Part
    duties: dict[int, Duty]


class Asked(NamedTuple):
    """What rules ask, whatever one has done; and by programme that of which some is enough."""

    always: dict[int, Duty]
    choices: dict[Any, Choice]

    @property
    def courses(self) -> set[int]:
        """All that is asked about, chosen or not."""
        return self.always.keys() | {course for choice in self.choices.values() for course in choice.duties}


class Stand(NamedTuple):
    """How it is with a course: completed so that it counts on the day; completed at any time; excused from."""

    trained: bool
    ever: bool
    excused: bool


def asked_of(job: Job, rules: Iterable[Rule]) -> Asked:
    """What `job` asks. Where rules meet, the earliest due date wins."""
    asked = Asked({}, {})
    for rule in rules:
        if applies(rule, job):
            duties = asked.always
            if rule.is_choice and rule.part:
                duties = asked.choices.setdefault(rule.part.programme, Choice(rule.part, {})).duties
            add_duty(duties, rule.course_id, duty_of(rule, job))
    return asked


def programmes_asked_of(jobs: Sequence[Job], rules: Iterable[Rule]) -> list[Part]:
    """The programmes that are demanded of whoever has these `jobs`, each once."""
    about = [rule for rule in rules if rule.part and rule.mandatory]
    return list({rule.part: None for rule in about if rule.part and any(applies(rule, job) for job in jobs)})


def merge(each: Iterable[Asked]) -> Asked:
    """What several jobs ask of one person."""
    told = list(each)
    if len(told) == 1:
        return told[0]
    choices: dict[Any, list[Choice]] = {}
    for asked in told:
        for programme, choice in asked.choices.items():
            choices.setdefault(programme, []).append(choice)
    return Asked(
        merge_duties(asked.always for asked in told),
        {
            programme: Choice(some[0].part, merge_duties(choice.duties for choice in some))
            for programme, some in choices.items()
        },
    )


def settle(asked: Asked, stand: Callable[[int], Stand]) -> dict[int, Duty]:
    """What is required and recommended of somebody: course id to duty. `stand` says how it is with a course.

    What is left out of a programme is recommended.
    """
    if not asked.choices:
        return asked.always
    duties = dict(asked.always)
    mandatory = {course for course, duty in asked.always.items() if duty.mandatory}
    for part, options in asked.choices.values():
        required = _required(part, mandatory, stand)
        for course, duty in options.items():
            add_duty(duties, course, duty if course in required else duty._replace(due=None, mandatory=False))
    return duties


def left_out_of(asked: Asked, stand: Callable[[int], Stand], course: int) -> set[Any]:
    """The programmes that have `course`, and of which somebody may leave it out: what is required is others."""
    mandatory = {course for course, duty in asked.always.items() if duty.mandatory}
    return {
        programme
        for programme, choice in asked.choices.items()
        if course in choice.duties and course not in _required(choice.part, mandatory, stand)
    }


def _required(part: Part, mandatory: Container[int], stand: Callable[[int], Stand]) -> set[int]:
    """Which courses of a programme are required of somebody of whom those that are `mandatory` are required anyway."""
    bits = {course: 1 << number for number, course in enumerate(part.courses)}
    trained = otherwise = ever = excused = 0
    for course, bit in bits.items():
        its = stand(course)
        trained |= bit * its.trained
        otherwise |= bit * (course in mandatory)
        ever |= bit * its.ever
        excused |= bit * its.excused
    required = choose(
        part.at_least or 0,
        list(bits.values()),
        trained=trained,
        otherwise=otherwise,
        ever=ever,
        excused=excused,
    )
    return {course for course, bit in bits.items() if bit & required}


def choose(number: int, options: Sequence[int], *, trained: int, otherwise: int, ever: int, excused: int) -> int:
    """Which of `options`, each a bit, in the programme's order, are required; the other sets are masks of such bits.

    So many as `number`: those that are completed, then those that are required `otherwise`, then those that were
    completed once, then the first. Besides, what one is excused from stays required, and counts nowhere.
    """
    found = excused & ~trained & sum(options)
    for wanted in (trained, otherwise & ~excused, ever & ~excused, ~excused):
        for bit in options:
            if number and bit & wanted & ~found:
                found |= bit
                number -= 1
    return found


def chosen_among_with(courses: Iterable[int], rules: Iterable[Rule]) -> list[int]:
    """The other courses that have a say in which of `courses` are required: those that one chooses among with them."""
    asked = set(courses)
    found = {
        course: None
        for rule in rules
        if rule.is_choice and rule.part and rule.course_id in asked
        for course in rule.part.courses
    }
    return [course for course in found if course not in asked]


def rules_about(courses: Iterable[int], rules: Sequence[Rule]) -> list[Rule]:
    """Those that have a say in what is required of `courses`: about them, and about what is chosen among with them."""
    asked = set(courses)
    asked.update(chosen_among_with(asked, rules))
    return [rule for rule in rules if rule.course_id in asked]
