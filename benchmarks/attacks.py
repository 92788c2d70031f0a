"""What one anonymous person can do to everybody else's sign-in, on the embedded server with SQLite.

An honest client signs in as fast as it can while others guess with made-up names, with an empty and with a filled
table of attempts, or send large forms, as fast as a line of 50 Mbit/s carries them. Figures are good sign-ins a second
against those of the same minute without it.
"""
import http.client
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import _country
from benchmarks._servers import free_port, wait_for
from models.database import database

ROOT = Path(__file__).parent.parent
SECONDS = 8  # of each measurement
NAMES = 1_000_000  # made up in this hour
CLIENTS = 4
FLOORS = {"guessing, with the table full, against an empty one": 0.9, "2 MB forms": 0.7}
SIGN_IN = "/results/en/sign-in"
OURS = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
LARGE = ("a&" * 1_000_000).encode()
LARGE_TAKES = len(LARGE) * 8 / 50_000_000  # seconds on their line


def main(arguments):
    with tempfile.TemporaryDirectory() as folder, _served(folder) as (port, people):
        rates = {"alone": _rate(port, people)}
        with _beside(port, _guess):
            rates["guessing, an empty table"] = _rate(port, people)
        _fill(NAMES)
        with _beside(port, _guess):
            rates["guessing, a full table"] = _rate(port, people)
        rates["alone again"] = _rate(port, people)
        with _beside(port, _send_large):
            rates["2 MB forms"] = _rate(port, people)
    for what, rate in rates.items():
        print(f"  {what:28}{rate:8.0f} good sign-ins a second")
    measured = {"guessing, with the table full, against an empty one":
                rates["guessing, a full table"] / rates["guessing, an empty table"],
                "2 MB forms": rates["2 MB forms"] / rates["alone again"]}
    for what, ratio in measured.items():
        print(f"{ratio:6.2f}  {what} (at least {FLOORS[what]})")
    return int("--check" in arguments and any(ratio < FLOORS[what] for what, ratio in measured.items()))


@contextmanager
def _served(folder):
    """(port, [(username, password)]) of a country of 2,000 candidates served by `python app.py`."""
    from app import create_app
    from models.migrating import migrate

    settings = {"INSTANCE_PATH": folder, "PORT": str(free_port())}
    create_app(**settings)
    migrate()
    database.connect(reuse_if_open=True)
    people = _country.populate(2000, known=400, released_at=datetime.now(UTC) - timedelta(hours=1))
    process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env={**os.environ, **settings},
                               stdout=subprocess.DEVNULL)
    try:
        wait_for(int(settings["PORT"]), process)
        yield int(settings["PORT"]), people
    finally:
        process.kill()
        process.wait()
        database.close()


def _rate(port, people):
    """Good sign-ins a second of one honest client with a connection of its own each."""
    end, done = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        username, password = people[done % len(people)]
        status = _post(port, urlencode({"username": username, "password": password}))
        if status != 303:
            raise AssertionError(f"a right password was answered {status}")
        done += 1
    return done / SECONDS


def _post(port, body, path=SIGN_IN):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        line.request("POST", path, body, OURS)
        return line.getresponse().status
    finally:
        line.close()


@contextmanager
def _beside(port, attack):
    """CLIENTS threads that go on with an attack; what a refused connection breaks is begun again."""
    ended = threading.Event()

    def go_on(number):
        turn = 0
        while not ended.is_set():
            turn += 1
            try:
                attack(port, f"{number}{turn:07}")
            except OSError:
                time.sleep(0.01)

    threads = [threading.Thread(target=go_on, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _guess(port, turn):
    _post(port, urlencode({"username": f"ZZ{turn[:3]}-{turn[3:7]}-J{turn[-2:]}", "password": "2222222222222222"}))


def _send_large(port, _turn):
    began = time.monotonic()
    try:
        _post(port, LARGE, "/sign-in")
    finally:
        time.sleep(max(0, began + LARGE_TAKES - time.monotonic()))


def _fill(names):
    """Rows of this hour as if so many names had been tried."""
    from models.acts.attempts import HOUR, _start

    since = int(_start(datetime.now(UTC).replace(microsecond=0), HOUR).timestamp())
    with database.atomic():
        database.cursor().executemany(
            "INSERT INTO attempts (subject, since, count, alarmed) VALUES (?, ?, 1, 0)",
            ((f"{number:064x}", since) for number in range(names)))
