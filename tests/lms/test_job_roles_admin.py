"""Roles in the admin, and workplaces: what something names is not deleted under it."""

import pytest
from django.db.models import ProtectedError
from django.utils.timezone import localdate

from lms.models import JobRole
from lms.requirements.actions import end_requirement, require
from lms.workplaces.actions import add_workplace
from tests.builders import course_of


@pytest.mark.parametrize("used_by", ["an employment", "a rule", "a rule that has ended"])
def test_a_role_that_something_names_stays_and_the_leader_is_told(sign_in, cast, course, used_by):
    role = cast.roles["biträde"]
    if used_by != "an employment":
        role = JobRole.objects.create(name="Kafévärd")
        rule = require(course=course_of(course), valid_from=localdate(), roles=[role], actor=cast.ada)
        if used_by == "a rule that has ended":
            end_requirement(rule=rule, last_day=localdate(), actor=cast.ada)
    ada, path = sign_in("ada"), f"/admin/lms_job_roles/delete/{role.pk}/"
    for response in (ada.get(path, follow=True), ada.post(path, follow=True)):
        assert response.status_code == 200
        assert role.name in str(*response.context["messages"])
    with pytest.raises(ProtectedError):
        role.delete()
    assert JobRole.objects.filter(pk=role.pk).exists()


def test_a_role_that_nothing_names_is_deleted(sign_in, cast):
    role = JobRole.objects.create(name="Kafévärd")
    path = f"/admin/lms_job_roles/delete/{role.pk}/"
    assert sign_in("ada").get(path).status_code == 200
    sign_in("ada").post(path)
    assert not JobRole.objects.filter(pk=role.pk).exists()


def test_a_workplace_that_a_rule_names_is_not_deleted_under_it(cast, course):
    place = add_workplace(name="Tom", kind="service_point", parent=cast.kommun, actor=cast.ada)
    require(course=course_of(course), valid_from=localdate(), workplaces=[place], actor=cast.ada)
    with pytest.raises(ProtectedError):
        place.delete()
