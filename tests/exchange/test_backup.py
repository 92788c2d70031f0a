"""Backup and restore: everything but the keys, as of one instant, back whole or not at all."""
import stat
import threading
import zipfile

import pytest

from exchange import backup
from models import passwords
from models.database import Refused, database
from models.every_table import TABLES
from models.tables.audit import AuditEvent
from models.tables.exams import Candidate, Centre, Entry
from models.tables.files import ExchangeFile
from models.tables.imports import BoardImport
from models.tables.people import Officer, StaffSession
from models.tables.slips import CandidateSession, Credential
from models.tables.subcentres import AttachedDefaults
from tests.cast import CHANCE


@pytest.fixture
def lived_in(cast):
    """A cast with every kind of value: logins, drafts of JSON, bytes of files, times that are not there."""
    cast.give_access(cast.karachi, delay=90)
    cast.passwords = cast.confirm(cast.karachi, cast.karachi_officer)
    cast.result(cast.candidates["XA101"][0], "0580", "A*", 95)
    ExchangeFile.create(centre=cast.karachi, direction="to-board", name="é.bin", size=256, content=bytes(range(256)),
                        sent_by="kiran", sent_at=cast.now)
    BoardImport.create(kind="results", name="r.csv", content=b"\x00\xff", digest="0" * 64, counts={"rows": 1},
                       sent_at=cast.now)
    StaffSession.start(cast.karachi_officer, cast.now)
    CandidateSession.create(digest="d" * 64, credential=Credential.get(), generation=1, started_at=cast.now,
                            ends_at=cast.now)
    return cast


def everything():
    return {table.__name__: [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
                             for row in table.select().order_by(table.id).tuples()]
            for table in TABLES if table not in backup.LEFT_OUT}


def test_a_backup_brings_everything_back(app, lived_in, tmp_path):
    before = everything()
    backup.write(tmp_path / "b.zip", lived_in.now)
    Candidate.update(name="Somebody Else").execute()
    ExchangeFile.delete().execute()
    AttachedDefaults.update(uses_defaults=True).execute()
    Centre.create(number="XZ999", name="Made since", associate=lived_in.associate)

    _rows, missing = backup.restore(tmp_path / "b.zip", "me", lived_in.now, replace=True)

    after = everything()
    assert [event.what for event in AuditEvent.select().order_by(AuditEvent.id)][-1:] == ["restored a backup"]
    after["AuditEvent"].pop()
    after["AuditChange"].pop()
    assert after == before
    assert missing == []


def test_logins_work_after_a_restore_and_sessions_are_over(app, lived_in, tmp_path):
    backup.write(tmp_path / "b.zip", lived_in.now)

    backup.restore(tmp_path / "b.zip", "me", lived_in.now, replace=True)

    login = Credential.get(Credential.username == "XA101-0001-J26")
    pepper = passwords.keys.pepper(login.pepper_id)
    assert login.verifier == passwords.verifier(lived_in.passwords["0001"], login.salt, pepper)
    assert (StaffSession.select().count(), CandidateSession.select().count()) == (0, 0)
    assert Officer.get_by_id(lived_in.board.id).password_is("four quite unusual words")


def test_rows_made_after_a_restore_get_ids_of_their_own(app, lived_in, tmp_path):
    backup.write(tmp_path / "b.zip", lived_in.now)
    backup.restore(tmp_path / "b.zip", "me", lived_in.now, replace=True)

    centre = Centre.create(number="XZ999", name="Made after")

    assert Centre.select().count() == 7
    assert centre.id == max(row.id for row in Centre.select())


def test_no_key_and_no_password_is_in_a_backup(lived_in, tmp_path):
    backup.write(tmp_path / "b.zip", lived_in.now)

    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        told = b"".join(archive.read(name) for name in archive.namelist())
    assert b"verifier" in told
    for secret in (CHANCE, *lived_in.passwords.values()):
        assert secret.encode() not in told
    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]


def test_keys_that_the_settings_lack_are_named(lived_in, tmp_path):
    backup.write(tmp_path / "b.zip", lived_in.now)
    masters, peppers = passwords.keys.masters, passwords.keys.peppers
    passwords.keys.masters, passwords.keys.peppers = {"k9": b"z" * 40}, {"p9": b"z" * 40}
    try:
        _rows, missing = backup.restore(tmp_path / "b.zip", "me", lived_in.now, replace=True)
    finally:
        passwords.keys.masters, passwords.keys.peppers = masters, peppers

    assert missing == ["CREDENTIAL_KEY k1", "PEPPER p1"]


def test_a_database_that_is_not_empty_is_left_alone(lived_in, tmp_path):
    backup.write(tmp_path / "b.zip", lived_in.now)
    Centre.create(number="XZ999", name="Made since")
    before = everything()

    with pytest.raises(Refused, match="not empty"):
        backup.restore(tmp_path / "b.zip", "me", lived_in.now)

    assert everything() == before


def changed_member(path, name, change):
    with zipfile.ZipFile(path) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    members[name] = change(members[name])
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in members.items():
            archive.writestr(member, data)


@pytest.mark.parametrize("damage", [
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(b"PK\x03\x04 and then nothing"),
    lambda path: path.write_bytes(path.read_bytes()[:-400]),
    lambda path: path.write_bytes(path.read_bytes().replace(b"Credential.jsonl", b"Credentiel.jsonl")),
    lambda path: changed_member(path, "Candidate.jsonl", lambda data: data.replace("Łukasz".encode(), b"Lukasz")),
    lambda path: changed_member(path, "Candidate.jsonl", lambda data: data[:data.index(b"\n") + 1]),
    lambda path: changed_member(path, "Entry.jsonl", lambda data: data + data),
    lambda path: changed_member(path, "Entry.jsonl", lambda data: b"[1,2]\n" + data),
    lambda path: changed_member(path, "Entry.jsonl", lambda data: b"{\xff" + data),
    lambda path: changed_member(path, "manifest.json", lambda data: b"[]"),
    lambda path: changed_member(path, "manifest.json", lambda data: data.replace(b"0001_initial", b"0002_later")),
], ids=["empty", "no zip", "cut", "a table lost", "a name changed", "rows lost", "rows twice", "columns", "no text",
        "no manifest", "another version"])
def test_a_damaged_backup_changes_nothing(lived_in, tmp_path, damage):
    path = tmp_path / "b.zip"
    backup.write(path, lived_in.now)
    before = everything()
    damage(path)

    with pytest.raises(Refused, match="backup"):
        backup.restore(path, "me", lived_in.now, replace=True)

    assert everything() == before


def test_a_backup_is_of_one_instant_while_others_write(cast, tmp_path):
    """Entries are read long after candidates: one whose candidate is missing would show two instants."""
    enough, wrote = threading.Event(), []

    def enter():
        try:
            while not enough.is_set() and len(wrote) < 5000:
                with database.atomic():
                    candidate = Candidate.create(centre=cast.lima, series=cast.june, number=f"{len(wrote) + 100:04}",
                                                 name="Busy", first_entered_at=cast.now)
                    wrote.append(Entry.create(candidate=candidate, qualification="IGCSE", syllabus_code="0580",
                                              title="Mathematics"))
        finally:
            database.close()

    writer = threading.Thread(target=enter)
    writer.start()
    sizes = []
    try:
        for place in range(8):
            sizes.append(backup.write(tmp_path / f"{place}.zip", cast.now))
    finally:
        enough.set()
        writer.join()

    assert len(wrote) > 20
    assert {rows["Entry"] - rows["Candidate"] for rows in sizes} == {1}  # one of the cast has two
    backup.restore(tmp_path / "7.zip", "me", cast.now, replace=True)
    assert Candidate.select().count() == sizes[7]["Candidate"]


def test_the_commands_say_what_they_did(app, lived_in, tmp_path):
    run = app.test_cli_runner().invoke

    made = run(args=["backup", str(tmp_path / "b.zip")])
    refused = run(args=["restore", str(tmp_path / "b.zip")])
    done = run(args=["restore", str(tmp_path / "b.zip"), "--replace"])

    assert (made.exit_code, "The keys" in made.output) == (0, True)
    assert (refused.exit_code, "--replace" in refused.output) == (1, True)
    assert (done.exit_code, "are restored" in done.output) == (0, True)
