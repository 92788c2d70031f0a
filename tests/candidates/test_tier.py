"""The candidate site behind the PostgreSQL role that `flask grants` prints: it can do what its pages do, and no more.

On PostgreSQL alone: SQLite has no roles, and this module is not collected there.
"""
import json
from urllib.parse import urlsplit

import pytest
from peewee import ProgrammingError

from app import create_app
from models import passwords
from models.acts import statements
from models.acts.attempts import MANY
from models.database import connect, database
from models.rules import results
from models.rules.results import Result
from models.signing import made_for_demonstration, signer
from models.tables.audit import AuditEvent
from models.tables.exams import Release
from models.tables.slips import CandidateSession, Credential
from models.tables.statements import IssuedStatement
from tests.candidates.conftest import OURS, SHEET, SIGN_IN, USERNAME, Guest
from tests.candidates.test_statement import PDF, code_on, shown
from tests.cast import CHANCE, KEYS

ROLE = "results_candidate"
RIGHTS = {  # of every other table in the schema nothing
    **dict.fromkeys(("centre", "series", "release", "candidate", "entry", "result", "attached_defaults",
                     "attached_centre", "offer", "selected_candidate", "schema_migration",
                     "next_steps", "signing_key", "withdrawn_statement"), "r"),
    "credential": "ru", "candidate_session": "rid", "attempts": "riu", "audit_event": "ri",
    "issued_statement": "ri",
}
SHUT = {("series", "key_random"), ("credential", "master_id"), ("credential", "scheme"), ("credential", "slip_id"),
        ("offer", "terms_by"), ("audit_event", "who"), ("audit_event", "subject")}
HELD_RIGHTS = """
SELECT relname, concat(
    CASE WHEN has_any_column_privilege(%s, oid, 'SELECT') THEN 'r' END,
    CASE WHEN has_any_column_privilege(%s, oid, 'INSERT') THEN 'i' END,
    CASE WHEN has_any_column_privilege(%s, oid, 'UPDATE') THEN 'u' END,
    CASE WHEN has_table_privilege(%s, oid, 'DELETE') THEN 'd' END,
    CASE WHEN has_table_privilege(%s, oid, 'TRUNCATE, REFERENCES, TRIGGER') THEN 't' END)
FROM pg_class WHERE relkind IN ('r', 'v', 'p', 'm') AND relnamespace = 'public'::regnamespace
"""


@pytest.fixture
def tier(app, database_url, slips, cast, release, tmp_path):
    """The candidate site as a process of its own has it: its role, its own SECRET_KEY, no CREDENTIAL_KEY.

    Zoë's IGCSE is out, her A Level is loaded and not out; the results of the school elsewhere are out and held.
    """
    release("IGCSE", hours=-1)
    zoe = cast.candidates["XA101"][0]
    cast.result(zoe, "0580", "B", 77)
    cast.result(zoe, "9709", "A*", 93)
    held = cast.candidate(cast.strangers_school, "0009", "Held Back", [("O Level", "5070", "Chemistry")])
    cast.release("O Level", cast.now).save()
    Release.update(held_at=cast.now).where(Release.qualification == "O Level").execute()
    cast.result(held, "5070", "C")

    for _twice in range(2):  # it is run again after every migration
        database.execute_sql(app.test_cli_runner().invoke(args=["grants", ROLE]).output)
    owner = database.obj
    url = database_url.replace(f"//{urlsplit(database_url).netloc}/", f"//{ROLE}@/")
    site = create_app(DATABASE_URL=url, INSTANCE_PATH=str(tmp_path), ROLE="candidate", PEPPER=KEYS["PEPPER"],
                      SECRET_KEY=CHANCE[::-1])
    yield site
    database.close()
    database.initialize(owner)
    passwords.keys.load(KEYS["CREDENTIAL_KEY"], KEYS["PEPPER"])
    database.execute_sql(f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}; ALTER TABLE result DISABLE ROW LEVEL SECURITY")


@pytest.fixture
def as_owner(app, database_url):
    """`as_owner(call)`: what `call` gives as whoever owns the tables."""
    def ask(call):
        role, owner = database.obj, connect(database_url)
        try:
            return call()
        finally:
            owner.close()
            database.initialize(role)
    return ask


def test_everything_that_a_candidate_does_goes_through_it(tier, slips, as_owner):
    guest, checker = Guest(tier), Guest(tier)
    assert guest.get(SIGN_IN).status == 200
    assert {guest.sign_in_with(USERNAME, slips["0002"]).status for _ in range(MANY)} == {422}
    assert guest.sign_in_with(USERNAME, slips["0001"]).location.startswith(f"{SHEET}?in=")

    sheet, statement = guest.sheet(), guest.get(PDF, htmx=False)

    assert (sheet.status, "A Level" in sheet.text, shown(sheet)) == (200, True, ["B (b)"])
    checked = checker.post("/verify", {"code": code_on(statement)}, csrf=False, htmx=False)
    assert ("This statement is genuine" in checked.text, shown(checked)) == (True, ["B (b)"])
    assert [checker.get(path, lint=False).status for path in ("/privacy", "/results/en/nothing", "/healthz")] == [
        200, 404, 200]
    assert guest.sign_out().status == 303
    assert guest.sheet().status == 303
    told = as_owner(lambda: [event.what for event in AuditEvent.select().order_by(AuditEvent.id)])
    assert told[-3:] == ["alarm: many refused sign-ins", "signed in", "signed out"]
    assert as_owner(lambda: (CandidateSession.select().count(),
                             Credential.get(Credential.username == USERNAME).last_signed_in_at is None)) == (0, False)


def test_a_statement_is_signed_with_a_key_that_the_portal_made_known(tier, slips, as_owner, cast):
    pem = made_for_demonstration("Meridian", cast.now)
    signer.load(pem, pem, "candidate", cast.now)
    guest, checker = Guest(tier), Guest(tier)
    guest.sign_in_with(USERNAME, slips["0001"])
    assert guest.get(PDF, htmx=False).status == 422
    signer.tier = "portal"
    as_owner(lambda: statements.add_key(pem[pem.index("-----BEGIN CERT"):], "operator", cast.now))
    signer.tier = "candidate"

    pdf = guest.get(PDF, htmx=False)

    assert (pdf.status, b"/ByteRange" in pdf.body) == (200, True)
    issued = as_owner(lambda: IssuedStatement.get())
    answer = checker.post("/verify/state", {"number": issued.number, "digest": issued.digest}, csrf=False, htmx=False,
                          headers=OURS, lint=False)
    assert json.loads(answer.body)["state"] == "current"
    assert [checker.get(path, htmx=False, lint=False).status for path in (
        "/verify/en", "/verify/en/offline.html", "/.well-known/statement-keys.json",
        "/.well-known/statement-withdrawn.json")] == [200] * 4


def test_it_starts_in_production_without_seeing_an_officer(tier):
    create_app(DATABASE_URL=tier.config["DATABASE_URL"], INSTANCE_PATH=tier.config["INSTANCE_PATH"], ROLE="candidate",
               PEPPER=KEYS["PEPPER"], SECRET_KEY=CHANCE[::-1], PRODUCTION="1",
               SIGNING="off")


def test_a_page_looks_results_up_by_their_index(tier, slips):
    """Row security keeps PostgreSQL from it where the join computes, and a page then reads every result there is."""
    guest = Guest(tier)
    guest.sign_in_with(USERNAME, slips["0001"])
    guest.sheet()
    page = results._own_rows
    values = {"digest": "none", "now": 0}
    parameters = [values[value.name] if hasattr(value, "name") else value for value in page.constants]

    with database.atomic():
        database.execute_sql("SET LOCAL enable_seqscan = off")  # the tables of a test are small
        plan = "\n".join(line for line, in database.execute_sql(f"EXPLAIN {page.text}", parameters))

    assert "Index Scan using result_entry_id on result" in plan
    assert "Seq Scan on result" not in plan


@pytest.mark.parametrize("wanted", [
    "UPDATE credential SET verifier = 'of my own'",
    "UPDATE credential SET generation = 9",
    "INSERT INTO credential (username) VALUES ('XA101-0009-J26')",
    "INSERT INTO staff_session (digest, officer_id, started_at, password_at, seen_at, browser) "
    "SELECT 'mine', 1, 0, 0, 0, ''",
    "SELECT digest FROM staff_session",
    "SELECT email FROM officer",
    "UPDATE release SET released_at = 0",
    "UPDATE release SET held_at = NULL",
    "INSERT INTO release (series_id, qualification, released_at) SELECT id, 'A Level', 0 FROM series",
    "DELETE FROM release",
    "UPDATE result SET grade = 'A*'",
    "UPDATE entry SET qualification = 'IGCSE'",
    "SELECT key_random FROM series",
    "SELECT who FROM audit_event",
    "DELETE FROM audit_event",
    "SELECT grade FROM staged_result",
    "SELECT digest FROM one_time_link",
    "SELECT content FROM exchange_file",
    "SELECT wanted FROM job",
    "CREATE TABLE mine (grade text)",
    "ALTER TABLE result DISABLE ROW LEVEL SECURITY",
    "DROP POLICY results_candidate ON result",
])
def test_what_its_pages_do_not_do_fails(tier, wanted):
    database.connect(reuse_if_open=True)

    with pytest.raises(ProgrammingError, match="permission denied|must be owner"):
        database.execute_sql(wanted)


def test_no_grade_comes_out_before_its_release_whatever_is_asked(tier, as_owner):
    database.connect(reuse_if_open=True)

    assert [row.grade for row in Result.select()] == ["B"]
    assert sorted(as_owner(lambda: [row.grade for row in Result.select()])) == ["A*", "B", "C"]


def test_it_has_these_rights_and_no_other(tier, as_owner):
    held = as_owner(lambda: dict(database.execute_sql(HELD_RIGHTS, [ROLE] * 5).fetchall()))
    readable = as_owner(lambda: {
        (table, column) for table, column in database.execute_sql(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND has_column_privilege(%s, format('%%I.%%I', table_schema, table_name)::regclass, column_name, "
            "'SELECT')", [ROLE]).fetchall()})
    changeable = as_owner(lambda: {
        (table, column) for table, column in database.execute_sql(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND has_column_privilege(%s, format('%%I.%%I', table_schema, table_name)::regclass, column_name, "
            "'UPDATE')", [ROLE]).fetchall()})

    assert {table: rights for table, rights in held.items() if rights} == RIGHTS
    assert readable & SHUT == set()
    assert changeable == {("credential", "last_signed_in_at"), ("credential", "looked_at"), ("attempts", "count"),
                          ("attempts", "alarmed")}


def test_a_role_with_a_name_of_its_own_kind_is_refused(app):
    answer = app.test_cli_runner().invoke(args=["grants", 'x"; DROP TABLE result; --'])

    assert (answer.exit_code, "small letters, digits and underscores" in answer.output) == (1, True)
