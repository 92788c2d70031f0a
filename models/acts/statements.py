"""Issuing signed statements, withdrawing one, and the life of the keys that sign them."""
from datetime import timedelta

from models.database import Refused, Sentence, database
from models.rules.statement_messages import message
from models.signing import Certified, signer
from models.tables import audit
from models.tables.exams import Candidate, Centre, Series, in_order
from models.tables.slips import username_of
from models.tables.statements import IssuedStatement, SigningKey, WithdrawnStatement

STILL = timedelta(days=1)  # for which a key that has been replaced may still be signing somewhere
NUMBER_LENGTH = 16
UNKNOWN_KEY = Sentence("The portal does not know this server's signing key yet: flask --app app signing-keys add FILE")


def issue(centre, series_code, people, now, check_address):
    """The Messages of statements that are printed now, each noted as issued; Nones where statements are not signed.

    `centre`: (number, name); `people`: [(candidate number, name, Lines), …]; `check_address`: of the check page. Raises
    `Refused` for a key that nobody noted.
    """
    if signer.certified is None or not all(lines for _number, _name, lines in people):
        return [None] * len(people)
    keep_own_key(now)
    _refuse_ended(now)
    series = Series.select(Series.id, Series.name, Series.short).where(Series.code == series_code).get()
    ids = dict(Candidate.select(Candidate.number, Candidate.id).join(Centre).where(
        Centre.number == centre[0], Candidate.series == series,
        Candidate.number.in_([number for number, _name, _lines in people])).tuples())
    made = [message(username_of(centre[0], number, series), centre, (number, name), series.name, lines, now,
                    check_address) for number, name, lines in people]
    rows = [(one.number, ids[number], one.digest, "|".join(in_order(line.qualification for line in lines)), now)
            for one, (number, _name, lines) in zip(made, people, strict=True)]
    with database.atomic():
        for start in range(0, len(rows), 500):
            IssuedStatement.insert_many(rows[start:start + 500], fields=[
                IssuedStatement.number, IssuedStatement.candidate, IssuedStatement.digest,
                IssuedStatement.qualifications, IssuedStatement.first_issued_at]).on_conflict_ignore().execute()
    return made


def keep_own_key(now):
    """Note the key that this process signs with, if it has one: at its start and before it signs. As `keep_key`."""
    if signer.certified is not None:
        keep_key(signer.certified, signer.tier, now)


def keep_key(certified, tier, now):
    """Note a signing key, and end the one that it replaces in its tier; a former key that is given again holds again.

    Raises `Refused` in the candidate tier, which may not write keys: what it could add, whoever breaks into it could.
    """
    until, row = certified.leaf.not_valid_after_utc, SigningKey.get_or_none(SigningKey.kid == certified.kid)
    if row and (row.valid_until == until or signer.tier == "candidate"):
        return
    if signer.tier == "candidate":
        raise Refused(UNKNOWN_KEY)
    with database.atomic():
        SigningKey.update(valid_until=now + STILL).where(
            SigningKey.tier == tier, SigningKey.kid != certified.kid, SigningKey.valid_until > now + STILL).execute()
        SigningKey.insert(
            kid=certified.kid, chain=certified.pem, name=certified.name, tier=tier,
            valid_from=certified.leaf.not_valid_before_utc, valid_until=until,
            is_demonstration=certified.is_demonstration).on_conflict(
                conflict_target=[SigningKey.kid], update={SigningKey.valid_until: until}).execute()


def _refuse_ended(now):
    """Raises `Refused` where the key of this process vouches for nothing any more."""
    row = SigningKey.get(SigningKey.kid == signer.certified.kid)
    if row.revoked_at is not None or row.valid_until < now:
        raise Refused(Sentence("This server signs with a key that was given up or replaced: give it the new one."))


def add_key(chain_pem, by, now):
    """Note the key of the candidate tier. Gives its id. Raises `Refused`."""
    try:
        certified = Certified(chain_pem)
    except ValueError as error:
        raise Refused(Sentence("That is no certificate of a signing key: %(why)s", why=str(error))) from None
    with database.atomic():
        keep_key(certified, "candidate", now)
        audit.record(by, "noted a signing key", now, subject=certified.kid)
    return certified.kid


def revoke_key(kid, reason, by, now):
    """A key that was stolen vouches for nothing any more, whatever its date. Raises `Refused`."""
    with database.atomic():
        if not SigningKey.update(revoked_at=now, reason=reason[:200]).where(
                SigningKey.kid == kid, SigningKey.revoked_at.is_null()).execute():
            raise Refused(Sentence("There is no key %(kid)s that could be revoked.", kid=kid))
        audit.record(by, "revoked a signing key", now, subject=kid, changes=[("reason", "", reason)])


def withdraw(number, by, now):
    """The board does not stand by this statement any more. Raises `Refused(number=…)`."""
    number = number_as_typed(number)
    with database.atomic():
        if not WithdrawnStatement.insert(number=number, at=now).on_conflict_ignore().as_rowcount().execute():
            raise Refused(number=Sentence("This statement is withdrawn already."))
        audit.record(by, "withdrew a statement", now, subject=number, centre=_centre_of(number))


def restore(number, by, now):
    """End a withdrawal. Raises `Refused(number=…)`."""
    number = number_as_typed(number)
    with database.atomic():
        if not WithdrawnStatement.delete().where(WithdrawnStatement.number == number).execute():
            raise Refused(number=Sentence("This statement is not withdrawn."))
        audit.record(by, "ended the withdrawal of a statement", now, subject=number, centre=_centre_of(number))


def number_as_typed(text):
    """The number that was meant: 16 digits and letters a to f, in groups or not. Raises `Refused(number=…)`."""
    bare = "".join(filter(str.isalnum, text)).lower()
    if len(bare) != NUMBER_LENGTH or not set(bare) <= set("0123456789abcdef"):
        raise Refused(number=Sentence("The number of a statement has 16 digits and letters from a to f."))
    return bare


def _centre_of(number):
    issued = IssuedStatement.get_or_none(IssuedStatement.number == number)
    return issued.candidate.centre.number if issued else ""
