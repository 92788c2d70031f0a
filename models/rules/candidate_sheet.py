"""What the candidate site asks: who is this, may they come in, what may they see.

A session is one row, written at sign-in; reading pages write nothing. When somebody was last active rides
signed in the cookie, so it comes in here as an argument.
"""
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from models.codes import digest_of
from models.contacts import Contact
from models.rules import results
from models.rules.standing import contact_of
from models.tables.exams import in_order

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)

OUT, WAITING, HELD, UNANNOUNCED = "out", "waiting", "held", "unannounced"
NEW, CHANGED = results.NEW, results.CHANGED


class Award(NamedTuple):
    """What the candidate may see of one valid entry. `grade`: None before its time and without a result."""

    title: str
    syllabus_code: str
    option_code: str
    grade: str | None = None
    second_grade: str = ""
    endorsement: str = ""
    pum: int | None = None
    changed_at: datetime | None = None
    first_at: datetime | None = None


class Part(NamedTuple):
    """One qualification. `state`: OUT, WAITING, HELD or UNANNOUNCED; `visible_at`: aware UTC or None."""

    qualification: str
    state: str
    visible_at: datetime | None
    awards: tuple


class Sheet(NamedTuple):
    """Everything that a candidate's page says. `contact`: an empty name stands for 'Exams officer'."""

    username: str
    candidate_name: str
    candidate_number: str
    centre_number: str
    centre_name: str
    time_zone: str
    language: str
    series_code: str
    series_name: str
    contact: Contact
    parts: tuple
    waiting: int = 0  # how many sessions are alive, at most
    started_at: datetime | None = None  # when this session began
    looked_before_at: datetime | None = None  # when its owner had looked before that
    looked_at: datetime | None = None  # until when it is noted that its owner saw what there was
    country: str = ""
    reviews_until: str = ""  # ISO, or ''
    uci: str = ""

    def in_state(self, *states):
        return tuple(part for part in self.parts if part.state in states)

    def to_come(self):
        """[(instant, [qualification, …]), …] of what comes out, the next one first."""
        by_instant = {}
        for part in sorted(self.in_state(WAITING), key=lambda part: part.visible_at):
            by_instant.setdefault(part.visible_at, []).append(part.qualification)
        return list(by_instant.items())

    @property
    def next_at(self):
        """The next instant at which something comes out, or None."""
        return next((at for at, _names in self.to_come()), None)

    @property
    def changed_at(self):
        """When a result that had been shown here last changed, or None."""
        return max((at for _part, kind, at in self._news() if kind == CHANGED), default=None)

    @property
    def has_more_than_noted(self):
        """Whether something came out, came late or changed after what its owner is known to have seen."""
        came = (*(part.visible_at for part in self.in_state(OUT)), *(at for *_what, at in self._news()))
        return self.looked_at is None or max(came, default=self.looked_at) > self.looked_at

    def is_since_last_look(self, part, at):
        """Whether `at` lies after its owner had last looked, at results that were out then."""
        return self.looked_before_at is not None and part.visible_at <= self.looked_before_at < at

    def since_last_look(self, kind):
        """How many results are NEW, or CHANGED, since then."""
        return sum(found == kind and self.is_since_last_look(part, at) for part, found, at in self._news())

    def news_of(self, award, part):
        """(NEW, when) of a result that came after its qualification was out, (CHANGED, when) of one that has been shown
        otherwise, or (None, None). What came and changed between two sessions was not shown before: it is NEW."""
        kind, at = results.news(award.first_at, award.changed_at, part.visible_at)
        came = award.first_at or part.visible_at
        if kind == CHANGED and came > part.visible_at and self.looked_before_at and (
                self.looked_before_at < came and at <= self.started_at):
            return NEW, came
        return kind, at

    def _news(self):
        """(part, NEW or CHANGED, when) a result that is out and has any."""
        told = ((part, *self.news_of(award, part)) for part in self.in_state(OUT) for award in part.awards)
        return [news for news in told if news[1]]


def sheet(token, active_at, now):
    """The Sheet behind a session's token, or None where the session has ended or the door is shut. One query.

    `active_at`: when the person last did something.
    """
    rows = results.for_candidate(digest_of(token), now)
    if not rows:
        return None
    made = sheet_of(rows, now)
    return made if now < _idle_end(made.parts, active_at, rows[0].started_at) else None


def _idle_end(parts, active_at, started_at):
    """15 minutes after the last activity; for a session that waits, after the release it waits for.

    With grades on the page only a release that the session can live to see counts as waited for. The query
    itself ends every session after eight hours.
    """
    instants = [part.visible_at for part in parts if part.state in (OUT, WAITING)]
    shows_grades = any(at <= active_at for at in instants)
    last = _instant(started_at) + ABSOLUTE
    awaited = [at for at in instants if at > active_at and (at < last or not shows_grades)]
    return min(awaited, default=active_at) + IDLE


def sheet_of(rows, now):
    """The Sheet of `results.OwnRow`s of one candidate."""
    first = rows[0]
    parts = []
    for qualification in in_order(row.qualification for row in rows):
        mine = [row for row in rows if row.qualification == qualification]
        at = _instant(mine[0].visible_at)
        parts.append(Part(qualification, _state(at, mine[0].held_at, now), at, tuple(map(_award, mine))))
    return Sheet(
        first.username, first.candidate_name, first.candidate_number, first.centre_number, first.centre_name,
        first.time_zone, first.language, first.series_code, first.series_name, contact_in(first), tuple(parts),
        first.waiting, _instant(first.started_at), _instant(first.looked_before_at), _instant(first.looked_at),
        first.country, first.reviews_until, first.uci)


def contact_in(row):
    """The Contact that holds for a row with `uses_default_contact` and both contacts."""
    default = Contact(row.default_name or "", row.default_phone or "", row.default_email or "")
    own = Contact(row.own_name or "", row.own_phone or "", row.own_email or "")
    return contact_of(row.uses_default_contact, default, own, row.centre_email)


def _state(at, held_at, now):
    if at is None:
        return UNANNOUNCED
    if held_at is not None:
        return HELD
    return OUT if at <= now else WAITING


def _award(row):
    return Award(row.title, row.syllabus_code, row.option_code, row.grade, row.second_grade or "",
                 row.endorsement or "", row.pum, _instant(row.changed_at), _instant(row.first_at))


def _instant(epoch):
    return epoch and datetime.fromtimestamp(epoch, UTC)
