"""The same questions answered slowly and obviously, from the words of the design. Shares no code with the product."""

import datetime

from lms import matrix  # for the shape of an answer alone


def binds(rule, job):
    if rule.paths:
        under = False
        for path in rule.paths:
            if job.path[: len(path)] == path:
                under = True
        if not under:
            return False
    if rule.roles and job.role_id not in rule.roles:
        return False
    return not rule.kinds or job.kind in rule.kinds


def bound_on(rule, job, day):
    """Whether, on that day, the rule had begun and the job or one before it that the rule binds was going on."""
    if day < rule.valid_from:
        return False
    for other in [job, *job.before]:
        end = getattr(other, "end", None)
        if binds(rule, other) and other.start <= day and (end is None or day <= end):
            return True
    return False


def first_day(rule, job):
    """The first day of the unbroken row of days that the rule has bound the person, up to this job."""
    day = rule.valid_from if rule.valid_from > job.start else job.start
    while bound_on(rule, job, day - datetime.timedelta(days=1)):
        day -= datetime.timedelta(days=1)
    return day


def due(rule, job):
    """By a date or so many days after it began to bind, whichever is later; and nobody is late in the first fourteen
    days that a rule binds them."""
    if rule.due_on is None and rule.due_days is None:
        return None
    last_day = first_day(rule, job) + datetime.timedelta(days=14)
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
            if rule.course_id == course and binds(rule, job):
                found = True
                dates.append(due(rule, job))
    known = sorted(date for date in dates if date is not None)
    return found, (known[0] if known else None)


def has_been_bound_for_a_while(day, course, jobs, rules):
    """Some rule has required it of some job for more than fourteen days."""
    for job in jobs:
        for rule in rules:
            if rule.course_id == course and binds(rule, job) and (day - first_day(rule, job)).days > 14:
                return True
    return False


def status(day, staff, course, jobs, rules, record):
    must, last_day = required(course, jobs, rules)
    done = record.completions.get((staff, course))
    if done is not None:
        if done.valid_until is None:
            return "complete"
        if day <= done.valid_until:
            return "expiring" if (done.valid_until - day).days < 60 else "complete"
    excused = record.exempt.get(staff, set())
    if None in excused or course in excused:
        return "exempt"
    if not must:
        return "in_progress" if (staff, course) in record.started else "not_required"
    if (staff, course) in record.out_of_attempts:
        return "needs_help"
    if done is not None:
        return "expired"
    if last_day is not None and day > last_day:
        return "overdue"
    return "in_progress" if (staff, course) in record.started else "not_started"


def late(day, staff, course, jobs, rules, record):
    must, last_day = required(course, jobs, rules)
    if not must or status(day, staff, course, jobs, rules, record) in ("complete", "expiring", "exempt"):
        return False
    if last_day is not None and day > last_day:
        return True
    return (staff, course) in record.completions and has_been_bound_for_a_while(day, course, jobs, rules)


def person_outcome(day, staff, jobs, rules, courses, record):
    """(counted, trained, late) for one person over the given jobs."""
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
        elif any(required(course, all_jobs, rules)[0] for course in courses):
            result.excused += 1
        else:
            result.not_required += 1
    return result


def outcomes(day, staff, jobs, rules, courses, record):
    """Course to (done, late, soon to expire), of those that count."""
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
