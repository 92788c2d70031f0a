"""Every route, every parameter, some forty odd values: a sentence or 404, never a fault and never a forged log line.

Each parameter gets some of them in turn, so that all are tried everywhere; with `--proof` each gets all.
"""
import ast
import inspect
import logging
from pathlib import Path
from urllib.parse import quote_from_bytes, urlencode

import pytest

from models.database import database
from tests.inside import Inside
from tests.test_audit import CASES, filled
from tests.test_locks import ANYONE, CANDIDATE, TABLE, own_centre, right_person, routes
from tests.visitor import OWN_PAGE

ODD = [text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass") for text in (
    "", " ", "\0", "a\0b", "\ud800", b"\xff\xfe", b"%ff", "a\r\nforged: yes", "\t", "\x1b[31m", "\u202eabc\u202c",
    "\u200b\ufeff", "e" + "\u0301" * 80, "💥", "１２", "٢٥", "-1", "0", "00", "1e400", "NaN", "Infinity", "9" * 20,
    "9" * 400, "0x10", "1.5", "None", "null", "true", "[]", "{}", '{"a": 1}', "'", '"', "';--", "%s %(name)s {0}",
    "{{ 7*7 }}",
    "<script>", "../../etc/passwd", "\\..\\", "//evil.example", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00", "10000-01-01", "2026-02-30 25:61", "Europe/Nowhere", "a" * 10_000)]
ALWAYS = [b"\0", b"9" * 20, b"9999-12-31T23:59:59Z"]
EVERY = 9  # one of so many, beside those
READS = {"args", "form", "values"}  # of a request
FAULTS = (500, 502, 504)
SESSION = {"sign_in.sign_out", "account.end_sessions"}  # the next request would be nobody's


def read_by(view):
    """Names of query parameters and form fields that the module of a view reads."""
    module = inspect.getmodule(inspect.unwrap(view))
    names = set()
    for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(
                node.func.value, ast.Attribute) and node.func.value.attr in READS:
            names |= {arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)}
        elif isinstance(node, ast.Compare) and isinstance(node.left, ast.Constant) and isinstance(
                node.comparators[0], ast.Attribute) and node.comparators[0].attr in READS:
            names.add(node.left.value)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "typed_in":
            names |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    return {name for name in names if isinstance(name, str)}


class Sweep:
    """Asks, takes back whatever was done, and notes what went wrong."""

    def __init__(self, app, officer, caplog, is_proof):
        self.is_proof, self.turn = is_proof, 0
        self.visitor = Inside(app, officer)
        self.caplog, self.wrong, self.asked = caplog, [], 0
        caplog.set_level(logging.INFO)

    def some(self):
        """Odd values for the next parameter."""
        self.turn += 1
        return ODD if self.is_proof else [*ALWAYS, *ODD[self.turn % EVERY::EVERY]]

    def ask(self, method, address, **options):
        self.asked += 1
        self.caplog.clear()
        with database.atomic() as stage:
            response = self.visitor.client.open(address, method=method, **options)
            status = response.status_code
            response.close()
            stage.rollback()
        lines = [record.getMessage() for record in self.caplog.records]
        if status in FAULTS or any("forged: yes" in line and "\n" in line for line in lines):
            self.wrong.append((method, address[:120], str(options.get("data"))[:120], status, lines[:2]))


@pytest.fixture
def sweep(app, cast, caplog, request):
    return lambda officer: Sweep(app, officer, caplog, request.config.getoption("--proof"))


def test_no_odd_part_of_a_path_and_no_odd_query_is_a_fault(app, cast, sweep):
    asked, turn, wrong = 0, 0, []
    for route in routes(app):
        person = None if route.who in (ANYONE, CANDIDATE) else right_person(cast, route)
        own = sweep(person)
        own.turn = turn
        thing = route.maker and route.maker(cast, own_centre(cast, route))
        address = route.address(app, own_centre(cast, route).number, thing)
        data = {"csrf_token": own.visitor.csrf} if route.method == "POST" else None
        headers = OWN_PAGE if route.method == "POST" else {}
        parts = [part for part in address.split("/") if part and f"/{part}" not in str(route.rule)]
        for part in parts:
            for odd in map(quote_from_bytes, own.some()):
                own.ask(route.method, address.replace(f"/{part}", f"/{odd.replace('/', '%2F')}", 1), data=data,
                        headers=headers)
        if route.method == "GET":
            for name in sorted(read_by(app.view_functions[route.endpoint]) | {"anything"}):
                for odd in map(quote_from_bytes, own.some()):
                    own.ask("GET", f"{address}?{name}={odd}&{odd}={odd}")
        wrong, asked, turn = wrong + own.wrong, asked + own.asked, own.turn

    assert asked > 1500
    assert wrong == []


@pytest.mark.parametrize("endpoint", sorted(set(CASES) - SESSION))
def test_no_odd_field_of_a_form_is_a_fault(app, cast, sweep, endpoint):
    """The form as its page sends it, one field after the other odd, given twice, or gone."""
    case = CASES[endpoint]
    own = sweep(getattr(cast, case.by) if case.by else None)
    made = case.made(cast, own.visitor) if case.made else {}
    path = filled(case.path, made)
    form = {name: filled(value, made) for name, value in case.good.items()}
    form = {name: value for name, value in form.items() if isinstance(value, str)}
    form |= {name: value[0] for name, value in made.items() if isinstance(value, list) and value}
    token = own.visitor.csrf

    own.turn = sorted(CASES).index(endpoint)
    for name in sorted(set(form) | read_by(app.view_functions[endpoint])):
        for value in [*own.some(), None]:
            fields = {**form, "csrf_token": token, name: value}
            pairs = [(key, text) for key, text in fields.items() if text is not None]
            if value == b" ":
                pairs.append((name, "twice"))
            own.ask("POST", path, data=urlencode(pairs), headers=OWN_PAGE,
                    content_type="application/x-www-form-urlencoded")

    assert own.asked >= len(form)
    assert own.wrong == []


def test_no_odd_field_of_the_candidate_site_is_a_fault(sweep):
    own = sweep(None)
    for name in ("username", "password", "again", "code"):
        for value in ODD:
            own.ask("POST", "/verify" if name == "code" else "/results/en/sign-in", data=urlencode([(name, value)]),
                    headers=OWN_PAGE, content_type="application/x-www-form-urlencoded")

    assert own.wrong == []


def test_what_the_views_read_is_found(app):
    assert read_by(app.view_functions["results.index"]) >= {"series", "by", "q", "early"}
    assert read_by(app.view_functions["account.change_password"]) >= {"current", "password", "again"}
    assert set(TABLE) >= set(CASES)
