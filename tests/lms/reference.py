"""The same questions answered slowly and obviously, from the words of the design. Shares no code with the product."""

import datetime


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


def began(rule, job):
    """Back day by day for as long as some employment that the rule binds covers the day before."""
    day, before = job.start, [other for other in job.before if binds(rule, other)]
    while True:
        eve = day - datetime.timedelta(days=1)
        if not any(other.start <= eve and (other.end is None or eve <= other.end) for other in before):
            return day
        day = eve


def due(rule, job):
    """By a date or so many days after it began, whichever is later; nobody under fourteen days is late."""
    candidates = []
    if rule.due_on is not None:
        candidates.append(rule.due_on)
    if rule.due_days is not None:
        start = began(rule, job)
        if rule.valid_from > start:
            start = rule.valid_from
        candidates.append(start + datetime.timedelta(days=rule.due_days))
    if not candidates:
        return None
    candidates.append(began(rule, job) + datetime.timedelta(days=14))
    return sorted(candidates)[-1]


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


def has_worked_for_a_while(day, course, jobs, rules):
    """In some job that requires it, more than fourteen days ago."""
    for job in jobs:
        for rule in rules:
            if rule.course_id == course and binds(rule, job) and (day - began(rule, job)).days > 14:
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
    return (staff, course) in record.completions and has_worked_for_a_while(day, course, jobs, rules)


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
