"""Results morning in one process: each hot request as a multiple of a Flask hello, run beside it.

Answers are asked for through WSGI, so what is measured is the program and not a client. Key derivation is
printed beside and taken off the POST: it is a choice of security, not of speed. So is packing, which a slow line
asks for. CPU time of this process is counted,
so other work on the machine disturbs little; of a PostgreSQL server's own work it counts nothing.
"""
import argparse
import contextlib
import io
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from flask import Flask

from benchmarks import _country as country
from benchmarks._stores import STORES, database_url
from models import passwords
from models.database import database

CEILINGS = {"sign-in page": 4, "results": 8, "sign-in": 6, "flow": 18}
GROWTH = 1.2
ROUNDS, BATCH = 60, 50
BROWSER = {
    "HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140 Mobile Safari/537.36",
    "HTTP_ACCEPT": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.9",
    "HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_SEC_FETCH_MODE": "navigate", "HTTP_SEC_FETCH_DEST": "document",
    "SCRIPT_NAME": "", "QUERY_STRING": "", "SERVER_NAME": "results.example", "SERVER_PORT": "80",
    "HTTP_HOST": "results.example", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "192.0.2.7",
    "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr, "wsgi.multithread": True,
    "wsgi.multiprocess": True, "wsgi.run_once": False,
}


def main(arguments):
    options = argparse.ArgumentParser(prog="python -m benchmarks results", description=__doc__)
    options.add_argument("--check", action="store_true", help="exit 1 above a ceiling")
    options.add_argument("--candidates", type=int, default=1_000)
    options.add_argument("--growth", type=int, default=1_000_000, help="candidates to grow to; 0: leave it out")
    options.add_argument("--database", choices=STORES, default="sqlite")
    chosen = options.parse_args(arguments)
    hello = _hello()
    with country_of(chosen.candidates, chosen.database) as small:
        figures = small.measure(hello)
        report(chosen.candidates, figures)
        failures = [f"{name}: {figures[name] / figures['hello']:.2f} × a hello, at most {ceiling}"
                    for name, ceiling in CEILINGS.items()
                    if chosen.database == "sqlite" and figures[name] > ceiling * figures["hello"]]
        failures += small.inspect()
    if chosen.growth:
        with country_of(chosen.growth, chosen.database) as large:
            grown = large.measure(hello)
            report(chosen.growth, grown)
        failures += compare(figures, grown)
    for failure in failures:
        print(f"TOO MUCH  {failure}", file=sys.stderr)
    return 1 if chosen.check and failures else 0


def report(candidates, figures):
    print(f"\n{candidates:,} candidates, {database.obj.__class__.__name__}; µs, and × a Flask hello")
    for name in ("hello", *CEILINGS, "not yet"):
        print(f"  {name:14}{figures[name]:9.0f}{figures[name] / figures['hello']:8.2f} ×"
              + (f"   (at most {CEILINGS[name]})" if name in CEILINGS else ""))
    print(f"  {'packing':14}{figures['packed'] - figures['results']:9.0f}   not counted in the results above")
    print(f"  {'key derivation':14}{figures['key derivation']:9.0f}   not counted in the sign-in above")


def compare(small, grown):
    print("\ngrowth")
    failures = []
    for name in ("results", "sign-in", "flow"):
        ratio = (grown[name] / grown["hello"]) / (small[name] / small["hello"])
        print(f"  {name:14}{ratio:8.2f} ×   (at most {GROWTH})")
        if ratio > GROWTH:
            failures.append(f"{name} grows {ratio:.2f} ×, at most {GROWTH}")
    return failures


@contextlib.contextmanager
def country_of(candidates, store="sqlite"):
    """A Country over a fresh database, bound until it ends."""
    from app import create_app
    from models.migrating import migrate

    with tempfile.TemporaryDirectory() as folder, database_url(store, folder) as url:
        app = create_app(DATABASE_URL=url, INSTANCE_PATH=folder,
                         CREDENTIAL_KEY="k1:" + "c" * 40, PEPPER="p1:" + "p" * 40, SECRET_KEY="s" * 40)
        migrate()
        database.connect(reuse_if_open=True)
        known = country.populate(candidates, known=400, released_at=datetime.now(UTC) - timedelta(hours=1))
        try:
            yield Country(app, known)
        finally:
            database.close()


class Country:
    def __init__(self, app, known):
        self.app, self.known = app, known
        self.forms = [urlencode({"username": username, "password": password}).encode()
                      for username, password in known]
        self.turn = 0
        self.cookies = []

    def measure(self, hello):
        """{name: µs of a request}, every kind in turn so that a busy moment hits all alike."""
        steps = {"hello": lambda: ask(hello, "/"), "sign-in page": self.sign_in_page, "sign-in": self.sign_in,
                 "results": self.results, "packed": self.packed}
        with clocked(passwords, "verifier") as derivations:
            taken = timed(steps, derivations)
        self._move(timedelta(days=1))
        waiting = timed({"hello": steps["hello"], "not yet": self.results})
        self._move(timedelta(days=-1))
        taken["not yet"] = waiting["not yet"] / waiting["hello"] * taken["hello"]
        taken["flow"] = taken["sign-in page"] + taken["sign-in"] + taken["results"]
        return taken

    def sign_in_page(self):
        return ask(self.app, "/results/en/sign-in")

    def sign_in(self):
        """A sign-in; the time that its key derivation takes in place is kept apart."""
        status, headers, body = ask(self.app, "/results/en/sign-in", form=self._next(self.forms))
        if status != "303 SEE OTHER":
            raise AssertionError(f"a sign-in was answered {status}")
        self.cookies.append(dict(headers)["Set-Cookie"].split(";")[0])
        return status, headers, body

    def at_once(self):
        """A sign-in that is answered with the results, as a page with script asks for them."""
        answer = ask(self.app, "/results/en/sign-in", form=self._next(self.forms) + b"&at_once=y")
        if answer[0] != "200 OK":
            raise AssertionError(f"a sign-in was answered {answer[0]}")

    def results(self):
        answer = ask(self.app, "/results/en/", cookie=self._next(self.cookies))
        if answer[0] != "200 OK":
            raise AssertionError(f"the results were answered {answer[0]}")
        return answer

    def packed(self):
        return ask(self.app, "/results/en/", cookie=self._next(self.cookies), HTTP_ACCEPT_ENCODING="gzip, deflate, br")

    def inspect(self):
        """Sentences about answers that are not what they should be: queries, bytes, headers."""
        complaints = []
        for name, step, allowed in (("sign-in page", self.sign_in_page, 0), ("results", self.results, 1)):
            step()
            with counted() as asked:
                _status, headers, body = step()
            print(f"  {name}: {len(asked)} queries, {len(body)} bytes, {len(headers)} headers")
            if len(asked) != allowed:
                complaints.append(f"{name} asks {len(asked)} queries, exactly {allowed} allowed")
        return complaints

    def _next(self, items):
        self.turn += 7
        return items[self.turn % len(items)]

    def _move(self, step):
        from models.tables.exams import Release
        Release.update(released_at=Release.released_at + int(step.total_seconds())).execute()


def timed(steps, apart=None):
    """{name: µs}. `apart`: a growing list of seconds that are taken off and given as 'key derivation'."""
    apart = [] if apart is None else apart
    for step in steps.values():
        for _ in range(BATCH):
            step()
    means = {name: [] for name in (*steps, "key derivation")}
    for _ in range(ROUNDS):
        for name, step in steps.items():
            apart.clear()
            start = time.thread_time()
            for _ in range(BATCH):
                step()
            means[name].append((time.thread_time() - start - sum(apart)) / BATCH * 1e6)
            if apart:
                means["key derivation"].append(sum(apart) / BATCH * 1e6)
    return {name: quiet(values) for name, values in means.items() if values}


def quiet(values):
    """The lower decile: what a request takes when the machine is left alone."""
    return statistics.quantiles(values, n=10)[0]


@contextlib.contextmanager
def clocked(module, name):
    """The seconds that each call of this function takes meanwhile."""
    function, taken = getattr(module, name), []

    def clock(*given):
        start = time.thread_time()
        made = function(*given)
        taken.append(time.thread_time() - start)
        return made

    setattr(module, name, clock)
    try:
        yield taken
    finally:
        setattr(module, name, function)


@contextlib.contextmanager
def counted():
    heard = []
    database.obj.query_hooks.append(hook := lambda event: heard.append(event.sql))
    try:
        yield heard
    finally:
        database.obj.query_hooks.remove(hook)


def ask(app, path, form=b"", cookie=None, **more):
    """(status, headers, body) of one WSGI request, as a phone would send it."""
    environ = {**BROWSER, "REQUEST_METHOD": "POST" if form else "GET", "PATH_INFO": path,
               "wsgi.input": io.BytesIO(form), **more}
    if form:
        environ |= {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(form))}
    if cookie:
        environ["HTTP_COOKIE"] = cookie
    answered = []
    chunks = app(environ, lambda status, headers, _error=None: answered.append((status, headers)))
    body = b"".join(chunks)
    if hasattr(chunks, "close"):
        chunks.close()
    return (*answered[0], body)


def _hello():
    app = Flask("hello")
    app.add_url_rule("/", "hello", lambda: "Hello")
    return app
