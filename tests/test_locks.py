"""The sweep: every route, tried by everybody it is not for.

`TABLE` says of each endpoint who may use it; a route that is not listed fails. A route is then asked for by
nobody, by the wrong kind of person, and by the right kind for somebody else's real centre or thing, which must
look exactly like one that never was; plain and as a fragment, and every POST without its token.
"""
import pytest

from models.tables.files import ExchangeFile
from models.tables.imports import BoardImport
from models.tables.jobs import DONE, Job
from models.tables.people import Officer, Posting
from models.tables.slips import SlipBatch
from models.tables.subcentres import AttachedCentre
from tests.inside import Inside

ANYONE, CANDIDATE = "anyone", "candidate"  # the second guards itself: views/candidates/site.py
OFFICER, MANAGER, SENDER, ASSOCIATE = "officer", "manager", "sender", "associate"
BOARD, RELEASER = "board", "releaser"
PORTAL = {OFFICER, MANAGER, SENDER, ASSOCIATE}
MISSING = "x" * 22


def a_file(cast, centre):
    return {"public_id": ExchangeFile.create(
        centre=centre, direction="to-board", name="a.txt", size=1, content=b"a", sent_by="x", sent_at=cast.now
    ).public_id}


def a_batch(cast, centre):
    if centre.is_attached and not AttachedCentre.select().where(AttachedCentre.centre == centre).exists():
        cast.give_access(centre)
    cast.confirm(centre, cast.board)
    return {"public_id": SlipBatch.select().where(SlipBatch.centre == centre).get().public_id}


def a_job(cast, centre):
    return {"public_id": Job.create(kind="archive", state=DONE, centre=centre, series=cast.june, created_at=cast.now,
                                    wanted={"centres": [], "format": "csv", "layout": {}}).public_id}


def an_import(cast, _centre):
    return {"public_id": BoardImport.create(
        kind="centres", name="a.csv", content=b"centre_number,centre_name,kind,time_zone\nXZ999,Z,centre,UTC\n",
        digest="0", sent_at=cast.now).public_id}


def a_file_of_officers(cast, centre):
    """Sent by whoever acts for the Associate."""
    sender = Officer.select().join(Posting).where(Posting.centre == (centre.associate or centre)).first() or cast.board
    return {"public_id": BoardImport.create(
        kind="officers", name="o.csv", content=b"email,name,centre_number,rights\na@b.example,A,XA101,\n",
        officer=sender, sent_at=cast.now).public_id}


def an_officer(cast, centre):
    place = centre.attached_centres.first() or centre
    return {"email": cast.officer(f"one{Officer.select().count()}@{place.number.lower()}.example", "One", place).email}


# endpoint: who may use it, or (who, what makes a thing of a centre for the URL)
TABLE = {
    "health.healthz": ANYONE,
    "health.readyz": ANYONE,
    "sign_in.sign_in": ANYONE,
    "sign_in.second_step": ANYONE,
    "sign_in.welcome": ANYONE,
    "sign_in.time_left": ANYONE,
    "sign_in.stay": ANYONE,
    "kept.show": OFFICER,
    "kept.discard": OFFICER,
    "sign_in.home": OFFICER,
    "account.account": OFFICER,
    "sign_in.sign_out": OFFICER,
    "sign_in.password_again": OFFICER,
    "account.rename": OFFICER,
    "account.change_password": OFFICER,
    "account.second_factor": OFFICER,
    "account.remove_second_factor": OFFICER,
    "account.renew_recovery_codes": OFFICER,
    "account.end_sessions": OFFICER,
    "dashboard.centre": OFFICER,
    "dashboard.change_centre": OFFICER,
    "history.centre": MANAGER,
    "officers.index": ASSOCIATE,
    "officers.link": (ASSOCIATE, an_officer),
    "officers.send": ASSOCIATE,
    **dict.fromkeys(("officers.show", "officers.tell", "officers.section", "officers.apply"), (
        ASSOCIATE, a_file_of_officers)),
    "results.index": OFFICER,
    "circle.index": ASSOCIATE,
    "circle.make": ASSOCIATE,
    "statements.make": OFFICER,
    "files.index": OFFICER,
    "files.send": SENDER,
    "files.download": (OFFICER, a_file),
    "files.remove": (SENDER, a_file),
    "series.index": MANAGER,
    "series.series": MANAGER,
    "status.status": MANAGER,
    "status.confirm": MANAGER,
    "credentials.index": MANAGER,
    "credentials.act": MANAGER,
    "credentials.batch": (MANAGER, a_batch),
    "credentials.pdf": (MANAGER, a_batch),
    "credentials.csv": (MANAGER, a_batch),
    "credentials.read": (MANAGER, a_batch),
    "preview.preview": MANAGER,
    **dict.fromkeys(("checklist.index", "checklist.calendar"), MANAGER),
    **dict.fromkeys(("help.index", "help.guide", "help.pdf"), OFFICER),
    "to_do.index": MANAGER,
    "to_do.act": MANAGER,
    "to_do.archive": MANAGER,
    "today.today": MANAGER,
    "work.show": (OFFICER, a_job),
    "work.cancel": (OFFICER, a_job),
    "work.again": (OFFICER, a_job),
    "work.fetch": (OFFICER, a_job),
    **dict.fromkeys(("subcentres.index", "subcentres.history", "subcentres.save",
                     "subcentres.draft", "subcentres.discard", "subcentres.choose",
                     "subcentres.bulk", "subcentres.carry_over", "subcentres.change_row", "subcentres.change_defaults"),
                    ASSOCIATE),
    **dict.fromkeys(("candidates.index", "candidates.sheet", "candidates.sign_in", "candidates.signed_in",
                     "candidates.sign_out", "candidates.signed_out", "candidates.statement",
                     "candidates.calendar", "candidates.own_data", "candidates.sample",
                     "candidates.help_page"), CANDIDATE),
    "public.privacy": ANYONE,
    **dict.fromkeys(("public.verify", "public.state", "public.offline", "public.keys", "public.withdrawn"), ANYONE),
    **dict.fromkeys(("board_start.index", "board_centres.index", "board_centres.edit",
                     "board_centres.move", "board_centres.moved",
                     "board_centres.dashboard", "board_officers.index", "board_officers.add", "board_officers.edit",
                     "board_officers.post", "board_officers.board_rights", "board_officers.link",
                     "board_officers.act", "board_series.index", "board_series.series", "board_imports.index",
                     "board_imports.send", "board_next_steps.index",
                     "board_next_steps.write", "board_statements.index", "board_statements.act",
                     "board_audit.index", "board_audit.trail", "board_queue.index", "board_today.today"), BOARD),
    "board_imports.show": (BOARD, an_import),
    "board_imports.apply": (BOARD, an_import),
    "board_imports.tell": (BOARD, an_import),
    "board_imports.section": (BOARD, an_import),
    "board_queue.again": (BOARD, a_job),
    **dict.fromkeys(("board_series.release", "board_series.hold", "board_series.close",
                     "board_series.reviews", "board_series.destroy_key"), RELEASER),
}


class Route:
    """One endpoint and method of the app's URL map, with an address for any centre."""

    def __init__(self, rule, method):
        self.rule, self.method, self.endpoint = rule, method, rule.endpoint
        entry = TABLE.get(self.endpoint, ANYONE)
        self.who, self.maker = entry if isinstance(entry, tuple) else (entry, None)

    def __repr__(self):
        return f"{self.method} {self.endpoint}"

    @property
    def is_about_a_centre(self):
        return "number" in self.rule.arguments or self.maker is not None

    def address(self, app, centre_number, thing=None):
        values = {"number": centre_number, "code": "june-2026", "page": "results", "filename": "site.css",
                  "language": "en", "section": "new", "public_id": MISSING, "row": "XA101", "act": "disable",
                  "role": "centres",
                  "email": "kiran@xa101.example", "kind": "json", **(thing or {})}
        with app.test_request_context():
            return app.url_for(self.endpoint, **{
                name: values[name] for name in self.rule.arguments if name not in (self.rule.defaults or {})})


def routes(app):
    return [Route(rule, method) for rule in app.url_map.iter_rules() for method in ("GET", "POST")
            if method in rule.methods and rule.endpoint in TABLE]


@pytest.fixture(params=["htmx", "plain"])
def as_(app, request):
    """`as_(officer)`: a visitor with a session of this officer, or of nobody."""
    return lambda officer=None: Inside(app, officer, htmx=request.param == "htmx")


def ask(visitor, route, address, **options):
    if route.method == "GET":
        return visitor.get(address, lint=False, **options)
    return visitor.post(address, {}, lint=False, **options)


def right_person(cast, route):
    if route.who == ASSOCIATE:
        return cast.associates_officer
    return cast.board if route.who in (BOARD, RELEASER) else cast.karachi_officer


def own_centre(cast, route):
    return cast.associate if route.who == ASSOCIATE else cast.karachi


def test_every_route_is_in_the_table(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(TABLE)


def test_nobody_is_sent_to_sign_in(cast, app, as_):
    visitor = as_()
    wrong = []
    for route in routes(app):
        if route.who in (ANYONE, CANDIDATE):
            continue
        address = route.address(app, "XA101", route.maker and route.maker(cast, cast.karachi))
        answer = ask(visitor, route, address)
        sent = (answer.headers.get("HX-Redirect") if visitor.htmx else answer.location) or ""
        if answer.status != (401 if visitor.htmx else 303) or not sent.startswith("/sign-in") or (
                visitor.htmx and answer.body):
            wrong.append((route, answer.status, sent))

    assert wrong == []


def test_board_pages_are_not_there_for_other_officers(cast, app, as_):
    visitor = as_(cast.associates_officer)
    wrong = []
    never = visitor.get("/board/never")
    for route in routes(app):
        if route.who in (BOARD, RELEASER):
            thing = route.maker and route.maker(cast, cast.associate)
            answer = ask(visitor, route, route.address(app, "XA100", thing))
            if (answer.status, answer.body) != (404, never.body):
                wrong.append((route, answer.status))

    assert wrong == []


def test_a_right_that_is_missing_is_said(cast, app, as_):
    visitor = as_(cast.without_right)
    wrong = []
    for route in routes(app):
        if route.who in (MANAGER, SENDER):
            thing = route.maker and route.maker(cast, cast.karachi)
            answer = ask(visitor, route, route.address(app, "XA101", thing))
            if answer.status != 403:
                wrong.append((route, answer.status))

    assert wrong == []


def test_somebody_elses_is_like_one_that_never_was(cast, app, as_):
    wrong = []
    for route in routes(app):
        if not route.is_about_a_centre or route.who not in PORTAL:
            continue
        visitor = as_(right_person(cast, route))
        theirs = route.maker and route.maker(cast, cast.strangers_school)
        never = ask(visitor, route, route.address(app, "ZZ999"), query_string={"number": "ZZ999"})
        tried = [(route.address(app, "XB201", theirs), "XB201")]
        if theirs:
            tried.append((route.address(app, own_centre(cast, route).number, theirs), "XA101"))
        for address, number in tried:
            answer = ask(visitor, route, address, query_string={"number": number} if route.rule.arguments == {
                "page"} else {})
            told = [(a.status, a.body, a.headers.get("HX-Retarget")) for a in (answer, never)]
            if answer.status != 404 or told[0] != told[1]:
                wrong.append((route, address, answer.status))

    assert wrong == []


def test_the_right_person_is_let_in(cast, app, as_):
    """Without it, a sweep over doors that are all nailed shut would pass."""
    cast.give_access(cast.karachi)
    wrong = []
    for route in routes(app):
        if route.who in (ANYONE, CANDIDATE):
            continue
        visitor = as_(right_person(cast, route))
        thing = route.maker and route.maker(cast, own_centre(cast, route))
        number = own_centre(cast, route).number
        answer = ask(visitor, route, route.address(app, number, thing), query_string={"number": number})
        if answer.status in (401, 403, 404, 405) or answer.status >= 500 or (answer.location or "").startswith(
                "/sign-in") and route.endpoint != "sign_in.sign_out":
            wrong.append((route, answer.status, answer.location))

    assert wrong == []


def test_nothing_is_posted_without_a_token(cast, app, as_):
    """But on pages without a session, whose forms are asked where they come from and nothing else."""
    wrong = []
    for route in routes(app):
        if route.method != "POST" or route.who == CANDIDATE or route.endpoint.startswith("public."):
            continue
        visitor = as_(right_person(cast, route))
        number = own_centre(cast, route).number
        thing = route.maker and route.maker(cast, own_centre(cast, route))
        for token in (None, "forged"):
            answer = visitor.post(route.address(app, number, thing), {"csrf_token": token} if token else {},
                                  csrf=False, lint=False)
            if answer.status != 400:
                wrong.append((route, token, answer.status))

    assert wrong == []


def test_a_disabled_officer_is_out_at_the_next_request(cast, as_):
    visitor = as_(cast.karachi_officer)
    assert visitor.get("/centres/XA101").status == 200

    cast.karachi_officer.disabled_at = cast.now
    cast.karachi_officer.save()

    assert visitor.get("/centres/XA101").status == (401 if visitor.htmx else 303)


def test_detaching_a_centre_works_at_once(cast, as_):
    visitor = as_(cast.associates_officer)
    assert visitor.get("/centres/XA101").status == 200

    cast.karachi.associate = None
    cast.karachi.save()

    assert visitor.get("/centres/XA101").status == 404
