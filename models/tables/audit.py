"""The audit trail: who did what, from what, to what, when. Rows are added and never changed."""
from peewee import CharField, ForeignKeyField, TextField, chunked

from models.database import Model, Moment

SAVED = "saved attached centres"  # by the name that the history of Subcentre Management looks for


class AuditEvent(Model):
    """One accepted action. `who` is an officer's e-mail, 'command line' or 'candidate XA101-0007-J26'."""

    # Rows are in the order of `at`, and `who` and `what` are searched within: no index to keep on results morning.
    at = Moment()
    who = CharField(max_length=254)
    what = CharField(max_length=60)
    centre_number = CharField(max_length=5, default="", index=True)
    series_code = CharField(max_length=40, default="")
    subject = CharField(max_length=200, default="")  # the candidate, file, officer … it was about


class AuditChange(Model):
    """One thing that an event changed, of one centre where there are several."""

    event = ForeignKeyField(AuditEvent, backref="changes", on_delete="CASCADE")
    centre_number = CharField(max_length=5, default="", index=True)
    field = CharField(max_length=60)
    before = TextField(default="")
    after = TextField(default="")


def record(who, what, now, *, centre="", series="", subject="", changes=()):
    """Write one event. `changes`: (field, before, after) or (centre number, field, before, after).

    Call it inside the transaction of the change itself. No secret and no grade may be passed.
    """
    event = AuditEvent.create(
        at=now, who=str(who)[:254], what=what, centre_number=str(centre), series_code=str(series),
        subject=str(subject)[:200],
    )
    rows = []
    for change in changes:
        number, field, before, after = change if len(change) == 4 else (centre, *change)
        if before != after:
            rows.append((event.id, str(number), field, _words(before), _words(after)))
    for some in chunked(rows, 2000):
        AuditChange.insert_many(some, fields=[
            AuditChange.event, AuditChange.centre_number, AuditChange.field,
            AuditChange.before, AuditChange.after,
        ]).execute()
    return event


def differences(before, after):
    """(field, before, after) for each key of two mappings whose values differ."""
    return [(key, before.get(key), after[key]) for key in after if before.get(key) != after[key]]


def _words(value):
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
