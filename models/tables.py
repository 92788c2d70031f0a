"""Every table, in an order in which they can be made."""
from models.attached import AttachedCentre, AttachedDefaults, AttachedDraft
from models.attempts_table import Attempts
from models.audit import AuditChange, AuditEvent
from models.board_import import BoardImport
from models.credentials import CandidateSession, Credential, Slip, SlipBatch
from models.exams import Candidate, Centre, Entry, Release, Series
from models.files_table import ExchangeFile
from models.jobs import Job
from models.links_table import OneTimeLink
from models.offers import Offer, SelectedCandidate
from models.people import Officer, Posting, StaffSession
from models.results import Result, StagedResult
from models.staging import StagedEntry, StagedLine

TABLES = (
    Centre, Series, Release, Candidate, Entry, Result,
    Officer, Posting, StaffSession, OneTimeLink,
    AttachedDefaults, AttachedCentre, AttachedDraft,
    Offer, SelectedCandidate,
    SlipBatch, Slip, Credential, CandidateSession, Attempts,
    Job, ExchangeFile, BoardImport, StagedLine, StagedEntry, StagedResult,
    AuditEvent, AuditChange,
)
