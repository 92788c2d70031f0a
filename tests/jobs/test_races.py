"""Two who press at once get one set of passwords, and both papers work (K3)."""
import io
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from documents import papers
from jobs import slips as slip_jobs
from models import passwords
from models.acts import issuing
from models.codes import as_typed
from models.database import database
from models.rules import needs
from models.tables.jobs import DONE, Job
from models.tables.slips import Credential, Slip, SlipBatch
from tests.cast import CHANCE
from tests.inside import Inside
from tests.slips.test_confirm import FILLED, pdf_text
from tests.visitor import OWN_PAGE

ROOT = Path(__file__).parents[2]
AT = "/centres/XC301/candidate-results/june-2026"


def printed(app, batch):
    """{username: password} as the batch's PDF prints them."""
    out = io.BytesIO()
    with app.app_context():
        papers.write_batch(batch, out, papers.layout_of(app.config, batch.centre, batch.made_at))
    logins = {}
    for page in pdf_text(out.getvalue()):
        words = page.split()
        username = next(word for word in words if word.startswith(batch.centre.number + "-"))
        logins[username] = next(
            as_typed(word) for word in words if passwords.mistake(as_typed(word)) is None)
    return logins


def signing_in():
    """{username: (salt, verifier)} of what signs in now."""
    return {login.username: (login.salt, login.verifier) for login in Credential.select()}


def assert_both_papers_work(app, batches=2):
    papers = [printed(app, batch) for batch in SlipBatch.select().order_by(SlipBatch.id)]
    assert len(papers) == batches
    assert all(paper == papers[0] for paper in papers)
    now_valid = signing_in()
    assert {name: (salt, passwords.verifier(papers[0][name], salt, CHANCE.encode()))
            for name, (salt, _verifier) in now_valid.items()} == now_valid
    assert Slip.select().count() == batches * len(now_valid)


@pytest.mark.parametrize("what", [needs.CONFIRM, needs.NEW_PASSWORD])
def test_the_paper_in_hand_works_when_a_second_plan_is_stored(app, cast, what):
    cast.confirm(cast.independent, cast.independent_officer)
    SlipBatch.delete().execute()
    if what == needs.CONFIRM:
        Credential.delete().execute()
    covered = list(needs.covered(cast.independent, cast.june))
    anew = {candidate.id for candidate in covered} if what == needs.NEW_PASSWORD else ()
    first, second = (issuing.plan(cast.independent, cast.june, covered, anew=anew) for _ in range(2))

    with database.atomic():
        batch = issuing.store(first, cast.independent, cast.june, kind=what, by="x", now=cast.now)
    in_hand = printed(app, batch)
    with database.atomic():
        issuing.store(second, cast.independent, cast.june, kind=what, by="y", now=cast.now)

    assert in_hand == printed(app, batch)
    assert_both_papers_work(app)


def workers(app, database_url, jobs, stage):
    """One real process a job, at the same time."""
    if database_url.startswith("sqlite"):
        database.close()
    meeting = Path(app.config["INSTANCE_PATH"]) / "meeting"
    meeting.mkdir(exist_ok=True)
    for left in meeting.iterdir():
        left.unlink()
    begun = [subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.jobs.dying_worker", database_url, app.config["INSTANCE_PATH"],
         str(job.id), stage], cwd=ROOT, stderr=subprocess.PIPE, text=True) for job in jobs]
    for process in begun:
        _out, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    database.connect(reuse_if_open=True)


@pytest.mark.parametrize("what", [needs.CONFIRM, needs.GENERATE, needs.NEW_PASSWORD])
def test_two_workers_that_planned_the_same_make_one_set_of_passwords(app, cast, database_url, what):
    """Both have hashed passwords of their own before either stores: the first to store wins, for both papers."""
    cast.confirm(cast.independent, cast.independent_officer)
    before = signing_in()
    if what != needs.NEW_PASSWORD:
        Credential.delete().execute()
    Slip.delete().execute()
    SlipBatch.delete().execute()
    jobs = [slip_jobs.order(officer, cast.june, [cast.independent], what, cast.now)
            for officer in (cast.independent_officer, cast.board)]

    workers(app, database_url, jobs, "plan:meet:1")

    assert [job.state for job in Job.select()] == [DONE, DONE]
    assert {login.generation for login in Credential.select()} == {2 if what == needs.NEW_PASSWORD else 1}
    assert all(signing_in()[name] != before[name] for name in before)
    assert_both_papers_work(app)


def test_one_job_started_in_two_processes_makes_one_batch(app, cast, database_url):
    cast.confirm(cast.independent, cast.independent_officer)
    SlipBatch.delete().execute()
    job = slip_jobs.order(cast.independent_officer, cast.june, [cast.independent], needs.NEW_PASSWORD, cast.now)

    workers(app, database_url, [job, job], "never")

    assert (Job.get().state, Job.get().attempts) == (DONE, 1)
    assert {login.generation for login in Credential.select()} == {2}
    assert_both_papers_work(app, batches=1)


def pressed_at_once(app, officers, path, form):
    """The statuses of the same form sent by each officer at the same instant. A value that is a function makes one."""
    visitors, statuses = [Inside(app, officer) for officer in officers], []
    start = threading.Barrier(len(officers))

    def press(visitor, token):
        start.wait()
        data = {name: value() if callable(value) else value for name, value in form.items()}
        statuses.append(visitor.client.post(path, data={**data, "csrf_token": token}, headers=OWN_PAGE).status_code)
        database.close()

    threads = [threading.Thread(target=press, args=(visitor, visitor.csrf)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


def test_two_officers_who_press_generate_together_get_one_set(app, cast):
    cast.confirm(cast.independent, cast.independent_officer)
    Credential.delete().execute()
    SlipBatch.delete().execute()
    colleague = cast.officer("luis@xc301.example", "Luis Vidal", cast.independent)

    statuses = pressed_at_once(app, [cast.independent_officer, colleague], f"{AT}/credentials",
                               {"act": "generate-all"})

    assert statuses in ([303, 303], [303, 422])  # the second may come when there is nothing left to generate
    assert {login.generation for login in Credential.select()} == {1}
    assert_both_papers_work(app, batches=statuses.count(303))


def test_two_officers_who_press_confirm_together_get_one_set(app, cast):
    colleague = cast.officer("luis@xc301.example", "Luis Vidal", cast.independent)

    statuses = pressed_at_once(app, [cast.independent_officer, colleague], f"{AT}/status", FILLED)

    assert statuses == [303, 409]
    assert_both_papers_work(app, batches=1)
