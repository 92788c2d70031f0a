"""Every table, in an order in which they can be made."""
from models.rules.results import Result, StagedResult
from models.tables.attempts import Attempts
from models.tables.audit import AuditChange, AuditEvent
from models.tables.exams import Candidate, Centre, Entry, Release, Series
from models.tables.files import ExchangeFile
from models.tables.imports import BoardImport, GivenHeading
from models.tables.jobs import Job
from models.tables.links import OneTimeLink
from models.tables.marks import Mark
from models.tables.next_steps import NextSteps
from models.tables.offers import Offer, SelectedCandidate
from models.tables.once import KeptForm, SentForm
from models.tables.people import Officer, Posting, StaffSession
from models.tables.slips import CandidateSession, Credential, FormerLogin, LastLayout, Slip, SlipBatch
from models.tables.staging import StagedEntry, StagedLine
from models.tables.statements import IssuedStatement, SigningKey, WithdrawnStatement
from models.tables.subcentres import AttachedCentre, AttachedDefaults, AttachedDraft

TABLES = (
    Centre, Series, Release, Candidate, Entry, Result,
    Officer, Posting, StaffSession, OneTimeLink, SentForm, KeptForm, Mark,
    AttachedDefaults, AttachedCentre, AttachedDraft,
    Offer, SelectedCandidate, NextSteps,
    SlipBatch, LastLayout, Slip, Credential, FormerLogin, CandidateSession, Attempts,
    SigningKey, IssuedStatement, WithdrawnStatement,
    Job, ExchangeFile, BoardImport, GivenHeading, StagedLine, StagedEntry, StagedResult,
    AuditEvent, AuditChange,
)
