"""Subcentre Management of an Associate with 750 centres and 110,000 candidates, beside one with 20 centres.

CPU time of this process per request through WSGI, every kind in turn; queries are counted, not timed. A row is
changed with the whole form in the request, as a browser sends it.
"""
import argparse
import contextlib
import io
import sys
import tempfile
import time
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import urlencode

from flask import Flask
from peewee import SqliteDatabase

from benchmarks import _associate, _country
from benchmarks.results import counted, quiet
from models.database import connect, database
from views.subcentres import page

HERE = "/centres/XA100/candidate-results/june-2026/attached-centres"
LARGE, SMALL = (750, 110_000), (20, 2_933)
ROUNDS, BATCH = 15, 4
PAGE_QUERIES, ROW_QUERIES, SAVE_STATEMENTS = 14, 13, 21
GROWTH = 1.5
ROW_IN_HELLOS = 110  # nearly half of it is peewee writing the nine statements that are not compiled
OPENS_IN = 250  # ms of CPU; 'well under a second'
COUNTRY, BOARD_OPENS_IN, COUNTED_IN = 145_000, 150, 1_000  # candidates, ms of CPU; once a minute and process
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_REQUEST_TYPE": "partial"}
DAY = HERE.replace("attached-centres", "today")
DAY_IN = 150  # ms of CPU, three times a minute and open page
SAME_SIZE = 20  # rows a page, where both Associates fill one


def main(arguments):
    options = argparse.ArgumentParser(prog="python -m benchmarks subcentres", description=__doc__)
    options.add_argument("--check", action="store_true", help="exit 1 over a limit")
    chosen = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, associates(folder) as (hello, large, small):
        lines = compare(hello, large, small) + [
            ("queries to open 750 centres", large.queries(large.open), PAGE_QUERIES, "≤"),
            ("queries to open 20 centres", small.queries(small.open), PAGE_QUERIES, "≤"),
            ("queries of a changed row among 750", large.queries(large.change), ROW_QUERIES, "="),
            ("queries of a changed row among 20", small.queries(small.change), ROW_QUERIES, "="),
            ("statements to save 750 changed centres", large.queries(large.save_all), SAVE_STATEMENTS, "≤"),
        ]
    with tempfile.TemporaryDirectory() as folder:
        lines += first_pages(folder)
    missed = 0
    print(f"{'':52}{'measured':>10}{'limit':>8}\n")
    for name, figure, limit, how in lines:
        over = figure != limit if how == "=" else limit is not None and figure > limit
        missed += over
        print(f"{name:52}{figure:10.4g}{how:>3} {limit or '':<6}{'TOO MUCH' if over else ''}")
    return 1 if chosen.check and missed else 0


@contextlib.contextmanager
def associates(folder):
    """(a Flask hello, the large Associate, the small one), each over a SQLite file of its own."""
    from app import create_app
    from models.migrating import migrate

    app = create_app(DATABASE_URL=f"sqlite:///{folder}/none.db", INSTANCE_PATH=folder, SECRET_KEY="s" * 40,
                     CREDENTIAL_KEY="k1:" + "c" * 40, PEPPER="p1:" + "p" * 40)
    found = []
    for name, size in (("large", LARGE), ("small", SMALL)):
        own = connect(f"sqlite:///{folder}/{name}.db")
        migrate()
        database.connect(reuse_if_open=True)
        found.append(Associate(app, own, _associate.populate(*size)))
    try:
        yield Hello(), *found
    finally:
        for each in found:
            each.database.close()


class Hello:
    """The smallest answer that Flask gives, asked for in the same way."""

    def __init__(self):
        self.app = Flask("hello")
        self.app.add_url_rule("/", "hello", lambda: "hello")

    def open(self):
        return ask(self.app, "/")


class Associate:
    def __init__(self, app, own, officer):
        from models.tables.people import StaffSession

        self.database: SqliteDatabase = own
        self.app, self.turn, client = app, 0, app.test_client()
        token = StaffSession.start(officer, datetime.now(UTC).replace(microsecond=0)).token
        with client.session_transaction() as session:
            session["_user_id"] = token
        form = Form()
        form.feed(client.get(HERE).text)  # its token comes with a new cookie
        self.form, self.row = form.fields, _associate.number_of(3)
        self.cookie = "; ".join(f"{cookie.key}={cookie.value}" for cookie in client._cookies.values())
        self.others = urlencode({name: value for name, value in form.fields.items() if name != f"{self.row}-delay"},
                                doseq=True)

    def open(self, query=""):
        return self._checked(ask(self.app, HERE, query=query, cookie=self.cookie))

    def open_some(self):
        """A page of SAME_SIZE rows."""

        usual, page.A_PAGE = page.A_PAGE, SAME_SIZE
        try:
            return self.open()
        finally:
            page.A_PAGE = usual

    def day(self):
        """What an open page of results day asks for by itself."""
        return self._checked(ask(self.app, DAY, cookie=self.cookie, **HTMX))

    def begin_day(self):
        """Seven of ten have signed in since A Level came out, one in a hundred was refused within the hour."""
        stamp = int(time.time()) // 3600 * 3600
        database.execute_sql(
            "UPDATE credential SET looked_at = ?, last_signed_in_at = ? WHERE id % 10 < 7", (stamp, stamp))
        database.execute_sql(
            "INSERT INTO attempts (subject, since, count, alarmed) SELECT username, ?, 2, 0 FROM credential "
            "WHERE id % 100 = 9", (stamp,))

    def change(self):
        """Another delay in the third row."""
        self.turn += 1
        return self._post(f"/rows/{self.row}", f"{self.others}&{self.row}-delay={self.turn % 300}")

    def switch(self):
        """'Use defaults' ticked or unticked: every row of the page, and totals over all candidates."""
        self.turn += 1
        box = {"defaults-uses_defaults": ["on"]} if self.turn % 2 else {}
        return self._post("/rows/defaults", {**self.form, **box})

    def find(self):
        return self._checked(ask(self.app, HERE, query="find=colegio+3", cookie=self.cookie, **HTMX))

    def out_of_date(self):
        return self.open("state=out-of-date")

    def save_all(self):
        """Save a delay drafted for every centre; only the Save is asked about."""
        return self._post("", {**self.form, "confirm_hidden": ["on"]})

    def draft_all(self):
        form = {name: value for name, value in self.form.items() if name != "shown"}
        self._post("/bulk", {**form, "act": ["mark-every"]})
        return self._post("/bulk", {**form, "bulk_delay": ["200"], "set": ["these"]})

    def discard(self):
        return self._post("/discard", self.form)

    def queries(self, step):
        self.use()
        self.discard()
        if step == self.save_all:
            self.draft_all()
        with counted() as asked:
            step()
        return len(asked)

    def use(self):
        database.initialize(self.database)

    def _post(self, path, form):
        body = form if isinstance(form, str) else urlencode(form, doseq=True)
        return self._checked(ask(self.app, HERE + path, form=body.encode(), cookie=self.cookie, **HTMX))

    @staticmethod
    def _checked(answer):
        status, body = answer
        if status != "200 OK":
            raise AssertionError(f"answered {status}: {body[:300]}")
        return answer


def first_pages(folder):
    """Lines of the report: where board staff of a country with 145,000 candidates begin, counted anew and counted
    within the minute."""
    from app import create_app
    from models.migrating import migrate
    from models.rules import to_do
    from models.tables.people import Officer, StaffSession

    app = create_app(DATABASE_URL=f"sqlite:///{folder}/country.db", INSTANCE_PATH=folder, SECRET_KEY="s" * 40,
                     CREDENTIAL_KEY="k1:" + "c" * 40, PEPPER="p1:" + "p" * 40)
    migrate()
    database.connect(reuse_if_open=True)
    now = datetime.now(UTC).replace(microsecond=0)
    _country.populate(COUNTRY, known=1, released_at=now, loaded=False)
    database.execute_sql("ANALYZE")
    officer = Officer.create(email="bo@board.example", name="Bo", is_board_staff=True, created_at=now)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = StaffSession.start(officer, now).token
    cookie = "; ".join(f"{cookie.key}={cookie.value}" for cookie in client._cookies.values())

    def start():
        return Associate._checked(ask(app, "/board", cookie=cookie))

    def anew():
        to_do.forget()
        return start()

    taken = timed({"kept": (None, start), "anew": (None, anew)}, rounds=5, batch=2)
    with counted() as asked:
        start()
    database.close()
    return [("ms of the board’s first page, 145,000 candidates", taken["kept"], BOARD_OPENS_IN, "≤"),
            ("ms of the same when candidates are counted anew", taken["anew"], COUNTED_IN, "≤"),
            ("queries of the board’s first page", len(asked), None, "")]


def ask(app, path, *, query="", form=b"", cookie="", **more):
    """(status, body) of one WSGI request."""
    environ = {"REQUEST_METHOD": "POST" if form else "GET", "PATH_INFO": path, "QUERY_STRING": query,
               "HTTP_COOKIE": cookie, "HTTP_HOST": "localhost", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
               "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(form),
               "wsgi.errors": sys.stderr, "CONTENT_TYPE": "application/x-www-form-urlencoded",
               "CONTENT_LENGTH": str(len(form)), "HTTP_SEC_FETCH_SITE": "same-origin", **more}
    answered = []
    chunks = app(environ, lambda status, _headers, _error=None: answered.append(status))
    body = b"".join(chunks)
    chunks.close()
    return answered[0], body


class Form(HTMLParser):
    """The fields of a page as a browser would send them: {name: [value]}."""

    def __init__(self):
        super().__init__()
        self.fields, self.select = {}, None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "select":
            self.select = given["name"]
        elif tag == "option" and "selected" in given:
            self.fields[self.select] = [given["value"]]
        elif tag == "input" and given.get("name") and (given.get("type") != "checkbox" or "checked" in given):
            self.fields.setdefault(given["name"], []).append(given.get("value", "on"))


def compare(hello, large, small):
    """Lines of the report: (name, figure, limit or None, how)."""
    fast = timed({
        "hello": (None, hello.open), "large": (large, large.open), "small": (small, small.open),
        "large some": (large, large.open_some), "small some": (small, small.open_some),
        "large row": (large, large.change), "small row": (small, small.change), "find": (large, large.find)})
    large.use()
    large.discard()
    slow = timed({"switch": (large, large.switch), "out of date": (large, large.out_of_date)}, rounds=3, batch=2)
    for each in (large, small):
        each.use()
        each.begin_day()
    day = timed({"large": (large, large.day), "small": (small, small.day)}, rounds=5, batch=2)
    per_row = {name: fast[name] / rows for name, rows in (
        ("large", 50), ("small", 20), ("large some", SAME_SIZE), ("small some", SAME_SIZE))}
    return [
        ("ms to open 750 centres, 50 a page", fast["large"], OPENS_IN, "≤"),
        ("ms to open 20 centres", fast["small"], None, ""),
        ("cost of a shown row, 50 a page: 750 against 20", per_row["large"] / per_row["small"], GROWTH, "≤"),
        ("cost of a shown row, 20 a page: 750 against 20", per_row["large some"] / per_row["small some"], GROWTH, "≤"),
        ("a changed row among 750, in Flask hellos", fast["large row"] / fast["hello"], ROW_IN_HELLOS, "≤"),
        ("a changed row, 750 against 20", fast["large row"] / fast["small row"], GROWTH, "≤"),
        ("ms of a changed row among 750", fast["large row"], None, ""),
        ("ms to filter 750 by a word", fast["find"], OPENS_IN, "≤"),
        ("ms to tick ‘Use defaults’ over 110,000 candidates", slow["switch"], 1_000, "≤"),
        ("ms to find slips out of date among 110,000", slow["out of date"], 1_000, "≤"),
        ("ms that an open results day of 750 centres asks for", day["large"], DAY_IN, "≤"),
        ("ms of the same with 20 centres", day["small"], None, ""),
    ]


def timed(steps, rounds=ROUNDS, batch=BATCH):
    """{name: ms of CPU a request}; `steps`: {name: (whose database, what)}."""
    taken = {name: [] for name in steps}
    for turn in range(rounds + 1):
        for name, (whose, step) in steps.items():
            if whose:
                whose.use()
            start = time.process_time()
            for _ in range(batch):
                step()
            if turn:  # the first warms up
                taken[name].append((time.process_time() - start) / batch * 1e3)
    return {name: quiet(values) for name, values in taken.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
