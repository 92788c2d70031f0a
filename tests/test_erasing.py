"""P4: an erased series leaves no byte of its candidates in the database's files, and the other series alone."""
from datetime import timedelta
from pathlib import Path

import pytest
from peewee import CharField, SqliteDatabase, TextField

from jobs import running
from jobs.queue import FORGETTING
from models.acts import accounts, erasing, kept, links, releasing, subcentres
from models.database import Refused, database
from models.rules.results import Result, StagedResult
from models.tables.audit import AuditEvent
from models.tables.exams import Candidate, Entry, Release, Series
from models.tables.files import ExchangeFile
from models.tables.imports import BoardImport
from models.tables.jobs import Job
from models.tables.links import OneTimeLink
from models.tables.offers import Offer
from models.tables.once import KeptForm
from models.tables.people import IDLE, StaffSession
from models.tables.slips import Credential, Slip, SlipBatch
from models.tables.staging import StagedEntry
from models.tables.subcentres import AttachedDefaults, AttachedDraft

NAME = "Zebulon Quixotic-Xylophone"


def bytes_of(name):
    """How many of the database's files hold this text."""
    if isinstance(database.obj, SqliteDatabase):
        files = Path(database.database).parent.glob(f"{Path(database.database).name}*")
    else:
        database.execute_sql("CHECKPOINT")
        files = Path(database.execute_sql("SHOW data_directory").fetchone()[0], "base").rglob("*")
    return sum(name.encode() in file.read_bytes() for file in files if file.is_file())


@pytest.fixture
def over(cast):
    """June is over: its logins are dead and its key is destroyed. November goes on."""
    cast.candidate(cast.independent, "0042", NAME, [("IGCSE", "0580", "Mathematics")])
    cast.confirm(cast.independent, cast.independent_officer)
    cast.result(cast.candidates["XC301"][0], "0580", "A*", 95)
    cast.november = Series.create(code="november-2026", name="November 2026", short="N26", key_random="cd" * 32)
    cast.candidate(cast.independent, "0042", "Somebody Else", [("IGCSE", "0580", "Mathematics")], cast.november)
    Series.update(closes_at=cast.now - timedelta(days=1)).where(Series.id == cast.june.id).execute()
    return cast


def ended(cast):
    releasing.destroy_key(Series.get_by_id(cast.june.id), "me", cast.now)
    return Series.get_by_id(cast.june.id)


def test_an_erased_series_leaves_no_byte(over, tmp_path):
    before = bytes_of(NAME)

    gone = erasing.erase(ended(over), "command line", over.now, tmp_path)

    assert before > 0
    assert bytes_of(NAME) == 0
    assert gone == 8
    assert [table.select().count() for table in (Credential, Offer, Result, Release)] == [0, 0, 0, 0]
    assert [candidate.name for candidate in Candidate.select()] == ["Somebody Else"]
    assert (Entry.select().count(), [series.code for series in Series.select()]) == (1, ["november-2026"])
    event = AuditEvent.select().order_by(AuditEvent.id.desc()).get()
    assert (event.what, event.series_code) == ("erased a series", "june-2026")


def test_a_series_whose_logins_could_still_be_made_is_not_erased(app, over, tmp_path):
    with pytest.raises(Refused, match="Destroy the key of the series first"):
        erasing.erase(Series.get_by_id(over.june.id), "me", over.now, tmp_path)

    assert Candidate.select().where(Candidate.series == over.june).count() == 8


def test_the_command_asks_for_the_name_and_says_what_it_did(app, over):
    run = app.test_cli_runner().invoke

    unknown = run(args=["erase", "june-1999", "--yes"])
    early = run(args=["erase", "june-2026", "--yes"])
    unsure = run(args=["erase", "june-2026"], input="n\n")
    ended(over)
    done = run(args=["erase", "june-2026", "--yes"])

    assert (unknown.exit_code, "There is no series june-1999." in unknown.output) == (1, True)
    assert (early.exit_code, "Destroy the key" in early.output) == (1, True)
    assert unsure.exit_code == 1
    assert (done.exit_code, done.output) == (0, "june-2026 and its 8 candidates are erased. Backups still hold them.\n")


CANARY = "Zq7Xylo"
OF_A_SERIES = (Candidate, Entry, Offer, Slip, SlipBatch, AttachedDefaults, AttachedDraft, Job, StagedEntry,
               StagedResult, BoardImport, ExchangeFile)
KEYS = {"series", "syllabus_code", "public_id"}  # what a row is found by


def planted(cast, archives):
    """A row of each table that belongs to the series, and the canary in every text of it; how many texts."""
    batch = SlipBatch.get()
    common = {"centre": cast.independent, "series": cast.june}
    AttachedDefaults.create(associate=cast.associate, series=cast.june)
    AttachedDraft.create(officer=cast.board, associate=cast.associate, series=cast.june, changed_at=cast.now)
    Job.delete().execute()
    job = Job.create(kind="archive", created_at=cast.now, wanted={"name": CANARY}, result={"name": CANARY}, **common)
    sent = BoardImport.create(kind="entries", name="e.csv", content=CANARY.encode(), sent_at=cast.now, job=Job.create(
        kind="import", created_at=cast.now, error=CANARY), read={"name": CANARY}, found={"name": CANARY})
    read = BoardImport.create(kind="results", name="r.csv", sent_at=cast.now, found={"name": CANARY})
    StagedEntry.create(board_import=sent.id, line=2, series="June 2026", centre_number="XC301", candidate_number="0042",
                       candidate_name=CANARY, uci="U", qualification="IGCSE", syllabus_code="0580", option_code="AX",
                       title="Mathematics", status="entered")
    StagedResult.create(board_import=read.id, line=2, series="June 2026", centre_number="XC301",
                        candidate_number="0042", qualification="IGCSE", syllabus_code="0580", option_code="AX",
                        grade="A", second_grade="", endorsement="", pum=85)
    ExchangeFile.create(direction="to-board", name="a.csv", size=7, content=CANARY.encode(), sent_by="x",
                        sent_at=cast.now, **common)
    archives.mkdir()
    (archives / f"{job.public_id}.csv").write_text(CANARY)
    texts = 0
    Candidate.delete().where(Candidate.series != cast.june).execute()
    for table in OF_A_SERIES:
        assert table.select().exists(), table
        for field in table._meta.sorted_fields:
            is_free = type(field) in (CharField, TextField) and not field.unique and field.name not in KEYS
            if is_free and (getattr(field, "max_length", None) or 99) >= len(CANARY):
                table.update({field: CANARY}).execute()
                texts += 1
    assert batch.made_by is not None
    return texts


def test_whatever_a_series_left_anywhere_is_gone(over, tmp_path):
    archives = tmp_path / "archives"
    texts = planted(over, archives)
    before = bytes_of(CANARY)

    erasing.erase(ended(over), "command line", over.now, archives)

    assert (texts > 25, before > 0) == (True, True)
    assert bytes_of(CANARY) == 0
    assert list(archives.iterdir()) == []


@pytest.mark.parametrize(("forget", "make", "kept"), [
    (accounts.forget_ended, lambda cast, at: StaffSession.create(
        digest=f"{at:%s}", officer=cast.board, started_at=at, password_at=at, seen_at=at), IDLE + accounts.KEPT),
    (links.forget_old, lambda cast, at: OneTimeLink.create(
        digest=f"{at:%s}", officer=cast.board, kind="reset", made_by="x", made_at=at, expires_at=at), links.KEPT),
    (running.forget_old, lambda cast, at: Job.create(
        kind="slips", created_at=at, finished_at=at, state="done"), running.KEPT),
    (kept.forget_old, lambda cast, at: KeptForm.create(
        officer=cast.officer(f"{at:%s}@x.example", "X"), sealed="", at=at), kept.KEPT),
    (subcentres.forget_old, lambda cast, at: AttachedDraft.create(
        officer=cast.board, associate=cast.associate, series=cast.june, row=f"{at:%M%S}", changed_at=at),
     subcentres.KEPT)])
def test_what_nobody_needs_any_more_goes_by_itself(cast, forget, make, kept):
    assert forget in FORGETTING
    made = [make(cast, cast.now - kept + timedelta(seconds=seconds)) for seconds in (-1, 1)]

    assert forget(cast.now) == 1
    assert [type(made[1]).get().id, type(made[1]).select().count()] == [made[1].id, 1]
