"""A worker that is killed: `python -m tests.jobs.dying_worker URL INSTANCE JOB STAGE` carries out one job and dies.

STAGE is a function, an instant and a count: 'store:after:2' kills it after `issuing.store` has returned for the
second time. 'plan:meet:1' waits there for a second worker instead, and 'never' lets it live.
"""
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app import create_app
from jobs import running
from models.acts import issuing
from models.database import database
from tests.cast import KEYS

CENTRES = 3  # of a job that generates; the files of an archive
ONE_CENTRE = {"plan": 1, "store": 1, "finish": 1, "commit": 2}
TIMES = {  # how often a job of this kind comes by; the first commit is the claim
    "confirm": ONE_CENTRE,
    "new-password": ONE_CENTRE,
    "generate": {"plan": CENTRES, "store": CENTRES, "keep": CENTRES - 1, "finish": 1, "commit": CENTRES + 1},
    "archive": {"progress": CENTRES, "finish": 1, "replace": 1, "commit": 2},
}
STAGES = [(kind, f"{name}:{instant}:{count}") for kind, times in TIMES.items() for name, most in times.items()
          for count in range(1, most + 1) for instant in ("before", "after")]


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def meet():
    """Wait until another worker is here too."""
    meeting = Path(sys.argv[2]) / "meeting"
    (meeting / str(os.getpid())).touch()
    deadline = datetime.now(UTC) + timedelta(seconds=45)
    while len(list(meeting.iterdir())) < 2:
        if datetime.now(UTC) > deadline:
            raise TimeoutError("nobody came")


def arm(stage):
    """Wrap the function that the stage names."""
    name, instant, count = stage.split(":")
    owner = {"plan": issuing, "store": issuing, "commit": database.obj, "replace": Path}.get(name, running.Work)
    function, calls = getattr(owner, name), iter(range(1, 1000))

    def wrapped(*arguments, **named):
        now = next(calls) == int(count)
        if now and instant == "before":
            die()
        given = function(*arguments, **named)
        if now:
            (meet if instant == "meet" else die)()
        return given

    setattr(owner, name, wrapped)


def main(url, instance, job_id, stage):
    app = create_app(DATABASE_URL=url, INSTANCE_PATH=instance, **KEYS)
    with app.app_context():
        database.connect(reuse_if_open=True)
        if stage != "never":
            arm(stage)
        running.run(int(job_id))


if __name__ == "__main__":
    main(*sys.argv[1:])
