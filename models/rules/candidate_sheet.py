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


    def is_late(self, part):
        """Whether it came for the first time after its qualification was out."""
        return self.first_at is not None and self.first_at > part.visible_at

    def has_changed(self, part):
        """Whether it has been shown otherwise."""
        return self.changed_at is not None and self.changed_at > max(part.visible_at, self.first_at or part.visible_at)


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

    def in_state(self, *states):
        return tuple(part for part in self.parts if part.state in states)

    @property
    def next_at(self):
        """The next instant at which something comes out, or None."""
        return min((part.visible_at for part in self.in_state(WAITING)), default=None)

    @property
    def changed_at(self):
        """When a result that had been shown here last changed, or None."""
        return max((award.changed_at for part in self.parts for award in part.awards if award.has_changed(part)),
                   default=None)


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
    last = datetime.fromtimestamp(started_at, UTC) + ABSOLUTE
    awaited = [at for at in instants if at > active_at and (at < last or not shows_grades)]
    return min(awaited, default=active_at) + IDLE


def sheet_of(rows, now):
    """The Sheet of `results.OwnRow`s of one candidate."""
    first = rows[0]
    parts = []
    for qualification in in_order(row.qualification for row in rows):
        mine = [row for row in rows if row.qualification == qualification]
        at = mine[0].visible_at and datetime.fromtimestamp(mine[0].visible_at, UTC)
        parts.append(Part(qualification, _state(at, mine[0].held_at, now), at, tuple(map(_award, mine))))
    return Sheet(
        first.username, first.candidate_name, first.candidate_number, first.centre_number, first.centre_name,
        first.time_zone, first.language, first.series_code, first.series_name, contact_in(first), tuple(parts),
        first.waiting, datetime.fromtimestamp(first.started_at, UTC))


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
    changed_at, first_at = (at and datetime.fromtimestamp(at, UTC) for at in (row.changed_at, row.first_at))
    return Award(row.title, row.syllabus_code, row.option_code, row.grade, row.second_grade or "",
                 row.endorsement or "", row.pum, changed_at, first_at)
