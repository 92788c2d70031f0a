"""Every refusal as one sentence: in the notice for htmx, as a page for everyone else."""
from flask import current_app, make_response, redirect, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from peewee import DatabaseError, DataError, IntegrityError, InterfaceError, NotSupportedError, ProgrammingError
from werkzeug.exceptions import BadRequest, HTTPException

from models.database import Overtaken, Refused
from models.passwords import MissingKey
from views import languages
from views.hypermedia import is_htmx, say


def init_app(app):
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(CSRFError, lambda error: answer(400, _(
        "This page was open for too long. Please open it again.")))
    app.register_error_handler(Refused, lambda refusal: answer(422, say(refusal.sentence or refusal)))
    app.register_error_handler(Overtaken, lambda _error: answer(409, _(
        "Somebody else changed this first. Nothing was stored; look at the newer state and try again.")))
    app.register_error_handler(MissingKey, missing_key)
    when_the_database_says_no(app, busy)
    app.register_error_handler(500, lambda _error: answer(500, _(
        "Something went wrong on our side. We have a record of it. Please try again.")))


def when_the_database_says_no(where, is_away):
    """Let an app or a blueprint answer with `is_away` while the database is locked, full, broken or away.

    A value that it does not take is 400. What the program itself did wrong stays an error: 500, written down whole.
    """
    for kind in (DatabaseError, InterfaceError):
        where.register_error_handler(kind, is_away)
    for kind in (IntegrityError, NotSupportedError, ProgrammingError):
        where.register_error_handler(kind, our_own)
    where.register_error_handler(DataError, not_taken)


def our_own(error):
    raise error


def not_taken(error):
    """The database's sentence quotes the value: only its code is written down."""
    current_app.logger.error("database: %s", _code(error))
    return http_error(BadRequest())


def http_error(error):
    sentences = {
        400: _("That request could not be read."),
        403: _("You do not have the right to do this. Whoever gives rights at your centre can give it to you, or ask "
               "%(email)s.", email=current_app.config["SUPPORT_EMAIL"]),
        404: _("There is no such page, or it is not yours to see."),
        405: _("That address cannot be used this way."),
        413: _("That is too large to be sent."),
        429: _("Too many attempts. Please wait a little and try again."),
    }
    if error.code is None or error.code < 400:
        return error
    response = answer(error.code, sentences.get(error.code, error.name))
    if error.code == 405 and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def answer(status, sentence):
    """The sentence in the notice of the open page for htmx, as a page of its own otherwise."""
    response = make_response(render_template(
        "_notice.html" if is_htmx() else "error.html", sentence=sentence, status=status,
        start=f"/results/{get_locale()}/" if request.path.split("/")[1] in languages.PUBLIC else "/"), status)
    if is_htmx():
        response.headers["HX-Retarget"] = "#notice"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def leave_for(address):
    """To a page for whoever is signed out: never that page inside a table row."""
    if is_htmx():
        response = make_response("", 401)
        response.headers["HX-Redirect"] = address
        return response
    return redirect(address, 303)


def missing_key(error):
    current_app.logger.error("missing key: %s", error)
    return answer(503, _("The keys that slips are made with are not available to this server."))


def note_busy(error):
    """Why the database said no: its code, and the first line of its driver's sentence, which quotes no value."""
    current_app.logger.error("database: %s: %s", _code(error), str(error).partition("\n")[0])


def _code(error):
    """PostgreSQL's SQLSTATE or SQLite's name; the kind of error where there is neither, as without a connection."""
    said = getattr(error, "orig", None)
    return getattr(said, "sqlstate", None) or getattr(said, "sqlite_errorname", None) or type(error).__name__


def busy(error):
    """The database is locked, full, broken or away: words, and when to come back."""
    note_busy(error)
    response = answer(503, _("The service is busy at the moment. Please try again in a few seconds."))
    response.headers["Retry-After"] = "5"
    return response
