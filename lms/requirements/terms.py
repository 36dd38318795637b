"""What a rule says: whom it binds, whom it leaves out, and by when. Its days, and who made it, are not among them."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..models import EmploymentKind, JobRole, Requirement, RequirementTarget, StaffMember, Workplace
from .rules import DAYS_OF_GRACE

#: What a target may be, and how it is known in the ledger: by no name.
TARGETS = {"workplace": "uuid", "role": "pk", "staff": "uuid"}


@dataclass(frozen=True)
class Terms:
    """With nothing chosen a rule binds everyone. Workplaces, roles and kinds narrow each other; people are bound
    besides, or alone where nothing else is chosen. What is excepted is never bound."""

    workplaces: Iterable[Workplace] = ()
    roles: Iterable[JobRole] = ()
    kinds: Iterable[str] = ()
    people: Iterable[StaffMember] = ()
    except_workplaces: Iterable[Workplace] = ()
    except_roles: Iterable[JobRole] = ()
    except_kinds: Iterable[str] = ()
    except_people: Iterable[StaffMember] = ()
    mandatory: bool = True
    due_on: datetime.date | None = None
    due_days: int | None = None
    grace_days: int = DAYS_OF_GRACE

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Iterable) and not isinstance(value, tuple):
                object.__setattr__(self, field.name, tuple(value))  # what is a query is asked once

    def targets(self) -> list[tuple[str, bool, Any]]:
        """Each workplace, role and person that is named: (what, whether it is excepted, the row)."""
        named = {"workplace": "workplaces", "role": "roles", "staff": "people"}
        return [
            (what, excepted, row)
            for what, name in named.items()
            for excepted in (False, True)
            for row in getattr(self, f"except_{name}" if excepted else name)
        ]

    def check(self, since: datetime.date) -> None:
        """Raise ValidationError where a rule that has held since that day could never bind anyone in time."""
        if unknown := {*self.kinds, *self.except_kinds} - set(EmploymentKind.values):
            raise ValidationError(
                _("Unknown kind of employment: %(kinds)s"), params={"kinds": ", ".join(sorted(unknown))}
            )
        if self.due_on and self.due_on < since:
            raise ValidationError(
                {"due_on": _("The due date lies before the day the requirement begins. Choose a later date.")}
            )
        for name in ("workplaces", "roles", "kinds", "people"):
            excepted = f"except_{name}"
            if both := set(getattr(self, name)) & set(getattr(self, excepted)):
                words = _("%(name)s cannot be both chosen and left out. Remove one of the two.")
                raise ValidationError({excepted: words % {"name": min(map(str, both))}})

    def write(self, rule: Requirement) -> Requirement:
        """Save `rule` as a new row with these terms. Not a row for anyone whom it binds, but those whom it names."""
        rule.kinds, rule.except_kinds = list(self.kinds), list(self.except_kinds)
        rule.mandatory, rule.grace_days = self.mandatory, self.grace_days
        rule.due_on, rule.due_days = self.due_on, self.due_days
        rule.save(force_insert=True)
        RequirementTarget.objects.bulk_create(
            RequirementTarget(requirement=rule, excepted=excepted, **{what: row})
            for what, excepted, row in self.targets()
        )
        return rule

    def for_ledger(self) -> dict[str, Any]:
        """JSON-ready, and without names."""
        told: dict[str, Any] = {
            "workplaces": [],
            "roles": [],
            "people": [],
            "kinds": list(self.kinds),
            "except_kinds": list(self.except_kinds),
            "mandatory": self.mandatory,
            "due_on": str(self.due_on or ""),
            "due_days": self.due_days,
            "grace_days": self.grace_days,
        }
        names = {"workplace": "workplaces", "role": "roles", "staff": "people"}
        for what, excepted, row in self.targets():
            known = getattr(row, TARGETS[what])
            name = f"except_{names[what]}" if excepted else names[what]
            told.setdefault(name, []).append(known if isinstance(known, int) else str(known))
        return told


def terms_of(rule: Requirement) -> Terms:
    """What a rule says now. Its targets in one query, with what they name."""
    targets = list(rule.targets.select_related("workplace", "role", "staff").order_by("pk"))

    def named(what: str, *, excepted: bool = False) -> tuple[Any, ...]:
        found = (getattr(target, what) for target in targets if target.excepted is excepted)
        return tuple(row for row in found if row is not None)

    return Terms(
        workplaces=named("workplace"),
        roles=named("role"),
        kinds=tuple(rule.kinds),
        people=named("staff"),
        except_workplaces=named("workplace", excepted=True),
        except_roles=named("role", excepted=True),
        except_kinds=tuple(rule.except_kinds),
        except_people=named("staff", excepted=True),
        mandatory=rule.mandatory,
        due_on=rule.due_on,
        due_days=rule.due_days,
        grace_days=rule.grace_days,
    )
