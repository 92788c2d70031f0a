"""A job is carried out once: claims, leases, progress, cancelling, and what happens when something fails."""
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from peewee import PostgresqlDatabase

from jobs import running
from jobs import slips as slip_jobs
from models.acts import issuing
from models.database import Refused, Sentence, database
from models.rules import needs
from models.tables.audit import AuditEvent
from models.tables.exams import Centre
from models.tables.jobs import CANCELLED, DONE, FAILED, LEASE, QUEUED, RUNNING, Job
from models.tables.offers import Offer
from models.tables.slips import Credential, Slip, SlipBatch
from models.tables.subcentres import AttachedCentre, AttachedDefaults


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


def expire_leases():
    Job.update(lease_until=datetime.now(UTC) - timedelta(seconds=1)).where(Job.state == RUNNING).execute()


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


def slept(work):
    """As if this worker had claimed its job an hour ago and slept since."""
    work.lease_until -= timedelta(hours=1)
    Job.update(lease_until=work.lease_until).where(Job.id == work.job.id).execute()


@pytest.mark.parametrize("step", ["progress", "keep", "finish"])
def test_who_has_lost_the_lease_commits_nothing(app, cast, work, step):
    """The first worker slept through its lease; the second has the job now, and then the first wakes up."""
    workers = []

    def slow(work):
        workers.append(work)
        if len(workers) == 2:
            return  # still at it
        slept(work)
        running.run(work.job.id)
        with database.atomic():
            SlipBatch.create(public_id="x", centre=cast.karachi, series=cast.june, kind="confirm", made_by="x",
                             made_at=cast.now)
            arguments = {"progress": (2,), "keep": ({}, 2), "finish": ({},)}.get(step, ())
            getattr(work, step)(*arguments)

    job = work(slow)
    running.run(job.id)

    assert len(workers) == 2
    assert SlipBatch.select().count() == 0
    assert state(job) == (RUNNING, 0, "")


def test_a_retried_job_is_not_the_one_that_a_late_worker_holds(app, work):
    """Trying again counts the attempts from one, so their number does not tell two workers apart."""
    late = []

    def fails_then_waits(work):
        late.append(work)
        if len(late) == 1:
            slept(work)
            running.run(work.job.id)
            running.retry(work.job, "amal@xa100.example", datetime.now(UTC))
            running.run(work.job.id)
            work.progress(2)
        if len(late) == 2:
            raise Refused(Sentence("Not now."))

    job = work(fails_then_waits)
    running.run(job.id)

    assert [worker.job.attempts for worker in late] == [1, 2, 1]
    assert state(job) == (RUNNING, 0, "")


def test_a_cancelled_job_stops_at_its_next_step(app, work):
    steps = []

    def stepping(work):
        for step in range(3):
            steps.append(step)
            if step == 1:
                running.cancel(work.job, "amal@xa100.example", datetime.now(UTC))
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


@contextmanager
def no_room(url):
    """A disk that is full, for this connection; on PostgreSQL a table that somebody locks, as a full disk needs one."""
    if url.startswith("sqlite"):
        database.execute_sql("VACUUM")
        pages = database.execute_sql("PRAGMA page_count").fetchone()[0]
        database.execute_sql(f"PRAGMA max_page_count = {pages}")
        yield
        database.execute_sql("PRAGMA max_page_count = 1073741823")
        return
    other = PostgresqlDatabase(url, prefer_psycopg3=True)
    database.execute_sql("SET lock_timeout = '50ms'")
    with other.atomic():
        other.execute_sql("LOCK TABLE credential IN ACCESS EXCLUSIVE MODE")
        yield
    other.close()
    database.execute_sql("SET lock_timeout = 0")


def test_a_full_disk_says_so_and_goes_on_by_itself(app, cast, database_url):
    for number in range(100, 400):
        cast.candidate(cast.independent, f"{number:04}", "Ada " * 12, [("IGCSE", "0580", "Mathematics")])
    job = slip_jobs.order(cast.associates_officer, cast.june, [cast.independent], needs.GENERATE, cast.now,
                          slips=302)

    with no_room(database_url):
        done = running.run(job.id)
    said = state(job)
    left = (Credential.select().count(), Slip.select().count(), SlipBatch.select().count(), Offer.select().count())
    at_once = running.left_behind(datetime.now(UTC))
    later = running.left_behind(datetime.now(UTC) + LEASE + timedelta(seconds=1))
    expire_leases()
    running.run(job.id)

    assert not done
    assert (said[0], said[2]) == (
        RUNNING, "The disk is full or the database was busy; this is tried again by itself.")
    assert left == (0, 0, 0, 0)
    assert (at_once, later) == ([], [job.id])
    assert state(job) == (DONE, 302, "")
    assert (Credential.select().count(), Slip.select().count(), SlipBatch.select().count()) == (302, 302, 1)


def test_a_disk_without_room_for_a_file_says_so_too(app, work):
    def troubled(work):
        with open("/dev/full", "wb") as out:
            out.write(b"%PDF")

    job = work(troubled)
    running.run(job.id)

    assert (state(job)[0], "disk is full" in state(job)[2]) == (RUNNING, True)


def test_a_disk_that_is_full_for_long_is_waited_for(app, work):
    """It says that it is tried again by itself, so it is: trouble of the machine is no failure of the job."""
    tries = []

    def troubled(work):
        tries.append(1)
        if len(tries) < 8:
            with open("/dev/full", "wb") as out:
                out.write(b"%PDF")
        finish(work)

    job = work(troubled)
    for _ in range(8):
        running.run(job.id)
        expire_leases()

    assert (len(tries), state(job)) == (8, (DONE, 3, ""))


def test_what_is_missing_on_the_disk_is_no_full_disk(app, work):
    job = work(lambda _work: Path("/nowhere/logo.svg").read_bytes())

    running.run(job.id)

    assert state(job) == (FAILED, 0, "Something went wrong on our side. It has been written down.")


def test_what_never_finishes_fails_after_five_tries_with_a_sentence(app, work):
    tries = []
    job = work(lambda _work: tries.append(1))  # like a worker that dies each time

    for _ in range(7):
        running.run(job.id)
        expire_leases()

    assert (len(tries), state(job)[0]) == (5, FAILED)
    assert "tried 5 times" in state(job)[2]


def retried(job):
    return running.retry(job, "amal@xa100.example", datetime.now(UTC))


def test_a_failed_job_can_be_tried_again_and_any_other_cannot(app, work):
    tries = []

    def first_refused(work):
        tries.append(1)
        if len(tries) == 1:
            raise Refused(Sentence("Not now."))
        finish(work)

    job = work(first_refused)
    waiting = retried(job)
    running.run(job.id)
    failed = retried(job)
    again = state(job)
    running.run(job.id)

    assert (waiting, failed, again) == (False, True, (QUEUED, 0, ""))
    cancelled = running.cancel(job, "amal@xa100.example", datetime.now(UTC))
    assert (state(job), retried(job), cancelled) == ((DONE, 3, ""), False, False)


def test_a_bug_is_written_down_with_its_place_and_without_its_words(app, work, caplog):
    def broken(_work):
        raise RuntimeError("secret 497R-CH3Y")

    job = work(broken)
    running.run(job.id)

    assert state(job) == (FAILED, 0, "Something went wrong on our side. It has been written down.")
    assert "RuntimeError at" in caplog.text
    assert "test_running.py" in caplog.text
    assert "497R" not in caplog.text


# --- slips, centre by centre -----------------------------------------------------------------------------------


def ordered(cast, what=needs.GENERATE, centres=None, home=None, **more):
    return slip_jobs.order(cast.associates_officer, cast.june, centres or [cast.karachi, cast.lima], what, cast.now,
                           home=home or cast.associate, **more)


def between(monkeypatch, act):
    """Let something happen after a plan was made and before it is stored, the first time."""
    plan, acts = issuing.plan, [act]

    def planned(*arguments, **named):
        made = plan(*arguments, **named)
        if acts:
            acts.pop()()
        return made

    monkeypatch.setattr(issuing, "plan", planned)


def test_cancelled_in_the_middle_keeps_what_was_finished_and_nothing_half(cast, monkeypatch):
    cast.give_access(cast.karachi, cast.lima)
    job = ordered(cast)
    plans = []
    plan = issuing.plan

    def planned(centre, *arguments, **named):
        plans.append(centre.number)
        if len(plans) == 2:
            running.cancel(job, cast.associates_officer, cast.now)
        return plan(centre, *arguments, **named)

    monkeypatch.setattr(issuing, "plan", planned)
    done = running.run(job.id)

    assert (done, plans, state(job)[0]) == (False, ["XA101", "XA102"], CANCELLED)
    assert sorted(c.username for c in Credential.select()) == ["XA101-0001-J26", "XA101-0002-J26"]
    assert [batch.centre.number for batch in SlipBatch.select()] == ["XA101"]
    assert [offer.centre.number for offer in Offer.select()] == ["XA101"]


def test_access_taken_away_meanwhile_refuses_that_centre_alone(cast, monkeypatch):
    cast.give_access(cast.karachi, cast.lima)
    job = ordered(cast)
    between(monkeypatch, lambda: AttachedCentre.update(give_access=False).where(
        AttachedCentre.centre == cast.karachi).execute())

    running.run(job.id)

    assert state(job)[0] == DONE
    assert Job.get().result["refused"] == {"XA101": "XA101 has no access to the candidate results service."}
    assert [c.username for c in Credential.select()] == ["XA102-0001-J26"]
    assert [offer.centre.number for offer in Offer.select()] == ["XA102"]


def test_a_centre_that_was_detached_meanwhile_is_left_alone(cast):
    cast.give_access(cast.karachi, cast.lima)
    job = ordered(cast)
    Centre.update(associate=None).where(Centre.number == "XA101").execute()

    running.run(job.id)

    assert Job.get().result["refused"] == {"XA101": "XA101 is not attached to XA100 any more."}
    assert [c.username for c in Credential.select()] == ["XA102-0001-J26"]
    assert [offer.centre.number for offer in Offer.select()] == ["XA102"]


@pytest.mark.parametrize("contact", ["Amal \U0001f600", "a" * 150 + "@xa100.example"])
def test_a_default_contact_that_cannot_be_printed_is_named_before_anything_is_made(cast, contact):
    cast.give_access(cast.karachi)
    AttachedDefaults.update(contact_email=contact).execute()
    job = ordered(cast, centres=[cast.karachi])

    running.run(job.id)

    assert state(job)[:2] == (FAILED, 0)
    assert f"The contact “{contact[:160]}” cannot be printed on a slip" in state(job)[2]
    assert (Credential.select().count(), Offer.select().count()) == (0, 0)


def test_nothing_is_offered_for_a_centre_without_a_valid_entry(cast):
    empty = cast.centre("XA103", "Empty School", "Asia/Karachi", associate=cast.associate)
    cast.give_access(empty)
    job = ordered(cast, centres=[empty])

    running.run(job.id)

    assert state(job) == (FAILED, 0, "None of these candidates needs that.")
    assert (Offer.select().count(), SlipBatch.select().count(), [event.what for event in AuditEvent.select()]) == (
        0, 0, ["generated credentials"])


def test_to_offer_all_for_a_centre_is_an_act_of_its_own_in_the_trail(cast):
    cast.give_access(cast.karachi, cast.lima)

    running.run(ordered(cast).id)

    acts = [(event.who, event.what, event.centre_number, sorted((c.field, c.after) for c in event.changes)[0])
            for event in AuditEvent.select().where(AuditEvent.centre_number != "XA100").order_by(AuditEvent.id)]
    assert acts == [("amal@xa100.example", "offered the service to ALL", number, ("scope", "all"))
                    for number in ("XA101", "XA102")]


def test_a_centre_that_confirms_meanwhile_keeps_its_own_offer(cast, monkeypatch):
    """D14 is for a centre that has offered nothing; the job plans again on what the centre offers now."""
    cast.give_access(cast.karachi)
    job = ordered(cast, centres=[cast.karachi])
    first = cast.candidates["XA101"][0]
    between(monkeypatch, lambda: cast.confirm(
        cast.karachi, cast.karachi_officer, scope="selected", selected=[first.id], delay=60))

    running.run(job.id)

    offer = Offer.get()
    assert (offer.scope, offer.delay, offer.terms_by) == ("selected", 60, "kiran@xa101.example")
    assert [c.username for c in Credential.select()] == ["XA101-0001-J26"]
    assert state(job) == (FAILED, 0, "None of these candidates needs that.")


def test_whom_a_colleague_gave_a_login_meanwhile_is_printed_with_that_one(cast):
    everybody = cast.candidates["XC301"]
    job = ordered(cast, centres=[cast.independent], home=cast.independent, candidates=everybody)
    passwords = cast.confirm(cast.independent, cast.independent_officer)

    running.run(job.id)

    batch = SlipBatch.get(SlipBatch.public_id == Job.get().result["batches"][0])
    assert state(job)[0] == DONE
    assert {slip.candidate.number: secret for slip, secret in issuing.slips_of(batch)} == passwords
