"""What the pages of a centre say about its slips: batches, sign-ins, what has come since."""
from typing import NamedTuple

from peewee import JOIN, fn

from models.audit import AuditChange, AuditEvent
from models.consequences import with_slips
from models.credentials import Credential, Slip, SlipBatch
from models.exams import Candidate
from models.offers import ALL, SELECTED, Offer
from models.rules import is_selected


class SignIns(NamedTuple):
    """How many of the candidates with a living login have signed in."""

    signed_in: int
    living: int


def batches_of(centre, series):
    """The centre's PDF files, newest first, each with `.count` of slips. One query."""
    return list(
        SlipBatch.select(SlipBatch, fn.COUNT(Slip.id).alias("count"))
        .join(Slip, JOIN.LEFT_OUTER)
        .where(SlipBatch.centre == centre, SlipBatch.series == series)
        .group_by(SlipBatch.id)
        .order_by(SlipBatch.made_at.desc(), SlipBatch.id.desc()))


def sign_ins(centre, series):
    """SignIns of a centre in a series. One query."""
    signed_in, living = (
        Credential.select(fn.COUNT(Credential.last_signed_in_at), fn.COUNT(Credential.id))
        .join(Candidate)
        .where(Candidate.centre == centre, Candidate.series == series, Candidate.qualifications != "",
               Credential.dormant_since.is_null())
        .tuples().get())
    return SignIns(signed_in, living)


def entered_since(series, centre_ids):
    """{centre id: candidates entered since the centre confirmed who need something}. One query.

    Under ALL they have access and no slip yet (D8); under Selected they are not included (D12).
    """
    query = with_slips(Candidate.select(Candidate.centre, fn.COUNT(Candidate.id)).join(
        Offer, on=(Offer.centre == Candidate.centre) & (Offer.series == Candidate.series)))
    return dict(query.where(
        Candidate.series == series, Candidate.centre.in_(list(centre_ids)), Candidate.qualifications != "",
        Candidate.first_entered_at > Offer.confirmed_at,
        (Offer.scope == ALL) & Slip.id.is_null() | (Offer.scope == SELECTED) & ~is_selected,
    ).group_by(Candidate.centre).tuples())


def last_association_change(centre, series):
    """When the Associate last changed this centre's row, or its defaults; None if it never did."""
    if not centre.is_attached:
        return None
    event = (
        AuditEvent.select(AuditEvent.at).join(AuditChange)
        .where(AuditEvent.what == "saved attached centres", AuditEvent.series_code == series.code,
               AuditEvent.centre_number == centre.associate.number,
               AuditChange.centre_number.in_(["", centre.number]))
        .order_by(AuditEvent.id.desc()).first())
    return event and event.at


def signed_in_counts(series, centre_ids):
    """{centre id: candidates with a living login who have signed in}. One query."""
    return dict(
        Candidate.select(Candidate.centre, fn.COUNT(Credential.id)).join(Credential)
        .where(Candidate.series == series, Candidate.centre.in_(centre_ids), Candidate.qualifications != "",
               Credential.dormant_since.is_null(), Credential.last_signed_in_at.is_null(False))
        .group_by(Candidate.centre).tuples())
