"""Events of the audit trail as people tell them: 'Kiran Shah confirmed ALL Candidates'."""
from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from models.rules.history import OF_THE_BOARD, changes_of, people_of
from models.tables.audit import SAVED
from models.tables.offers import ALL, NONE, SELECTED
from views.controls import control, in_words
from views.languages import in_zone
from views.times import lately

MOST = 3  # changes, or candidates, that are named one by one


class Happening(NamedTuple):
    """One event as a line. `details`: what changed, in lines; `number`: of the centre it was at, if of one."""

    who: str
    did: str
    details: list
    number: str
    series: str
    when: str
    iso: str


def told(events, officer, zone, now, numbers=None):
    """[Happening, …] for this reader. `numbers`: of the centres whose part of an event may be told, None for all."""
    changes, people = changes_of(events, numbers), people_of(events)
    return [Happening(_who(event, officer, people), _did(event, changes[event.id], people),
                      _details(event, changes[event.id], zone), event.centre_number, event.series_code,
                      lately(event.at, zone, now), event.at.isoformat()) for event in events]


def _who(event, officer, people):
    person = people.get(event.who)
    if event.who == officer.email:
        return _("You")
    if event.who == "command line" or (person and person.is_board_staff and not officer.is_board_staff):
        return _("The board")
    return person.name if person else event.who


def _did(event, changes, people):
    what, subject = event.what, event.subject
    if what == "confirmed candidate results":
        scope = next((change.after for change in changes if change.field == "scope"), "")
        return {ALL: _("confirmed ALL Candidates"), SELECTED: _("confirmed Selected Candidates"),
                NONE: _("confirmed NO Candidates")}.get(scope, _("confirmed again"))
    if what == SAVED:
        return _("changed Subcentre Management")
    if what in ("sent a file from the board", "sent a file to the board"):
        return (_("sent ‘%(name)s’ to the centre", name=subject) if "from" in what
                else _("sent ‘%(name)s’ to the board", name=subject))
    if what in ("downloaded a file", "removed a file"):
        return f"{_(what.removesuffix(' a file'))} ‘{subject}’"
    if what == "downloaded slips":
        return f"{_(what)}, {subject if ' of ' in subject else subject.partition(' ')[0]}"
    if what in ("generated credentials", "reissued slips", "gave new passwords"):
        return _(what) + _for_whom(subject.split(), changes)
    if what.startswith("imported "):
        return _(what)  # the subject is the file's digest
    named = people[subject].name if subject in people else subject
    return f"{_(what)}: {named}" if named else _(what)


def _for_whom(candidates, changes):
    if len(candidates) > MOST:
        return " " + ngettext("for %(num)s candidate", "for %(num)s candidates", len(candidates))
    if candidates:
        return " " + _("for %(numbers)s", numbers=", ".join(candidates))
    return " " + ngettext("at %(num)s centre", "at %(num)s centres", len(changes)) if len(changes) > 1 else ""


def _details(event, changes, zone):
    if event.what == SAVED:
        said = [f"{change.centre_number or _('Use defaults')}, {control(change.field)}: " + " → ".join(
            in_words(change.field, value) for value in (change.before, change.after)) for change in changes]
        more = len(said) - MOST
        return said[:MOST] + ([_("and %(n)s more", n=more)] if more > 0 else [])
    if event.what in OF_THE_BOARD and event.what.startswith("set"):
        return [f"{_at(change.before, zone)} → {_at(change.after, zone)}" for change in changes]
    return []


def _at(text, zone):
    try:
        return in_zone(datetime.fromisoformat(text), zone) if "T" in text else text or "–"
    except ValueError:
        return text
