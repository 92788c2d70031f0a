"""Carry out a `Job` once, however often it is started.

A worker claims the row for a minute at a time (its lease) and renews the lease with its progress. It commits the
effect of the work together with the row's new state; who has lost the lease, or was cancelled, commits nothing.
So a worker may be killed at any instant: the row is claimed anew when the lease has run out. A new lease always
ends later than the one before, so the end of the lease also tells whose it is.
"""
import errno
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from traceback import extract_tb

from peewee import InterfaceError, OperationalError

from models.database import Refused, Sentence, database
from models.passwords import MissingKey
from models.tables import audit
from models.tables.jobs import CANCELLED, DONE, FAILED, LEASE, QUEUED, RUNNING, Job

MOST_ATTEMPTS = 5
KEPT = timedelta(days=90)  # a job that is over, until it is forgotten
KINDS = {}
log = logging.getLogger(__name__)


class Lost(Exception):
    """This job was cancelled, or another worker carries it out now."""


def kind(name):
    """Register a function of one argument, a `Work`, as what a job of this kind does."""
    return lambda function: KINDS.setdefault(name, function)


class Work:
    """A claimed job, as the function that carries it out sees it."""

    def __init__(self, job):
        self.job, self.lease_until = job, job.lease_until

    @property
    def is_mine(self):
        """The condition under which this worker may still write to the row; what is over has no lease."""
        return (Job.id == self.job.id) & (Job.lease_until == self.lease_until)

    def progress(self, done):
        """Tell how many units are behind us and keep the lease. Raises `Lost`. Not inside a transaction."""
        self._renew(done=done)

    def go_on(self):
        """Keep the lease through a long step, writing only when half of it is over. Raises `Lost`. Not inside a
        transaction."""
        if self.lease_until - _now() < LEASE / 2:
            self._renew()

    def keep(self, result, done):
        """Remember a finished part, in the transaction of its effect. Raises `Lost`."""
        self._renew(result=result, done=done)
        self.job.result = result

    def finish(self, result):
        """The work is done, in the transaction of its effect. Raises `Lost`."""
        self._update(result=result, state=DONE, done=Job.total, error="", lease_until=None, finished_at=_now())

    def _renew(self, **values):
        until = _now() + LEASE
        self._update(**values, lease_until=until)
        self.lease_until = until

    def _update(self, **values):
        if not Job.update(**values).where(self.is_mine).execute():
            raise Lost


def run(job_id):
    """Carry out a job if it waits to be carried out, and give whether it is done now.

    Whatever goes wrong stands in its row afterwards.
    """
    work = _claimed(job_id)
    if work:
        _carry_out(work)
    return Job.select().where(Job.id == job_id, Job.state == DONE).exists()


def _carry_out(work):
    number = work.job.id
    try:
        KINDS[work.job.kind](work)
    except Lost:
        log.info("job %s: cancelled or taken over", number)
    except (Refused, MissingKey) as refusal:
        _fail(work, str(refusal))
    except Exception as error:
        if _passes(error):
            log.warning("job %s: %s", number, type(error).__name__)
            _leave(work, Sentence("The disk is full or the database was busy; this is tried again by itself."))
            return
        log.error("job %s: %s", number, _where(error))
        _fail(work, Sentence("Something went wrong on our side. It has been written down."))


def _passes(error):
    """Whether the machine is in trouble rather than the job: disk full, database locked, server away."""
    return (isinstance(error, (OperationalError, InterfaceError))
            or isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT))


def cancel(job, by, now):
    """Stop a job that is not over; gives whether there was anything to stop."""
    with database.atomic():
        stopped = Job.update(state=CANCELLED, finished_at=now, lease_until=None).where(
            Job.id == job.id, Job.state.in_((QUEUED, RUNNING))).execute()
        _record(by, "cancelled a job", now, job)
    return bool(stopped)


def retry(job, by, now):
    """Let a failed job run again; gives whether it had failed."""
    with database.atomic():
        started = Job.update(state=QUEUED, attempts=0, error="", finished_at=None, lease_until=None).where(
            Job.id == job.id, Job.state == FAILED).execute()
        _record(by, "started a job again", now, job)
    return bool(started)


def _record(by, what, now, job):
    audit.record(by, what, now, centre=job.centre.number if job.centre else "", subject=job.kind)


def left_behind(now):
    """Ids of jobs that nobody carries out: queued for a while, or claimed by a worker that died."""
    overdue = (Job.state == QUEUED) & (Job.created_at < now - timedelta(seconds=5))
    orphaned = (Job.state == RUNNING) & (Job.lease_until < now)
    return [job.id for job in Job.select(Job.id).where(overdue | orphaned).order_by(Job.id)]


def _claimed(job_id):
    now = _now()
    free = (Job.state == QUEUED) | ((Job.state == RUNNING) & (Job.lease_until < now))
    with database.atomic():
        claimed = Job.update(
            state=RUNNING, attempts=Job.attempts + 1, lease_until=now + LEASE, started_at=now,
        ).where(Job.id == job_id, free).execute()
        work = Work(Job.get_by_id(job_id)) if claimed else None
    if work and work.job.attempts > MOST_ATTEMPTS:
        _fail(work, work.job.error or Sentence("This was tried %(n)s times and never finished.", n=MOST_ATTEMPTS))
        return None
    return work


def _fail(work, error):
    Job.update(state=FAILED, error=error, finished_at=_now(), lease_until=None).where(work.is_mine).execute()


def _leave(work, error):
    """Leave the lease to run out, so that the next try comes after a while; this one does not count."""
    try:
        Job.update(error=error, attempts=Job.attempts - 1).where(work.is_mine).execute()
    except (OperationalError, InterfaceError):
        log.warning("job %s: not even its error could be written", work.job.id)


def _where(error):
    """The kind of error and the lines it came through: its own words may quote a password."""
    lines = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
    return f"{type(error).__name__} at {' > '.join(lines)}"


def _now():
    return datetime.now(UTC)


def forget_old(now):
    """Delete jobs that were over KEPT ago; for the periodic task. Gives their number."""
    return Job.delete().where(Job.finished_at < now - KEPT).execute()
