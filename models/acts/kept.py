"""What was pressed when a session was over: kept until its officer is back in that browser, who may then send it.

Nothing is done with it but showing it: whoever sent it was not signed in. It is sealed with a key that only that
browser's cookie holds: nobody leaves a form in another browser, no other officer sees it, the database can't be read.
"""
import json
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken

from models.database import Refused, Sentence, database
from models.tables import audit
from models.tables.once import KeptForm, SentForm

KEPT = timedelta(minutes=15)


def keep(officer, form, now):
    """Keep a form {path, page, once, fields}, in place of an earlier one of the officer. Gives its key, as text."""
    key = Fernet.generate_key()
    values = {"sealed": Fernet(key).encrypt(json.dumps(form).encode()).decode(), "at": now}
    KeptForm.insert(officer=officer.id, **values).on_conflict(
        conflict_target=[KeptForm.officer], update=values).execute()
    return key.decode()


def kept_of(officer, key, now):
    """The form, not done yet, that is kept for the officer and opens with this key, or None; `at`: when it came."""
    row = KeptForm.get_or_none(KeptForm.officer == officer.id, KeptForm.at > now - KEPT)
    try:
        form = row and key and json.loads(Fernet(key).decrypt(row.sealed))
    except InvalidToken:
        return None
    is_done = form and SentForm.get_or_none(SentForm.officer == officer.id, SentForm.value == form["once"])
    return form | {"at": row.at} if form and not is_done else None


def throw_away(officer, now):
    """Raises `Refused` where nothing is kept."""
    with database.atomic():
        if not KeptForm.delete().where(KeptForm.officer == officer.id).execute():
            raise Refused(Sentence("Nothing is kept any more."))
        audit.record(officer, "threw a kept form away", now)


def forget_old(now):
    """Delete what nobody came back for; for the periodic task. Gives their number."""
    return KeptForm.delete().where(KeptForm.at < now - KEPT).execute()
