"""When the database is locked or the disk is full: words, 503 and when to come back; and then it goes on by itself."""
import io
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from peewee import PostgresqlDatabase, SqliteDatabase

from jobs import running
from models.database import database
from models.tables.audit import AuditEvent
from models.tables.files import ExchangeFile
from models.tables.jobs import Job
from models.tables.slips import Credential, SlipBatch
from tests.candidates.conftest import SIGN_IN, USERNAME, Guest
from tests.jobs.test_running import expire_leases, no_room
from tests.slips.test_confirm import AT, FILLED
from tests.visitor import Visitor

ROOT = Path(__file__).parent.parent
BUSY = "The service is busy at the moment. Please try again in a few seconds."


@contextmanager
def locked(url, *tables):
    """Another process holds the lock that a writer needs: the file's on SQLite, those of the tables on PostgreSQL."""
    if url.startswith("sqlite"):
        other = SqliteDatabase(url.removeprefix("sqlite:///"), lock_type="IMMEDIATE")
    else:
        other = PostgresqlDatabase(url, prefer_psycopg3=True)
    with other.connection_context(), other.atomic():
        if isinstance(other, PostgresqlDatabase):
            for table in tables:
                other.execute_sql(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield


@contextmanager
def full(url):
    """A full disk; a PostgreSQL of our own has none, and refuses the same writers by a lock."""
    with no_room(url) if url.startswith("sqlite") else locked(url, "credential", "candidate_session", "exchange_file"):
        yield


@pytest.fixture
def fresh_connection(app):
    """As a server has it: another test may have changed how long this one waits."""
    database.close()
    database.connect()


def seconds(call):
    started = time.monotonic()
    return call(), time.monotonic() - started


def test_a_locked_database_is_said_within_five_seconds(cast, database_url, fresh_connection, app):
    """R3. Who reads is not in the way of who writes, and the health check answers meanwhile."""
    cast.give_access(cast.karachi)
    slips = cast.confirm(cast.karachi, cast.karachi_officer)
    inside, late, officer = Guest(app), Guest(app), Visitor(app, cast.karachi_officer)
    inside.sign_in_with(USERNAME, slips["0001"])

    with locked(database_url, "candidate_session", "audit_event"):
        refused, waited = seconds(lambda: late.sign_in_with(USERNAME, slips["0001"]))
        health, health_waited = seconds(lambda: late.client.get("/healthz").status_code)
        reading = [inside.sheet().status, late.get(SIGN_IN).status, officer.get("/centres/XA101").status]

    assert (refused.status, "Please leave this page open." in refused.text) == (503, True)
    kept = refused.fields(refused.one("form", action=SIGN_IN))
    assert (kept["username"], kept["password"]) == ([USERNAME], [slips["0001"]])  # and it sends itself
    assert waited < 5
    assert (health, health_waited < 1) == (200, True)
    assert reading == [200, 200, 200]
    assert late.cookie is None
    assert late.sign_in_with(USERNAME, slips["0001"]).status == 303


ASKED = """
import app
from views.assets import address
client = app.create_app(DATABASE_URL="postgresql://127.0.0.1:9/away", ROLE="candidate").test_client()
print([client.get(path).status_code for path in (
    "/results/en/sign-in", "/results/", "/results/en/signed-out", "/privacy", address("site.css"))])
signed_in = client.post("/results/en/sign-in", data={"username": "XA101", "password": "P"},
                        headers={"Sec-Fetch-Site": "same-origin"})
print(signed_in.status_code, 'value="XA101"' in signed_in.text, 'data-again="' in signed_in.text)
"""


def test_the_first_page_needs_no_database_and_keeps_what_is_typed_until_it_is_back(tmp_path):
    said = subprocess.run([sys.executable, "-W", "ignore", "-c", ASKED], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "INSTANCE_PATH": str(tmp_path)}, cwd=ROOT)

    assert said.stdout.splitlines() == ["[200, 200, 200, 200, 200]", "503 True True"], said.stderr


def test_why_the_database_said_no_is_written_down_without_a_value(
        cast, database_url, fresh_connection, app, caplog):
    cast.give_access(cast.karachi)
    password = cast.confirm(cast.karachi, cast.karachi_officer)["0001"]

    with locked(database_url, "candidate_session", "audit_event"):
        Guest(app).sign_in_with(USERNAME, password)

    reason = ("SQLITE_BUSY: database is locked" if database_url.startswith("sqlite") else
              "55P03: canceling statement due to lock timeout")
    assert [record.getMessage() for record in caplog.records if record.name == "app"] == [f"database: {reason}"]


@pytest.fixture
def failing(app, monkeypatch, tmp_path):
    """`failing(statement)`: from now on a page's database is a file that answers this statement as SQLite does."""
    monkeypatch.setattr(app, "testing", False)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    def fail(statement, content=b""):
        (tmp_path / "broken.db").write_bytes(content)
        other = SqliteDatabase(tmp_path / "broken.db")

        def page(**_values):
            with other.connection_context():
                other.execute_sql(statement, ["a secret"])
        for endpoint in ("dashboard.centre", "candidates.sheet"):
            monkeypatch.setitem(app.view_functions, endpoint, page)
    return fail


@pytest.mark.parametrize(("statement", "content", "status", "written"), [
    ("SELECT ? FROM x", b"no database" * 1000, 503, "database: SQLITE_NOTADB: file is not a database"),
    ("SELECT zeroblob(1000000001), ?", b"", 400, "database: SQLITE_TOOBIG"),
])
def test_what_the_database_says_no_to_is_told_from_what_it_cannot_do(
        cast, app, failing, caplog, statement, content, status, written):
    officer, guest = Visitor(app, cast.karachi_officer), Guest(app)
    failing(statement, content)

    answers = [officer.get("/centres/XA101"), guest.sheet()]

    assert [answer.status for answer in answers] == [status] * 2
    assert [record.getMessage() for record in caplog.records if record.name == "app"] == [written] * 2


def test_what_the_program_did_wrong_is_no_busy_database(cast, app, failing, caplog):
    officer, guest = Visitor(app, cast.karachi_officer), Guest(app)
    failing("SELECT ?, ?")  # fewer values than places: a ProgrammingError

    answers = [officer.get("/centres/XA101"), guest.sheet()]

    assert [answer.status for answer in answers] == [500, 500]
    assert [record.exc_info is not None for record in caplog.records if record.name == "app"] == [True, True]


def test_a_fragment_of_a_locked_database_is_the_sentence_in_the_notice(cast, database_url, fresh_connection, app):
    officer = Visitor(app, cast.karachi_officer, htmx=True)
    token = officer.csrf

    with locked(database_url, "audit_event", "officer"):
        answer, waited = seconds(lambda: officer.post("/account/name", {"name": "Somebody", "csrf_token": token}))

    assert (answer.status, answer.headers["HX-Retarget"], BUSY in answer.text) == (503, "#notice", True)
    assert waited < 5


def test_a_full_disk_is_said_and_leaves_nothing_half(cast, database_url, fresh_connection, app):
    """R2. What needs room is refused in words; what is only read goes on; and so does everything with room again."""
    officer, guest = Visitor(app, cast.independent_officer), Guest(app)
    token = officer.csrf

    def send():
        return officer.post("/centres/XC301/files", {"file": (io.BytesIO(b"x" * 200_000), "marks.txt"),
                                                     "csrf_token": token})

    with full(database_url):
        answer = send()
        reading = [officer.get("/centres/XC301").status, officer.get("/account").status, guest.get(SIGN_IN).status]
    left = ExchangeFile.select().count()
    told = AuditEvent.select().where(AuditEvent.what != "signed in").count()

    assert (answer.status, answer.headers["Retry-After"], BUSY in answer.text) == (503, "5", True)
    assert reading == [200, 200, 200]
    assert (left, told) == (0, 0)
    assert send().status == 303
    assert ExchangeFile.select().count() == 1


def test_logins_that_a_full_disk_has_no_room_for_are_made_later_and_not_by_halves(
        cast, database_url, fresh_connection, app):
    for number in range(100, 200):
        cast.candidate(cast.independent, f"{number:04}", "Ada " * 12, [("IGCSE", "0580", "Mathematics")])
    officer = Visitor(app, cast.independent_officer)
    token = officer.csrf

    with full(database_url):
        answer = officer.post(f"{AT}/status", {**FILLED, "csrf_token": token})
        page = officer.follow(answer)
    left = [table.select().count() for table in (Credential, SlipBatch)]

    assert "The disk is full or the database was busy; this is tried again by itself." in page.text
    assert left == [0, 0]
    expire_leases()
    assert running.run(Job.get().id)
    assert Credential.select().count() == 102


def test_on_a_full_disk_candidates_who_are_in_stay_in(cast, database_url, fresh_connection, app):
    cast.give_access(cast.karachi)
    slips = cast.confirm(cast.karachi, cast.karachi_officer)
    inside, late = Guest(app), Guest(app)
    inside.sign_in_with(USERNAME, slips["0001"])

    with full(database_url):
        answers = (late.sign_in_with(USERNAME, slips["0001"]) for _ in range(200))
        refused = next(answer for answer in answers if answer.status != 303)
        reading = inside.sheet().status

    assert (refused.status, "Please leave this page open." in refused.text, reading) == (503, True, 200)
    assert late.sign_in_with(USERNAME, slips["0001"]).status == 303
