"""Any file that a spreadsheet saves is read to the same rows; what cannot be read is told by row and column."""

import datetime
import io
import zipfile

import openpyxl
import pytest
from django.utils.translation import override

from lms.models import EmploymentKind
from lms.staff_lists.columns import COLUMNS, NAME, column_called, kind_called
from lms.staff_lists.exports import headings
from lms.staff_lists.files import read_table
from lms.staff_lists.problems import UnreadableError
from lms.staff_lists.rows import read_rows
from tests.staff_lists import HEADINGS, as_csv, as_xlsx, row

ÅSA = row(given="Åsa-Märta", family="Öhrström", start="2026-03-01", end="2026-08-31", kind="timanställd")


def rows_of(content):
    found = read_rows(read_table(content))
    assert found.problems == []
    return found.rows


def problems_of(content):
    try:
        return [tuple(problem) for problem in read_rows(read_table(content)).problems]
    except UnreadableError as error:
        return [tuple(problem) for problem in error.problems]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_delimiter_and_encoding_gives_the_same_row(delimiter, encoding):
    [found] = rows_of(as_csv(ÅSA, delimiter=delimiter, encoding=encoding))
    assert (found.line, found.full_name, found.workplace) == (2, "Åsa-Märta Öhrström", "Brattfors")
    assert (found.kind, found.start, found.end) == ("hourly", datetime.date(2026, 3, 1), datetime.date(2026, 8, 31))


def test_a_workbook_with_days_and_numbers_of_its_own_gives_the_same_row():
    cells = list(ÅSA)
    cells[5], cells[6], cells[8] = datetime.date(2026, 3, 1), datetime.date(2026, 8, 31), 17
    cells[7] = "Byns Handel AB"
    [found] = rows_of(as_xlsx(cells))
    [same] = rows_of(as_csv([*ÅSA[:7], "Byns Handel AB", "17", "", ""]))
    assert found == same


def test_only_the_first_sheet_that_is_shown_is_read():
    book = openpyxl.Workbook()
    book.active.sheet_state = "hidden"
    book.active.append(["Hemligt"])
    shown = book.create_sheet("Personal")
    shown.append(HEADINGS)
    shown.append(ÅSA)
    output = io.BytesIO()
    book.save(output)
    assert [found.given_name for found in rows_of(output.getvalue())] == ["Åsa-Märta"]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_our_own_headings_are_read_in_both_languages_and_in_any_order(language):
    with override(language):
        names = headings()
        kinds = [str(label) for label in EmploymentKind.labels]
    assert [column_called(name).key for name in names] == [column.key for column in COLUMNS]
    assert [kind_called(kind) for kind in kinds] == list(EmploymentKind)
    cells = dict(zip([column.key for column in COLUMNS], names, strict=True))
    backwards = {cells[key]: value for key, value in (
        ("start", "2026-03-01"), ("workplace", "Brattfors"), ("family_name", "Ek"), ("given_name", "Bo"))}  # fmt: skip
    [found] = rows_of(as_csv(list(backwards.values()), headings=list(backwards)))
    assert (found.full_name, found.start) == ("Bo Ek", datetime.date(2026, 3, 1))


def test_no_spelling_of_a_heading_names_two_columns():
    spellings = [spelling for column in (*COLUMNS, NAME) for spelling in column.spellings]
    assert len(spellings) == len(set(spellings))


@pytest.mark.parametrize(
    ("name", "given", "family"),
    [
        ("Anna Ek", "Anna", "Ek"),
        ("Ek, Anna Maria", "Anna Maria", "Ek"),
        ("Anna Maria Ek", "Anna Maria", "Ek"),
        ("Anna von Essen", "Anna", "von Essen"),
        ("Anna Maria van der Berg", "Anna Maria", "van der Berg"),
        ("Von Ek", "Von", "Ek"),
    ],
)
def test_a_name_in_one_column_is_split(name, given, family):
    [found] = rows_of(as_csv([name, "Brattfors"], headings=["Namn", "Butik"]))
    assert (found.given_name, found.family_name) == (given, family)


@pytest.mark.parametrize(
    "text",
    ["2026-03-01", "2026/03/01", "2026.3.1", "20260301", "1.3.2026", "01.03.2026", "2026–03–01", "2026-03-01 00:00:00"],
)
def test_a_day_is_read_however_it_is_written(text):
    [found] = rows_of(as_csv(row(start=text)))
    assert found.start == datetime.date(2026, 3, 1)


def test_rows_are_counted_as_a_spreadsheet_counts_them():
    content = b'Personal i Brattfors\n\nNamn;Butik\n"Anna\nEk";Brattfors\n;\n\nBo;\n'
    assert [(line, column) for line, column, _value, _advice in problems_of(content)] == [(7, "Namn"), (7, "Butik")]
    [found] = read_rows(read_table(content)).rows
    assert (found.line, found.full_name) == (4, "Anna Ek")


def test_excels_own_line_about_the_separator_is_no_heading():
    assert [found.line for found in rows_of(b"sep=,\r\n" + as_csv(ÅSA, delimiter=","))] == [3]


def test_columns_that_are_not_ours_are_named():
    found = read_rows(read_table(as_csv([*ÅSA, "3"], headings=[*HEADINGS, "Löneklass"])))
    assert found.not_read == ["Löneklass"]


SAY_KIND = (
    "Den anställningsformen finns inte. Skriv någon av dessa: Ägare, Anställd, Timanställd, Säsongsanställd, "
    "Arbetar ideellt."
)
SAY_DATE = "Datumet går inte att läsa. Skriv det som 2026-11-23."


@pytest.mark.parametrize(
    ("cells", "column", "value", "advice"),
    [
        ({"given": ""}, "Förnamn", "", "Skriv förnamnet."),
        ({"family": ""}, "Efternamn", "", "Skriv efternamnet."),
        ({"place": ""}, "Arbetsplats", "", "Skriv arbetsplatsen."),
        ({"start": "3/1/2026"}, "Startdatum", "3/1/2026", SAY_DATE),
        ({"start": "2026-02-30"}, "Startdatum", "2026-02-30", SAY_DATE),
        ({"start": "i våras"}, "Startdatum", "i våras", SAY_DATE),
        ({"start": "0202-03-01"}, "Startdatum", "0202-03-01", "Välj en dag mellan åren 1900 och 2200."),
        (
            {"end": "2026-02-01"},
            "Slutdatum",
            "2026-02-01",
            "Sista dagen får inte ligga före den första. Ändra datumet.",
        ),
        ({"kind": "chef"}, "Anställningsform", "chef", SAY_KIND),
        ({"email": "tuva"}, "E-post", "tuva", "Det här är ingen e-postadress. Rätta den, eller lämna den tom."),
        (
            {"number": "17"},
            "Arbetsgivare",
            "",
            "Skriv arbetsgivaren också, eller lämna anställningsnumret tomt.",
        ),
        ({"given": "T" * 81}, "Förnamn", "T" * 59 + "…", "Det här är för långt. Högst 80 tecken får plats."),
        ({"role": "#N/A"}, "Arbetsroll", "#N/A", "En formel har misslyckats i den här cellen. Skriv själva värdet."),
        ({"given": "Tu\x01va"}, "Förnamn", "Tu va", "Här finns ett tecken som inte syns. Skriv texten på nytt."),
        (
            {"family": "Ã–hrstrÃ¶m"},
            "Efternamn",
            "Ã–hrstrÃ¶m",
            "Bokstäver som å, ä och ö har gått förlorade på vägen. Spara listan på nytt som CSV UTF-8 eller .xlsx.",
        ),
    ],
)
def test_each_bad_cell_is_told_with_row_column_value_and_what_to_do(cells, column, value, advice):
    assert problems_of(as_csv(ÅSA, row(**cells))) == [(3, column, value, advice)]


@pytest.mark.parametrize("name", ["", "Anna", "A" * 81 + " Ek", "19900101-1234"])
def test_a_name_in_one_column_is_told_of_once_and_there(name):
    [(line, column, *_rest)] = problems_of(as_csv([name, "Brattfors"], headings=["Namn", "Butik"]))
    assert (line, column) == (2, "Namn")


def test_all_bad_cells_are_told_at_once():
    found = problems_of(as_csv(row(start="x", email="y"), ÅSA, row(given="")))
    assert [(line, column) for line, column, _value, _advice in found] == [
        (2, "Startdatum"),
        (2, "E-post"),
        (4, "Förnamn"),
    ]


def test_a_cell_too_many_is_told():
    [(line, column, value, _advice)] = problems_of(as_csv([*ÅSA, "Ek"]))
    assert (line, column, value) == (2, "L", "Ek")


def test_a_missing_column_and_one_too_many_are_told_in_the_row_of_headings():
    assert [(line, column) for line, column, *_rest in problems_of(as_csv(["Ek"], headings=["Efternamn"]))] == [
        (1, "Förnamn"),
        (1, "Arbetsplats"),
    ]
    both = as_csv(["Anna Ek", "B", "B"], headings=["Namn", "Butik", "Arbetsplats"])
    assert [(line, column) for line, column, *_rest in problems_of(both)] == [(1, "Arbetsplats")]


def zipped(name, content):
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return output.getvalue()


#: Made when they are needed: some are large.
NO_LISTS = {
    "empty": (lambda: b"", 1, "Filen är tom."),
    "blank": (lambda: b"\n\n  ;\n", 1, "Filen är tom."),
    "without headings": (lambda: b"hej hopp\n1;2\n", 1, "Det finns inga rubriker."),
    "old Excel": (lambda: b"\xd0\xcf\x11\xe0" + b"x" * 100, 1, "en gammal eller lösenordsskyddad Excelfil"),
    "broken Excel": (lambda: b"PK\x03\x04" + b"x" * 100, 1, "Excelfilen går inte att läsa"),
    "OpenDocument": (
        lambda: zipped("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        1,
        "Excelfilen går inte att läsa",
    ),
    "a bomb": (lambda: zipped("xl/workbook.xml", " " * 201_000_000), 1, "Filen är för stor."),
    "too large": (lambda: b"x" * 10_000_001, 1, "Filen är för stor."),
    "wrong letters": (lambda: b"Namn;Butik\nAnna Ek;B\n\x81\n", 3, "Bokstäverna i filen går inte att läsa."),
    "an open quote": (lambda: b'Namn;Butik\nAnna Ek;B\n"Bo Ek;B\nC;D\n', 3, "Ett citattecken stämmer inte."),
    "a PDF": (lambda: b"%PDF-1.7\nnamn;butik", 1, "en fil av annat slag"),
    "binary": (lambda: b"Namn;Butik\n\x00\x01", 1, "en fil av annat slag"),
    "too many rows": (lambda: as_csv(*[["Anna Ek", "B"]] * 20_001, headings=["Namn", "Butik"]), 1, "Det är fler än 20"),
    "too many rows in Excel": (
        lambda: as_xlsx(*[["Anna Ek", "B"]] * 20_011, headings=["Namn", "Butik"]),
        20_011,
        "Det är fler än 20",
    ),
}


@pytest.mark.parametrize(("make", "line", "says"), NO_LISTS.values(), ids=NO_LISTS)
def test_a_file_that_is_no_list_is_told_in_words(make, line, says):
    [(found, column, _value, advice)] = problems_of(make())
    assert (found, column) == (line, "A")
    assert says in advice
