"""The audit trail: who did what, from what, to what, when."""
import io
from datetime import UTC, datetime, timedelta

from flask import Blueprint, request
from peewee import prefetch

from exchange.tables import csv_bytes
from models.finding import narrowed
from models.tables.audit import AuditChange, AuditEvent
from models.tables.people import Officer
from views.board import board_page
from views.guards import board_only
from views.hypermedia import attachment
from views.paging import page_of

bp = Blueprint("board_audit", __name__, url_prefix="/board/audit")
bp.before_request(board_only)
FILTERS = ("who", "what", "centre", "series", "since", "until")
MOST_ROWS = 100_000


@bp.get("")
def index():
    chosen = {name: request.args.get(name, "").strip()[:100] for name in FILTERS}
    found = page_of(events(chosen), 50, "board_audit.index", **chosen)
    rows = prefetch(AuditEvent.select().where(AuditEvent.id.in_([event.id for event in found.rows]))
                    .order_by(AuditEvent.id.desc()), AuditChange.select().order_by(AuditChange.id))
    return board_page("board/audit/index.html", "audit", "board/audit/_list.html", chosen=chosen, page_=found,
                      events=list(rows), most=20)


@bp.get("/trail.csv")
def trail():
    chosen = {name: request.args.get(name, "").strip()[:100] for name in FILTERS}
    rows = ((event.at.isoformat(), event.who, event.what, event.centre_number, event.series_code, event.subject)
            for event in events(chosen).limit(MOST_ROWS).iterator())
    return attachment(io.BytesIO(csv_bytes(("at", "who", "what", "centre", "series", "subject"), rows)),
                      "text/csv; charset=utf-8", "audit-trail.csv")


def events(chosen):
    """The events that match, newest first; a date that is none is passed over. A query."""
    query = AuditEvent.select().order_by(AuditEvent.id.desc())
    if chosen["who"]:
        named = narrowed(Officer.select(Officer.email), chosen["who"], Officer.id, Officer.email, Officer.name)
        query = query.where(AuditEvent.who.contains(chosen["who"]) | AuditEvent.who.in_(named))
    if chosen["what"]:
        query = query.where(AuditEvent.what.contains(chosen["what"]))
    if chosen["centre"]:
        touched = AuditChange.select(AuditChange.event).where(AuditChange.centre_number == chosen["centre"].upper())
        query = query.where((AuditEvent.centre_number == chosen["centre"].upper()) | AuditEvent.id.in_(touched))
    if chosen["series"]:
        query = query.where(AuditEvent.series_code == chosen["series"])
    since, until = _day(chosen["since"]), _day(chosen["until"])
    if since:
        query = query.where(AuditEvent.at >= since)
    if until:
        query = query.where(AuditEvent.at < until + timedelta(days=1))
    return query


def _day(text):
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
