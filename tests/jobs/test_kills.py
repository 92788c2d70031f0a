"""Workers killed in the middle: nothing half, no second set of passwords, none lost."""
import random
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from jobs import archive, running
from jobs import slips as slip_jobs
from models import issuing, passwords
from models.credentials import Credential, SlipBatch
from models.database import database
from models.jobs import DONE, Job
from tests.jobs.dying_worker import STAGES

ROOT = Path(__file__).parents[2]
KILLS = 10


def pytest_generate_tests(metafunc):
    if "stage" in metafunc.fixturenames:
        chance = random.Random(20261123)
        wanted = 100 if metafunc.config.getoption("--proof") else KILLS
        kinds = ("generate", "new-password", "archive")
        chosen = [(chance.choice(kinds), stage) for stage in STAGES]
        while len(chosen) < wanted:
            chosen.append((chance.choice(kinds), chance.choice(STAGES)))
        metafunc.parametrize(("what", "stage"), [
            ("archive" if stage.startswith("replace") else what, stage) for what, stage in chosen[:wanted]])


def killed_worker(app, database_url, job, stage):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.jobs.dying_worker", database_url, app.config["INSTANCE_PATH"],
         str(job.id), stage], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, -9), done.stderr
    return done.returncode


def another_worker(app, job):
    """The lease has run out, and somebody else picks the job up."""
    Job.update(lease_until=job.created_at - timedelta(minutes=2)).where(
        Job.id == job.id, Job.state == "running").execute()
    with app.app_context():
        running.run(job.id)


def verifies(slip, secret):
    login = slip.candidate.login
    return secret and passwords.verifier(secret, login.salt, b"p" * 40) == login.verifier


def test_a_killed_worker_leaves_nothing_half(app, cast, database_url, what, stage):
    cast.give_access(cast.karachi, cast.lima)
    before = cast.confirm(cast.karachi, cast.karachi_officer) if what != "generate" else {}
    job = ordered(cast, what)
    if not database.is_closed() and database_url.startswith("sqlite"):
        database.close()

    killed_worker(app, database_url, job, stage)
    database.connect(reuse_if_open=True)
    seen = {c.username: (c.generation, c.verifier) for c in Credential.select()}
    another_worker(app, job)

    assert Job.get_by_id(job.id).state == DONE
    logins = {c.username: (c.generation, c.verifier) for c in Credential.select()}
    if what == "generate":
        assert sorted(logins) == ["XA101-0001-J26", "XA101-0002-J26", "XA102-0001-J26"]
        assert all(logins[name] == value for name, value in seen.items()), "a password was made twice"
        assert sorted(b.centre.number for b in SlipBatch.select()) == ["XA101", "XA102"]
    elif what == "new-password":
        assert {name: generation for name, (generation, _v) in logins.items()} == {
            "XA101-0001-J26": 2, "XA101-0002-J26": 1}
        assert SlipBatch.select().count() == 2
    else:
        assert zipfile.ZipFile(archive.path_of(app.config["INSTANCE_PATH"], job)).testzip() is None
        assert before == {
            slip.candidate.number: secret for slip, secret in issuing.slips_of(SlipBatch.get())}
    newest = SlipBatch.select().order_by(SlipBatch.id.desc())
    assert all(verifies(slip, secret) for batch in newest[:1] for slip, secret in issuing.slips_of(batch))


def ordered(cast, what):
    if what == "archive":
        batch = SlipBatch.get()
        return Job.create(kind="archive", officer=cast.associates_officer, centre=cast.associate, series=cast.june,
                          created_at=cast.now, total=1,
                          wanted={"batches": [batch.public_id], "language": "en", "layout": {"per_page": 1}})
    if what == "generate":
        return slip_jobs.order(cast.associates_officer, cast.june, [cast.karachi, cast.lima], issuing.GENERATE,
                               cast.now, home=cast.associate)
    first = cast.candidates["XA101"][0]
    return slip_jobs.order(cast.associates_officer, cast.june, [cast.karachi], issuing.NEW_PASSWORD, cast.now,
                           candidates=[first.id])


@pytest.mark.parametrize("where", ["plan:after", "finish:after"])
def test_the_stages_of_the_driver_really_kill(app, cast, database_url, where):
    """Else the test above would pass without a single kill."""
    cast.give_access(cast.karachi)
    job = slip_jobs.order(cast.associates_officer, cast.june, [cast.karachi], issuing.GENERATE, cast.now)

    assert killed_worker(app, database_url, job, where) == -9
    assert killed_worker(app, database_url, job, "never") == 0
