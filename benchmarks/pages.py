"""A lesson as a browser gets it: what it weighs, at the tablet and in the book, and how soon it is there."""

from pathlib import Path

from django.test import Client

from courses.models import LessonPage
from lms.tablet.actions import pair_tablet
from lms.tablet.session import TABLET_COOKIE
from tests import builders, people

from . import slow_network
from .website import served
from .weight import Weight, weigh

TABLET = "/surfplatta"
#: Bytes as gzip, of HTML, CSS and JavaScript.
FIRST, SECOND = 60_000, 15_000


def report(cast: people.Cast, lesson: LessonPage, folder: Path) -> int:
    """Prints the figures of the site served from `folder`; returns how many of those wanted were missed."""
    tablet, book = _at_tablet(cast), Client()
    book.force_login(cast.maja.user, backend="django.contrib.auth.backends.ModelBackend")
    bodies = sum(len(course["bodies"]) for course in tablet.get(f"{TABLET}/innehall/").json()["courses"])
    path = f"{builders.address(lesson, f'{TABLET}/min-utbildning')}?steg={lesson.get_steps()[0].id}"
    with served(folder) as url:
        weights = {
            "lesson at the tablet": weigh(url + path, _cookies(tablet)),
            "lesson in the book": weigh(url + lesson.url, _cookies(book)),
        }
        times = slow_network.visits(url, path, _cookies(tablet), bodies=bodies) if slow_network.chromium() else None
    return _tell_weights(weights) + _tell_times(times)


def _at_tablet(cast: people.Cast) -> Client:
    """The shop's tablet, with Maja signed in."""
    paired, token = pair_tablet(workplace=cast.brattfors, name="Vid disken", actor=cast.ada)
    client = Client()
    client.cookies[TABLET_COOKIE] = f"{paired.uuid.hex}.{token}"
    response = client.post(f"{TABLET}/{cast.maja.uuid}/", {"pin": people.PIN})
    assert response.status_code == 302, response.status_code
    return client


def _cookies(client: Client) -> dict[str, str]:
    return {name: morsel.value for name, morsel in client.cookies.items() if morsel.value}


def _tell_weights(weights: dict[str, Weight]) -> int:
    print("kB as gzip\n")
    print(f"| {'':<20} | HTML (plain) |  CSS |   JS | first | second | apart: fonts, pictures |")
    print(f"|{'-' * 22}|-------------:|-----:|-----:|------:|-------:|-----------------------:|")
    for name, one in weights.items():
        html, apart = f"{_kb(one.html)} ({_kb(one.plain_html)})", f"{_kb(one.fonts)}, {_kb(one.pictures)}"
        print(
            f"| {name:<20} | {html:>12} | {_kb(one.css):>4} | {_kb(one.js):>4} | {_kb(one.first):>5} "
            f"| {_kb(one.second):>6} | {apart:>22} |"
        )
    print()
    missed = 0
    for name, one in weights.items():
        for visit, size, most in (("first", one.first, FIRST), ("second", one.second, SECOND)):
            missed += size > most
            print(f"{_verdict(size, most)}  {_kb(size):>4} kB (at most {most // 1000})  {name}, {visit} visit")
        # Each of these costs a slow network a round, though it weighs nothing.
        missed += bool(one.asked)
        print(f"{_verdict(len(one.asked), 0)}  {len(one.asked):>4} files (none)  {name}, asked about at each visit")
    return missed


def _tell_times(times: dict[str, slow_network.Times] | None) -> int:
    network = f"{slow_network.LATENCY_MS} ms, {slow_network.KBIT} kbit/s"
    if times is None:
        print(f"\n*** NOT RUN: the lesson at {network}. Install Chromium or set LMS_CHROMIUM to one. ***\n")
        return 0
    print(f"\nLesson at the tablet, {network}, median of {slow_network.ROUNDS} tablets\n")
    print(f"| {'':<24} | text ms | button ms |\n|{'-' * 26}|--------:|----------:|")
    for name, one in times.items():
        print(f"| {name:<24} | {one.text:>7.0f} | {one.button:>9.0f} |")
    print()
    missed = 0
    for name, most in slow_network.MOST.items():
        took = max(times[name].text, times[name].button)
        missed += took > most
        print(f"{_verdict(took, most)}  {took:4.0f} ms (at most {most})  usable, {name}")
    print()
    return missed


def _kb(size: int) -> str:
    return f"{size / 1000:.1f}"


def _verdict(figure: float, most: float) -> str:
    return "kept  " if figure <= most else "MISSED"
