"""The same page and the same flow in programs of the documented style, on the same database, beside ours.

All four ask the same rules, show the same grades with the same translations and headers, and verify the same
hash, which is taken off; what a framework's default hash costs stands below the table. Needs the extra `peers`.
"""
import argparse
import asyncio
import importlib.util
import io
import re
import sys
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.peers import rules
from benchmarks.results import BROWSER, ask, clocked, country_of, timed
from models import passwords
from models.database import database

CEILING = 0.4  # of a tuned Django's results page
NEEDED = ("django", "fastapi", "sqlalchemy", "whitenoise")
FILES = ("mark.svg", "site.css", "site.js")


def main(arguments):
    options = argparse.ArgumentParser(prog="python -m benchmarks peers", description=__doc__)
    options.add_argument("--check", action="store_true", help="exit 1 above the ceiling")
    options.add_argument("--candidates", type=int, default=1_000)
    chosen = options.parse_args(arguments)
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        print(f"install the extra `peers` first: {', '.join(missing)} not found", file=sys.stderr)
        return 2
    with country_of(chosen.candidates) as country:
        figures = measure(country, Path(database.obj.database))
    report(figures)
    share = figures["ours"]["results"] / figures["Django, tuned to the same hash"]["results"]
    print(f"\n  our results page takes {share:.2f} of a tuned Django's (at most {CEILING})")
    return 1 if chosen.check and share > CEILING else 0


def measure(country, path):
    from benchmarks.peers import django_program, fastapi_sqlalchemy, flask_tutorial

    programs = {
        django_program.LABEL: Wsgi(django_program.application(path), country.known),
        fastapi_sqlalchemy.LABEL: Asgi(fastapi_sqlalchemy.application(path), country.known),
        flask_tutorial.LABEL: Wsgi(flask_tutorial.application(path), country.known),
    }
    steps = {("ours", "page"): country.sign_in_page, ("ours", "sign-in"): country.sign_in,
             ("ours", "results"): country.results, ("ours", "at once"): country.at_once}
    for label, program in programs.items():
        steps |= {(label, "page"): program.page, (label, "sign-in"): program.sign_in,
                  (label, "results"): program.results, (label, "files"): program.files}
    with clocked(passwords, "verifier") as derivations:
        taken = timed(steps, derivations)
    figures = {"ours": {}, **{label: {} for label in programs}}
    for (label, step), value in ((key, value) for key, value in taken.items() if key != "key derivation"):
        figures[label][step] = value
    for row in figures.values():
        row["flow"] = row["page"] + row["sign-in"] + row["results"]
        row["person"] = row["page"] + row["at once"] if "at once" in row else row["flow"] + row["files"]
    return figures


def report(figures):
    ours = figures["ours"]["person"]
    print(f"\n  {'µs':34}{'page':>8}{'sign-in':>10}{'results':>10}{'files':>8}{'a person':>10}")
    for label, row in figures.items():
        print(f"  {label:34}{row['page']:8.0f}{row['sign-in']:10.0f}{row['results']:10.0f}{row.get('files', 0):8.0f}"
              f"{row['person']:10.0f}{row['person'] / ours:7.1f} ×")
    print("\n  a person: everything that a browser asks for once; ours has no file, and the results with the sign-in")
    print("\n  hash, in every program: HMAC(pepper, PBKDF2-HMAC-SHA-256, 1,000 rounds), not counted above")
    for label, milliseconds in default_hashes():
        print(f"  {label:52}{milliseconds:8.0f} ms a sign-in more")


def default_hashes():
    """(label, ms) of what the frameworks would verify with if nobody chose."""
    import time

    from django.contrib.auth.hashers import PBKDF2PasswordHasher
    from werkzeug.security import check_password_hash, generate_password_hash

    hasher = PBKDF2PasswordHasher()
    encoded, scrypt = hasher.encode("x" * 16, "salt" * 6), generate_password_hash("x" * 16)
    for label, verify in ((f"Django's default, PBKDF2 of {hasher.iterations:,} rounds",
                           lambda: hasher.verify("x" * 16, encoded)),
                          ("Werkzeug's default, scrypt 32768:8:1", lambda: check_password_hash(scrypt, "x" * 16))):
        start = time.perf_counter()
        verify()
        yield label, (time.perf_counter() - start) * 1000


class Program:
    """A peer that is asked like ours: same candidates, same phone."""

    def __init__(self, app, known):
        self.app, self.known, self.turn, self.cookies = app, known, 0, []
        status, headers, body = self.get("/sign-in")
        self.token = re.search(r'name="(csrf\w+)" value="([^"]+)"', body.decode())
        self.visit = cookies_of(headers)
        if not status.startswith("200"):
            raise RuntimeError(f"{app} answered {status}")

    def page(self):
        return self.get("/sign-in")

    def sign_in(self):
        self.turn += 7
        username, password = self.known[self.turn % len(self.known)]
        form = {"username": username, "password": password}
        if self.token:
            form[self.token[1]] = self.token[2]
        status, headers, _body = self.post("/sign-in", urlencode(form).encode(), self.visit)
        if status[:3] not in ("302", "303"):
            raise RuntimeError(f"{self.app} answered {status}")
        self.cookies.append(cookies_of(headers))

    def files(self):
        """What the page names."""
        for name in FILES:
            status, _headers, body = self.get(f"/static/{name}")
            if not status.startswith("200") or body != (rules.STATIC / name).read_bytes():
                raise RuntimeError(f"{self.app} answered {status} with {len(body)} bytes of {name}: {body[:80]}")

    def results(self):
        self.turn += 7
        status, _headers, body = self.get("/", self.cookies[self.turn % len(self.cookies)])
        if not status.startswith("200") or body.count(b'class="grade') != 4:
            raise RuntimeError(f"{self.app} answered {status} with {body.count(b'grade')} grades")


class Wsgi(Program):
    def get(self, path, cookie=""):
        return ask(self.app, path, cookie=cookie)

    def post(self, path, form, cookie):
        return ask(self.app, path, form=form, cookie=cookie)


class Asgi(Program):
    loop = asyncio.new_event_loop()

    def get(self, path, cookie=""):
        return self.loop.run_until_complete(self._ask("GET", path, b"", cookie))

    def post(self, path, form, cookie):
        return self.loop.run_until_complete(self._ask("POST", path, form, cookie))

    async def _ask(self, method, path, body, cookie):
        headers = [(name[5:].lower().replace("_", "-").encode(), value.encode())
                   for name, value in BROWSER.items() if name.startswith("HTTP_")]
        headers += [(b"cookie", cookie.encode())] if cookie else []
        if body:
            headers += [(b"content-type", b"application/x-www-form-urlencoded"),
                        (b"content-length", str(len(body)).encode())]
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
                 "raw_path": path.encode(), "root_path": "", "query_string": b"", "headers": headers, "scheme": "http",
                 "server": ("results.example", 80), "client": ("192.0.2.7", 40000), "state": {}}
        sent, waiting = [], [{"type": "http.request", "body": body, "more_body": False}]

        async def receive():
            return waiting.pop() if waiting else await asyncio.Event().wait()  # nobody hangs up

        async def send(message):
            sent.append(message)

        await self.app(scope, receive, send)
        start, out = sent[0], io.BytesIO()
        for message in sent[1:]:
            out.write(message.get("body", b""))
        return (str(start["status"]), [(name.decode(), value.decode()) for name, value in start["headers"]],
                out.getvalue())


def cookies_of(headers):
    return "; ".join(value.split(";")[0] for name, value in headers if name.lower() == "set-cookie")
