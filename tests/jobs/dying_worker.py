"""A worker that is killed: `python -m tests.jobs.dying_worker URL INSTANCE JOB STAGE` carries out one job and dies.

STAGE names a function and an instant: 'plan:before', 'store:after', 'keep:after', 'finish:after' (inside the
transaction), 'commit:after', 'replace:before', … or 'never'.
"""
import os
import signal
import sys
from pathlib import Path

from app import create_app
from jobs import running
from models import issuing
from models.database import database

STAGES = ("plan:before", "plan:after", "store:before", "store:after", "finish:before", "finish:after",
          "commit:after", "replace:before", "replace:after")


def die(*_arguments):
    os.kill(os.getpid(), signal.SIGKILL)


def arm(stage):
    """Wrap the function that the stage names so that the process is killed before or after it."""
    name, _colon, instant = stage.partition(":")
    owner = {"plan": issuing, "store": issuing, "finish": running.Work, "replace": Path}.get(name)
    if name == "commit":
        database.obj.commit = _killing(database.obj.commit, "after")
    elif owner:
        setattr(owner, name, _killing(getattr(owner, name), instant))


def _killing(function, instant):
    def killed(*arguments, **named):
        if instant == "before":
            die()
        function(*arguments, **named)
        die()

    return killed


def main(url, instance, job_id, stage):
    app = create_app(DATABASE_URL=url, INSTANCE_PATH=instance, SECRET_KEY="s" * 40,
                     CREDENTIAL_KEY="k1:" + "c" * 40, PEPPER="p1:" + "p" * 40)
    with app.app_context():
        database.connect(reuse_if_open=True)
        arm(stage)
        running.run(int(job_id))


if __name__ == "__main__":
    main(*sys.argv[1:])
