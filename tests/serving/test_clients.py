"""Slow and hostile clients: whoever holds connections open, or sends what nobody should, keeps nobody else waiting."""
import statistics
import time
from contextlib import ExitStack
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from benchmarks._servers import open_files
from models.tables.exams import Release
from views.assets import address

CONNECTIONS = 300
HONEST = 15  # flows; each has three connections of its own
HALF_A_SIGN_IN = (b"POST /results/en/sign-in HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Site: same-origin\r\n"
                  b"Content-Type: application/x-www-form-urlencoded\r\n")
SLOW = {
    "headers never end": b"GET /results/en/sign-in HTTP/1.1\r\nHost: %s\r\nX-Slow: a",
    "the body is withheld": HALF_A_SIGN_IN + b"Content-Length: 2000\r\n\r\nusername=",
    "a chunk is withheld": HALF_A_SIGN_IN + b"Transfer-Encoding: chunked\r\n\r\n5\r\nuse",
    "nothing is read": f"GET {address('htmx-4.0.1.min.js')} HTTP/1.1\r\n".encode() + b"Host: %s\r\n\r\n" * 10,
}


@pytest.fixture
def login(cast):
    """(username, password) of somebody whose results are out."""
    Release.update(released_at=cast.now - timedelta(hours=1)).execute()
    candidate = cast.candidates["XC301"][0]
    cast.result(candidate, "0580", "A*", 95)
    return "XC301-0001-J26", cast.confirm(cast.independent, cast.independent_officer)["0001"]


def flow(site, username, password):
    """Seconds from the first page to the grade."""
    start = time.monotonic()
    assert site.ask("GET", "/results/en/sign-in").status == 200
    answer = site.ask("POST", "/results/en/sign-in", urlencode({"username": username, "password": password}))
    assert answer.status == 303, answer.body
    cookie = answer.headers["Set-Cookie"].split(";")[0]
    assert "A*" in site.ask("GET", "/results/en/", Cookie=cookie).body
    return time.monotonic() - start


@pytest.mark.parametrize("mode", SLOW)
def test_slow_connections_keep_nobody_waiting(site, login, mode):
    open_files(4 * CONNECTIONS)
    with ExitStack() as held:
        for _ in range(CONNECTIONS):
            line = held.enter_context(site.connect(receive=1024 if mode == "nothing is read" else 0))
            line.sendall(SLOW[mode].replace(b"%s", site.host.encode()))

        taken = [flow(site, *login) for _ in range(HONEST)]

    assert statistics.median(taken) < 1


POST = b"POST /results/en/sign-in HTTP/1.1\r\nHost: %s\r\nSec-Fetch-Site: same-origin\r\n"
GET = b"GET /results/en/sign-in HTTP/1.1\r\nHost: %s\r\n"
HOSTILE = {
    "a header of a megabyte": GET + b"X-Large: " + b"a" * 1_000_000 + b"\r\n\r\n",
    "fifty thousand headers": GET + b"X-Many: 1\r\n" * 50_000 + b"\r\n",
    "an address of a megabyte": b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: %s\r\n\r\n",
    "a gigabyte announced": POST + b"Content-Length: 1073741824\r\n\r\n",
    "two megabytes announced where two fields are meant": POST + b"Content-Length: 2000000\r\n\r\nusername=",
    "less than nothing": POST + b"Content-Length: -1\r\n\r\n",
    "a length in words": POST + b"Content-Length: many\r\n\r\n",
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    "a length and chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /",
    "chunks of nonsense": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
    "a form too large for two fields": POST + b"Content-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 5000\r\n\r\nusername=" + b"a" * 4991,
    "no request at all": b"\x16\x03\x01 \x00\xff HTTP\r\n\r\n",
    "a line feed within a header": GET + b"X-Split: a\nX-Injected: b\r\n c\r\n\x00: d\r\n\r\n",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_nobody_should_send_is_refused_at_once(site, login, what):
    """4xx or a closed line, within a second, nothing of it in the answer, and no worse service afterwards."""
    start = time.monotonic()
    with site.connect() as line:
        answer = exchange(line, HOSTILE[what].replace(b"%s", site.host.encode()))

    assert answer == b"" or answer.split()[1][:1] == b"4", answer[:200]
    assert time.monotonic() - start < 5
    assert flow(site, *login) < 2


def exchange(line, sent):
    """What comes back, to the end of its head; b'' where the line is closed without a word."""
    answer = b""
    try:
        line.sendall(sent)
        while b"\r\n\r\n" not in answer and (some := line.recv(65536)):
            answer += some
    except (ConnectionError, OSError):
        return answer  # refused before everything was sent
    return answer
