"""Broken files, thousands of them: no exception escapes, nothing is half written, and every message says where."""

import datetime
import io
import zipfile
from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from hypothesis import event, given, settings
from hypothesis import strategies as st

from lms.models import StaffImport
from lms.staff_lists import actions
from lms.staff_lists.problems import SHOWN, UnreadableError
from lms.staff_lists.words import options_in_words, question_words, what_changes
from tests.staff_lists import HEADINGS, as_csv, as_xlsx, everything, row

ENCODINGS = ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "latin-1", "cp437"]
#: What each column may well hold, some of it wrong.
FITTING = [
    ["Maja", "Bo", "Tuva", "=1+1", "Åsa-Märta"],
    ["Lindgren", "Ek", "Nordin"],
    ["Brattfors", "Gräsmyr", "BRATTFORS", "Annorstädes", "Kommunen"],
    ["Butiksbiträde", "butiksägare", "", "Kassör"],
    ["anställd", "timanställd", "", "ägare"],
    ["2026-03-01", "2025-01-01", "20260301", "1.3.2026", "", "2026-02-30"],
    ["", "2026-12-31", "2025-06-30", "2020-01-01"],
    ["", "AB", "ab", "Byns Handel AB"],
    ["", "17", "18", "900101-1234"],
    ["", "a@example.se", "A@example.se", "b"],
    ["", "070-123 45 67", "0701234567", "9001011234"],
]
ODD = ["\t", "\r", "\n", "\x00", "\ufeff", "\u202e", "٣", "½", "#N/A", "1e308", "x" * 300, "9999-12-31", "0000-00-00"]
LIKELY = [*sum(FITTING, []), *ODD, " ", "@", "-", "'", "''", '"', '""', ";", ","]  # noqa: RUF017
cells = st.sampled_from(LIKELY) | st.text(max_size=15)
fitting = st.tuples(*(st.sampled_from(values) for values in FITTING)).map(list)
lists = st.lists(st.lists(cells, max_size=13) | fitting | fitting, max_size=6)
some = st.sampled_from([*HEADINGS, "Namn", "Name", "Start", "", "?"])
headings = st.just(HEADINGS) | st.permutations(HEADINGS) | st.lists(some | cells, max_size=14)


@st.composite
def text_files(draw):
    """A list by a program that quotes as it likes, in an encoding that may not fit, with bytes lost and found."""
    heading, *rows = [draw(headings), *draw(lists)]
    if draw(st.booleans()):
        content = as_csv(*rows, headings=heading, delimiter=draw(st.sampled_from(";,\t|"))).decode()
    else:
        end, delimiter = draw(st.sampled_from(["\n", "\r\n", "\r"])), draw(st.sampled_from(";,\t"))
        content = end.join(delimiter.join(line) for line in (heading, *rows))
    return broken(draw, content.encode(draw(st.sampled_from(ENCODINGS)), errors="replace"))


def broken(draw, content):
    """`content` with up to three pieces cut out, doubled or overwritten."""
    for _piece in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        instead = draw(st.sampled_from([b"", content[start:end] * 2]) | st.binary(max_size=8))
        content = content[:start] + instead + content[end:]
    return content


GOOD = as_xlsx(row(), row(given="Maja", family="Lindgren"))
with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
    PARTS = {name: archive.read(name) for name in archive.namelist()}


@st.composite
def workbooks(draw):
    """A workbook of odd cells; or a good one with something broken in one of its parts, or in the file as a whole."""
    how = draw(st.sampled_from(["cells", "part", "file"]))
    if how == "cells":
        text = cells.map(lambda text: "".join(char for char in text if char.isprintable()))
        days = st.dates(min_value=datetime.date(1900, 3, 1)) | st.times()
        odd = st.none() | st.integers() | st.floats(allow_nan=False) | st.booleans() | days | text
        return as_xlsx(*draw(st.lists(st.lists(odd, max_size=12) | fitting, max_size=5)))
    if how == "file":
        return broken(draw, GOOD)
    name = draw(st.sampled_from(sorted(PARTS)))
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as new:
        for part, content in PARTS.items():
            if part != name:
                new.writestr(part, content)
            elif draw(st.booleans()):
                new.writestr(part, broken(draw, content))
    return output.getvalue()


plausible = st.lists(fitting, max_size=6).map(lambda rows: as_csv(*rows))
files = st.binary(max_size=200) | text_files() | text_files() | workbooks() | plausible


def look(content, user):
    """Problems, and the list and the plan where the file could be read at all."""
    try:
        staff_list, plan = actions.look_at(content, user=user)
    except UnreadableError as error:
        return error.problems, None, None
    return plan.problems, staff_list, plan


def try_out(content, user):
    """Look at it as Petra would, say it in words, and read it in where that can be agreed to."""
    before = everything()
    problems, staff_list, plan = look(content, user)
    event("unreadable" if plan is None else "bad rows" if problems else "questions" if plan.questions else "read in")
    for problem in problems:
        assert problem.line >= 1
        assert problem.column.strip()
        assert problem.advice.strip()
        assert len(problem.value) <= SHOWN
    assert everything() == before
    if plan is None:
        assert problems
        return
    for entry in plan.entries:
        assert all(what_changes(entry, plan.register))
    for question in plan.questions:
        assert question_words(question, plan.register)
        assert all(words for _value, words in options_in_words(question, plan.register))
    kept = StaffImport(uploaded_at=timezone.now(), uploaded_by=user)
    told = {"staff_list": staff_list, "answers": actions.Answers(), "actor": user, "staff_import": kept}
    if not plan.is_ready:
        with pytest.raises(actions.NotAsPlannedError):
            actions.write(**told)
        assert everything() == before
        return
    actions.write(**told, expected=plan.digest)
    assert (everything() != before) is bool(plan.steps)
    _problems, _list, again = look(content, user)
    assert (again.problems, again.questions, again.steps) == ([], [], [])


@contextmanager
def taken_back():
    """What is written within is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(max_examples=100)
@given(content=files)
def test_no_broken_file_brings_a_page_down(petra, cast, content):
    with taken_back():
        path = petra.post("/admin/training/staff/import/", {"file": SimpleUploadedFile("l.csv", content)})["Location"]
        page = petra.get(path)
        assert page.status_code == 200
        if "confirm/" in page.content.decode():
            petra.post(f"{path}confirm/", {"plan": page.context["plan"].digest})
            petra.post(f"{path}now/")
            assert StaffImport.objects.get().state == "done"


@settings(max_examples=100)
@given(content=files)
def test_no_broken_file_is_half_read_in(cast, content):
    with taken_back():
        try_out(content, cast.users["petra"])


@pytest.mark.slow
@settings(max_examples=2000)
@given(content=files)
def test_two_thousand_broken_files(cast, content):
    with taken_back():
        try_out(content, cast.users["petra"])
