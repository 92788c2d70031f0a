"""A job is carried out once: claims, leases, progress, cancelling, and what happens when something fails."""
from datetime import UTC, datetime, timedelta

import pytest
from peewee import OperationalError

from jobs import queue, running
from jobs import slips as slip_jobs
from models import issuing
from models.credentials import Credential, SlipBatch
from models.database import Refused, Sentence, database
from models.jobs import CANCELLED, DONE, FAILED, LEASE, QUEUED, RUNNING, Job


@pytest.fixture
def work(monkeypatch):
    """`work(function)`: a kind of job, 'test', that does this; gives how to make a job of it."""

    def of(function):
        monkeypatch.setitem(running.KINDS, "test", function)
        return Job.create(kind="test", created_at=datetime.now(UTC), total=3)

    return of


def state(job):
    row = Job.get_by_id(job.id)
    return row.state, row.done, row.error


def finish(work):
    with database.atomic():
        work.finish({})


def test_a_job_is_done_once_however_often_it_is_started(app, work):
    times = []
    job = work(lambda work: (times.append(1), finish(work)))

    for _ in range(8):
        running.run(job.id)

    assert (state(job), len(times)) == ((DONE, 3, ""), 1)


def test_a_claimed_job_is_nobody_elses_until_its_lease_has_run_out(app, work):
    other = []
    job = work(lambda mine: (running.run(mine.job.id), other.append(state(mine.job)), finish(mine)))

    running.run(job.id)

    assert other == [(RUNNING, 0, "")]
    assert Job.get_by_id(job.id).attempts == 1


def test_who_has_lost_the_lease_commits_nothing(app, cast, work):
    def slow(work):
        Job.update(attempts=Job.attempts + 1).where(Job.id == work.job.id).execute()  # somebody else claimed it
        with database.atomic():
            SlipBatch.create(public_id="x", centre=cast.karachi, series=cast.june, kind="confirm", made_by="x",
                             made_at=cast.now)
            work.finish({})

    job = work(slow)
    running.run(job.id)

    assert SlipBatch.select().count() == 0
    assert state(job)[0] == RUNNING


def test_a_cancelled_job_stops_at_its_next_step(app, work):
    steps = []

    def stepping(work):
        for step in range(3):
            steps.append(step)
            if step == 1:
                running.cancel(work.job, datetime.now(UTC))
            work.progress(step)
        finish(work)

    job = work(stepping)
    running.run(job.id)

    assert (state(job)[0], steps) == (CANCELLED, [0, 1])


def test_what_a_rule_refuses_is_told_in_its_sentence(app, work):
    def refused(_work):
        raise Refused(Sentence("There is no slip to print."))

    job = work(refused)
    running.run(job.id)

    assert state(job) == (FAILED, 0, "There is no slip to print.")


@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device"), OperationalError("disk is full")])
def test_a_full_disk_says_so_and_goes_on_by_itself(app, work, trouble):
    tries = []

    def troubled(work):
        tries.append(1)
        if len(tries) == 1:
            raise trouble
        finish(work)

    job = work(troubled)
    running.run(job.id)
    first = state(job)
    later = datetime.now(UTC) + LEASE + timedelta(seconds=1)
    assert running.left_behind(later) == [job.id]
    Job.update(lease_until=datetime.now(UTC) - timedelta(seconds=1)).execute()
    running.run(job.id)

    assert (first[0], "disk is full" in first[2]) == (RUNNING, True)
    assert state(job) == (DONE, 3, "")


def test_what_never_finishes_fails_after_five_tries_with_a_sentence(app, work):
    tries = []
    job = work(lambda _work: tries.append(1))  # like a worker that dies each time

    for _ in range(7):
        running.run(job.id)
        Job.update(lease_until=datetime.now(UTC) - timedelta(seconds=1)).where(Job.state == RUNNING).execute()

    assert (len(tries), state(job)[0]) == (5, FAILED)
    assert "tried 5 times" in state(job)[2]


def test_a_bug_is_written_down_and_told_without_its_words(app, work):
    def broken(_work):
        raise RuntimeError("secret 497R-CH3Y")

    job = work(broken)
    running.run(job.id)

    assert state(job) == (FAILED, 0, "Something went wrong on our side. It has been written down.")


def test_two_plans_of_one_centre_make_one_set_of_passwords(cast):
    """Two officers at once: both planned before either stored."""
    cast.give_access(cast.karachi)
    cast.confirm(cast.karachi, cast.karachi_officer)
    Credential.delete().execute()
    plans = [issuing.plan(cast.karachi, cast.june, list(issuing.covered(cast.karachi, cast.june))) for _ in range(2)]

    batches = []
    for plan in plans:
        with database.atomic():
            batches.append(issuing.store(plan, cast.karachi, cast.june, kind="confirm", by="x", now=cast.now))

    first, second = ([secret for _slip, secret in issuing.slips_of(batch)] for batch in batches)
    assert first == second
    assert None not in first


def test_the_queue_carries_out_what_is_enqueued(app, cast):
    cast.give_access(cast.karachi)
    job = slip_jobs.order(cast.associates_officer, cast.june, [cast.karachi], issuing.GENERATE, cast.now)

    consumer = queue.work(app, embedded=True)
    queue.enqueue(app, job)
    deadline = datetime.now(UTC) + timedelta(seconds=20)
    while state(job)[0] in (QUEUED, RUNNING) and datetime.now(UTC) < deadline:
        pass
    consumer.stop(graceful=True)

    assert state(job)[0] == DONE
    assert Credential.select().count() == 2
