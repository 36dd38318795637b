"""The leaders' part of the admin: its address, and the forms as a leader fills them in."""

import uuid

from django.utils.timezone import localdate

from tests.builders import course_of

BASE = "/admin/training"


def person_form(cast, **changes):
    return {
        "given_name": "Tuva", "family_name": "Nordin", "workplace": cast.brattfors.pk,
        "role": cast.roles["biträde"].pk, "kind": "employed", "start": localdate().isoformat(), "end": "",
        "email": "", "phone": "", **changes,
    }  # fmt: skip


def rule_form(course, **changes):
    return {
        "course": course_of(course).pk, "workplaces": [], "roles": [], "kinds": [], "due_on": "", "due_days": "30",
        "valid_from": localdate().isoformat(), **changes,
    }  # fmt: skip


def register_form(what, people_, **changes):
    return {
        "form_id": str(uuid.uuid4()), "what": what.pk, "on": localdate().isoformat(),
        "people": [person.pk for person in people_], **changes,
    }  # fmt: skip
