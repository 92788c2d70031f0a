"""A long job as its officer follows it: what failed, what is tried again, what was over."""
import pytest

from jobs import running
from jobs import slips as slip_jobs
from models.rules import needs
from models.tables.exams import Series
from models.tables.jobs import DONE, FAILED, QUEUED, RUNNING, Job
from models.tables.slips import Credential
from tests.slips.test_confirm import FILLED

CONFIRM = "/centres/XC301/candidate-results/june-2026/status"


@pytest.fixture
def job(cast):
    return slip_jobs.order(cast.independent_officer, cast.june, [cast.independent], needs.CONFIRM, cast.now)


def test_a_failed_job_says_why_and_is_tried_again(cast, visit, job):
    running.run(job.id)
    visitor = visit(cast.independent_officer)

    page = visitor.get(f"/jobs/{job.public_id}")
    cast.confirm(cast.independent, cast.independent_officer)
    answer = visitor.post(f"/jobs/{job.public_id}/again")
    state = Job.get().state
    running.run(job.id)

    assert "series which have a valid entry" in page.text
    assert page.one("form", action=f"/jobs/{job.public_id}/again", method="post") is not None
    assert (answer.status, state, Job.get().state) == (303, QUEUED, DONE)
    assert "It is tried again." in visitor.follow(answer).text


def test_a_full_disk_is_said_while_the_next_try_is_waited_for(cast, visit, job):
    Job.update(state=RUNNING, attempts=1, lease_until=cast.now,
               error="The disk is full or the database was busy; this is tried again by itself.").execute()

    page = visit(cast.independent_officer).get(f"/jobs/{job.public_id}")

    assert "The disk is full or the database was busy; this is tried again by itself." in page.text
    assert page.one("progress").get("max") == "1"


@pytest.mark.parametrize(("act", "sentence"), [("cancel", "It was over already."), ("again", "It had not failed.")])
def test_what_is_over_can_neither_be_stopped_nor_tried_again(cast, visit, job, act, sentence):
    cast.confirm(cast.independent, cast.independent_officer)
    running.run(job.id)
    visitor = visit(cast.independent_officer)

    answer = visitor.post(f"/jobs/{job.public_id}/{act}")

    assert sentence in visitor.follow(answer).text
    assert Job.get().state == DONE


def test_the_centres_that_had_nothing_to_do_are_counted_beside_the_made_ones(cast, visit):
    empty = cast.centre("XA103", "Empty School", "Asia/Karachi", associate=cast.associate)
    cast.give_access(cast.karachi, empty)
    job = slip_jobs.order(cast.associates_officer, cast.june, [cast.karachi, empty], needs.GENERATE, cast.now,
                          home=cast.associate)
    running.run(job.id)

    page = visit(cast.associates_officer).get(f"/jobs/{job.public_id}")

    assert "At 1 centre there was nothing to do: nobody needed it any more." in page.text
    assert [href.split("/")[2] for text, href in page.links().items() if text.startswith("Other layouts")] == ["XA101"]


def test_confirm_never_says_that_a_pdf_is_ready_which_is_not(cast, visit):
    Series.update(key_random=None).execute()
    visitor = visit(cast.independent_officer)

    answer = visitor.post(CONFIRM, FILLED)

    job = Job.get()
    assert (answer.status, answer.location, job.state) == (303, f"/jobs/{job.public_id}", FAILED)
    assert "the key of June 2026 has been destroyed" in visitor.follow(answer).text
    assert Credential.select().count() == 0
