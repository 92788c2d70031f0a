"""The queue end to end: the real consumer, what it picks up, what it forgets, and when it cannot take a job."""
import os
import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from jobs import queue, running
from jobs import slips as slip_jobs
from models.rules import needs
from models.tables.attempts import Attempts
from models.tables.jobs import DONE, LEASE, QUEUED, RUNNING, Job
from models.tables.slips import CandidateSession, Credential

LONG_AGO = datetime.now(UTC) - timedelta(minutes=10)


@pytest.fixture
def tasks(app):
    """The app's queue, empty."""
    app.extensions["queue"].storage.flush_queue()
    return app.extensions["queue"]


@pytest.fixture
def ordered(cast):
    cast.give_access(cast.karachi)
    return slip_jobs.order(cast.associates_officer, cast.june, [cast.karachi], needs.GENERATE, cast.now)


def worked(app, job, seconds=30):
    """The state of the job once a real worker has had its time."""
    deadline = datetime.now(UTC) + timedelta(seconds=seconds)
    consumer = queue.work(app, embedded=True)
    try:
        while Job.get_by_id(job.id).state in (QUEUED, RUNNING) and datetime.now(UTC) < deadline:
            pass
    finally:
        consumer.stop(graceful=True)
    return Job.get_by_id(job.id).state


def test_the_worker_carries_out_what_is_enqueued(app, tasks, ordered):
    queue.enqueue(app, ordered)

    assert worked(app, ordered) == DONE
    assert Credential.select().count() == 2


@pytest.mark.parametrize("left", [{"state": QUEUED, "created_at": LONG_AGO},
                                  {"state": RUNNING, "attempts": 1, "lease_until": LONG_AGO}])
def test_a_worker_picks_up_what_a_killed_one_took_off_the_queue(app, tasks, ordered, left):
    """Nothing is enqueued here: only the row tells that there is work."""
    Job.update(**left).execute()

    assert worked(app, ordered) == DONE
    assert Credential.select().count() == 2


def test_only_what_nobody_carries_out_is_left_behind(app, ordered):
    now = datetime.now(UTC)
    states = [{"state": QUEUED, "created_at": LONG_AGO}, {"state": QUEUED, "created_at": now},
              {"state": RUNNING, "lease_until": now - timedelta(seconds=1)},
              {"state": RUNNING, "lease_until": now + LEASE}, {"state": DONE}]
    found = []

    for state in states:
        Job.update(**state).execute()
        found.append(bool(running.left_behind(now)))

    assert found == [True, False, True, False, False]


@contextmanager
def locked(tasks, url):
    """Somebody else holds the queue's table."""
    mine = tasks.storage.conn
    if url.startswith("sqlite"):
        mine.execute("PRAGMA busy_timeout = 50")
        other = sqlite3.connect(tasks.storage.filename, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
    else:
        mine.execute("SET lock_timeout = '50ms'")
        other = psycopg.connect(url)
        other.execute("LOCK TABLE huey_task IN ACCESS EXCLUSIVE MODE")
    yield
    other.rollback()
    other.close()
    mine.execute("PRAGMA busy_timeout = 5000" if url.startswith("sqlite") else "SET lock_timeout = 0")


def test_a_job_that_the_queue_cannot_take_is_picked_up_later(app, tasks, ordered, database_url, caplog):
    with locked(tasks, database_url):
        queue.enqueue(app, ordered)
    waiting = len(tasks)
    Job.update(created_at=LONG_AGO).execute()
    tasks.pick_up.call_local()

    assert (waiting, len(tasks)) == (0, 1)
    assert "waits to be picked up" in caplog.text


def test_sessions_and_counts_that_nobody_needs_are_forgotten_by_themselves(cast, tasks):
    cast.confirm(cast.independent, cast.independent_officer)
    now = datetime.now(UTC)
    for name, ends_at in (("old", now - timedelta(days=2)), ("just ended", now - timedelta(hours=1)),
                          ("open", now + timedelta(hours=1))):
        CandidateSession.create(digest=name, credential=Credential.select().first(), generation=1,
                                started_at=ends_at - timedelta(hours=2), ends_at=ends_at)
    for subject, at in (("old", now - timedelta(days=31)), ("new", now - timedelta(days=1))):
        Attempts.create(subject=subject, since=at)

    tasks.forget.call_local()

    assert sorted(session.digest for session in CandidateSession) == ["just ended", "open"]
    assert [failure.subject for failure in Attempts] == ["new"]


def test_files_with_logins_are_deleted_after_an_hour(app, tasks):
    folder = Path(app.config["INSTANCE_PATH"]) / "archives"
    folder.mkdir(exist_ok=True)
    for name, hours in (("old.zip", 2), ("killed.123-1", 2), ("new.zip", 0)):
        (folder / name).write_bytes(b"PK")
        moment = (datetime.now(UTC) - timedelta(hours=hours)).timestamp()
        os.utime(folder / name, (moment, moment))

    tasks.pick_up.call_local()

    left = [path.name for path in folder.iterdir() if path.name in ("old.zip", "killed.123-1", "new.zip")]
    (folder / "new.zip").unlink()
    assert left == ["new.zip"]
