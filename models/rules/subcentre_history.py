"""Who changed what in Subcentre Management, from the audit trail."""
from models.tables.audit import SAVED, AuditChange, AuditEvent


def history(associate, series, centre="", who="", field=""):
    """Saved changes of one Associate and series, newest first: AuditChange rows with their event. A query.

    `centre`: the number of one attached centre, then with what the defaults changed for it; `who`: an e-mail;
    `field`: a control.
    """
    query = (
        AuditChange.select(AuditChange, AuditEvent).join(AuditEvent)
        .where(AuditEvent.centre_number == associate.number, AuditEvent.what == SAVED,
               AuditEvent.series_code == series.code)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc(), AuditChange.id)
    )
    if centre:
        query = query.where(AuditChange.centre_number.in_(["", centre]))
    if who:
        query = query.where(AuditEvent.who == who)
    if field:
        query = query.where(AuditChange.field == field)
    return query


def changed_by(associate, series):
    """The e-mails of everybody who saved something here, in order."""
    query = AuditEvent.select(AuditEvent.who).distinct().where(
        AuditEvent.centre_number == associate.number, AuditEvent.what == SAVED,
        AuditEvent.series_code == series.code).order_by(AuditEvent.who)
    return [who for who, in query.tuples()]


def last_save(officer, associate, series, since):
    """(when, of how many centres) this officer last changed something here, or None if not `since` then."""
    last = history(associate, series, who=officer.email).where(
        AuditChange.centre_number != "", AuditEvent.at >= since).first()
    return last and (last.event.at, len({change.centre_number for change in last.event.changes} - {""}))


def last_change(centre, series):
    """When the Associate last changed this centre's row, or its defaults; None if it never did."""
    change = centre.is_attached and history(centre.associate, series, centre.number).first()
    return change.event.at if change else None
