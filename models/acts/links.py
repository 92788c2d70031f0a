"""One-time links: how a new officer, or one who forgot the password, comes to choose one. No mail server needed.

Whoever makes the link sees it once and hands it over. Its code stands in the fragment of the address, which no
server and no log sees, and can be typed.
"""
from datetime import timedelta

from models.acts import accounts
from models.codes import as_typed, digest_of, grouped, new_code
from models.database import Refused, Sentence, database
from models.tables import audit
from models.tables.links import INVITATION, RESET, OneTimeLink
from models.tables.people import Officer

LIFETIME = {INVITATION: timedelta(days=14), RESET: timedelta(days=1)}
KEPT = timedelta(days=30)  # a link that is dead, until it is forgotten
SYMBOLS = 20  # 97 bits


def make(officer, by, now):
    """A new link for this officer; older ones are dead. Gives (code in groups, OneTimeLink)."""
    with database.atomic():
        code, link = made_within(officer, by, now)
        audit.record(by, f"made a one-time link ({link.kind})", now, subject=officer.email,
                     changes=[("expires", "", link.expires_at)])
    return code, link


def made_within(officer, by, now):
    """`make` in the caller's transaction, as part of an act that is recorded as a whole."""
    code = new_code(SYMBOLS)
    kind = RESET if officer.password_hash else INVITATION
    OneTimeLink.delete().where(OneTimeLink.officer == officer, OneTimeLink.used_at.is_null()).execute()
    link = OneTimeLink.create(digest=digest_of(code), officer=officer, kind=kind, made_by=str(by), made_at=now,
                              expires_at=now + LIFETIME[kind])
    return grouped(code), link


def address_of(portal, code):
    """Where a link of the portal at this address leads: the code stands behind the #, which no server sees."""
    return f"{portal.rstrip('/')}/welcome#{code}"


def use(typed, password, now):
    """Set the password of the officer whose link this is, and end every session. Gives the Officer.

    Raises `Refused` (code, password); nothing tells a code that ran out from one that never was.
    """
    link = OneTimeLink.select(OneTimeLink, Officer).join(Officer).where(
        OneTimeLink.digest == digest_of(as_typed(typed)), OneTimeLink.used_at.is_null(),
        OneTimeLink.expires_at > now, Officer.disabled_at.is_null()).first()
    unknown = Refused(code=Sentence("This code is not known, has been used or has run out. Ask for a new link."))
    if link is None:
        raise unknown
    officer = link.officer
    officer.set_password(password)
    with database.atomic():
        first = OneTimeLink.update(used_at=now).where(
            OneTimeLink.id == link.id, OneTimeLink.used_at.is_null()).execute()
        if not first:
            raise unknown
        accounts.keep_password(officer, officer, now, "chose a password by a one-time link")
    return officer


def forget_old(now):
    """Delete links that were used, or ran out, a month ago; for the periodic task. Gives their number."""
    return OneTimeLink.delete().where(OneTimeLink.expires_at < now - KEPT).execute()
