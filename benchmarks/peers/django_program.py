"""Django as its documentation has it: middleware, sessions in the database, CSRF, the ORM, its own templates.

`application(path, tuned=True)`: cached templates, a connection that stays, our hash, related rows joined.
`tuned=False`: sessions and hash as `startproject` gives them.
"""
import re
import tempfile
import time
from pathlib import Path

from benchmarks.peers import rules

LABEL = "Django, tuned to the same hash"
LABEL_DEFAULT = "Django, default hash (PBKDF2, 1,000,000)"
PAGES = Path(__file__).with_name("pages")


def application(path):
    import django
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    folder = _translated_pages()
    settings.configure(
        SECRET_KEY="s" * 50, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_I18N=True, USE_TZ=True,
        STATIC_URL="/static/", STATIC_ROOT=str(rules.STATIC),
        INSTALLED_APPS=["django.contrib.sessions"],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware", "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware", "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware", "django.middleware.clickjacking.XFrameOptionsMiddleware",
            f"{__name__}.guard"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [folder], "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", f"{__name__}.shared"]}}],
        DATABASES={"default": {
            "ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "CONN_MAX_AGE": None,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": (
                "PRAGMA journal_mode=wal; PRAGMA synchronous=normal; PRAGMA foreign_keys=1;")}}},
    )
    django.setup()
    from django.core.management import call_command
    call_command("migrate", "sessions", verbosity=0)
    _routes()
    return get_wsgi_application()


def guard(get_response):
    def answer(request):
        response = get_response(request)
        for name, value in (rules.HEADERS | rules.NO_STORE).items():
            response.headers[name] = value
        return response
    return answer


def shared(_request):
    return {"board_name": "Meridian Examinations Board"}


def _translated_pages():
    """The peers' Jinja templates in Django's language: they are written in what both share."""
    folder = Path(tempfile.mkdtemp())
    for page in PAGES.glob("*.html"):
        text = re.sub(r"\{\{ _\('([^']+)'\) \}\}", r'{% translate "\1" %}', page.read_text(encoding="utf-8"))
        text = text.replace("{{ csrf_field }}", "{% csrf_token %}")
        first, rest = ("", text) if "extends" not in text else text.split("\n", 1)
        (folder / page.name).write_text(f"{first}{{% load i18n %}}{rest}", encoding="utf-8")
    return folder


def _tables():
    from django.db import models

    def table(db_table, /, **fields):
        options = type("Meta", (), {"app_label": "peers", "managed": False, "db_table": db_table})
        kind = "".join(part.title() for part in db_table.split("_"))
        return type(kind, (models.Model,), {**fields, "Meta": options, "__module__": __name__})

    text, number, yes = models.TextField, models.BigIntegerField, models.BooleanField

    def to(kind, **more):
        return models.ForeignKey(kind, models.CASCADE, related_name="+", **more)

    controls = {"delay": number(), "give_access": yes(), "contact_mode": text()}
    contact = {"contact_name": text(), "contact_phone": text(), "contact_email": text()}
    centre = table("centre", number=text(), name=text(), time_zone=text(), email=text(), associate_id=number(null=True))
    series = table("series", name=text(), code=text(), closes_at=number(null=True))
    release = table("release", series=to(series), qualification=text(), released_at=number(), held_at=number(null=True))
    candidate = table("candidate", centre=to(centre), series=to(series), number=text(), name=text(),
                      qualifications=text())
    entry = table("entry", candidate=to(candidate), qualification=text(), syllabus_code=text(), option_code=text(),
                  title=text(), status=text())
    result = table("result", entry=to(entry), grade=text(), pum=number(null=True), changed_at=number())
    offer = table("offer", centre=to(centre), series=to(series), scope=text(), delay=number(), **contact)
    row = table("attached_centre", centre=to(centre), series=to(series), **controls)
    controls = {"delay": number(), "give_access": yes(), "contact_mode": text()}
    contact = {"contact_name": text(), "contact_phone": text(), "contact_email": text()}
    defaults = table("attached_defaults", associate=to(centre), series=to(series), uses_defaults=yes(), **controls,
                     **contact)
    credential = table("credential", candidate=to(candidate), username=text(), generation=number(), salt=text(),
                       verifier=text(), pepper_id=text(), dormant_since=number(null=True),
                       last_signed_in_at=number(null=True))
    event = table("audit_event", at=number(), who=text(), what=text(), centre_number=text(default=""),
                  series_code=text(default=""), subject=text(default=""))
    return release, result, offer, row, defaults, credential, event


def _routes():
    from django.core.exceptions import PermissionDenied
    from django.db import transaction
    from django.shortcuts import redirect, render
    from django.urls import path
    from django.utils.formats import date_format
    from django.utils.translation import gettext

    release_, result_, offer_, row_, defaults_, credential_, event_ = _tables()

    def stage_of(credential):
        candidate = credential.candidate
        centre, series = candidate.centre, candidate.series
        return rules.Stage(
            credential, candidate, centre, series, offer_.objects.filter(centre=centre, series=series).first(),
            row_.objects.filter(centre=centre, series=series).first(),
            defaults_.objects.filter(associate_id=centre.associate_id, series=series).first())

    def find(**wanted):
        return credential_.objects.select_related(
            "candidate__centre", "candidate__series").filter(**wanted).first()

    def sign_in(request):
        if request.method != "POST":
            return render(request, "sign_in.html", {"username": "", "error": None})
        username, now = request.POST["username"], int(time.time())
        credential = find(username=username)
        if credential is None or not rules.is_right(credential, request.POST["password"]):
            return render(request, "sign_in.html", {"username": username, "error": gettext("Wrong")}, status=422)
        if not stage_of(credential).may_sign_in(now):
            raise PermissionDenied
        with transaction.atomic():
            credential_.objects.filter(pk=credential.pk).update(last_signed_in_at=now)
            event_.objects.create(at=now, who=f"candidate {username}", what="signed in")
            request.session.cycle_key()
            request.session["credential"], request.session["generation"] = credential.pk, credential.generation
            request.session.save()
        return redirect("/")

    def results(request):
        credential = find(pk=request.session.get("credential"), generation=request.session.get("generation"))
        if credential is None:
            return redirect("/sign-in")
        stage, now = stage_of(credential), int(time.time())
        if not stage.may_sign_in(now):
            raise PermissionDenied
        found = result_.objects.select_related("entry").filter(
            entry__candidate=stage.candidate, entry__status="entered").order_by("entry__syllabus_code")
        entries = [(result.entry, result) for result in found]
        releases = list(release_.objects.filter(series=stage.series))
        sheet = rules.page_of(stage, entries, releases, now, gettext,
                              lambda moment: date_format(moment, "DATETIME_FORMAT"))
        return render(request, "results.html", {"sheet": sheet})

    urlpatterns.extend([path("sign-in", sign_in), path("", results)])


urlpatterns = []
