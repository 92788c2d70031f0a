"""The audit trail: each accepted POST of every portal route writes exactly one event, a refused one none.

`CASES` holds for each route that takes POST what is sent, by whom, what the event then says, and something that
the same route refuses; a route without a case fails. (Every other test's POSTs are counted by `Visitor`.)
"""
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from exchange.columns import COLUMNS
from jobs import running
from models.acts import kept, links, second_factor
from models.tables.audit import AuditEvent
from models.tables.exams import Release, Series
from models.tables.files import ExchangeFile
from models.tables.imports import BoardImport
from models.tables.jobs import FAILED, QUEUED, Job
from models.tables.people import StaffSession
from models.tables.slips import SlipBatch
from models.tables.subcentres import AttachedCentre
from tests.cast import PASSWORD
from tests.exchange.test_importing import RESULT, csv_of
from tests.inside import Inside
from tests.subcentres.screen import ScreenPage

NEW = "seven odd purple words"
SERIES = "candidate-results/june-2026"
OFFICERS = "/centres/XA100/officers/file"
KIRANS = ["kiran@xa101.example", "Kiran Shah", "XA101", "sends_files"]
XA100, XA101, XC301, BOARD = "/centres/XA100", "/centres/XA101", "/centres/XC301", "/board"
CENTRE = {"name": "New Name", "country": "Somewhere", "time_zone": "Europe/Madrid", "email": "", "language": "en"}
OFFER = {"scope": "all", "terms": "y", "contact_name": "Inés Vidal", "contact_phone": "+34 91 555 0100", "version": "0"}


@dataclass
class Case:
    """`by`: of the cast; `made`: what is made first, its keys fill path and data; `bad`: laid over `good`."""

    by: str
    path: str
    good: dict
    what: str
    changes: set = field(default_factory=set)
    bad: dict | None = None  # None: nothing that an own thing could be refused for
    made: object = None
    who: str = ""


def enrolled(cast, _visitor):
    seed, then = second_factor.new_seed(), datetime.now(UTC) - timedelta(minutes=5)
    secret = second_factor.secret_of(seed)
    codes = second_factor.enrol(cast.karachi_officer, seed, pyotp.TOTP(secret).at(then), then)
    return {"code": codes[0], "officer": cast.karachi_officer.public_id}


def half_signed_in(cast, visitor):
    made = enrolled(cast, visitor)
    with visitor.client.session_transaction() as session:
        session["second_step"] = {"officer": made["officer"], "at": int(cast.now.timestamp())}
    return made


def enrolling(_cast, visitor):
    visitor.get("/account/second-factor")
    with visitor.client.session_transaction() as session:
        return {"code": pyotp.TOTP(second_factor.secret_of(session["seed"])).now()}


def a_kept_form(cast, _visitor):
    kept.keep(cast.karachi_officer, {"once": "x"}, cast.now)
    return {}


def another_session(cast, _visitor):
    return {"session": StaffSession.start(cast.karachi_officer, cast.now).public_id}


def a_link(cast, _visitor):
    return {"code": links.make(cast.karachi_officer, cast.board, cast.now)[0]}


def a_file(cast, _visitor):
    return {"id": ExchangeFile.create(centre=cast.karachi, direction="to-board", name="a.txt", size=1, content=b"a",
                                      sent_by="x", sent_at=cast.now).public_id}


def slips(cast, _visitor):
    cast.confirm(cast.independent, cast.independent_officer)
    return {"id": SlipBatch.get().public_id}


def with_access(cast, _visitor):
    cast.give_access(cast.karachi, cast.lima)
    cast.confirm(cast.karachi, cast.karachi_officer)
    return {}


def released(cast, _visitor):
    cast.result(cast.candidates["XA101"][0], "0580", "A", 85)
    Release.update(released_at=cast.now).execute()
    return {}


def a_job(state, **wanted):
    def make(cast, _visitor):
        return {"id": Job.create(kind="archive", state=state, centre=cast.karachi, series=cast.june,
                                 created_at=cast.now, wanted=wanted).public_id}
    return make


def an_archive(cast, visitor):
    slips(cast, visitor)
    visitor.post(f"{XC301}/{SERIES}/to-do/archive", {"format": "csv"})
    job = Job.select().order_by(Job.id.desc()).get()
    with visitor.app.app_context():
        running.run(job.id)
    return {"id": job.public_id}


def the_screen(cast, visitor):
    """The form of Subcentre Management, XA101's delay typed over and drafted."""
    fields = ScreenPage(visitor).fields | {"XA101-delay": ["24"]}
    del fields["csrf_token"]  # the visitor has its own
    visitor.post(f"{XA100}/{SERIES}/attached-centres/draft", fields)
    return fields


def a_conflict(cast, visitor):
    fields = the_screen(cast, visitor)
    AttachedCentre.create(centre=cast.karachi, series=cast.june, delay=60, version=1)
    return fields


def an_earlier_series(cast, _visitor):
    series = Series.create(code="march-2026", name="March 2026", short="M26", key_random="ab" * 32)
    AttachedCentre.create(centre=cast.karachi, series=series, delay=60)
    return {}


def a_result_file():
    return {"kind": "results", "file": (io.BytesIO(csv_of("results", RESULT)), "x.csv")}


def an_import(cast, visitor):
    address = visitor.post(f"{BOARD}/imports", a_result_file()).location
    page = visitor.get(address)
    return {"id": BoardImport.get().public_id, **page.fields(page.one("form", action=f"{address}/apply"))}


def a_file_to_map(cast, visitor):
    data = csv_of("results", RESULT[1:], header=COLUMNS["results"][1:])
    visitor.post(f"{BOARD}/imports", {"kind": "results", "file": (io.BytesIO(data), "x.csv")})
    return {"id": BoardImport.get().public_id}


def officers_to_map(_cast, visitor):
    data = csv_of("officers", KIRANS, header=["E-mail", "Name", "Centre No", "?"])
    visitor.post(OFFICERS, {"file": (io.BytesIO(data), "o.csv")})
    return {"id": BoardImport.get().public_id}


def officers_to_apply(_cast, visitor):
    address = visitor.post(OFFICERS, {"file": (io.BytesIO(csv_of("officers", KIRANS)), "o.csv")}).location
    page = visitor.get(address)
    return {"id": BoardImport.get().public_id, **page.fields(page.one("form", action=f"{address}/apply"))}


def closed(cast, _visitor):
    Series.update(closes_at=cast.now - timedelta(days=1)).execute()
    return {}


def at(cast):
    return Release.get(Release.qualification == "IGCSE").released_at.isoformat()


SCREEN, MOVE = f"{XA100}/{SERIES}/attached-centres", f"{BOARD}/centres/XC301/move"
OFFICER = f"{BOARD}/officers/kiran@xa101.example"
JUNE = f"{BOARD}/series/june-2026"
KIRAN = "karachi_officer"
CASES = {
    "sign_in.sign_in": Case("", "/sign-in", {"email": "kiran@xa101.example", "password": PASSWORD}, "signed in",
                            bad={"password": "no"}, who="kiran@xa101.example"),
    "sign_in.second_step": Case("", "/sign-in/code", {"code": "{code}"}, "signed in", bad={"code": "no"},
                                made=half_signed_in, who="kiran@xa101.example"),
    "sign_in.welcome": Case("", "/welcome", {"code": "{code}", "password": NEW, "again": NEW},
                            "chose a password by a one-time link", bad={"code": "no"}, made=a_link,
                            who="kiran@xa101.example"),
    "sign_in.sign_out": Case(KIRAN, "/sign-out", {}, "signed out"),
    "sign_in.password_again": Case(KIRAN, "/account/password-again", {"password": PASSWORD},
                                   "gave the password again", bad={"password": "no"}),
    "kept.discard": Case("karachi_officer", "/kept", {}, "threw a kept form away", made=a_kept_form),
    "account.rename": Case(KIRAN, "/account/name", {"name": "Kiran S."}, "changed the own name",
                            {("", "name", "Kiran Shah", "Kiran S.")}, bad={"name": ""}),
    "account.change_password": Case(KIRAN, "/account/password", {"current": PASSWORD, "password": NEW, "again": NEW},
                                     "changed the own password", bad={"current": "no"}),
    "account.second_factor": Case(KIRAN, "/account/second-factor", {"current": PASSWORD, "code": "{code}"},
                                   "turned the second factor on", {("", "second factor", "no", "yes")},
                                   bad={"code": "no"}, made=enrolling),
    "account.remove_second_factor": Case(KIRAN, "/account/second-factor/remove", {"current": PASSWORD},
                                          "turned the second factor off", {("", "second factor", "yes", "no")},
                                          bad={"current": "no"}, made=enrolled),
    "account.renew_recovery_codes": Case(KIRAN, "/account/recovery-codes", {"renew-current": PASSWORD},
                                          "made new recovery codes", bad={"renew-current": "no"}, made=enrolled),
    "account.end_sessions": Case(KIRAN, "/account/sessions", {"session": "{session}"}, "ended own sessions",
                                  {("", "sessions", "1", "0")}, bad={"session": "x"}, made=another_session),
    "officers.link": Case("associates_officer", f"{XA100}/officers/kiran@xa101.example/link", {},
                        "made a one-time link (reset)"),
    "statements.make": Case(KIRAN, f"{XA101}/results/june-2026/files", {"kind": "csv"}, "downloaded results",
                                   bad={"kind": "no"}),
    "circle.make": Case("associates_officer", f"{XA100}/results/june-2026/all-centres", {"kind": "zip"},
                        "downloaded results", bad={"kind": "no"}, made=released),
    "files.send": Case(KIRAN, f"{XA101}/files", {"file": lambda: (io.BytesIO(b"abc"), "a.csv")},
                       "sent a file to the board", {("XA101", "size", "", "3")},
                       bad={"file": lambda: (io.BytesIO(b""), "a.csv")}),
    "files.remove": Case(KIRAN, XA101 + "/files/{id}/remove", {}, "removed a file", made=a_file),
    "status.confirm": Case("independent_officer", f"{XC301}/{SERIES}/status", OFFER, "confirmed candidate results", {
        ("XC301", "scope", "none", "all"), ("XC301", "contact_name", "", "Inés Vidal"),
        ("XC301", "contact_phone", "", "+34 91 555 0100"), ("XC301", "terms_version", "", "2026-1")},
        bad={"contact_name": ""}),
    "credentials.act": Case("independent_officer", f"{XC301}/{SERIES}/credentials",
                            {"act": "new-password", "mark": "0001"}, "gave new passwords",
                            {("XC301", "candidates", "", "0001")}, bad={"mark": "9999"}, made=slips),
    "credentials.pdf": Case("independent_officer", XC301 + f"/{SERIES}/credentials/{{id}}/pdf", {}, "downloaded slips",
                            made=slips),
    "credentials.csv": Case("independent_officer", XC301 + f"/{SERIES}/credentials/{{id}}/csv", {}, "downloaded slips",
                            made=slips),
    "credentials.read": Case("independent_officer", XC301 + f"/{SERIES}/credentials/{{id}}/read", {},
                             "downloaded slips", made=slips),
    "to_do.act": Case("associates_officer", f"{XA100}/{SERIES}/to-do",
                      {"act": "new-password-marked", "mark": "XA101", "void": "y"}, "gave new passwords",
                      {("XA101", "new-password", "", "ordered")}, bad={"mark": "XB201"}, made=with_access),
    "to_do.archive": Case("independent_officer", f"{XC301}/{SERIES}/to-do/archive", {"format": "csv"},
                          "ordered an archive of slips", made=slips),
    "work.cancel": Case(KIRAN, "/jobs/{id}/cancel", {}, "cancelled a job", made=a_job(QUEUED)),
    "work.again": Case(KIRAN, "/jobs/{id}/again", {}, "started a job again", made=a_job(FAILED)),
    "work.fetch": Case("independent_officer", "/jobs/{id}/file", {}, "downloaded slips", made=an_archive),
    "subcentres.change_row": Case("associates_officer", f"{SCREEN}/rows/XA101", {"XA101-delay": "36"},
                                        "drafted attached centres", {("XA101", "delay", "24", "36")}, made=the_screen),
    "subcentres.change_defaults": Case(
        "associates_officer", f"{SCREEN}/rows/defaults", {"defaults-delay": "5"}, "drafted attached centres",
        {("", "delay", "", "5")}, made=the_screen),
    "subcentres.draft": Case("associates_officer", f"{SCREEN}/draft", {"XA102-delay": "7"},
                                   "drafted attached centres", {("XA102", "delay", "", "7")}, made=the_screen),
    "subcentres.bulk": Case(
        "associates_officer", f"{SCREEN}/bulk", {"bulk_delay": "9", "bulk_for": "marked", "mark": "XA102"},
        "drafted attached centres", {("XA102", "delay", "", "9")}, bad={"mark": ""}, made=the_screen),
    "subcentres.carry_over": Case(
        "associates_officer", f"{SCREEN}/carry-over", {"from": "march-2026"}, "drafted attached centres",
        {("XA101", "delay", "", "1h")}, bad={"from": "june-2026"}, made=an_earlier_series),
    "subcentres.discard": Case("associates_officer", f"{SCREEN}/discard", {}, "discarded attached centres",
                                     made=the_screen),
    "subcentres.choose": Case("associates_officer", f"{SCREEN}/choices", {"keep": "theirs-XA101"},
                                    "chose theirs", {("XA101", "row", "", "XA101")}, bad={"keep": "x"},
                                    made=a_conflict),
    "subcentres.save": Case("associates_officer", SCREEN, {}, "saved attached centres",
                                  {("XA101", "delay", "0", "1440")}, made=the_screen),
    "board_centres.edit": Case("board", f"{BOARD}/centres/XC301", CENTRE, "changed a centre", {
        ("XC301", "name", "Lakeside School", "New Name"), ("XC301", "email", "exams@xc301.example", "")},
        bad={"name": ""}),
    "board_centres.moved": Case("board", MOVE, {"associate": "XA100"}, "attached a centre",
                                {("XC301", "associate", "", "XA100")}, bad={"associate": "ZZ999"}),
    "board_officers.add": Case("board", f"{BOARD}/officers", {"email": "new@school.example", "name": "New"},
                               "added an officer", {("", "name", "", "New")}, bad={"email": "no"}),
    "board_officers.post": Case("board", f"{OFFICER}/centres", {"number": "XC301", "right": "sends_files"},
                                "set an officer’s rights", {("XC301", "posted", "no", "yes"),
                                                            ("XC301", "manages_candidate_results", "", "no"),
                                                            ("XC301", "sends_files", "", "yes")},
                                bad={"number": "ZZ999"}),
    "board_officers.board_rights": Case("board", f"{OFFICER}/board", {"right": "is_board_staff"}, "set board rights",
                                        {("", "is_board_staff", "no", "yes")}),
    "board_officers.link": Case("board", f"{OFFICER}/link", {}, "made a one-time link (reset)"),
    "board_officers.act": Case("board", f"{OFFICER}/disable", {}, "disabled an officer",
                               {("", "disabled", "no", "yes")}),
    "board_series.release": Case("board", f"{JUNE}/releases", {
        "qualification": "IGCSE", "at": "2026-08-11 06:00", "zone": "UTC", "confirmed": "y", "seen": "{seen}"},
        "set a release", {("", "released at", "{was}", "2026-08-11T06:00:00+00:00")}, bad={"seen": "1"},
        made=lambda cast, _visitor: {"was": at(cast), "seen": str(int(datetime.fromisoformat(at(cast)).timestamp()))}),
    "board_series.hold": Case("board", f"{JUNE}/hold", {"qualification": "IGCSE", "act": "hold", "confirmed": "y"},
                              "held a release", {("", "held", "no", "yes")}, bad={"qualification": "No Level"}),
    "board_series.close": Case("board", f"{JUNE}/close", {
        "closes_at": "2026-12-31 00:00", "zone": "UTC", "confirmed": "y", "seen": ""}, "set the end of a series",
        {("", "closes at", "", "2026-12-31T00:00:00+00:00")}, bad={"seen": "1"}),
    "board_series.reviews": Case(
        "board", f"{JUNE}/reviews", {"reviews_until": "2099-09-24", "seen": ""}, "set the end of reviews",
        {("", "reviews until", "", "2099-09-24")}, bad={"seen": "?"}),
    "board_statements.act": Case("board", f"{BOARD}/statements", {
        "act": "withdraw", "number": "0011-2233-4455-6677"}, "withdrew a statement", bad={"number": "?"}),
    "board_next_steps.write": Case("board", f"{BOARD}/next-steps", {
        "language": "en", "place": "", "text": "Talk to us.", "seen": ""}, "set next steps",
        {("", "text", "", "Talk to us.")}, bad={"language": "xx"}),
    "board_series.destroy_key": Case("board", f"{JUNE}/destroy-key", {"code": "june-2026"},
                                     "destroyed the key of a series", bad={"code": "no"}, made=closed),
    "board_imports.send": Case("board", f"{BOARD}/imports", {
        "kind": "results", "file": lambda: (io.BytesIO(csv_of("results", RESULT)), "x.csv")},
        "sent results to be looked at", bad={"kind": "no"}),
    "board_imports.apply": Case("board", BOARD + "/imports/{id}/apply", {}, "imported results", bad={"seen": "no"},
                                made=an_import),
    "officers.send": Case("associates_officer", OFFICERS, {
        "file": lambda: (io.BytesIO(csv_of("officers", KIRANS)), "o.csv")}, "sent officers to be looked at",
        bad={"file": lambda: (io.BytesIO(b""), "o.csv")}),
    "officers.tell": Case("associates_officer", OFFICERS + "/{id}/columns", {"heading": "?", "column": "rights"},
                          "told the columns of officers", bad={"column": ""}, made=officers_to_map),
    "officers.apply": Case("associates_officer", OFFICERS + "/{id}/apply", {}, "imported officers", bad={"seen": "no"},
                           made=officers_to_apply),
    "board_imports.tell": Case("board", BOARD + "/imports/{id}/columns", {"series": "June 2026", "syllabus": "",
                               "qualification": ""}, "told the columns of results",
                               bad={"series": ""}, made=a_file_to_map),
    "board_queue.again": Case("board", BOARD + "/queue/{id}/again", {}, "started a job again", made=a_job(FAILED)),
}
NOT_OF_THE_PORTAL = {"candidates.signed_in", "candidates.sign_out", "public.verify",
                     "public.state"}  # tests/candidates


def filled(text, made):
    if callable(text):
        return text()
    for name, value in made.items():
        if isinstance(text, str) and isinstance(value, str):
            text = text.replace(f"{{{name}}}", value)
    return text


def test_every_route_that_takes_post_has_a_case(app):
    takes = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods}

    assert takes - NOT_OF_THE_PORTAL == set(CASES)


@pytest.mark.parametrize("endpoint", CASES)
def test_a_refused_post_writes_nothing_and_an_accepted_one_who_what_from_to_and_when(app, cast, endpoint):
    case = CASES[endpoint]
    visitor = Inside(app, getattr(cast, case.by) if case.by else None)
    made = case.made(cast, visitor) if case.made else {}
    path, carried = filled(case.path, made), {k: v for k, v in made.items() if isinstance(v, list)}
    before = AuditEvent.select().count()

    if case.bad is not None:
        bad = {**carried, **{k: filled(v, made) for k, v in (case.good | case.bad).items()}}
        refused = visitor.post(path, bad, lint=False)
        assert refused.status >= 400
        assert AuditEvent.select().count() == before
    accepted = visitor.post(path, {**carried, **{k: filled(v, made) for k, v in case.good.items()}}, lint=False)

    assert accepted.status < 400, accepted.text
    event = AuditEvent.select().order_by(AuditEvent.id.desc()).get()
    who = case.who or getattr(cast, case.by).email
    assert (AuditEvent.select().count() - before, event.who, event.what) == (1, who, case.what)
    assert timedelta() <= event.at - cast.now < timedelta(minutes=2)
    changes = {(c.centre_number, c.field, c.before, c.after) for c in event.changes}
    assert {tuple(filled(part, made) for part in change) for change in case.changes} <= changes


def test_only_what_differs_is_told_of_a_change(app, cast):
    Inside(app, cast.board).post("/board/centres/XC301", CENTRE, lint=False)

    changes = AuditEvent.get(AuditEvent.what == "changed a centre").changes
    assert {change.field for change in changes} == {"name", "email"}


def test_the_trail_holds_no_secret(app, cast):
    """Passwords, codes and links that were typed or made on the way stand in no event."""
    typed = set()
    for endpoint in ("sign_in.sign_in", "sign_in.welcome", "account.change_password", "credentials.act"):
        case = CASES[endpoint]
        visitor = Inside(app, getattr(cast, case.by) if case.by else None)
        made = case.made(cast, visitor) if case.made else {}
        data = {k: filled(v, made) for k, v in case.good.items()}
        visitor.post(filled(case.path, made), data, lint=False)
        typed |= {value for key, value in data.items() if key in ("password", "current", "code")}
    told = "\n".join(str(row) for event in AuditEvent.select() for row in (
        event.__data__, [change.__data__ for change in event.changes]))

    assert len(typed) >= 3
    assert [secret for secret in typed if secret in told] == []
