from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.access import may_lead
from lms.models import StaffImport
from lms.staff_lists import actions, register
from lms.staff_lists.draft import BOTH, MOVE, NEW, SAME, Answers
from lms.staff_lists.plan import Group, Plan
from lms.staff_lists.problems import Problem, UnreadableError
from lms.staff_lists.words import group_line, options_in_words, problem_line, question_words, what_changes


class Command(BaseCommand):
    help = (
        "Read in a staff list (CSV or XLSX). All of it or, if one cell is wrong, nothing. The same file again changes "
        "nothing; whoever is missing from it is left alone. Where the list leaves it open who somebody is, nothing is "
        "read in before --same-name and --other-workplace say what holds for all such rows."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Say what would change, and change nothing.")
        parser.add_argument(
            "--same-name",
            choices=[SAME, NEW],
            default="",
            help="Who has the name of somebody on the staff list: the same person, or somebody new.",
        )
        parser.add_argument(
            "--other-workplace",
            choices=[MOVE, BOTH],
            default="",
            help="Who begins at one workplace and has a job at another: moves, or works at both.",
        )
        parser.add_argument("--user", default="", help="Who reads it in: sees and changes only what that leader may.")

    def handle(self, *, file, dry_run, same_name, other_workplace, user, **options):
        leader = self._leader(user)
        answers = Answers(who=same_name, where=other_workplace)
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(_("The file %(file)s cannot be read.") % {"file": file}) from error
        try:
            staff_list, plan = actions.look_at(content, user=leader, answers=answers, tell=self._progress)
        except UnreadableError as error:
            raise self._refusal(error.problems) from error
        if staff_list.not_read:
            self.stdout.write(_("These columns are not read: %(names)s.") % {"names": ", ".join(staff_list.not_read)})
        if plan.problems:
            raise self._refusal(plan.problems)
        self._say(plan)
        if plan.questions:
            raise CommandError(
                _("Nothing has been read in. Answer with --same-name and --other-workplace, or in the admin.")
            )
        if dry_run or not plan.steps:
            self.stdout.write(_("Nothing has been changed."))
            return
        try:
            actions.write(
                staff_list=staff_list,
                answers=answers,
                actor=leader,
                staff_import=StaffImport(
                    uploaded_at=timezone.now(), uploaded_by=leader, file_sha256=actions.digest(content)
                ),
                expected=plan.digest,
            )
        except actions.NotAsPlannedError as error:
            raise CommandError(
                _("Somebody changed the staff list meanwhile. Nothing has been read in: run the command again.")
            ) from error
        self.stdout.write(_("The list is read in."))

    def _leader(self, name):
        if not name:
            return None
        User = get_user_model()
        leader = User._default_manager.filter(**{User.USERNAME_FIELD: name, "is_active": True}).first()
        if leader is None or not may_lead(leader, *register.ROLES):
            raise CommandError(_("%(name)s is not a project leader.") % {"name": name})
        return leader

    def _progress(self, done, rows):
        if rows > 1000:
            words = ngettext("%(done)s of %(rows)s row read", "%(done)s of %(rows)s rows read", rows)
            said = {name: number_format(value, force_grouping=True) for name, value in (("done", done), ("rows", rows))}
            self.stdout.write(words % said)

    def _refusal(self, problems: list[Problem]) -> CommandError:
        for problem in problems:
            words = {"line": problem.line, "column": problem.column, "value": problem.value, "advice": problem.advice}
            self.stderr.write(_("Row %(line)s, %(column)s, “%(value)s”: %(advice)s") % words)
        return CommandError(problem_line(len(problems)))

    def _say(self, plan: Plan) -> None:
        for group in Group:
            entries = plan.of(group)
            if entries:
                self.stdout.write(group_line(group, len(entries)))
            if group != Group.UNCHANGED:
                for entry in entries:
                    row, words = entry.row, " ".join(what_changes(entry, plan.register))
                    self.stdout.write(f"  {row.line}: {row.full_name}, {row.workplace} {words}".rstrip())
        for question in plan.questions:
            self.stdout.write(question_words(question, plan.register))
            for value, words in options_in_words(question, plan.register):
                self.stdout.write(f"  {value.partition(':')[0]}: {words}")
