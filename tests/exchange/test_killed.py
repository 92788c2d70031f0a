"""kill -9 in the middle of an import: nothing half, and the next run makes it whole."""
import random
import signal
import subprocess
import sys

import pytest

from exchange import importing
from models.rules.results import Result, StagedResult
from models.tables.audit import AuditEvent
from models.tables.exams import Candidate, Entry
from models.tables.staging import StagedEntry
from tests.exchange.test_importing import ENTRY, NOW, csv_of, with_

PEOPLE = 1500
STATEMENTS = 60  # at least as many as such an import sends; it is killed before one of them
IMPORT = """
import os, signal, sys
from datetime import datetime
from exchange import importing
from exchange.kinds import entry_store, results
from models.database import connect, database

url, kind, path, now, fatal, in_steps = sys.argv[1:]
entry_store.IN_STEPS = results.IN_STEPS = int(in_steps)
connect(url)
seen, execute = 0, database.obj.execute_sql

def counted(*arguments, **options):
    global seen
    seen += 1
    if seen == int(fatal):
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(*arguments, **options)

database.obj.execute_sql = counted
database.connect()
importing.apply(kind, open(path, "rb").read(), "killed", datetime.fromisoformat(now))
print(seen)
"""


def run(url, kind, path, fatal, in_steps):
    return subprocess.run(  # noqa: S603 (our own interpreter and words)
        [sys.executable, "-c", IMPORT, url, kind, str(path), NOW.isoformat(), str(fatal),
         str(in_steps)], capture_output=True,
        text=True, check=False)


def stands():
    return (Candidate.select().count(), Entry.select().count(), Result.select().count(),
            AuditEvent.select().where(AuditEvent.what.startswith("imported")).count())


@pytest.mark.parametrize("in_steps", [20_000, 1], ids=["at once", "in steps"])
@pytest.mark.parametrize("kind", ["entries", "results"])
def test_a_killed_import_has_done_all_or_nothing(cast, database_url, tmp_path, request, kind, in_steps):
    people = [with_(ENTRY, candidate_number=f"{number:04}", uci=f"U{number}", syllabus_code=code)
              for number in range(1000, 1000 + PEOPLE) for code in ("0580", "0610")]
    rows = people
    if kind == "results":
        importing.apply("entries", csv_of("entries", *people), "me", NOW)
        rows = [[*row[:3], *row[5:8], "B", "", "", "75"] for row in people]
    path = tmp_path / f"{kind}.csv"
    path.write_bytes(csv_of(kind, *rows))
    candidates, entries, results, imports = before = stands()
    after = {"entries": (candidates + PEOPLE, entries + 2 * PEOPLE, results, imports + 1),
             "results": (candidates, entries, results + 2 * PEOPLE, imports + 1)}[kind]
    places = range(1, STATEMENTS + 1)
    if not request.config.getoption("--proof"):
        places = sorted(random.Random(kind).sample(places, 5))  # noqa: S311 (the same places every time)

    found = set()
    for place in places:
        killed = run(database_url, kind, path, place, in_steps)
        assert killed.returncode in (-signal.SIGKILL, 0), killed.stderr
        importing.undo_left_behind(NOW)  # as the worker does each minute
        found.add(stands())
        if stands() == after:
            break  # what follows is only cleaning up
    importing.apply(kind, path.read_bytes(), "me", NOW)

    assert found <= {before, after}
    assert stands()[:3] == after[:3]
    assert [table.select().count() for table in (StagedEntry, StagedResult)] == [0, 0]
