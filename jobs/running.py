"""Carry out a `Job` once, however often it is started.

A worker claims the row for a minute at a time (its lease) and renews the lease with its progress. It commits the
effect of the work together with the row's new state; who has lost the lease, or was cancelled, commits nothing.
So a worker may be killed at any instant: the row is claimed anew when the lease has run out.
"""
import logging
from datetime import UTC, datetime, timedelta

from peewee import InterfaceError, OperationalError

from models.database import Refused, Sentence, database
from models.jobs import CANCELLED, DONE, FAILED, LEASE, QUEUED, RUNNING, Job
from models.passwords import MissingKey

MOST_ATTEMPTS = 5
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
        self.job, self.attempt = job, job.attempts

    def progress(self, done):
        """Tell how many units are behind us and keep the lease. Raises `Lost`. Not inside a transaction."""
        self._update(done=done, lease_until=_now() + LEASE)

    def keep(self, result, done):
        """Remember a finished part, in the transaction of its effect. Raises `Lost`."""
        self._update(result=result, done=done, lease_until=_now() + LEASE)
        self.job.result = result

    def finish(self, result):
        """The work is done, in the transaction of its effect. Raises `Lost`."""
        self._update(result=result, state=DONE, done=Job.total, error="", lease_until=None, finished_at=_now())

    def _update(self, **values):
        mine = Job.update(**values).where(
            Job.id == self.job.id, Job.state == RUNNING, Job.attempts == self.attempt).execute()
        if not mine:
            raise Lost


def run(job_id):
    """Carry out a job if it waits to be carried out; whatever goes wrong stands in its row afterwards."""
    job = _claimed(job_id)
    if job is None:
        return
    try:
        KINDS[job.kind](Work(job))
    except Lost:
        log.info("job %s: cancelled or taken over", job_id)
    except Refused as refusal:
        _end(job, FAILED, str(refusal))
    except MissingKey as error:
        _end(job, FAILED, str(error))
    except (OperationalError, InterfaceError, OSError) as error:  # locked, disk full, server away: again later
        log.warning("job %s: %s", job_id, type(error).__name__)
        _again(job, Sentence("The disk is full or the database was busy; this is tried again by itself."))
    except Exception:
        log.exception("job %s", job_id)
        _end(job, FAILED, Sentence("Something went wrong on our side. It has been written down."))


def cancel(job, now):
    """Stop a job that is not over; gives whether there was anything to stop."""
    return bool(Job.update(state=CANCELLED, finished_at=now, lease_until=None).where(
        Job.id == job.id, Job.state.in_((QUEUED, RUNNING))).execute())


def retry(job):
    """Let a failed job run again."""
    return bool(Job.update(state=QUEUED, attempts=0, error="", finished_at=None, lease_until=None).where(
        Job.id == job.id, Job.state == FAILED).execute())


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
            state=RUNNING, attempts=Job.attempts + 1, lease_until=now + LEASE,
        ).where(Job.id == job_id, free).execute()
        job = Job.get_by_id(job_id) if claimed else None
    if job and job.attempts > MOST_ATTEMPTS:
        _end(job, FAILED, job.error or Sentence("This was tried %(n)s times and never finished.", n=MOST_ATTEMPTS))
        return None
    return job


def _end(job, state, error):
    Job.update(state=state, error=error, finished_at=_now(), lease_until=None).where(
        Job.id == job.id, Job.state == RUNNING, Job.attempts == job.attempts).execute()


def _again(job, error):
    """Leave the lease to run out, so that the next try comes after a while."""
    try:
        Job.update(error=error).where(
            Job.id == job.id, Job.state == RUNNING, Job.attempts == job.attempts).execute()
    except (OperationalError, InterfaceError):
        log.warning("job %s: not even its error could be written", job.id)


def _now():
    return datetime.now(UTC)
