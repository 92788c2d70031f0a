"""The embedded server: everything on one machine in one process, the queue's worker in a thread of it."""
import logging
import resource
import time
from datetime import UTC, datetime
from weakref import WeakSet

import click
import waitress
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import WSGITask
from waitress.utilities import Error, RequestEntityTooLarge

from exchange import demo
from jobs import queue
from models.acts import statements
from models.database import database
from models.migrating import migrate
from models.tables.exams import Centre
from views.admission import most_bytes
from views.candidates.turns import ARRIVED

CONNECTIONS = 4000
LARGEST_HEAD = 32 * 1024
SPILLS = 512 * 1024  # bytes of a body from which waitress keeps it on the disk
MOST_LARGE = 4  # such bodies at once
RECEIVING = WeakSet()  # the Parsers of large bodies; a connection that ends takes its own away


def serve(app):
    """Migrate, load demo data on the first start, start the worker, serve until stopped."""
    with app.app_context():
        migrate()
        with database.connection_context():
            if app.config["ROLE"] != "candidate":  # which may not
                statements.keep_own_key(datetime.now(UTC).replace(microsecond=0))
            if not app.config["PRODUCTION"] and app.config["ROLE"] == "all" and not Centre.select().exists():
                demo.load(datetime.now(UTC).replace(microsecond=0))
    if app.config["ROLE"] == "all":
        queue.work(app, embedded=True)
    _allow_files()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a line a request that waits helps nobody
    server = waitress.create_server(
        app, host=app.config["HOST"], port=int(app.config["PORT"]), threads=8, ident=None,
        connection_limit=CONNECTIONS, channel_timeout=15, asyncore_use_poll=True,
        max_request_body_size=app.config["MAX_CONTENT_LENGTH"], max_request_header_size=LARGEST_HEAD)
    server.channel_class = Channel
    click.echo(f"Serving on http://{server.effective_host}:{server.effective_port}")
    server.run()


def _allow_files():
    """As many open files as the machine lets us have: each connection is one, each file being sent another."""
    _soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Busy(Error):
    code, reason = 503, "Service Unavailable"


class Parser(HTTPRequestParser):
    """Refuses at its head a body that is too long for its address, and more large ones at once than MOST_LARGE.

    Notes when the whole request was there; from then on it waits for a thread.
    """

    arrived = None

    def received(self, data):
        began = self.headers_finished
        taken = super().received(data)
        if self.headers_finished and not self.completed:
            if not began and self.content_length > SPILLS:
                RECEIVING.add(self)
            self._refuse_large()
        if self.completed:
            self.arrived = time.time()
        return taken

    def _refuse_large(self):
        if max(self.content_length, self.body_bytes_received) > most_bytes(self.path):
            self.error = RequestEntityTooLarge("too long for this address")
        elif self in RECEIVING and sum(not other.completed for other in RECEIVING) > MOST_LARGE:
            self.error = Busy("too many large files are being sent; try again in a minute")
        self.completed = self.error is not None


class Task(WSGITask):
    def get_environment(self):
        return super().get_environment() | {ARRIVED: self.request.arrived}


class Channel(HTTPChannel):
    parser_class, task_class = Parser, Task
