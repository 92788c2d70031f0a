"""Every table as it was at first; frozen, so later models do not change what this migration makes."""
from peewee import *


class Frozen(Model):
    class Meta:
        legacy_table_names = False


class Centre(Frozen):
    number = CharField(max_length=5, unique=True)
    name = CharField(max_length=200)
    kind = CharField(max_length=9, constraints=[Check("kind IN ('centre', 'associate')")])
    associate = ForeignKeyField('self', on_delete='RESTRICT', backref='+', null=True)
    country = CharField(max_length=80)
    time_zone = CharField(max_length=64)
    email = CharField(max_length=254)
    language = CharField(max_length=8)


class Series(Frozen):
    code = CharField(max_length=40, unique=True)
    name = CharField(max_length=60, unique=True)
    short = CharField(max_length=8, unique=True)
    closes_at = BigIntegerField(null=True)
    key_random = CharField(max_length=64, null=True)


class Release(Frozen):
    series = ForeignKeyField(Series, on_delete='CASCADE', backref='+')
    qualification = CharField(max_length=40)
    released_at = BigIntegerField()
    held_at = BigIntegerField(null=True)

    class Meta:
        indexes = ((('series', 'qualification'), True),)


class Candidate(Frozen):
    centre = ForeignKeyField(Centre, on_delete='RESTRICT', backref='+')
    series = ForeignKeyField(Series, on_delete='CASCADE', backref='+')
    number = CharField(max_length=4)
    name = CharField(max_length=200)
    uci = CharField(max_length=20)
    qualifications = CharField(max_length=200)
    first_entered_at = BigIntegerField()

    class Meta:
        indexes = ((('centre', 'series', 'number'), True), (('series', 'centre'), False),)


class Entry(Frozen):
    candidate = ForeignKeyField(Candidate, on_delete='CASCADE', backref='+')
    qualification = CharField(max_length=40)
    syllabus_code = CharField(max_length=10)
    option_code = CharField(max_length=10)
    title = CharField(max_length=120)
    status = CharField(max_length=9, constraints=[Check("status IN ('entered', 'withdrawn')")])

    class Meta:
        indexes = ((('candidate', 'qualification', 'syllabus_code'), True),)


class Result(Frozen):
    entry = ForeignKeyField(Entry, on_delete='CASCADE', backref='+', unique=True)
    grade = CharField(max_length=4)
    second_grade = CharField(max_length=4)
    endorsement = CharField(max_length=4)
    pum = IntegerField(null=True)
    changed_at = BigIntegerField()


class Officer(Frozen):
    public_id = CharField(max_length=22, unique=True)
    email = CharField(max_length=254, unique=True)
    name = CharField(max_length=120)
    password_hash = CharField(max_length=200)
    totp_seed = CharField(max_length=64, null=True)
    totp_last_step = IntegerField()
    recovery_codes = TextField()
    is_board_staff = BooleanField()
    reads_unreleased = BooleanField()
    releases_results = BooleanField()
    is_demo = BooleanField()
    disabled_at = BigIntegerField(null=True)
    created_at = BigIntegerField()


class Posting(Frozen):
    officer = ForeignKeyField(Officer, on_delete='CASCADE', backref='+')
    centre = ForeignKeyField(Centre, on_delete='CASCADE', backref='+')
    manages_candidate_results = BooleanField()
    sends_files = BooleanField()

    class Meta:
        indexes = ((('officer', 'centre'), True),)


class StaffSession(Frozen):
    digest = CharField(max_length=64, unique=True)
    officer = ForeignKeyField(Officer, on_delete='CASCADE', backref='+')
    started_at = BigIntegerField()
    password_at = BigIntegerField()
    seen_at = BigIntegerField()
    browser = CharField(max_length=200)


class OneTimeLink(Frozen):
    digest = CharField(max_length=64, unique=True)
    officer = ForeignKeyField(Officer, on_delete='CASCADE', backref='+')
    kind = CharField(max_length=10, constraints=[Check("kind IN ('invitation', 'reset')")])
    made_by = CharField(max_length=254)
    made_at = BigIntegerField()
    expires_at = BigIntegerField()
    used_at = BigIntegerField(null=True)


class StaffAttempts(Frozen):
    subject = CharField(max_length=64)
    window = BigIntegerField(index=True)
    count = IntegerField()
    alarmed = BooleanField()

    class Meta:
        indexes = ((('subject', 'window'), True),)


class AttachedDefaults(Frozen):
    associate = ForeignKeyField(Centre, on_delete='CASCADE', backref='+')
    series = ForeignKeyField(Series, on_delete='CASCADE', backref='+')
    uses_defaults = BooleanField()
    give_access = BooleanField()
    delay = IntegerField(constraints=[Check('delay BETWEEN 0 AND 20160')])
    contact_mode = CharField(max_length=7, constraints=[Check("contact_mode IN ('default', 'centre')")])
    contact_name = CharField(max_length=120)
    contact_phone = CharField(max_length=60)
    contact_email = CharField(max_length=254)
    version = IntegerField()

    class Meta:
        indexes = ((('associate', 'series'), True),)


class AttachedCentre(Frozen):
    centre = ForeignKeyField(Centre, on_delete='CASCADE', backref='+')
    series = ForeignKeyField(Series, on_delete='CASCADE', backref='+')
    give_access = BooleanField()
    delay = IntegerField(constraints=[Check('delay BETWEEN 0 AND 20160')])
    contact_mode = CharField(max_length=7, constraints=[Check("contact_mode IN ('default', 'centre')")])
    detached_from = ForeignKeyField(Centre, on_delete='SET NULL', backref='+', null=True)
    version = IntegerField()

    class Meta:
        indexes = ((('centre', 'series'), True),)


class AttachedDraft(Frozen):
    officer = ForeignKeyField(Officer, on_delete='CASCADE', backref='+')
    associate = ForeignKeyField(Centre, on_delete='CASCADE', backref='+')
    series = ForeignKeyField(Series, on_delete='CASCADE', backref='+')
    row = CharField(max_length=5)
    typed = JSONField()
    version = IntegerField()
    used_defaults = BooleanField()
    changed_at = BigIntegerField()

    class Meta:
        indexes = ((('officer', 'associate', 'series', 'row'), True),)


class Offer(Frozen):
    centre = ForeignKeyField(Centre, on_delete='CASCADE', backref='+')
    series = ForeignKeyField(Series, on_delete='CASCADE', backref='+')
    scope = CharField(max_length=8, constraints=[Check("scope IN ('none', 'all', 'selected')")])
    delay = IntegerField(constraints=[Check('delay BETWEEN 0 AND 20160')])
    contact_name = CharField(max_length=120)
    contact_phone = CharField(max_length=60)
    contact_email = CharField(max_length=254)
    terms_version = CharField(max_length=20)
    terms_by = CharField(max_length=254)
    terms_at = BigIntegerField(null=True)
    confirmed_at = BigIntegerField(null=True)
    version = IntegerField()

    class Meta:
        indexes = ((('centre', 'series'), True),)


class SelectedCandidate(Frozen):
    offer = ForeignKeyField(Offer, on_delete='CASCADE', backref='+')
    candidate = ForeignKeyField(Candidate, on_delete='CASCADE', backref='+')

    class Meta:
        indexes = ((('offer', 'candidate'), True),)


class SlipBatch(Frozen):
    public_id = CharField(max_length=22, unique=True)
    centre = ForeignKeyField(Centre, on_delete='CASCADE', backref='+')
    series = ForeignKeyField(Series, on_delete='CASCADE', backref='+')
    kind = CharField(max_length=12)
    made_by = CharField(max_length=254)
    made_at = BigIntegerField()
    options = JSONField()

    class Meta:
        indexes = ((('centre', 'series', 'made_at'), False),)


class Slip(Frozen):
    batch = ForeignKeyField(SlipBatch, on_delete='CASCADE', backref='+')
    candidate = ForeignKeyField(Candidate, on_delete='CASCADE', backref='+')
    generation = IntegerField()
    name = CharField(max_length=200)
    releases = TextField()
    contact = TextField()
    delay = IntegerField()

    class Meta:
        indexes = ((('batch', 'candidate'), True),)


class Credential(Frozen):
    candidate = ForeignKeyField(Candidate, on_delete='CASCADE', backref='+', unique=True)
    username = CharField(max_length=24, unique=True)
    generation = IntegerField()
    salt = CharField(max_length=32)
    verifier = CharField(max_length=64)
    scheme = CharField(max_length=24)
    master_id = CharField(max_length=20)
    pepper_id = CharField(max_length=20)
    issued_at = BigIntegerField()
    slip = ForeignKeyField(Slip, on_delete='SET NULL', backref='+', null=True)
    dormant_since = BigIntegerField(null=True)
    last_signed_in_at = BigIntegerField(null=True)


class CandidateSession(Frozen):
    digest = CharField(max_length=64, unique=True)
    credential = ForeignKeyField(Credential, on_delete='CASCADE', backref='+')
    generation = IntegerField()
    started_at = BigIntegerField()
    ends_at = BigIntegerField()


class SignInFailure(Frozen):
    subject = CharField(max_length=64)
    hour = BigIntegerField(index=True)
    count = IntegerField()
    alarmed = BooleanField()

    class Meta:
        indexes = ((('subject', 'hour'), True),)


class Job(Frozen):
    public_id = CharField(max_length=22, unique=True)
    kind = CharField(max_length=30)
    officer = ForeignKeyField(Officer, on_delete='SET NULL', backref='+', null=True)
    centre = ForeignKeyField(Centre, on_delete='CASCADE', backref='+', null=True)
    series = ForeignKeyField(Series, on_delete='CASCADE', backref='+', null=True)
    wanted = JSONField()
    result = JSONField()
    state = CharField(max_length=9, constraints=[Check("state IN ('queued', 'running', 'done', 'failed', 'cancelled')")])
    done = IntegerField()
    total = IntegerField()
    error = TextField()
    attempts = IntegerField()
    created_at = BigIntegerField()
    finished_at = BigIntegerField(null=True)
    lease_until = BigIntegerField(null=True)

    class Meta:
        indexes = ((('state', 'lease_until'), False),)


class ExchangeFile(Frozen):
    public_id = CharField(max_length=22, unique=True)
    centre = ForeignKeyField(Centre, on_delete='CASCADE', backref='+')
    series = ForeignKeyField(Series, on_delete='SET NULL', backref='+', null=True)
    direction = CharField(max_length=10, constraints=[Check("direction IN ('from-board', 'to-board')")])
    name = CharField(max_length=200)
    size = IntegerField()
    content = BlobField()
    sent_by = CharField(max_length=254)
    sent_at = BigIntegerField()

    class Meta:
        indexes = ((('centre', 'direction', 'sent_at'), False),)


class BoardImport(Frozen):
    public_id = CharField(max_length=22, unique=True)
    kind = CharField(max_length=8, constraints=[Check("kind IN ('centres', 'entries', 'results', 'releases')")])
    name = CharField(max_length=200)
    complete = BooleanField()
    content = BlobField()
    digest = CharField(max_length=64)
    read = JSONField()
    found = JSONField()
    counts = JSONField()
    officer = ForeignKeyField(Officer, on_delete='SET NULL', backref='+', null=True)
    job = ForeignKeyField(Job, on_delete='SET NULL', backref='+', null=True)
    sent_at = BigIntegerField()
    looked_at = BigIntegerField(null=True)
    applied_at = BigIntegerField(null=True)


class StagedLine(Frozen):
    board_import = IntegerField()
    line = IntegerField()
    verdict = CharField(max_length=9)
    cells = TextField()

    class Meta:
        indexes = ((('board_import', 'line'), True),)


class StagedEntry(Frozen):
    board_import = IntegerField()
    line = IntegerField()
    verdict = CharField(max_length=9)
    series = CharField(max_length=60)
    centre_number = CharField(max_length=5)
    candidate_number = CharField(max_length=4)
    candidate_name = CharField(max_length=200)
    uci = CharField(max_length=20)
    qualification = CharField(max_length=40)
    syllabus_code = CharField(max_length=10)
    option_code = CharField(max_length=10)
    title = CharField(max_length=120)
    status = CharField(max_length=9)
    candidate = IntegerField(null=True)
    entry = IntegerField(null=True)

    class Meta:
        indexes = ((('board_import', 'line'), True), (('board_import', 'series', 'centre_number', 'candidate_number'), False),)


class StagedResult(Frozen):
    board_import = IntegerField()
    line = IntegerField()
    verdict = CharField(max_length=9)
    series = CharField(max_length=60)
    centre_number = CharField(max_length=5)
    candidate_number = CharField(max_length=4)
    qualification = CharField(max_length=40)
    syllabus_code = CharField(max_length=10)
    option_code = CharField(max_length=10)
    grade = CharField(max_length=4)
    second_grade = CharField(max_length=4)
    endorsement = CharField(max_length=4)
    pum = IntegerField(null=True)
    entry = IntegerField(null=True)

    class Meta:
        indexes = ((('board_import', 'line'), True),)


class AuditEvent(Frozen):
    at = BigIntegerField()
    who = CharField(max_length=254, index=True)
    what = CharField(max_length=60, index=True)
    centre_number = CharField(max_length=5, index=True)
    series_code = CharField(max_length=40)
    subject = CharField(max_length=200)


class AuditChange(Frozen):
    event = ForeignKeyField(AuditEvent, on_delete='CASCADE', backref='+')
    centre_number = CharField(max_length=5, index=True)
    field = CharField(max_length=60)
    before = TextField()
    after = TextField()


TABLES = (Centre, Series, Release, Candidate, Entry, Result, Officer, Posting, StaffSession, OneTimeLink, StaffAttempts, AttachedDefaults, AttachedCentre, AttachedDraft, Offer, SelectedCandidate, SlipBatch, Slip, Credential, CandidateSession, SignInFailure, Job, ExchangeFile, BoardImport, StagedLine, StagedEntry, StagedResult, AuditEvent, AuditChange)


def up(migrator, db):
    with db.bind_ctx(TABLES, bind_refs=False, bind_backrefs=False):
        db.create_tables(TABLES, safe=False)


def down(migrator, db):
    with db.bind_ctx(TABLES, bind_refs=False, bind_backrefs=False):
        db.drop_tables(TABLES)
