"""Workers killed in the middle: nothing half, no second set of passwords, none lost (R1)."""
import random
import subprocess
import sys
import zipfile
from pathlib import Path

from jobs import archive, running
from jobs import slips as slip_jobs
from models import passwords
from models.acts import issuing
from models.database import database
from models.rules import needs
from models.tables.jobs import DONE, QUEUED, RUNNING, Job
from models.tables.offers import Offer
from models.tables.slips import Credential, Slip, SlipBatch
from tests.cast import CHANCE
from tests.jobs.dying_worker import STAGES, TIMES
from tests.jobs.test_running import expire_leases

ROOT = Path(__file__).parents[2]
PASSWORDS = {
    "confirm": ["XC301-0001-J26", "XC301-0002-J26"],
    "new-password": ["XC301-0001-J26", "XC301-0002-J26"],
    "generate": ["XA100-0001-J26", "XA101-0001-J26", "XA101-0002-J26", "XA102-0001-J26"],
    "archive": ["XA100-0001-J26", "XA101-0001-J26", "XA101-0002-J26", "XA102-0001-J26"],
}


def cases(proof):
    """(kind, stages): 10 kills, every kind among them; with --proof 100, all stages alone and then two in a row."""
    chance = random.Random(20261123)
    shuffled = chance.sample(STAGES, len(STAGES))
    if not proof:
        by_kind = [[stage for stage in shuffled if stage[0] == kind] for kind in TIMES]
        some = [stage for stages in zip(*by_kind, strict=False) for stage in stages]
        return [(kind, (stage,)) for kind, stage in some[:10]]
    chosen, kills = [(kind, (stage,)) for kind, stage in shuffled], len(shuffled)
    while kills < 100:
        kind = chance.choice(list(TIMES))
        claimed = [stage for known, stage in STAGES if known == kind and stage.startswith("commit")]
        chosen.append((kind, ("commit:after:1", chance.choice(claimed))))
        kills += 2
    return chosen


def pytest_generate_tests(metafunc):
    if "stages" in metafunc.fixturenames:
        chosen = cases(metafunc.config.getoption("--proof"))
        metafunc.parametrize(("kind", "stages"), chosen, ids=[f"{kind}-{'+'.join(at)}" for kind, at in chosen])


def killed_worker(app, database_url, job, stage):
    """How a worker of its own process ended: -9 where it was killed."""
    if database_url.startswith("sqlite"):
        database.close()
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.jobs.dying_worker", database_url, app.config["INSTANCE_PATH"],
         str(job.id), stage], cwd=ROOT, capture_output=True, text=True, timeout=60)
    database.connect(reuse_if_open=True)
    assert ended.returncode in (0, -9), ended.stderr
    return ended.returncode


def ordered(cast, kind):
    """A job of this kind, and what there must be before it."""
    cast.give_access(cast.karachi, cast.lima)
    circle = [cast.associate, cast.karachi, cast.lima]
    if kind == "archive":
        for centre in circle:
            cast.confirm(centre, cast.associates_officer)
        return archive.order(cast.associates_officer, cast.june, cast.associate, circle, cast.now, per_page=1)
    if kind == "generate":
        return slip_jobs.order(cast.associates_officer, cast.june, circle, needs.GENERATE, cast.now)
    cast.confirm(cast.independent, cast.independent_officer)
    if kind == "confirm":
        Credential.delete().execute()
        SlipBatch.delete().execute()
        return slip_jobs.order(cast.independent_officer, cast.june, [cast.independent], needs.CONFIRM, cast.now)
    first = cast.candidates["XC301"][0]
    return slip_jobs.order(cast.independent_officer, cast.june, [cast.independent], needs.NEW_PASSWORD, cast.now,
                           candidates=[first])


def logins():
    return {login.username: (login.generation, login.verifier) for login in Credential.select()}


def signs_in(slip, secret):
    login = slip.candidate.login
    return secret is not None and passwords.verifier(secret, login.salt, CHANCE.encode()) == login.verifier


def assert_nothing_half(job):
    """What an officer finds while nobody works: whole centres or nothing of them, and every slip derivable."""
    finished = Job.get_by_id(job.id).result.get("batches", [])
    assert Job.get_by_id(job.id).state in (QUEUED, RUNNING, DONE)
    made = {batch.public_id for batch in SlipBatch.select()}
    if job.kind == "slips":
        before = {batch.public_id for batch in SlipBatch.select().where(SlipBatch.made_by == "ines@xc301.example",
                                                                        SlipBatch.made_at < job.created_at)}
        assert made - before >= set(finished)
    for batch in SlipBatch.select():
        pairs = list(issuing.slips_of(batch))
        assert pairs
        assert all(signs_in(slip, secret) for slip, secret in pairs if secret is not None)
    printed = {slip.candidate_id for slip in Slip.select()}
    assert {login.candidate_id for login in Credential.select()} <= printed, "a login without its slip"


def test_a_killed_worker_leaves_nothing_half(app, cast, database_url, kind, stages):
    job = ordered(cast, kind)
    before = logins()

    for stage in stages:
        assert killed_worker(app, database_url, job, stage) == -9
        assert_nothing_half(job)
        expire_leases()
    between = logins()
    with app.app_context():
        done = running.run(job.id)

    after = logins()
    assert (done, Job.get_by_id(job.id).state) == (True, DONE)
    assert sorted(after) == PASSWORDS[kind]
    assert all(after[name] == between[name] for name in between if between[name] != before.get(name)), "made twice"
    assert_nothing_half(job)
    newest = {slip.candidate_id: signs_in(slip, secret) for batch in SlipBatch.select().order_by(SlipBatch.id)
              for slip, secret in issuing.slips_of(batch)}
    assert list(newest.values()) == [True] * len(after)
    {"archive": same_logins_and_a_whole_file, "new-password": raised_once, "generate": one_batch_a_centre,
     "confirm": one_batch_a_centre}[kind](app, cast, job, before, after)


def one_batch_a_centre(app, cast, job, before, after):
    numbers = [batch.centre.number for batch in SlipBatch.select()]
    assert sorted(numbers) == sorted({name[:5] for name in after})
    assert {generation for generation, _verifier in after.values()} == {1}
    assert {offer.scope for offer in Offer.select()} == {"all"}


def raised_once(app, cast, job, before, after):
    assert {name: generation for name, (generation, _verifier) in after.items()} == {
        "XC301-0001-J26": 2, "XC301-0002-J26": 1}
    assert after["XC301-0002-J26"] == before["XC301-0002-J26"]
    assert SlipBatch.select().count() == 2


def same_logins_and_a_whole_file(app, cast, job, before, after):
    assert after == before
    with app.app_context(), zipfile.ZipFile(archive.path_of(job)) as file:
        assert file.testzip() is None
        assert [name[6:11] for name in file.namelist()] == ["XA100", "XA101", "XA102"]


def test_the_driver_can_let_a_worker_live(app, cast, database_url):
    """Else every worker above might be killed by something else."""
    job = ordered(cast, "generate")

    assert killed_worker(app, database_url, job, "never") == 0
    assert Job.get().state == DONE
