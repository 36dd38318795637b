"""Handing a report out: what its page says, what each file says, and that it is kept unchanged."""

import datetime
import random

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from lms.handed_out import actions
from lms.models import HandedOutReport, LedgerEntry
from lms.people.actions import employ
from lms.requirements.actions import excuse, require
from lms.sealing import Head
from tests import people
from tests.builders import complete, course_of, make_full_course
from tests.handed_out import BASE, MATRIX, address, csv_rows, fetch, form, hand_out, pdf_pages, shares, sheets

# Making one


def test_the_page_says_what_the_report_is_of_and_keeps_nothing(petra, cast):
    text = petra.get(f"{BASE}new/?workplace={cast.brattfors.pk}&date=2026-11-01&q=maja").content.decode()
    for words in ("Brattfors", "1 november 2026", "maja", "PDF att skriva ut", "Bara antal"):
        assert words in text
    assert not HandedOutReport.objects.exists()


@pytest.mark.parametrize("kind", ["xlsx", "csv-excel", "csv", "pdf"])
@pytest.mark.parametrize("contents", ["names", "counts"])
def test_a_small_one_is_there_at_once_and_told_in_the_ledger(petra, cast, kind, contents):
    report = hand_out(petra, format=kind, contents=contents, purpose="Styrelsens möte")
    done = HandedOutReport.State.DONE
    assert (report.state, report.made_by, report.purpose) == (done, cast.users["petra"], "Styrelsens möte")
    assert report.totals == {"counted": 3, "done": 0, "late": 0, "excused": 0, "not_required": 0}
    content = fetch(petra, report)
    assert (len(content), report.size) == (report.size, len(content))
    entry = LedgerEntry.objects.get(verb="report.handed_out")
    assert (entry.subject, entry.actor) == (f"handedoutreport:{report.pk}", cast.users["petra"])
    assert entry.data["sha256"] == report.sha256
    page = petra.get(f"{BASE}{report.uuid}/").content.decode()
    assert "0 av 3 i personalen" in page
    assert report.sha256 in page


def test_a_double_click_is_one_report(petra):
    sent = form()
    first, second = (petra.post(f"{BASE}new/", sent)["Location"] for _ in range(2))
    assert first == second
    assert HandedOutReport.objects.count() == LedgerEntry.objects.filter(verb="report.handed_out").count() == 1


def test_the_same_form_id_of_another_leader_is_another_report(petra, sign_in):
    sent = form()
    assert petra.post(f"{BASE}new/", sent)["Location"] != sign_in("ada").post(f"{BASE}new/", sent)["Location"]


def test_counts_of_a_search_in_names_are_refused(petra):
    response = petra.post(f"{BASE}new/?q=maja", form(contents="counts"))
    assert response.status_code == 422
    assert "kan inte gälla en sökning på namn" in response.content.decode()
    assert not HandedOutReport.objects.exists()


def test_no_name_stands_in_data_file_name_or_ledger(petra, cast):
    report = hand_out(petra, "?q=maja", format="csv-excel")
    assert (report.filter, report.name_search) == ({}, "maja")
    response = petra.get(f"{BASE}{report.uuid}/file/")
    assert b"Maja" in response.getvalue()
    today = timezone.localdate()
    assert response["Content-Disposition"] == f'attachment; filename="utbildningsmatris-{today}-{report.number}.csv"'
    assert report.file.name.startswith(f"handed-out/{report.uuid.hex}")
    entry = LedgerEntry.objects.get(verb="report.handed_out")
    assert "maja" not in f"{entry.data} {report.totals} {report.filter}".lower()


# What is said of it


@pytest.mark.parametrize(
    ("kind", "contents"), [("csv-excel", "names"), ("xlsx", "names"), ("pdf", "names"), ("pdf", "counts")]
)
def test_each_states_filter_dates_who_is_counted_and_by_whom(petra, cast, kind, contents, monkeypatch):
    monkeypatch.setattr(actions, "ledger_head", lambda: Head(120, "ab12" * 16, timezone.now()))
    report = hand_out(
        petra, f"?workplace={cast.brattfors.pk}&date=2026-11-01", format=kind, contents=contents, purpose="Mötet"
    )
    content = fetch(petra, report)
    if kind == "xlsx":
        text = " ".join(str(value) for row in sheets(content)["Så räknas det"] for value in row if value)
    elif kind == "pdf":
        text = " ".join(pdf_pages(content))
    else:
        text = " ".join(" ".join(row) for row in csv_rows(content))
    known = timezone.localtime(report.known)
    for words in (
        "Brattfors", "1 november 2026", f"{known:%H:%M}", "alla i personalen", "petra", report.number, "Mötet", "120",
        "ab12",
    ):  # fmt: skip
        assert words in text, words


def test_whoever_handed_it_out_stands_in_it_by_full_name(petra, cast):
    user = cast.users["petra"]
    user.first_name, user.last_name = "Petra", "Projektledare"
    user.save()
    report = hand_out(petra, format="csv-excel")
    assert "av Petra Projektledare" in " ".join(" ".join(row) for row in csv_rows(fetch(petra, report)))
    for page in (BASE, f"{BASE}{report.uuid}/"):
        assert "Petra Projektledare" in petra.get(page).content.decode().split("<main", 1)[1]


def test_without_a_sealed_ledger_nothing_is_said_of_it(petra, monkeypatch):
    monkeypatch.setattr(actions, "ledger_head", lambda: None)
    report = hand_out(petra, format="csv-excel")
    assert (report.ledger_number, report.ledger_hash) == (None, "")
    assert "försegling" not in fetch(petra, report).decode()


@pytest.mark.parametrize("seed", [1, 2])
def test_screen_and_every_file_have_the_same_figures(petra, cast, course, seed):
    chance = random.Random(seed)
    other = make_full_course("Turism")
    require(
        course=course_of(other),
        valid_from=timezone.localdate() - datetime.timedelta(days=90),
        due_on=timezone.localdate() - datetime.timedelta(days=1),
        roles=[cast.roles["biträde"]],
        actor=cast.ada,
    )
    staff = [*cast.staff.values(), *(people.hire(cast, f"Nr{n}", "Test", "grasmyr") for n in range(3))]
    employ(
        staff=cast.maja, workplace=cast.grasmyr, role=cast.roles["ägare"], start=timezone.localdate(), actor=cast.ada
    )
    for person in staff:
        for page in (course, other):
            if chance.random() < 0.5:
                complete(person, page)
    excuse(staff=staff[-1], course=None, reason="sick", valid_from=timezone.localdate(), actor=cast.ada)
    screen = petra.get(MATRIX).context
    totals = screen["totals"].people
    # The files tell of the workplaces where somebody works, and not of what stands above them.
    by_place = [(line.workplace.name, line.share) for line in screen["workplaces"] if line.depth > 1]
    of_courses = [(share.done, share.counted) for share, _then in screen["course_shares"]]
    files = {
        (kind, contents): fetch(petra, hand_out(petra, format=kind, contents=contents))
        for kind in ("csv-excel", "xlsx", "pdf")
        for contents in ("names", "counts")
    }

    people_rows = csv_rows(files["csv-excel", "names"])
    [total] = [row for row in people_rows if row and row[0].startswith("Totalt")]
    assert total[-3:] == [str(totals.done), str(totals.counted), str(totals.late)]
    assert shares(" ".join(total[5:-3])) == of_courses
    [total] = [row for row in sheets(files["xlsx", "names"])["Utbildningsmatris"] if str(row[0]).startswith("Totalt")]
    assert total[-3:] == [totals.done, totals.counted, totals.late]
    assert shares(" ".join(total[5:-3])) == of_courses
    everything = [row for row in csv_rows(files["csv-excel", "counts"]) if row[1:2] == ["Alla obligatoriska kurser"]]
    told = [(row[0], int(row[2]), int(row[3]), int(row[5])) for row in everything]
    assert told[:-1] == [(name, share.done, share.counted, share.late) for name, share in by_place]
    assert told[-1][1:] == (totals.done, totals.counted, totals.late)
    sheet = sheets(files["xlsx", "counts"])["Utbildningsmatris"]
    assert [(row[0], row[2], row[3], row[5]) for row in sheet if row[1] == "Alla obligatoriska kurser"] == told
    board, wall = (pdf_pages(files["pdf", contents]) for contents in ("names", "counts"))
    for cover in (board[0], wall[0]):
        assert screen["sentence"] in cover
        assert screen["counted"] in cover
    assert shares(board[-1].split("Totalt, varje person en gång")[1])[:3] == [
        (totals.done, totals.counted),
        *of_courses,
    ]
    for name, share in by_place:
        assert f"{name} {share.done} av {share.counted}" in wall[0]


# Kept


def test_the_file_stays_as_it_was_when_the_register_changes(petra, cast, course):
    report = hand_out(petra, "?view=people", format="csv-excel")
    before = fetch(petra, report)
    complete(cast.maja, course)
    people.hire(cast, "Ny", "Person", "brattfors", days_ago=10)
    assert fetch(petra, report) == before
    totals = petra.get(f"{MATRIX}?{address(petra, report)}").context["totals"].people
    assert (totals.done, totals.counted) == (0, 3)
    now = petra.get(MATRIX).context["totals"].people
    assert (now.done, now.counted) == (1, 4)


@pytest.mark.parametrize(
    "known", ["2026-13-01T99:00", "T", "9999-12-31T23:59:59Z", "0001-01-01T00:00", "2026-11-01T10:00:00", "2026-11-01"]
)
def test_nonsense_for_a_moment_is_no_error(petra, known):
    assert petra.get(MATRIX, {"known": known}).status_code == 200


def test_a_file_that_is_not_the_one_handed_out_is_not_shown(petra):
    report = hand_out(petra, format="csv-excel")
    storage, name = report.file.storage, report.file.name
    storage.delete(name)
    assert storage.save(name, ContentFile(b"Maja;allt klart")) == name
    response = petra.get(f"{BASE}{report.uuid}/file/")
    assert response.status_code == 409
    assert "inte längre den som lämnades ut" in response.content.decode()
    assert "allt klart" not in response.content.decode()
    storage.delete(name)
    assert petra.get(f"{BASE}{report.uuid}/file/").status_code == 409
