"""Whether a signed statement still says what the board says: what the check page asks, beside the signature.

Only what is out is read for it, so that no answer tells of a change before its release.
"""
import base64
import hmac
import json
from datetime import timedelta

from cryptography.hazmat.primitives.serialization import Encoding

from models.rules import results
from models.rules.standing import visible_to
from models.rules.statement_codes import visible_lines
from models.rules.statement_messages import content_of, digest_of
from models.signing import Certified, signer
from models.tables.exams import Candidate, Centre, Release, Series, shown_series
from models.tables.statements import IssuedStatement, SigningKey, WithdrawnStatement

CURRENT, CHANGED, HIDDEN = "current", "changed", "hidden"
WITHDRAWN, UNKNOWN, UNMATCHED = "withdrawn", "unknown", "unmatched"
LISTED_FOR = timedelta(days=31)  # after which a list of withdrawn statements says nothing any more


def state_of(number, digest, now):
    """(state, names of the series that are kept) of a statement's number and digest, both hex."""
    kept = [name for name, in shown_series().select(Series.name).tuples()]
    issued = (
        IssuedStatement.select(IssuedStatement, Candidate.id, Candidate.number, Candidate.name, Centre.id,
                               Centre.number, Centre.name, Series.id, Series.name)  # what the candidate tier may read
        .join(Candidate).join(Centre).join_from(Candidate, Series).where(IssuedStatement.number == number).first())
    if WithdrawnStatement.select().where(WithdrawnStatement.number == number).exists():
        return WITHDRAWN, kept
    if issued is None:
        return UNKNOWN, kept
    if not hmac.compare_digest(issued.digest, digest):
        return UNMATCHED, kept
    return _compared(issued, now), kept


def _compared(issued, now):
    """The state of an IssuedStatement: hidden unless everything that it tells of is out now."""
    candidate, said = issued.candidate, set(issued.qualifications.split("|"))
    centre, series = candidate.centre, candidate.series
    held = {name for name, in Release.select(Release.qualification).where(
        Release.series == series, Release.held_at.is_null(False)).tuples()}
    if not said <= visible_to(candidate, now) - held:
        return HIDDEN
    lines = [line for line in visible_lines(results.for_staff(centre, series, now, candidate=candidate.id))
             if line.qualification in said]
    digests = {digest_of(content_of((centre.number, centre.name), (candidate.number, candidate.name), series.name,
                                    lines, with_titles)) for with_titles in (True, False)}
    return CURRENT if issued.digest in digests else CHANGED


def published_keys():
    """Every key that ever signed, as the members of a JSON Web Key Set (RFC 7517), oldest first."""
    for row in SigningKey.select().order_by(SigningKey.id):
        certified = Certified(row.chain)
        key = {"kty": "EC", "crv": "P-256", **certified.point, "alg": "ES256", "use": "sig", "kid": row.kid,
               "x5c": [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in certified.chain],
               "name": row.name, "nbf": int(row.valid_from.timestamp()), "exp": int(row.valid_until.timestamp())}
        if row.is_demonstration:
            key["demonstration"] = True
        if row.revoked_at:
            key["revoked"] = {"revoked_at": int(row.revoked_at.timestamp()), "reason": row.reason}
        yield key


def withdrawn_numbers():
    return sorted(number for number, in WithdrawnStatement.select(WithdrawnStatement.number).tuples())


def signed_withdrawals(issuer, now):
    """The numbers of withdrawn statements as a flattened JWS (RFC 7515), or None where nothing is signed."""
    if signer.certified is None:
        return None
    head = {"alg": "ES256", "kid": signer.certified.kid, "typ": "statement-withdrawn+jws"}
    body = {"iss": issuer, "iat": int(now.timestamp()), "exp": int((now + LISTED_FOR).timestamp()),
            "withdrawn": withdrawn_numbers()}
    protected, payload = (_base64(json.dumps(part, separators=(",", ":")).encode()) for part in (head, body))
    return {"payload": payload, "protected": protected,
            "signature": _base64(signer.raw(f"{protected}.{payload}".encode()))}


def _base64(octets):
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")
