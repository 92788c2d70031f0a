"""The command line: slips of a centre in a file, officers, and what refuses to start."""
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from models import passwords
from models.codes import as_typed
from models.signing import made_for_demonstration
from models.tables.audit import AuditEvent
from models.tables.people import Officer, Posting, StaffSession
from models.tables.slips import Credential
from tests.cast import CHANCE, KEYS
from tests.slips.test_confirm import pdf_text

ROOT = Path(__file__).parent.parent
ADDRESSES = {"SITE_ADDRESS": "https://results.example/results/", "PORTAL_ADDRESS": "https://portal.example/"}


@pytest.fixture
def flask(app):
    """`flask(…)`: what `flask --app app …` answers."""
    return lambda *words, **options: app.test_cli_runner().invoke(args=words, **options)


def test_slips_of_a_centre_are_written_for_their_owner_alone(cast, flask, tmp_path):
    cast.confirm(cast.independent, cast.independent_officer)
    Credential.delete().where(Credential.username == "XC301-0002-J26").execute()
    path = tmp_path / "slips.pdf"

    answer = flask("slips", "XC301", "june-2026", "--output", str(path))

    assert (answer.exit_code, answer.output[:8]) == (0, "2 slips ")
    assert oct(path.stat().st_mode)[-3:] == "600"
    pages = pdf_text(path.read_bytes())
    for login, page in zip(Credential.select().order_by(Credential.username), pages, strict=True):
        printed = next(word for word in page.split() if passwords.mistake(as_typed(word)) is None)
        assert passwords.verifier(as_typed(printed), login.salt, CHANCE.encode()) == login.verifier
    events = AuditEvent.select().where(AuditEvent.who == "command line")
    assert [(event.centre_number, event.series_code) for event in events] == [("XC301", "june-2026")]


@pytest.mark.parametrize(("number", "code", "sentence"), [
    ("XX999", "june-2026", "There is no centre XX999."),
    ("XC301", "may-1999", "There is no series may-1999."),
    ("XC301", "june-2026", "Candidate credentials can only be created for series which have a valid entry"),
])
def test_slips_that_cannot_be_made_are_refused_in_a_sentence(cast, flask, tmp_path, number, code, sentence):
    path = tmp_path / "slips.pdf"

    answer = flask("slips", number, code, "--output", str(path))

    assert (answer.exit_code, sentence in answer.output) == (1, True)
    assert not path.exists()


def test_an_officer_added_on_the_command_line_may_sign_in(cast, flask, plain):
    answer = flask("officers", "add", "New@XC301.example", "--centre", "XC301", "--right", "manages_candidate_results",
                   "--password-stdin", input="seven odd paper kites\n")

    assert (answer.exit_code, answer.output) == (0, "new@xc301.example may sign in at XC301.\n")
    assert [(p.centre.number, p.manages_candidate_results, p.sends_files) for p in Posting.select().join(Officer).where(
        Officer.email == "new@xc301.example")] == [("XC301", True, False)]
    visitor = plain()
    visitor.sign_in("new@xc301.example", "seven odd paper kites")
    assert visitor.get("/centres/XC301/candidate-results").status == 200


NEW_PASSWORD = "seven odd paper kites\n"


@pytest.mark.parametrize(("words", "sentence"), [
    (("not an address", "--centre", "XC301"), "That is not an e-mail address, like exams@school.example."),
    (("new@xc301.example", "--centre", "XX999"), "There is no centre XX999."),
    (("off@xc301.example", "--centre", "XC301"), "off@xc301.example is disabled."),
])
def test_the_command_line_has_the_rules_of_the_portal(cast, flask, words, sentence):
    cast.officer("off@xc301.example", "O Ff", cast.independent)
    Officer.update(disabled_at=cast.now).where(Officer.email == "off@xc301.example").execute()
    before = (Officer.select().count(), Posting.select().count())

    answer = flask("officers", "add", *words, "--password-stdin", input=NEW_PASSWORD)

    assert (answer.exit_code, sentence in answer.output) == (1, True)
    assert (Officer.select().count(), Posting.select().count()) == before
    assert AuditEvent.select().count() == 0


def test_a_new_officer_needs_a_password_and_one_who_is_there_keeps_the_own(cast, flask, plain):
    nobody = flask("officers", "add", "new@xc301.example", "--centre", "XC301")
    further = flask("officers", "add", cast.karachi_officer.email, "--centre", "XC301")

    assert (nobody.exit_code, further.exit_code) == (1, 0)
    assert plain(cast.karachi_officer).get("/centres/XC301").status == 200
    assert [event.what for event in AuditEvent.select().where(AuditEvent.who == "command line")] == [
        "set an officer’s rights"]


def test_a_new_password_from_the_command_line_ends_every_session(cast, flask, plain):
    visitor = plain(cast.karachi_officer)

    flask("officers", "add", cast.karachi_officer.email, "--password-stdin", input=NEW_PASSWORD)

    assert (visitor.get("/centres/XA101").status, StaffSession.select().count()) == (303, 0)


@pytest.mark.parametrize("words", [
    ("officers", "first", "a@b.example"), ("import", "centres", "README.md"), ("backup", "saved"), ("worker",),
    ("demo",)])
def test_before_migrate_a_command_says_what_to_do_first_and_where(tmp_path, words):
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "flask", "--app", "app", *words], cwd=ROOT, capture_output=True,
        text=True, timeout=60, env={**os.environ, "INSTANCE_PATH": str(tmp_path)})

    assert (answer.returncode, answer.stderr) == (1, (
        f"Error: The database {tmp_path / 'results.db'} is not up to date. Run migrate first: "
        "flask --app app migrate\n"))


def started(tmp_path, **environment):
    """What the program says when it is loaded with these settings."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "import app; app.create_app()"], cwd=ROOT, capture_output=True,
        text=True, timeout=60,
        env={**os.environ, "INSTANCE_PATH": str(tmp_path), "PRODUCTION": "1", "SIGNING": "off", **KEYS, **ADDRESSES,
             **environment})


def test_production_starts_with_its_keys_and_nothing_else_refuses_it(tmp_path):
    assert started(tmp_path).returncode == 0


def test_production_does_not_start_with_debug_on(tmp_path):
    answer = started(tmp_path, FLASK_DEBUG="1")

    assert (answer.returncode, answer.stderr.strip()) == (1, "PRODUCTION=1 does not start with debug on.")


def test_production_does_not_start_with_demo_sign_ins(cast, database_url, tmp_path):
    Officer.update(is_demo=True).execute()

    answer = started(tmp_path, DATABASE_URL=database_url)

    assert answer.returncode == 1
    assert answer.stderr.strip() == "PRODUCTION=1 does not start with demo sign-ins: use an empty database."


def test_keys_and_statements_are_kept_from_the_command_line(cast, flask, tmp_path):
    (certificate := tmp_path / "candidate.pem").write_text(made_for_demonstration("Meridian", cast.now))
    kid = flask("signing-keys", "add", str(certificate)).output.split()[0]

    assert f"{kid}  candidate" in flask("signing-keys", "list").output
    assert "is revoked" in flask("signing-keys", "revoke", kid, "--reason", "laptop lost").output
    assert "No such option" not in flask("signing-keys", "revoke", "-BJW7Kki", "--reason", "lost").output
    assert "revoked: laptop lost" in flask("signing-keys", "list").output
    assert flask("signing-keys", "revoke", kid).exit_code == 1
    assert flask("statements", "withdraw", "0011-2233").exit_code == 1
    assert flask("statements", "withdraw", "0011-2233-4455-6677").output == "It is withdrawn.\n"
    assert flask("statements", "restore", "0011 2233 4455 6677").output == "It holds again.\n"
    assert [event.what for event in AuditEvent.select().order_by(AuditEvent.id)] == [
        "noted a signing key", "revoked a signing key", "withdrew a statement", "ended the withdrawal of a statement"]


def test_the_check_page_is_written_with_the_sum_to_publish(cast, flask, tmp_path):
    answer = flask("check-page", str(file := tmp_path / "check.html"), "--language", "ar")

    assert sha256(file.read_bytes()).hexdigest() in answer.output
    assert '<html lang="ar" dir="rtl">' in file.read_text("utf-8")
    assert "connect-src" not in file.read_text("utf-8")
