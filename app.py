"""The service: `create_app` for any WSGI server, `python app.py` for one machine with everything inside."""
import logging

from flask import Flask, current_app
from flask_babel import get_locale
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

import commands
import serving
import settings as environment
import views
from documents.engine import use_fonts
from jobs import queue
from models import passwords
from models.database import connect
from models.rules.languages import LANGUAGES, tag_of
from models.signing import signer
from models.tables.people import StaffSession
from views import admission, assets, errors, guards, languages, once
from views.hypermedia import is_poll, now, say
from views.staff.cookie import StaffCookie


def create_app(**given):
    """The Flask application. `given` overrides settings of the environment, e.g. DATABASE_URL. Raises `Unfit`."""
    settings = environment.read(**given)
    app = Flask(__name__, instance_path=settings["INSTANCE_PATH"], static_folder=None)  # views/assets.py
    secure = bool(settings["PRODUCTION"])
    app.config.update(
        settings,
        MAX_CONTENT_LENGTH=admission.LARGEST,  # each page has its own, see there
        SESSION_COOKIE_NAME="__Host-staff" if secure else "staff",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # it asks for a Referer, which schools strip; see admission.is_from_own_page
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["say"] = say
    app.jinja_env.globals.update(assets.IN_TEMPLATES)
    if proxies := int(settings["TRUSTED_PROXIES"]):
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)

    try:
        use_fonts(settings["FONTS"])
        connect(settings["DATABASE_URL"])
        passwords.keys.load(settings["CREDENTIAL_KEY"], settings["PEPPER"])
        tier = "candidate" if settings["ROLE"] == "candidate" else "portal"
        signer.load(settings["SIGNING_KEY"], settings["SIGNING_CERTIFICATE"], tier, now())
    except ValueError as error:
        raise environment.Unfit(str(error)) from None
    if settings["PRODUCTION"]:
        commands.refuse_unfit(app)
    languages.init_app(app)
    app.session_interface = StaffCookie()
    login = LoginManager(app)
    login.session_protection = None  # it hashes address and browser; phones change address
    login.user_loader(lambda token: StaffSession.officer_of(token, now(), is_poll()))
    guards.init_app(app)
    CSRFProtect(app)  # after the guards: it reads the form
    once.init_app(app)
    errors.init_app(app)
    views.init_app(app)
    commands.init_app(app)
    if settings["ROLE"] != "candidate":  # whose pages start no work, and whose role in the database has no queue
        queue.init_app(app)
    app.context_processor(in_every_template)
    logging.getLogger("xhtml2pdf").setLevel(logging.CRITICAL)  # its warnings quote the document's text
    logging.getLogger("peewee").setLevel(logging.INFO)  # at DEBUG it writes every value of every statement
    return app


def in_every_template():
    language = str(get_locale())
    return {
        "portal_name": current_app.config["PORTAL_NAME"],
        "board_name": current_app.config["BOARD_NAME"],
        "support_email": current_app.config["SUPPORT_EMAIL"],
        "locale": tag_of(language),
        "language": language,
        "languages": LANGUAGES,
        "direction": LANGUAGES[language].direction,
    }


if __name__ == "__main__":
    serving.serve(create_app())
