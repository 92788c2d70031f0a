"""Thousands of candidates on loopback: fresh connections, their own accounts, at times that nobody waits for.

Arrivals are open: the next candidate comes when the clock says so, whether or not the one before was answered.
Every answer is judged: a grade before its time is early; an answer that was asked for more than two seconds after
its time and shows none is late.
"""
import asyncio
import random
import re
import statistics
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from models import passwords

PATIENCE = 60  # seconds for one answer
LATE_AFTER = 2
GRADE = b'class="grade'
NOBODYS = passwords.derive(b"nobody", "", "", 1, "")  # of the right shape, so that it is looked up and verified
FORM = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n"
AGAIN = "&again=y"
COME_BACK = rb'(?i)retry-after: (\d+)|refresh: (\d+)|data-again="(\d+)"'
POLL = "HX-Request: true\r\nHX-Request-Type: partial\r\n"


@dataclass
class Seen:
    """What the crowd saw. `taken`: seconds by kind of request; `flows`: seconds of whole flows."""

    taken: dict = field(default_factory=dict)
    flows: list = field(default_factory=list)
    begun: int = 0
    early: int = 0
    late: int = 0
    lost: int = 0
    sent_back: int = 0  # answers that said to come back
    errors: dict = field(default_factory=dict)

    def note(self, kind, seconds):
        self.taken.setdefault(kind, []).append(seconds)

    def fail(self, what):
        self.errors[what] = self.errors.get(what, 0) + 1

    @property
    def is_clean(self):
        return not (self.early or self.late or self.lost or self.errors)

    def percentiles(self):
        """(p50, p95, p99) of all requests, in ms."""
        every = sorted(seconds * 1000 for times in self.taken.values() for seconds in times)
        if len(every) < 2:
            return 0, 0, 0
        cuts = statistics.quantiles(every, n=100)
        return cuts[49], cuts[94], cuts[98]


class Crowd:
    def __init__(self, port, release_at, seed=1):
        self.port, self.release_at, self.chance = port, release_at, random.Random(seed)
        self.seen = Seen()

    async def arrive(self, people, rate, seconds):
        """`rate` candidates a second for so long: first page, sign-in, results; some refresh, err, sign out."""
        people, flows, start = iter(people), [], time.monotonic()
        for place in range(int(rate * seconds)):
            await asyncio.sleep(max(0, start + place / rate - time.monotonic()))
            person = next(people, None)
            if person is None:
                break
            self.seen.begun += 1
            flows.append(asyncio.create_task(self.flow(*person)))
        offered = time.monotonic() - start
        await asyncio.gather(*flows)
        return offered, time.monotonic() - start

    async def flow(self, username, password):
        start = time.monotonic()
        line = Line(self.port)
        try:
            await self._flow(line, username, password)
            self.seen.flows.append(time.monotonic() - start)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
            self.seen.fail(type(error).__name__)
        finally:
            line.close()

    async def _flow(self, line, username, password):
        luck = self.chance.random()
        await self.ask(line, "sign-in page", "GET", "/results/en/sign-in", expected=200)
        if luck < 0.05:
            await self.sign_in(line, username, NOBODYS, expected=422)
        cookie = await self.sign_in(line, username, password, expected=303)
        if not cookie:
            return
        await self.results(line, "results", cookie)
        if luck > 0.8:
            await self.results(line, "refresh", cookie)
        if luck > 0.9:
            await self.ask(line, "sign-out", "POST", "/results/en/sign-out", FORM + f"Cookie: {cookie}\r\n",
                           expected=303)

    async def sign_in(self, line, username, password, expected):
        body = urlencode({"username": username, "password": password})
        _status, head, _body = await self.ask(
            line, "sign-in", "POST", "/results/en/sign-in", FORM, body, expected=expected)
        found = re.search(rb"[Ss]et-[Cc]ookie: (results=[^;]+)", head)
        return found[1].decode() if found else None

    async def results(self, line, kind, cookie, more=""):
        asked_at = time.time()
        status, _head, body = await self.ask(
            line, kind, "GET", "/results/en/", f"Cookie: {cookie}\r\n{more}", expected=200)
        if status in (303, 401):
            self.seen.lost += 1
        elif status == 200:
            self.judge(GRADE in body, asked_at, time.time())

    def judge(self, has_grade, asked_at, answered_at):
        if has_grade and answered_at < self.release_at:
            self.seen.early += 1
        if not has_grade and asked_at > self.release_at + LATE_AFTER:
            self.seen.late += 1

    async def wait_at(self, cookies, spread):
        """Open countdown pages: each asks again within `spread` seconds of the release, on a new connection."""
        async def one(cookie):
            await asyncio.sleep(max(0, self.release_at - time.time()) + self.chance.random() * spread)
            line = Line(self.port)
            try:
                await self.results(line, "open page", cookie, POLL)
            except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
                self.seen.fail(type(error).__name__)
            finally:
                line.close()

        await asyncio.gather(*map(one, cookies))

    async def peep(self, cookies, until):
        """Look at a page now and then until the release: not one may show a grade."""
        while (left := until - time.time()) > 0:
            line = Line(self.port)
            await self.results(line, "before", self.chance.choice(cookies), self.chance.choice(("", POLL)))
            line.close()
            await asyncio.sleep(min(left, 0.02))

    async def open_sessions(self, people, at_once=8):
        """Sign people in; give their cookies."""
        people, cookies = iter(people), []

        async def some():
            for username, password in people:
                line = Line(self.port)
                cookies.append(await self.sign_in(line, username, password, expected=303))
                line.close()

        await asyncio.gather(*(some() for _ in range(at_once)))
        return [cookie for cookie in cookies if cookie]

    async def ask(self, line, kind, method, path, headers="", body="", *, expected):
        """(status, head, body) of the answer; who is told to come back for it does so, as a browser would."""
        while True:
            start = time.monotonic()
            status, head, text = await asyncio.wait_for(line.ask(method, path, headers, body), PATIENCE)
            self.seen.note(kind, time.monotonic() - start)
            told = re.search(COME_BACK, head + text)
            if not told:
                break
            self.seen.sent_back += 1
            line.close()
            await asyncio.sleep(int(next(filter(None, told.groups()))))
            body = body if method == "GET" or body.endswith(AGAIN) else body + AGAIN
        if status != expected and not (kind in ("results", "refresh", "open page") and status in (303, 401)):
            self.seen.fail(f"{kind} {status}")
        return status, head, text


class Line:
    """One connection of one browser, opened at the first request."""

    def __init__(self, port):
        self.port, self.reader, self.writer = port, None, None

    async def ask(self, method, path, headers="", body=""):
        """(status, head, body) of one request. It says when it was sent, as nginx in front would."""
        if self.writer is None or self.writer.is_closing():
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        length = f"Content-Length: {len(body)}\r\n" if method == "POST" else ""
        self.writer.write(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept-Language: en\r\n"
                          f"X-Request-Start: t={time.time():.3f}\r\n{headers}{length}\r\n{body}".encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"[Cc]ontent-[Ll]ength: (\d+)", head)
        text = await self.reader.readexactly(int(found[1])) if found else b""
        return int(head[9:12]), head, text

    def close(self):
        if self.writer is not None:
            self.writer.close()
