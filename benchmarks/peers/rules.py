"""What every peer program decides alike, over whatever its ORM gives: who may come in, and what the page says.

`stage`: an object with .series .centre .candidate .credential .offer .row (attached centre) .defaults, any of the
last three None; `entries`: pairs (entry, result or None); `releases`: rows. Times are epoch seconds.
"""
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from models import passwords
from models.rules import grades

IDLE = 900
STATIC = Path(__file__).parents[2] / "static"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
NO_STORE = {"Cache-Control": "no-store", "Vary": "HX-Request-Type"}


@dataclass
class Stage:
    credential: object
    candidate: object
    centre: object
    series: object
    offer: object = None
    row: object = None
    defaults: object = None

    @property
    def governor(self):
        """The row that decides for the centre: the defaults, or its own."""
        return self.defaults if self.defaults and self.defaults.uses_defaults else self.row

    def may_sign_in(self, now):
        return (
            self.credential.dormant_since is None and self.candidate.qualifications != ""
            and self.offer is not None and self.offer.scope == "all"
            and (self.centre.associate_id is None or bool(self.governor and self.governor.give_access))
            and (self.series.closes_at is None or self.series.closes_at > now))

    @property
    def delay(self):
        return max(self.governor.delay if self.governor else 0, self.offer.delay)

    @property
    def contact(self):
        is_default = self.governor is None or self.governor.contact_mode == "default"
        return self.defaults if self.centre.associate_id and is_default else self.offer


@dataclass
class Page:
    candidate_name: str
    candidate_number: str
    centre_name: str
    centre_number: str
    series_name: str
    contact_name: str
    contact_phone: str
    parts: list = field(default_factory=list)
    changed: str = ""
    explained: list = field(default_factory=list)


def page_of(stage, entries, releases, now, say, format_instant):
    """The values of results.html. `say`: gettext; `format_instant(aware datetime)`: the words of an instant."""
    page = Page(stage.candidate.name, stage.candidate.number, stage.centre.name, stage.centre.number,
                stage.series.name, stage.contact.contact_name, stage.contact.contact_phone)
    by_qualification = {release.qualification: release for release in releases}
    codes, changed, zone = [], 0, ZoneInfo(stage.centre.time_zone)
    for name in stage.candidate.qualifications.split("|"):
        release = by_qualification[name]
        at = release.released_at + 60 * stage.delay
        is_out = at <= now and release.held_at is None
        local = datetime.fromtimestamp(at, UTC).astimezone(zone)
        part = {"qualification": name, "is_out": is_out, "iso": local.isoformat(), "lines": []}
        if not is_out:
            part["local"] = format_instant(local)
        for entry, result in (pair for pair in entries if is_out and pair[0].qualification == name):
            printed = grades.printed(result.grade)
            codes.append(result.grade)
            changed = max(changed, result.changed_at)
            part["lines"].append({"title": entry.title, "syllabus_code": entry.syllabus_code,
                                  "option_code": entry.option_code, "pum": result.pum, "grade": printed.grade,
                                  "again": printed.again, "is_word": printed.is_word})
        page.parts.append(part)
    page.changed = format_instant(datetime.fromtimestamp(changed, UTC).astimezone(zone))
    page.explained = [("PUM", say(grades.UNIFORM_MARK)), *(
        (word, say(sentence)) for word, sentence in grades.explanations(*codes).items())]
    return page


def is_right(credential, password):
    """The same hash as ours: HMAC(pepper, PBKDF2-HMAC-SHA-256 of 1,000 rounds)."""
    pepper = passwords.keys.pepper(credential.pepper_id)
    return passwords.verifier(password, credential.salt, pepper) == credential.verifier
