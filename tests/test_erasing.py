"""P4: an erased series leaves no byte of its candidates in the database's files, and the other series alone."""
from datetime import timedelta
from pathlib import Path

import pytest
from peewee import SqliteDatabase

from models.acts import erasing, releasing
from models.database import Refused, database
from models.rules.results import Result
from models.tables.audit import AuditEvent
from models.tables.exams import Candidate, Entry, Release, Series
from models.tables.offers import Offer
from models.tables.slips import Credential

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


def test_an_erased_series_leaves_no_byte(over):
    before = bytes_of(NAME)

    gone = erasing.erase(ended(over), "command line", over.now)

    assert before > 0
    assert bytes_of(NAME) == 0
    assert gone == 8
    assert [table.select().count() for table in (Credential, Offer, Result, Release)] == [0, 0, 0, 0]
    assert [candidate.name for candidate in Candidate.select()] == ["Somebody Else"]
    assert (Entry.select().count(), [series.code for series in Series.select()]) == (1, ["november-2026"])
    event = AuditEvent.select().order_by(AuditEvent.id.desc()).get()
    assert (event.what, event.series_code) == ("erased a series", "june-2026")


def test_a_series_whose_logins_could_still_be_made_is_not_erased(app, over):
    with pytest.raises(Refused, match="Destroy the key of the series first"):
        erasing.erase(Series.get_by_id(over.june.id), "me", over.now)

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
