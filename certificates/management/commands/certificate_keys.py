import datetime
import getpass
import os
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from certificates.models import Certificate, IssuerKey
from certificates.signing import condition, keys
from certificates.signing.actions import mark_compromised, retire
from lms.conf import setting

#: Shorter ones are guessed by whoever gets hold of the file.
SHORTEST_PHRASE = 12
DEFAULT_ENV = "LMS_CERT_PASSPHRASE"


class Command(BaseCommand):
    help = "The keys that certificates are signed with: make, rotate, list, check, and take out of use."
    requires_system_checks = []  # what they say of keys is what this is here to mend

    def add_arguments(self, parser):
        acts = parser.add_subparsers(dest="act", required=True)
        generate = acts.add_parser("generate", help="Make a root, a signing certificate and a key for credentials.")
        rotate = acts.add_parser("rotate", help="Make new keys under the root that there is.")
        generate.add_argument("--organisation", required=True, help="Who issues, such as Nordmalings kommun.")
        rotate.add_argument("--root", type=Path, required=True, help="The root.p12 that generate made.")
        rotate.add_argument("--organisation", default="", help="Only if it is called something else by now.")
        for making in (generate, rotate):
            making.add_argument(
                "--out", type=Path, required=True, metavar="FOLDER", help="A folder that is not there yet"
            )
            making.add_argument("--years", type=int, default=5, choices=range(1, 21), metavar="1-20")
            making.add_argument(
                "--passphrase-env", metavar="NAME", help="The variable with the pass phrase; else it is asked for."
            )
        acts.add_parser("list", help="Every key there is or was.")
        acts.add_parser("check", help="Say all that is wrong; ends with an error if anything is.")
        retiring = acts.add_parser("retire", help="It signs nothing more. What it signed stays genuine.")
        compromised = acts.add_parser("compromised", help="Somebody else may have signed with it.")
        compromised.add_argument("--since", metavar="YYYY-MM-DD", help="From which day on; without it, from now.")
        for ending in (retiring, compromised):
            ending.add_argument("kid", help="The key, or the first characters of it, as in list.")

    def handle(self, *, act, **options):
        getattr(self, f"do_{act}")(**options)

    def do_generate(self, *, out, organisation, years, passphrase_env, **options):
        self._make(out, passphrase_env, {"organisation": organisation, "years": years}, root=None)

    def do_rotate(self, *, out, root, organisation, years, passphrase_env, **options):
        self._make(out, passphrase_env, {"organisation": organisation, "years": years}, root=root)

    def _make(self, out, passphrase_env, wanted, *, root):
        if not keys.extra_is_installed():
            raise CommandError(_('Install what it takes first: pip install "larpunkt[signing]".'))
        from certificates.signing import generating

        name = passphrase_env or setting("LMS_CERT_SIGNING").get("PASSPHRASE_ENV") or DEFAULT_ENV
        wanted |= {"phrase": _phrase(name, twice=root is None), "now": timezone.now()}
        try:
            if root:
                certificate = generating.rotate(out, root=root, **wanted)
            else:
                certificate = generating.generate(out, **wanted)
        except generating.InTheWayError as error:
            raise CommandError(
                _("There is something in %(folder)s already. Nothing was made: choose a folder that is not there.")
                % {"folder": out}
            ) from error
        except generating.NotARootError as error:
            raise CommandError(
                _("%(file)s is no root that can sign, or the pass phrase is wrong. Nothing was made.") % {"file": root}
            ) from error
        except OSError as error:
            raise CommandError(_("That cannot be read or written: %(reason)s.") % {"reason": error}) from error
        self._say_what_next(out.resolve(), name, keys.in_groups(keys.fingerprint(certificate)), root)

    def _say_what_next(self, out, name, fingerprint, root):
        lines = [
            _("The keys are in %(folder)s. Put this in the settings:") % {"folder": out},
            "",
            "LMS_CERT_SIGNING = {",
            f'    "P12": "{out / "signing.p12"}",',
            f'    "CREDENTIAL_KEY": "{out / "credential-key.pem"}",',
            f'    "PASSPHRASE_ENV": "{name}",',
            "}",
            "",
            _("With the settings of this site in the environment:"),
            "",
            f"LMS_CERT_P12={out / 'signing.p12'}",
            f"LMS_CERT_CREDENTIAL_KEY={out / 'credential-key.pem'}",
            "",
            _("- Let the server and the worker have the pass phrase in the environment variable %(name)s.")
            % {"name": name},
            _("- Keep a copy of the folder and of the pass phrase apart from the server, and apart from each other."),
        ]
        if root is None:
            lines.append(_("- Move root.p12 to a place without network. It is needed only to make the next keys."))
        else:
            lines.append(_("- Then restart server and worker, and mark the key before: certificate_keys retire KID."))
        lines += [
            _("- Publish root.pem and its fingerprint (SHA-256), so that others can check files on their own:"),
            f"  {fingerprint}",
            _("- Then ask whether all is well: manage.py certificate_keys check."),
        ]
        self.stdout.write("\n".join(lines))

    def do_list(self, **options):
        now = timezone.now()
        rows = IssuerKey.objects.order_by("first_used_at")
        if not rows:
            self.stdout.write(_("No key has been used yet."))
        for row in rows:
            uses = {"signature": "signature_key", "credential": "credential_key"}[row.purpose]
            values = {
                "kid": row.kid[:16],
                "purpose": row.get_purpose_display(),
                "day": timezone.localdate(row.first_used_at).isoformat(),
                "number": Certificate.objects.filter(**{uses: row}).count(),
                "state": _state(row, now),
            }
            words = _("%(kid)s  %(purpose)s  first used %(day)s  certificates: %(number)s  %(state)s")
            self.stdout.write(words % values)

    def do_check(self, **options):
        troubles = [*condition.of_settings(), *condition.of_life()]
        for one in troubles:
            self.stderr.write(f"{one.words}\n  {one.hint}")
        key = None if troubles else keys.load()
        if key is None:
            raise CommandError(_("Not all is well with the keys."))
        ends = timezone.localdate(key.certificate.not_valid_after_utc).isoformat()
        self.stdout.write(_("All is well. The signing certificate ends on %(ends)s.") % {"ends": ends})
        self.stdout.write(
            _("Fingerprint of the root (SHA-256): %(digits)s")
            % {"digits": keys.in_groups(keys.fingerprint(key.chain[-1]))}
        )

    def do_retire(self, *, kid, **options):
        key = retire(key=_find(kid), actor=None)
        self.stdout.write(_("%(kid)s signs nothing more. What it signed stays genuine.") % {"kid": key.kid[:16]})

    def do_compromised(self, *, kid, since, **options):
        day = parse_date(since) if since else None
        if since and day is None:
            raise CommandError(_("%(day)s is no day. Write it as 2026-12-24.") % {"day": since})
        moment = timezone.make_aware(datetime.datetime.combine(day, datetime.time())) if day else timezone.now()
        key = mark_compromised(key=_find(kid), since=min(moment, timezone.now()), actor=None)
        number = Certificate.objects.current().filter(signature_key=key).count()
        self.stdout.write(
            _(
                "%(kid)s signs nothing more, and a file with its signature is believed only if it is one of ours, by "
                "its hash. Certificates that are current and were signed with it: %(number)s. Issue them anew, so that "
                "others can check them too."
            )
            % {"kid": key.kid[:16], "number": number}
        )


def _state(row, now):
    if row.compromised_at:
        return _("compromised since %(day)s") % {"day": timezone.localdate(row.compromised_at).isoformat()}
    if row.retired_at:
        return _("retired on %(day)s") % {"day": timezone.localdate(row.retired_at).isoformat()}
    if row.not_after is None:
        return _("in use")
    if row.not_after < now:
        return _("ended on %(day)s") % {"day": timezone.localdate(row.not_after).isoformat()}
    return _("days left: %(days)s") % {"days": (row.not_after - now).days}


def _find(kid):
    found = list(IssuerKey.objects.filter(kid__startswith=kid)[:2]) if kid else []
    if len(found) != 1:
        raise CommandError(
            _("No key, or more than one, begins with %(kid)s. See certificate_keys list.") % {"kid": kid}
        )
    return found[0]


def _phrase(name, *, twice):
    phrase = os.environ.get(name, "")
    if not phrase:
        if not sys.stdin.isatty():
            raise CommandError(_("Put the pass phrase in the environment variable %(name)s.") % {"name": name})
        phrase = getpass.getpass(_("Pass phrase: "))
        if twice and getpass.getpass(_("Once more: ")) != phrase:
            raise CommandError(_("They are not the same. Nothing was made."))
    if len(phrase) < SHORTEST_PHRASE:
        raise CommandError(
            _("The pass phrase is too short: at least %(number)s characters.") % {"number": SHORTEST_PHRASE}
        )
    return phrase.encode()
