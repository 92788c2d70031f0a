"""Files exchanged between the board and a centre: kept in the database, never opened, given back as they came."""
import re
import unicodedata

from peewee import fn

from models.database import Refused, Sentence, database
from models.tables import audit
from models.tables.files import ExchangeFile

LARGEST = 20 * 1024 * 1024  # bytes of one file
MOST = 500 * 1024 * 1024  # bytes of one centre
LONGEST_NAME = 120
UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]|[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]')


def listed(centre):
    """A centre's files without their content, newest first. A query."""
    return (
        ExchangeFile.select(
            ExchangeFile.id, ExchangeFile.public_id, ExchangeFile.direction, ExchangeFile.name, ExchangeFile.size,
            ExchangeFile.sent_by, ExchangeFile.sent_at)
        .where(ExchangeFile.centre == centre).order_by(ExchangeFile.sent_at.desc(), ExchangeFile.id.desc()))


def send(centre, direction, name, content, by, now):
    """Keep a file for the other side. `content`: bytes. Raises `Refused(file=…)`. Gives the ExchangeFile."""
    name = sane_name(name)
    if not content:
        raise Refused(file=Sentence("“%(name)s” is empty.", name=name))
    if len(content) > LARGEST:
        raise Refused(file=Sentence("“%(name)s” is larger than 20 MB. Send it in parts.", name=name))
    held = ExchangeFile.select(fn.SUM(ExchangeFile.size)).where(ExchangeFile.centre == centre).scalar() or 0
    if held + len(content) > MOST:
        raise Refused(file=Sentence("This centre’s 500 MB are full. Remove files that are no longer needed."))
    with database.atomic():
        file = ExchangeFile.create(centre=centre, direction=direction, name=name, size=len(content),
                                   content=content, sent_by=str(by), sent_at=now)
        audit.record(by, f"sent a file {direction.replace('-', ' the ')}", now, centre=centre.number, subject=name,
                     changes=[("size", "", len(content))])
    return file


def record_download(file, by, now):
    audit.record(by, "downloaded a file", now, centre=file.centre.number, subject=file.name)


def remove(file, by, now):
    with database.atomic():
        ExchangeFile.delete().where(ExchangeFile.id == file.id).execute()
        audit.record(by, "removed a file", now, centre=file.centre.number, subject=file.name)


def sane_name(name):
    """The last part of a path without what a file system or a reader would trip over. Raises `Refused(file=…)`."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name or ""))[-1]
    clean = " ".join(UNFIT.sub("", last).split()).strip(". ")
    if not clean:
        raise Refused(file=Sentence("Choose a file."))
    stem, dot, ending = clean.rpartition(".")
    if dot and stem and len(ending) <= 10:
        return f"{stem[:LONGEST_NAME - len(ending) - 1]}.{ending}"
    return clean[:LONGEST_NAME]
