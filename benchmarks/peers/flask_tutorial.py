"""Flask as its tutorial has it: a session cookie, CSRF tokens, translations by Flask-Babel, models for every query."""
import time

from flask import Flask, abort, g, redirect, render_template, request, session
from flask_babel import Babel, format_datetime, gettext
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from benchmarks.peers import rules
from models.database import database
from models.rules.results import Result
from models.tables.audit import AuditEvent
from models.tables.exams import Entry, Release
from models.tables.offers import Offer
from models.tables.slips import Credential
from models.tables.subcentres import AttachedCentre, AttachedDefaults

LABEL = "Flask tutorial style, peewee"


class Plain:
    """A model's row with its times as epoch seconds."""

    def __init__(self, row):
        self.row = row

    def __getattr__(self, name):
        value = getattr(self.row, name)
        return int(value.timestamp()) if hasattr(value, "timestamp") else value


def application(_path):
    app = Flask(__name__, template_folder="pages", static_folder=rules.STATIC)
    app.config.update(SECRET_KEY="s" * 40, SESSION_COOKIE_SAMESITE="Lax")
    Babel(app)
    CSRFProtect(app)

    @app.before_request
    def load_candidate():
        database.connect(reuse_if_open=True)
        g.credential = None
        if "credential" in session:
            g.credential = Credential.get_or_none(
                Credential.id == session["credential"], Credential.generation == session["generation"])

    @app.after_request
    def guard(response):
        response.headers.update(rules.HEADERS | rules.NO_STORE)
        return response

    @app.context_processor
    def shared():
        field = f'<input type="hidden" name="csrf_token" value="{generate_csrf()}">'
        return {"board_name": "Meridian Examinations Board", "csrf_field": Markup(field)}  # noqa: S704

    @app.get("/sign-in")
    def sign_in():
        return render_template("sign_in.html", username="", error=None)

    @app.post("/sign-in")
    def signed_in():
        credential = Credential.get_or_none(Credential.username == request.form["username"])
        now = int(time.time())
        if credential is None or not rules.is_right(credential, request.form["password"]):
            return render_template("sign_in.html", username=request.form["username"], error=gettext("Wrong")), 422
        if not stage_of(credential).may_sign_in(now):
            abort(403)
        with database.atomic():
            credential.last_signed_in_at = now
            credential.save()
            AuditEvent.create(at=now, who=f"candidate {credential.username}", what="signed in")
        session.clear()
        session["credential"], session["generation"] = credential.id, credential.generation
        return redirect("/")

    @app.get("/")
    def results():
        if g.credential is None:
            return redirect("/sign-in")
        stage, now = stage_of(g.credential), int(time.time())
        if not stage.may_sign_in(now):
            abort(403)
        entries = [(result.entry, Plain(result)) for result in Result.select(Result, Entry).join(Entry).where(
            Entry.candidate == stage.candidate, Entry.status == "entered").order_by(Entry.syllabus_code)]
        releases = [Plain(row) for row in Release.select().where(Release.series == stage.series.row)]
        sheet = rules.page_of(stage, entries, releases, now, gettext, format_datetime)
        return render_template("results.html", sheet=sheet)

    return app


def stage_of(credential):
    candidate = credential.candidate
    centre, series = candidate.centre, candidate.series
    return rules.Stage(
        credential, candidate, centre, Plain(series),
        Offer.get_or_none(Offer.centre == centre, Offer.series == series),
        AttachedCentre.get_or_none(AttachedCentre.centre == centre, AttachedCentre.series == series),
        AttachedDefaults.get_or_none(AttachedDefaults.associate == centre.associate_id,
                                     AttachedDefaults.series == series))
