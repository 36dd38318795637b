from django.contrib.auth.models import Group
from django.db.models.signals import post_save
from django.utils import timezone

from lms.signals import course_completed, course_completion_voided, staff_erased, staff_merged


def connect_signal_handlers():
    course_completed.connect(on_course_completed, dispatch_uid="lms_certificates.completed")
    course_completion_voided.connect(on_completion_voided, dispatch_uid="lms_certificates.voided")
    staff_erased.connect(on_staff_erased, dispatch_uid="lms_certificates.erased")
    staff_merged.connect(on_staff_merged, dispatch_uid="lms_certificates.merged")
    post_save.connect(on_group_saved, sender=Group, dispatch_uid="lms_certificates.group")


def on_group_saved(sender, instance, created, raw, **kwargs):
    """The group of those who lead the project, or courses, is made when there is a first of them."""
    from lms.workplaces.actions import GROUPS

    from .template_admin.permissions import let_leaders_design

    if created and not raw and instance.name in GROUPS.values():
        let_leaders_design(instance)


def on_course_completed(sender, completion, **kwargs):
    """What comes by itself: of the course, of the programmes that are done with it, of the shop."""
    from . import programmes, workplaces
    from .issuing import issue
    from .models import How
    from .rules import Rules

    rules = Rules.read(course=completion.course_id)
    rule = rules.of(completion.course)
    if rule.how == How.AUTOMATIC:
        issue(completion=completion, on=timezone.localdate(completion.recorded_at), rule=rule)
    programmes.settle(staff=completion.staff, course=completion.course_id, rules=rules)
    for workplace in workplaces.due_by_itself(workplaces.where_they_work(completion.staff), rules=rules):
        workplaces.issue_by_itself(workplace=workplace, rules=rules)


def on_completion_voided(sender, completion, **kwargs):
    from . import programmes
    from .issuing import revoke
    from .models import RevocationReason

    for certificate in completion.certificates.current():
        revoke(certificate=certificate, reason=RevocationReason.VOIDED, actor=None)
    programmes.take_back(completion=completion)


def on_staff_erased(sender, staff, actor, **kwargs):
    from .issuing import erase_holder

    return erase_holder(staff=staff, actor=actor)


def on_staff_merged(sender, kept, gone, **kwargs):
    """They are the same person's; what is printed on them stays as it was."""
    from . import programmes
    from .models import Certificate, Declined

    programmes.join(kept=kept, gone=gone)
    Certificate.objects.filter(staff=gone).update(staff=kept)
    said_no = Declined.objects.filter(staff=kept, programme__isnull=False).values("programme")
    Declined.objects.filter(staff=gone, programme__in=list(said_no.values_list("programme", flat=True))).delete()
    Declined.objects.filter(staff=gone).update(staff=kept)
    programmes.settle(staff=kept)
