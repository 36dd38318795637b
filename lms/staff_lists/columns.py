"""The columns of a staff list: what they are called, in Swedish and English, and what stands in them."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from ..models import EmploymentKind


@lru_cache(maxsize=1000)
def bare(text: str) -> str:
    """Letters and digits alone, whatever the case and without dots and rings: "Första dag *" is "forstadag"."""
    return "".join(char for char in unicodedata.normalize("NFKD", text).casefold() if char.isalnum())


@dataclass(frozen=True)
class Column:
    """`spellings` in both languages: a Swedish file is read on an English screen too."""

    key: str
    label: Any
    help: Any
    spellings: frozenset[str]
    length: int = 0


def _column(key: str, label: Any, help: Any, spellings: str, length: int = 0) -> Column:
    return Column(key, label, help, frozenset(map(bare, spellings.split())), length)


#: In the order of the template and the export.
COLUMNS = (
    _column(
        "given_name", _("First name"), _("Needed."),
        "förnamn tilltalsnamn firstname givenname forename", 80,
    ),
    _column(
        "family_name", _("Family name"), _("Needed."),
        "efternamn familjenamn släktnamn familyname lastname surname", 80,
    ),
    _column(
        "workplace", _("Workplace"), _("Needed. As it is called under Training › Workplaces."),
        "arbetsplats arbetsställe servicepunkt butik workplace worksite servicepoint shop store",
    ),
    _column(
        "role", _("Job role"), _("Needed for someone new. As it is called under Training › Job roles."),
        "arbetsroll roll yrkesroll befattning yrke titel role jobrole jobtitle title position",
    ),
    _column(
        "kind", _("Kind of employment"), _("Empty means employed."),
        "anställningsform anställningstyp typavanställning kindofemployment employmenttype employmentkind kind",
    ),
    _column(
        "start", _("First day"), _("Needed for someone new. Written as 2026-11-23."),
        "förstadag förstadagen startdatum start börjar började anställdfrån från datumfrån anställningsdatum "
        "firstday startdate starts from employedfrom",
    ),
    _column(
        "end", _("Last day"), _("Only if it is known. An empty cell never reopens an employment that has ended."),
        "sistadag sistadagen slutdatum slut slutar slutade anställdtill till datumtill tillochmed "
        "lastday enddate end ends to until employedto",
    ),
    _column(
        "employer", _("Employer"), _("Needed if there is an employee id."),
        "arbetsgivare företag bolag employer company organisation organization", 120,
    ),
    _column(
        "employee_id", _("Employee id"), _("The employer’s own number. Never a personnummer."),
        "anställningsnummer anställningsid anställningsnr anstnr anstnummer personalnummer personalnr "
        "employeeid employeenumber employeeno staffid staffnumber", 40,
    ),
    _column(
        "email", _("E-mail"), _("If there is one."),
        "epost epostadress mejl mejladress mail mailadress email emailaddress", 254,
    ),
    _column(
        "phone", _("Phone"), _("If there is one."),
        "telefon telefonnummer tel telnr mobil mobilnummer mobiltelefon phone phonenumber telephone mobile cell", 30,
    ),
)  # fmt: skip
#: First and family name together, for lists that have them so.
NAME = _column("name", _("Name"), "", "namn name fullname fullständigtnamn heltnamn personal anställd employee", 160)

BY_KEY = {column.key: column for column in (*COLUMNS, NAME)}
_BY_SPELLING = {spelling: column for column in BY_KEY.values() for spelling in column.spellings}

KINDS = {
    EmploymentKind.OWNER: "ägare butiksägare owner",
    EmploymentKind.EMPLOYED: "anställd tillsvidare tillsvidareanställd fast fastanställd employed permanent",
    EmploymentKind.HOURLY: "timanställd timvikarie timme vikarie hourly paidbythehour",
    EmploymentKind.SEASONAL: "säsong säsongsanställd seasonal",
    EmploymentKind.VOLUNTEER: "ideell ideellt arbetarideellt frivillig volontär volunteer",
}
_KIND_BY_SPELLING = {bare(spelling): kind for kind, spellings in KINDS.items() for spelling in spellings.split()}


def column_called(heading: str) -> Column | None:
    """The column that `heading` names, in either language; None for one that is not ours."""
    return _BY_SPELLING.get(bare(heading))


def kind_called(text: str) -> EmploymentKind | None:
    return _KIND_BY_SPELLING.get(bare(text))
