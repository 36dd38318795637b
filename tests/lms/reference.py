"""The same questions answered slowly and obviously, from the words of the design. Shares no code with the product."""

import dataclasses
import datetime

from lms import matrix  # for the shape of an answer alone


def is_under(path, others):
    return any(path[: len(other)] == other for other in others)


def binds(rule, job, staff):
    """What a rule leaves out it never binds. Named people it binds; and whoever meets all its limits, if it has any or
    names nobody."""
    if is_under(job.path, rule.except_paths) or job.role_id in rule.except_roles or job.kind in rule.except_kinds:
        return False
    if staff in rule.except_people:
        return False
    if staff in rule.people:
        return True
    if rule.people and not rule.paths and not rule.roles and not rule.kinds:
        return False
    if rule.paths and not is_under(job.path, rule.paths):
        return False
    if rule.roles and job.role_id not in rule.roles:
        return False
    return not rule.kinds or job.kind in rule.kinds


def bound_on(rule, job, day):
    """Whether on that day the rule, as it was then, held and bound the person by this job or one before it.

    What was only recommended bound nobody to what is demanded now, and what could be left out neither.
    """
    for row in [rule, *rule.before]:
        if rule.mandatory and not row.mandatory:
            continue
        if rule.mandatory and asked_for_fewer(row, rule):
            continue
        if day < row.valid_from or (row is not rule and row.valid_to is not None and day > row.valid_to):
            continue
        for other in [job, *job.before]:
            end = getattr(other, "end", None)
            if binds(row, other, job.staff_id) and other.start <= day and (end is None or day <= end):
                return True
    return False


def is_choice(rule):
    """It is about one of several courses, and not all of them are demanded."""
    return rule.mandatory and rule.part and rule.part.at_least and rule.part.at_least < len(rule.part.courses)


def asked_for_fewer(row, rule):
    return is_choice(row) and not (is_choice(rule) and rule.part.at_least <= row.part.at_least)


def settled(day, staff, jobs, rules, record):
    """The same rules for this person, by these jobs: what they may leave out of a programme is only recommended."""
    found = []
    for rule in rules:
        theirs = is_choice(rule) and any(binds(rule, job, staff) for job in jobs)
        if theirs and rule.course_id in left_out(day, staff, rule.part, jobs, rules, record):
            rule = dataclasses.replace(rule, mandatory=False)
        found.append(rule)
    return found


def left_out(day, staff, part, jobs, rules, record):
    """Of the courses of a programme that they need not take: all but the first so many, in the order in which those
    are chosen that are completed, that they must take anyway, that they completed once, and that stand first."""
    plain = [rule for rule in rules if rule.mandatory and not is_choice(rule)]
    must = {rule.course_id for rule in plain for job in jobs if binds(rule, job, staff)}
    excused = record.exempt.get(staff, set())
    done, anyway, once, rest = [], [], [], []
    for course in part.courses:
        completion = record.completions.get((staff, course))
        if completion is not None and status(day, staff, course, [], [], record) in ("complete", "expiring"):
            done.append(course)
        elif None in excused or course in excused:
            continue
        elif course in must:
            anyway.append(course)
        elif completion is not None:
            once.append(course)
        else:
            rest.append(course)
    return [*done, *anyway, *once, *rest][part.at_least :]


def first_day(rule, job):
    """The first day of the unbroken row of days that the rule has bound the person, up to this job."""
    day = rule.valid_from if rule.valid_from > job.start else job.start
    while bound_on(rule, job, day - datetime.timedelta(days=1)):
        day -= datetime.timedelta(days=1)
    return day


def due(rule, job):
    """By a date or so many days after it began to bind, whichever is later; and nobody is late in the days of grace
    from when it bound them. What is recommended is never due."""
    if not rule.mandatory or (rule.due_on is None and rule.due_days is None):
        return None
    last_day = first_day(rule, job) + datetime.timedelta(days=rule.grace_days)
    if rule.due_days is not None:
        last_day = max(last_day, first_day(rule, job) + datetime.timedelta(days=rule.due_days))
    if rule.due_on is not None:
        last_day = max(last_day, rule.due_on)
    return last_day


def required(course, jobs, rules):
    """(is it required by any job, the earliest due date or None)."""
    dates, found = [], False
    for job in jobs:
        for rule in rules:
            if rule.mandatory and rule.course_id == course and binds(rule, job, job.staff_id):
                found = True
                dates.append(due(rule, job))
    known = sorted(date for date in dates if date is not None)
    return found, (known[0] if known else None)


def recommended(course, jobs, rules):
    """Some rule recommends it, and none demands it."""
    asks = [rule for rule in rules for job in jobs if rule.course_id == course and binds(rule, job, job.staff_id)]
    return len(asks) > 0 and not any(rule.mandatory for rule in asks)


def has_been_bound_for_a_while(day, course, jobs, rules):
    """Some rule has required it of some job for more than its days of grace."""
    for job in jobs:
        for rule in rules:
            asks = rule.mandatory and rule.course_id == course and binds(rule, job, job.staff_id)
            if asks and (day - first_day(rule, job)).days > rule.grace_days:
                return True
    return False


def status(day, staff, course, jobs, rules, record):
    rules = settled(day, staff, jobs, rules, record)
    must, last_day = required(course, jobs, rules)
    done = record.completions.get((staff, course))
    if done is not None:
        last = done.valid_until
        if done.redo is not None and (last is None or done.redo.by_when < last):
            last = done.redo.by_when
        if last is None:
            return "complete"
        if day <= last:
            if done.redo is not None:
                return "expiring"
            opens = done.renewable_from or done.valid_until - datetime.timedelta(days=59)
            return "expiring" if day >= opens else "complete"
    excused = record.exempt.get(staff, set())
    if None in excused or course in excused:
        return "exempt"
    if not must:
        if (staff, course) in record.started:
            return "in_progress"
        return "recommended" if recommended(course, jobs, rules) else "not_required"
    help_wanted = record.help[staff, course].reason if (staff, course) in record.help else None
    if help_wanted in ("attempts", "review"):
        return "needs_help"
    if done is not None:
        return "expired"
    if last_day is not None and day > last_day:
        return "overdue"
    if help_wanted == "stuck" and has_been_bound_for_a_while(day, course, jobs, rules):
        return "needs_help"
    return "in_progress" if (staff, course) in record.started else "not_started"


def late(day, staff, course, jobs, rules, record):
    rules = settled(day, staff, jobs, rules, record)
    must, last_day = required(course, jobs, rules)
    if not must or status(day, staff, course, jobs, rules, record) in ("complete", "expiring", "exempt"):
        return False
    if last_day is not None and day > last_day:
        return True
    return (staff, course) in record.completions and has_been_bound_for_a_while(day, course, jobs, rules)


def person_outcome(day, staff, jobs, rules, courses, record):
    """(counted, trained, late) for one person over the given jobs."""
    rules = settled(day, staff, jobs, rules, record)
    counted, trained, is_late = False, True, False
    for course in courses:
        must, _date = required(course, jobs, rules)
        word = status(day, staff, course, jobs, rules, record)
        if must and word != "exempt":
            counted = True
            if word not in ("complete", "expiring"):
                trained = False
            if late(day, staff, course, jobs, rules, record):
                is_late = True
    return counted, counted and trained, counted and is_late


# Which completions count for which courses


def everything_that_counts(own, equivalences, until_of):
    """All (course, completed on, valid until, to be done again by) that somebody has, by asking again and again until
    nothing is new.

    `own` is a list of the same; `until_of(course, day, until before)` is the last day by the course's own rule.
    """
    far = datetime.date.max
    known = set()
    for day in sorted({on for _course, on, _until, _again in own}):
        known |= {row for row in own if row[1] == day}
        news = True
        while news:
            news = False
            for each in equivalences:
                best = {
                    source: max(
                        (
                            (min(until or far, again or far), again is None, on, until or far, again or far)
                            for course, on, until, again in known
                            if course == source
                        ),
                        default=None,
                    )
                    for source in each.sources
                }
                if None in best.values():
                    continue
                if each.kind == "counts":
                    last = max(on for _ends, _as_it_is, on, _until, _again in best.values())
                    first_end = min(until for *_rest, until, _again in best.values())
                    first_again = min(again for *_rest, again in best.values())
                    ends = [None if first == far else first for first in (first_end, first_again)]
                    rows = {(each.target, last, *ends)}
                else:
                    [source] = each.sources
                    before = [until or far for course, on, until, _again in known if course == each.target and on < day]
                    agains = [again for course, on, _until, again in known if (course, on) == (source, day)]
                    until = until_of(each.target, day, max(before)) if before else None
                    rows = {(each.target, day, until, again) for again in agains} if before else set()
                if not rows <= known:
                    known |= rows
                    news = True
    return known


def totals(day, jobs, courses, rules, record):
    """The sums, one cell after the other: what `lms.tally` finds with masks."""
    result = matrix.Totals(by_course={course: matrix.Share() for course in courses})
    own = {}
    for job in jobs:
        own.setdefault(job.staff_id, []).append(job)
        share = result.by_workplace.setdefault(job.workplace_id, matrix.Share())
        cells = outcomes(day, job.staff_id, [job], rules, courses, record)
        for course, cell in cells.items():
            add(result.by_workplace_course.setdefault((job.workplace_id, course), matrix.Share()), [cell])
        add(share, cells.values())
    for staff, all_jobs in own.items():
        cells = outcomes(day, staff, all_jobs, rules, courses, record)
        for course, cell in cells.items():
            add(result.by_course[course], [cell])
        add(result.people, cells.values())
        if cells:
            if not all(done for done, _late, _expiring in cells.values()):
                result.missing.append(staff)
            if any(is_late for _done, is_late, _expiring in cells.values()):
                result.late.append(staff)
        elif any(required(course, all_jobs, settled(day, staff, all_jobs, rules, record))[0] for course in courses):
            result.excused += 1
        else:
            result.not_required += 1
    return result


def outcomes(day, staff, jobs, rules, courses, record):
    """Course to (done, late, soon to expire), of those that count."""
    rules = settled(day, staff, jobs, rules, record)
    found = {}
    for course in courses:
        word = status(day, staff, course, jobs, rules, record)
        if required(course, jobs, rules)[0] and word != "exempt":
            is_late = late(day, staff, course, jobs, rules, record)
            found[course] = word in ("complete", "expiring"), is_late, word == "expiring"
    return found


def add(share, cells):
    """Someone for whom `cells` count, if there are any."""
    cells = list(cells)
    if cells:
        share.counted += 1
        share.done += all(done for done, _late, _expiring in cells)
        share.late += any(is_late for _done, is_late, _expiring in cells)
        share.expiring += any(expiring for _done, _late, expiring in cells)
