"""FastAPI and SQLAlchemy as their documentation has them: a session by dependency, declarative models, Jinja."""
import secrets
import time
from pathlib import Path
from typing import Annotated

from babel.dates import format_datetime
from babel.support import NullTranslations
from fastapi import Depends, FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from sqlalchemy import create_engine, event, select, update
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.peers import rules
from models.rules.candidate_sheet import digest_of

LABEL = "FastAPI + SQLAlchemy ORM"


def application(path):
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def tune(connection, _record):
        connection.executescript("PRAGMA journal_mode=wal; PRAGMA synchronous=normal; PRAGMA foreign_keys=1;")

    tables = automap_base()
    tables.prepare(autoload_with=engine, generate_relationship=lambda *_given, **_more: None)
    t = tables.classes
    make_session = sessionmaker(engine)
    app = FastAPI()
    app.mount("/static", StaticFiles(directory=rules.STATIC))
    templates = Jinja2Templates(directory=Path(__file__).with_name("pages"))
    templates.env.add_extension("jinja2.ext.i18n")
    templates.env.install_gettext_translations(NullTranslations(), newstyle=True)
    templates.env.globals["board_name"] = "Meridian Examinations Board"

    @app.middleware("http")
    async def guard(request, call_next):
        response = await call_next(request)
        response.headers.update(rules.HEADERS | rules.NO_STORE)
        return response

    def database():
        with make_session() as session:
            yield session

    def stage_of(session, credential):
        candidate, centre, series = session.execute(
            select(t.candidate, t.centre, t.series).join(t.centre, t.candidate.centre_id == t.centre.id)
            .join(t.series, t.candidate.series_id == t.series.id).where(t.candidate.id == credential.candidate_id)
        ).one()
        offer, row, defaults = (
            session.scalar(select(table).where(owner == number, table.series_id == series.id))
            for table, owner, number in (
                (t.offer, t.offer.centre_id, centre.id), (t.attached_centre, t.attached_centre.centre_id, centre.id),
                (t.attached_defaults, t.attached_defaults.associate_id, centre.associate_id)))
        return rules.Stage(credential, candidate, centre, series, offer, row, defaults)

    one_session = Annotated[Session, Depends(database)]

    @app.get("/sign-in", response_class=HTMLResponse)
    def sign_in(request: Request):
        return templates.TemplateResponse(request, "sign_in.html", {"username": "", "error": None, "csrf_field": ""})

    @app.post("/sign-in")
    def signed_in(request: Request, session: one_session, username: Annotated[str, Form()],
                  password: Annotated[str, Form()]):
        credential = session.scalar(select(t.credential).where(t.credential.username == username))
        now = int(time.time())
        if credential is None or not rules.is_right(credential, password):
            return templates.TemplateResponse(request, "sign_in.html", {
                "username": username, "error": "Wrong", "csrf_field": ""}, status_code=422)
        if not stage_of(session, credential).may_sign_in(now):
            raise HTTPException(403)
        token = secrets.token_urlsafe(24)
        session.add(t.candidate_session(digest=digest_of(token), credential_id=credential.id, started_at=now,
                                        generation=credential.generation, ends_at=now + 28800))
        session.add(t.audit_event(at=now, who=f"candidate {username}", what="signed in", centre_number="",
                                  series_code="", subject=""))
        session.execute(update(t.credential).where(t.credential.id == credential.id).values(last_signed_in_at=now))
        session.commit()
        response = RedirectResponse("/", 303)
        response.set_cookie("session", token, httponly=True, samesite="lax")
        return response

    @app.get("/", response_class=HTMLResponse)
    def results(request: Request, session: one_session):
        now = int(time.time())
        credential = session.scalar(
            select(t.credential).join(t.candidate_session, t.candidate_session.credential_id == t.credential.id)
            .where(t.candidate_session.digest == digest_of(request.cookies.get("session", "")),
                   t.candidate_session.ends_at > now,
                   t.candidate_session.generation == t.credential.generation))
        if credential is None:
            return RedirectResponse("/sign-in", 303)
        stage = stage_of(session, credential)
        if not stage.may_sign_in(now):
            raise HTTPException(403)
        entries = session.execute(
            select(t.entry, t.result).join(t.result, t.result.entry_id == t.entry.id)
            .where(t.entry.candidate_id == stage.candidate.id, t.entry.status == "entered")
            .order_by(t.entry.syllabus_code)).all()
        releases = session.scalars(select(t.release).where(t.release.series_id == stage.series.id)).all()
        sheet = rules.page_of(stage, entries, releases, now, str, format_datetime)
        return templates.TemplateResponse(request, "results.html", {"sheet": sheet, "csrf_field": ""})

    return app
