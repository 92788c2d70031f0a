"""What the audit trail tells of some centres: who printed, downloaded, confirmed, changed, sent, signed in."""
from peewee import fn

from models.tables.audit import SAVED, AuditChange, AuditEvent
from models.tables.exams import Centre
from models.tables.people import Officer, Posting

KINDS = {  # of acts, each by the names that the trail keeps
    "slips": ("generated credentials", "reissued slips", "gave new passwords", "downloaded slips",
              "ordered an archive of slips"),
    "access": ("confirmed candidate results", "offered the service to ALL", SAVED, "attached a centre",
               "detached a centre", "changed a centre"),
    "results": ("downloaded results", "ordered a file of results", "read results before their release",
                "withdrew a statement", "ended the withdrawal of a statement"),
    "files": ("sent a file from the board", "sent a file to the board", "downloaded a file", "removed a file"),
    "officers": ("set an officer’s rights", "took an officer from a centre"),
    "releases": ("set a release", "held a release", "ended a hold", "set the end of a series",
                 "set the end of reviews"),
    "sign-ins": ("signed in", "signed out"),
}
OF_THE_BOARD = KINDS["releases"]  # these name a series and no centre
OF_CENTRES = sum((acts for kind, acts in KINDS.items() if kind not in ("releases", "sign-ins")), ())
CHANGES = "changes"  # all but sign-ins
IMPORTED = tuple(f"imported {kind}" for kind in ("centres", "entries", "results", "releases", "officers"))


def history_of(circle, series_codes, *, kind="", series=""):
    """Events about the centres of `circle` (a query), the newest first. A query.

    With them the board's acts on these series, and sign-ins of officers who are posted there. `kind`: of KINDS, or
    CHANGES; `series`: a code. What an Associate saves is told where it names one of the centres, or its default row.
    """
    numbers = [number for number, in circle.select(Centre.number).order_by().tuples()]
    heads = circle.select(Centre.associate).where(Centre.associate.is_null(False)).order_by()
    emails = (Posting.select(Officer.email).join(Officer).where(
        Posting.centre.in_(circle.select(Centre.id).order_by())))
    named = AuditChange.select(AuditChange.event).where(AuditChange.centre_number.in_(numbers))
    of_defaults = fn.EXISTS(AuditChange.select().where(
        AuditChange.event == AuditEvent.id, AuditChange.centre_number == ""))
    of_head = AuditEvent.centre_number.in_(Centre.select(Centre.number).where(Centre.id.in_(heads)))
    about = ((AuditEvent.centre_number.in_(numbers) | AuditEvent.id.in_(named)
              | ((AuditEvent.what == SAVED) & of_head & of_defaults)) & AuditEvent.what.in_(OF_CENTRES))
    of_board = (AuditEvent.centre_number == "") & AuditEvent.what.in_(OF_THE_BOARD) & (
        AuditEvent.series_code.in_(series_codes))
    signed = (AuditEvent.centre_number == "") & AuditEvent.what.in_(KINDS["sign-ins"]) & AuditEvent.who.in_(emails)
    query = AuditEvent.select().where(about | of_board | signed).order_by(AuditEvent.id.desc())
    if kind in KINDS or kind == CHANGES:
        query = query.where(AuditEvent.what.in_(KINDS.get(kind, OF_CENTRES + OF_THE_BOARD)))
    return query.where(AuditEvent.series_code == series) if series else query


def history_of_all():
    """What the board's start page tells of: all of the above but sign-ins, and what was imported. A query."""
    return AuditEvent.select().where(AuditEvent.what.in_(OF_CENTRES + OF_THE_BOARD + IMPORTED)).order_by(
        AuditEvent.id.desc())


def since(query, instant):
    """The events of a history that came after this instant, without a look at those before it."""
    last = AuditEvent.select(AuditEvent.id).where(AuditEvent.at <= instant).order_by(AuditEvent.id.desc()).limit(1)
    return query.where(AuditEvent.id > fn.COALESCE(last, 0))


def changes_of(events, numbers=None):
    """{event id: [AuditChange, …]} of these events; of several centres only those with these numbers. One query."""
    found = {event.id: [] for event in events}
    query = AuditChange.select().where(AuditChange.event.in_(list(found))).order_by(AuditChange.id)
    if numbers is not None:
        query = query.where(AuditChange.centre_number.in_([*numbers, ""]))
    for change in query:
        found[change.event_id].append(change)
    return found


def people_of(events):
    """{e-mail: Officer} of whoever did these, or is named in them. One query."""
    emails = {event.who for event in events} | {event.subject for event in events if "@" in event.subject}
    return {officer.email: officer for officer in Officer.select().where(Officer.email.in_(list(emails)))}
