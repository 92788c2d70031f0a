"""What the candidate site may do in a PostgreSQL database, as the grants of a role of its own.

Whoever breaks into that tier has its connection. With this role nobody can write a verifier, a staff session or a
release over it, and no grade comes out of it before its release, whatever the program says. What that leaves open
is in docs/threat-model.md.
"""
import re
from itertools import groupby

from models.tables.attempts import Attempts
from models.tables.audit import AuditEvent
from models.tables.exams import Candidate, Centre, Entry, Release, Series
from models.tables.next_steps import NextSteps
from models.tables.offers import Offer, SelectedCandidate
from models.tables.slips import CandidateSession, Credential
from models.tables.statements import IssuedStatement, SigningKey, WithdrawnStatement
from models.tables.subcentres import AttachedCentre, AttachedDefaults

NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def _every(table):
    return table._meta.sorted_fields


# A column that stands nowhere here stays shut, also one that a later migration adds: the random value of a series,
# the keys that a login was made with, who accepted the terms.
READ = (
    Centre.id, Centre.number, Centre.name, Centre.associate, Centre.country, Centre.time_zone, Centre.email,
    Centre.language,
    Series.id, Series.code, Series.name, Series.short, Series.closes_at, Series.reviews_until, Series.arriving,
    *_every(Release),
    Candidate.id, Candidate.centre, Candidate.series, Candidate.number, Candidate.name, Candidate.uci,
    Candidate.qualifications,
    *_every(Entry),
    AttachedDefaults.associate, AttachedDefaults.series, AttachedDefaults.uses_defaults, AttachedDefaults.give_access,
    AttachedDefaults.delay, AttachedDefaults.contact_mode, AttachedDefaults.contact_name,
    AttachedDefaults.contact_phone, AttachedDefaults.contact_email,
    AttachedCentre.centre, AttachedCentre.series, AttachedCentre.give_access, AttachedCentre.delay,
    AttachedCentre.contact_mode, AttachedCentre.detached_from,
    Offer.id, Offer.centre, Offer.series, Offer.scope, Offer.delay, Offer.contact_name, Offer.contact_phone,
    Offer.contact_email,
    *_every(SelectedCandidate),
    Credential.id, Credential.candidate, Credential.username, Credential.generation, Credential.salt,
    Credential.verifier, Credential.pepper_id, Credential.dormant_since, Credential.looked_at,
    *_every(CandidateSession),
    *_every(Attempts),
    *_every(NextSteps),
    *_every(SigningKey), *_every(IssuedStatement), *_every(WithdrawnStatement),
    AuditEvent.id,  # INSERT … RETURNING asks for it
)
CHANGE = (Credential.last_signed_in_at, Credential.looked_at, Attempts.count, Attempts.alarmed)
ADD = (CandidateSession, Attempts, AuditEvent, IssuedStatement)
REMOVE = (CandidateSession,)

BEGIN = """\
-- For the owner of the tables, after every `migrate`; it may be run again at any time. The password is given apart
-- from it, in psql with \\password {role}
BEGIN;
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE "{role}" LOGIN; END IF;
END $$;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "{role}";
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM "{role}";
GRANT USAGE ON SCHEMA public TO "{role}";
GRANT SELECT ON schema_migration TO "{role}";"""

# The owner is not affected. Any further role that reads results needs a policy of its own from now on.
EMBARGO = """\
ALTER TABLE result ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS "{role}" ON result;
GRANT SELECT ON result TO "{role}";
CREATE POLICY "{role}" ON result FOR SELECT TO "{role}" USING (EXISTS (
    SELECT FROM entry
    JOIN candidate ON candidate.id = entry.candidate_id
    JOIN release ON release.series_id = candidate.series_id AND release.qualification = entry.qualification
    WHERE entry.id = result.entry_id
    AND release.released_at <= extract(epoch FROM now()) AND release.held_at IS NULL));
COMMIT;"""


def candidate_tier(role):
    """The SQL that makes this role, or brings it up to date. Raises `ValueError`."""
    if not NAME.fullmatch(role):
        raise ValueError("A role is named with small letters, digits and underscores, like results_candidate.")
    return "\n".join([BEGIN.format(role=role), *_grants(role), EMBARGO.format(role=role)])


def _grants(role):
    for right, fields in (("SELECT", READ), ("UPDATE", CHANGE)):
        for table, some in groupby(fields, key=lambda field: field.model._meta.table_name):
            columns = ", ".join(field.column_name for field in some)
            yield f'GRANT {right} ({columns}) ON {table} TO "{role}";'
    for right, tables in (("INSERT", ADD), ("DELETE", REMOVE)):
        for table in tables:
            yield f'GRANT {right} ON {table._meta.table_name} TO "{role}";'
    for table in ADD:
        yield f'GRANT USAGE ON SEQUENCE {table._meta.table_name}_id_seq TO "{role}";'
