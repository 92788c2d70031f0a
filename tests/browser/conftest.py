"""A real Chromium against a real server: waitress in a thread over the test's own database."""
import threading
from datetime import timedelta

import pytest
from waitress.server import create_server

from models.database import database
from models.tables.exams import Release
from models.tables.jobs import DONE, Job
from models.tables.slips import SlipBatch
from tests import programs
from tests.cast import PASSWORD


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {"executable_path": programs.chromium(), "args": programs.BROWSER_ARGUMENTS}


@pytest.fixture(scope="session")
def served(app):
    """The address of a server that runs as long as the tests do."""
    server = create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(5)


@pytest.fixture
def live(served, empty_tables):
    """The address of the running server; its tables are empty but for what the test puts there."""
    return served


@pytest.fixture(params=["script", "no-script"])
def with_script(request):
    """Whether the browser runs script: a test that takes it runs once with htmx and once without."""
    return request.param == "script"


@pytest.fixture
def open_page(browser, live):
    """`open_page(script=True, width=1280, …)`: a page of a browser context of its own."""
    contexts = []

    def open_(script=True, width=1280, height=900, **options):
        context = browser.new_context(
            base_url=live, java_script_enabled=script, viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture
def signed_in(open_page):
    """`signed_in(officer, script=True, …)`: a page on which this officer has signed in."""

    def sign_in(officer, **options):
        page = open_page(**options)
        page.goto("/sign-in")
        page.get_by_label("E-mail address").fill(officer.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda address: "/sign-in" not in address)
        return page

    return sign_in


@pytest.fixture(autouse=True)
def own_connection():
    """Playwright's loop runs in this thread, so the test's own connection is closed when it ends."""
    yield
    if not database.is_closed():
        database.close()


@pytest.fixture
def peopled(cast):
    """The cast with something on every page."""
    cast.give_access(cast.karachi, cast.lima, delay=1440)
    cast.confirm(cast.karachi, cast.karachi_officer)
    Release.update(released_at=cast.now - timedelta(days=2)).where(Release.qualification == "A Level").execute()
    cast.result(cast.candidates["XA101"][0], "9709", "A*", 95)
    Job.create(public_id="JOB", kind="slips", state=DONE, officer=cast.associates_officer, centre=cast.associate,
               series=cast.june, created_at=cast.now, done=1, total=1)
    SlipBatch.update(public_id="BATCH").execute()
    return cast
