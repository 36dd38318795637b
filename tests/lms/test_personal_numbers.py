"""What looks like a personnummer is found wherever it stands, and what does not is let be."""

import pytest

from lms.people.personal_numbers import holds_personal_number, masked
from lms.staff_lists.actions import read_table
from lms.staff_lists.rows import read_rows
from tests.staff_lists import KEYS, as_csv, as_xlsx, row

LIKE = [
    "9001011234",
    "900101-1234",
    "900101+1234",
    "199001011234",
    "19900101-1234",
    "900101 1234",
    "19 90 01 01 12 34",
    "900101–1234",
    "9001611234",  # a samordningsnummer: sixty more than the day
    "000229-1234",
    "Anna 900101-1234 Ek",
    "٩٠٠١٠١-١٢٣٤",
    "900101-1234@example.se",
]
UNLIKE = [
    "",
    "17",
    "556677-8899",
    "901301-1234",
    "900132-1234",
    "900101-123",
    "900101-12345",
    "179001011234",
    "2026-11-23",
]


@pytest.mark.parametrize("text", LIKE)
def test_it_is_found(text):
    assert holds_personal_number(text)


@pytest.mark.parametrize("text", UNLIKE)
def test_what_is_none_is_let_be(text):
    assert not holds_personal_number(text)


@pytest.mark.parametrize("phone", ["070-123 45 67", "0701234567", "070 123 45 67", "+46701234567", "0910-12 34 56"])
def test_a_phone_number_is_a_phone_number_where_one_belongs(phone):
    assert not holds_personal_number(phone, is_phone=True)


@pytest.mark.parametrize("text", ["9001011234", "070123-4567", "199001011234", "0702031238", "070203-1238"])
def test_a_personnummer_in_the_column_for_phones_is_found(text):
    assert holds_personal_number(text, is_phone=True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("900101-1234", "90••••-••••"),
        ("Anna 19900101 1234 Ek", "Anna 19•••••• •••• Ek"),
        ("556677-8899", "556677-8899"),
    ],
)
def test_it_is_not_repeated_in_full(text, shown):
    assert masked(text) == shown


@pytest.mark.parametrize("column", KEYS)
@pytest.mark.parametrize("make", [as_csv, as_xlsx])
def test_in_any_column_of_a_staff_list_it_is_refused_and_not_repeated(column, make):
    found = read_rows(read_table(make(row(**{column: "19900101-1234"})))).problems
    assert [(problem.line, problem.value) for problem in found if "personnummer" in problem.advice] == [
        (2, "19••••••-••••")
    ]
    assert "0101" not in str(found)


def test_in_a_heading_and_in_a_column_that_is_not_read_it_is_refused_too():
    headings = ["Namn", "Butik", "Anteckning"]
    found = read_rows(read_table(as_csv(["Anna Ek", "B", "900101-1234"], headings=headings))).problems
    assert [(problem.line, problem.column) for problem in found] == [(2, "Anteckning")]
    found = read_rows(read_table(as_csv(["Anna Ek", "B", ""], headings=[*headings[:2], "900101-1234"])))
    assert [(problem.line, problem.column) for problem in found.problems] == [(1, "90••••-••••")]
    assert "0101" not in str(found)


def test_a_number_that_excel_took_for_a_number_is_found():
    cells = row(employer="AB")
    cells[8] = 199001011234
    assert [problem.value for problem in read_rows(read_table(as_xlsx(cells))).problems] == ["19••••••••••"]
