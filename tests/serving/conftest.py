"""The service as it is run: the embedded server, and nginx before granian with deploy/nginx.conf, on loopback."""
import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from benchmarks import _nginx
from benchmarks._servers import free_port
from tests.cast import KEYS

ROOT = Path(__file__).parents[2]
SITE = _nginx.NAME
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Site:
    """A served candidate site: `connect()` gives a socket to it, `ask()` one answer on a connection of its own."""

    def __init__(self, port, tls):
        self.port, self.tls = port, tls
        self.host = SITE if tls else f"127.0.0.1:{port}"

    def connect(self, receive=0):
        """A connected socket; `receive`: bytes of its receive buffer, small for who hardly reads."""
        line = socket.socket()
        line.settimeout(30)
        if receive:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        line.connect(("127.0.0.1", self.port))
        return _unverified().wrap_socket(line, server_hostname=self.host) if self.tls else line

    def ask(self, method, path, body=None, **headers):
        """An http.client.HTTPResponse that has been read: its text is `body`."""
        connection = http.client.HTTPConnection(self.host)
        connection.sock = self.connect()
        connection.request(method, path, body, {
            "Sec-Fetch-Site": "same-origin", **(FORM if body else {}),
            **{name.replace("_", "-"): value for name, value in headers.items()}})
        answer = connection.getresponse()
        answer.body = answer.read().decode()
        connection.close()
        return answer


@cache
def _unverified():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@pytest.fixture(scope="session")
def embedded(app, database_url, tmp_path_factory):
    """`python app.py` over the test's database."""
    port = free_port()
    settings = {"PORT": str(port), "INSTANCE_PATH": str(tmp_path_factory.mktemp("embedded")), "ROLE": "candidate"}
    with _running([sys.executable, "app.py"], settings, database_url, port):
        yield Site(port, tls=False)


@pytest.fixture(scope="session")
def deployed(app, database_url, tmp_path_factory):
    """nginx with TLS before two workers of granian, in production."""
    folder, behind, port = tmp_path_factory.mktemp("deployed"), free_port(), free_port()
    granian = [Path(sys.executable).with_name("granian"), "--interface", "wsgi", "--factory", "--port", behind,
               "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "--log-level", "error",
               "app:create_app"]
    settings = {"INSTANCE_PATH": str(folder), "ROLE": "candidate", "PRODUCTION": "1", "TRUSTED_PROXIES": "1",
                "CANDIDATE_HOST": SITE, "SIGNING": "off"}
    with (_running(list(map(str, granian)), settings, database_url, behind),
          _running(_nginx.command(folder, port, behind, free_port()), {}, "", port)):
        yield Site(port, tls=True)


@pytest.fixture(params=["embedded", "deployed"])
def site(request):
    return request.getfixturevalue(request.param)


@contextmanager
def _running(command, settings, database_url, port):
    environment = {**os.environ, **KEYS, "DATABASE_URL": database_url, **settings}
    with tempfile.TemporaryFile() as said:  # a pipe that nobody reads would stop the server when it is full
        process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True, stdout=said, stderr=said)
        try:
            _wait_for(port, process, said)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait_for(port, process, said, patience=30):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if process.poll() is not None:
            said.seek(0)
            raise RuntimeError(said.read().decode())
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server did not start")
