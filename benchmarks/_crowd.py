"""Thousands of candidates on loopback: fresh connections and browsers, their own accounts, at times that nobody waits
for.

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

from benchmarks._browser import Line
from models import passwords

PATIENCE = 60  # seconds for one answer
LATE_AFTER = 2
GRADE = b'class="grade'
NOBODYS = passwords.derive(b"nobody", "", "", 1, "")  # of the right shape, so that it is looked up and verified
FORM = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n"
ON_THE_SLIP, SIGN_IN = "/results/", "/results/en/sign-in"
AGAIN = "&again=y"
COME_BACK = rb'data-again="(\d+)"'
FILES, FILES_AGAIN, BEFORE = "file", "file again", "before"
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
    requests: int = 0  # of whole flows, as are the bytes
    sent: int = 0
    received: int = 0
    errors: dict = field(default_factory=dict)

    def note(self, kind, seconds):
        self.taken.setdefault(kind, []).append(seconds)

    def fail(self, what):
        self.errors[what] = self.errors.get(what, 0) + 1

    def weigh(self, line):
        """Add what one person's whole visit took."""
        sent, received = line.bytes_moved()
        self.requests, self.sent, self.received = (
            self.requests + line.requests, self.sent + sent, self.received + received)

    @property
    def is_clean(self):
        return not (self.early or self.late or self.lost or self.errors)

    def percentiles(self):
        """(p50, p95, p99) of pages and forms in ms: what files and the quiet before would flatter is left out."""
        every = sorted(seconds * 1000 for kind, times in self.taken.items() if kind not in (FILES, FILES_AGAIN, BEFORE)
                       for seconds in times)
        if len(every) < 2:
            return 0, 0, 0
        cuts = statistics.quantiles(every, n=100)
        return cuts[49], cuts[94], cuts[98]


class Crowd:
    def __init__(self, site, release_at, seed=1):
        self.site, self.release_at, self.chance = site, release_at, random.Random(seed)
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
        line = Line(self.site, kept={})
        try:
            await self._flow(line, username, password)
            self.seen.flows.append(time.monotonic() - start)
            self.seen.weigh(line)
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
            self.seen.fail(type(error).__name__)
        finally:
            line.close()

    async def _flow(self, line, username, password):
        luck = self.chance.random()
        await self.ask(line, "sign-in page", "GET", ON_THE_SLIP, expected=200)
        if luck < 0.05:
            await self.sign_in(line, username, NOBODYS, expected=422)
        cookie = await self.sign_in(line, username, password, expected=200, at_once="y")
        if not cookie:
            return
        if luck > 0.8:
            await self.results(line, "refresh", cookie)
        if luck > 0.9:
            left = await self.ask(line, "sign-out", "POST", "/results/en/sign-out", FORM + f"Cookie: {cookie}\r\n",
                                  expected=303)
            await self.ask(line, "signed out", "GET", left.headers.get("location", "/"), expected=200)

    async def sign_in(self, line, username, password, expected, **more):
        """The cookie of somebody who got in. `at_once`: with the results, as a browser with script asks for them."""
        body, asked_at = urlencode({"username": username, "password": password, **more}), time.time()
        answer = await self.ask(line, "sign-in", "POST", SIGN_IN, FORM, body, expected=expected)
        if answer.status == 200:
            self.judge(GRADE in answer.body, asked_at, time.time())
        found = re.match(r"(?:__Host-)?results=[^;]+", answer.headers.get("set-cookie", ""))
        return found[0] if found else None

    async def results(self, line, kind, cookie, more=""):
        asked_at = time.time()
        status, _headers, body = await self.ask(
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
            line = Line(self.site)
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
            line = Line(self.site)
            await self.results(line, BEFORE, self.chance.choice(cookies), self.chance.choice(("", POLL)))
            line.close()
            await asyncio.sleep(min(left, 0.02))

    async def open_sessions(self, people, at_once=8):
        """Sign people in; give their cookies."""
        people, cookies = iter(people), []

        async def some():
            for username, password in people:
                line = Line(self.site)
                cookies.append(await self.sign_in(line, username, password, expected=303))
                line.close()

        await asyncio.gather(*(some() for _ in range(at_once)))
        return [cookie for cookie in cookies if cookie]

    async def ask(self, line, kind, method, path, headers="", body="", *, expected):
        """The Answer, once its page is shown; who is told to come back for it does so, as a browser would."""
        while True:
            answer = await self._timed(line, kind, method, path, headers, body)
            await self._show(line, path, answer)
            told = re.search(COME_BACK, answer.body)
            seconds = answer.headers.get("retry-after") or answer.headers.get("refresh") or (told and told[1])
            if not seconds:
                break
            self.seen.sent_back += 1
            line.close()
            await asyncio.sleep(int(seconds))
            body = body if method == "GET" or body.endswith(AGAIN) else body + AGAIN
        if answer.status != expected and not (
                kind in ("results", "refresh", "open page") and answer.status in (303, 401)):
            self.seen.fail(f"{kind} {answer.status}")
        return answer

    async def _show(self, line, page, answer):
        """Fetch what a page names and this browser does not keep."""
        if self.site.name and "cache" in answer.headers.get("clear-site-data", ""):  # heard over TLS alone
            line.kept = line.kept and {}
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return
        for address, condition in line.files_to_ask_for(page, answer.body):
            kind = FILES_AGAIN if condition else FILES
            file = await self._timed(line, kind, "GET", address, condition)
            line.keep(address, file)
            if file.status != 200 and not (condition and file.status == 304):
                self.seen.fail(f"{kind} {file.status}")

    async def _timed(self, line, kind, *request):
        start = time.monotonic()
        async with asyncio.timeout(PATIENCE):
            answer = await line.ask(*request)
        self.seen.note(kind, time.monotonic() - start)
        return answer
