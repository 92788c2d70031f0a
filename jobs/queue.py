"""The queue: huey on SQLite beside the database, or on the same PostgreSQL. It carries ids of jobs."""
import logging
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from huey import PostgresHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from exchange import importing
from jobs import archive, imports, running, slips  # noqa: F401 (importing registers the kinds of job)
from models.acts import accounts, attempts, candidate_sign_in, kept, links, marks, once, subcentres
from models.database import database

logging.getLogger("huey").setLevel(logging.WARNING)
log = logging.getLogger(__name__)
FORGETTING = (candidate_sign_in.forget_ended, accounts.forget_ended, links.forget_old, attempts.forget_old,
              importing.forget_old, running.forget_old, subcentres.forget_old, once.forget_old,
              marks.forget_old, kept.forget_old)


def init_app(app):
    """Give the app its queue: `app.extensions['queue']`."""
    url = app.config["DATABASE_URL"]
    if url.startswith("sqlite"):
        file = Path(app.config["INSTANCE_PATH"]) / "queue.db"
        file.touch(mode=0o600)  # SQLite would let everybody read it; what it puts beside is made alike
        queue = SqliteHuey("results", filename=str(file), results=False)
    else:
        queue = PostgresHuey("results", dsn=url, results=False)

    @queue.task(name="run_job")
    def run_job(job_id):
        with app.app_context():
            _with_connection(running.run, job_id)

    @queue.periodic_task(crontab(), name="pick_up")
    def pick_up():
        """A worker that was killed took its task off the queue: put back what nobody carries out."""
        with app.app_context():
            for job_id in _with_connection(running.left_behind, datetime.now(UTC)):
                run_job(job_id)
            _with_connection(importing.undo_left_behind, datetime.now(UTC))
            archive.forget_old(app)

    @queue.periodic_task(crontab(minute="17"), name="forget")
    def forget():
        """What nobody needs any more; docs/threat-model.md says how long each is kept."""
        for forget_old in FORGETTING:
            _with_connection(forget_old, datetime.now(UTC))

    queue.on_shutdown("hang_up")(queue.storage.close)  # PostgresHuey leaves each worker's connection open
    queue.run_job, queue.pick_up, queue.forget = run_job, pick_up, forget
    app.extensions["queue"] = queue


def enqueue(app, job):
    """Hand a stored job to the queue. Call after the transaction that stored it.

    Where the queue cannot take it (its disk is full, it is locked), `pick_up` does so later: the row is the truth.
    """
    try:
        app.extensions["queue"].run_job(job.id)
    except (sqlite3.OperationalError, psycopg.OperationalError) as error:
        log.warning("job %s waits to be picked up: %s", job.id, type(error).__name__)


def work(app, embedded=False):
    """Carry out jobs: until a signal in a process of its own, or in a thread of this one (`embedded`)."""
    options = {"workers": 1, "max_delay": 1.0, "initial_delay": 0.1, "check_worker_health": not embedded}
    if embedded:
        consumer = _Embedded(app.extensions["queue"], **options)
        consumer.start()
    else:
        consumer = Consumer(app.extensions["queue"], **options)
        consumer.run()
    return consumer


class _Embedded(Consumer):
    """Inside the web process the signals belong to the web server."""

    def _set_signal_handlers(self):
        pass


def _with_connection(function, *arguments):
    database.connect(reuse_if_open=True)
    try:
        return function(*arguments)
    finally:
        database.close()
