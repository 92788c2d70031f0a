"""What a process says of itself: to whatever stands in front of it, every second, and to whoever watches over it."""
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from peewee import PostgresqlDatabase

from models.database import database
from models.migrating import UP_TO_DATE
from models.rules import fitness
from models.tables.jobs import QUEUED, Job

ROOT = Path(__file__).parent.parent
FIGURES = {"longest_waiting_seconds", "free_bytes", "database_ahead_seconds"}


@pytest.fixture
def ask(app):
    """`ask("/healthz")`: (status, what the JSON says)."""
    def get(path):
        answer = app.test_client().get(path)
        return answer.status_code, answer.json
    return get


def in_a_process(program, tmp_path, **environment):
    said = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "INSTANCE_PATH": str(tmp_path), **environment}, cwd=ROOT)
    return said.stdout.splitlines() or said.stderr


ASK = """
import app
from models.migrating import migrate
client = app.create_app().test_client()
for path in ("/healthz", "/readyz"):
    answer = client.get(path)
    print(answer.status_code, answer.json)
"""


def test_a_database_that_is_away_is_said(tmp_path):
    said = in_a_process(ASK, tmp_path, DATABASE_URL="postgresql://127.0.0.1:9/away", ROLE="candidate")

    assert said == ["503 {'status': 'database'}"] * 2


def test_until_the_database_is_migrated_the_process_is_not_fit(tmp_path):
    again = "\nmigrate()\nanswer = client.get('/healthz')\nprint(answer.status_code, answer.json)"

    assert in_a_process(ASK + again, tmp_path) == ["503 {'status': 'migrations'}"] * 2 + ["200 {'status': 'ok'}"]


def test_a_folder_that_cannot_be_written_is_said(ask, app, monkeypatch, tmp_path):
    monkeypatch.setitem(app.config, "INSTANCE_PATH", str(tmp_path / "gone"))

    assert [ask(path) for path in ("/healthz", "/readyz")] == [(503, {"status": "folder"})] * 2


def test_migrations_are_asked_for_until_there_are_none_to_come(ask, queries):
    UP_TO_DATE.clear()

    with queries() as first:
        assert ask("/healthz") == (200, {"status": "ok"})
    with queries() as second:
        assert ask("/healthz") == (200, {"status": "ok"})

    assert any("schema_migration" in statement for statement in first)
    assert second == ["SELECT 1"]


def test_a_connection_that_died_while_it_was_idle_is_not_a_database_that_is_away(ask, database_url):
    if isinstance(database.obj, PostgresqlDatabase):
        ours = database.execute_sql("SELECT pg_backend_pid()").fetchone()[0]
        other = PostgresqlDatabase(database_url, prefer_psycopg3=True)
        other.execute_sql("SELECT pg_terminate_backend(%s, 2000)", [ours])
        other.close()
    else:
        database.close()

    assert ask("/healthz") == (200, {"status": "ok"})


def test_whoever_watches_is_told_figures(ask):
    status, said = ask("/readyz")

    assert (status, said["status"], set(said) - {"status"}) == (200, "ok", FIGURES)
    assert said["longest_waiting_seconds"] == 0
    assert said["free_bytes"] > fitness.LEAST_FREE
    assert abs(said["database_ahead_seconds"]) < 1


def test_a_job_that_waits_too_long_is_told(ask, cast):
    for state, minutes in (("done", 90), (QUEUED, 11), (QUEUED, 1)):
        Job.create(kind="archive", state=state, created_at=cast.now - timedelta(minutes=minutes))

    status, said = ask("/readyz")

    assert (status, said["status"], 660 <= said["longest_waiting_seconds"] < 690) == (503, "queue", True)
    assert ask("/healthz")[0] == 200


@pytest.mark.parametrize(("limit", "value", "word"), [
    ("LEAST_FREE", 1 << 60, "disk"), ("CLOCKS_APART", -1, "clock"), ("LONGEST_WAIT", -1, "queue")])
def test_what_is_beyond_its_limit_is_named(ask, monkeypatch, limit, value, word):
    monkeypatch.setattr(fitness, limit, value)

    status, said = ask("/readyz")

    assert (status, said["status"]) == (503, word)
