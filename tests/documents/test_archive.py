import io
import zipfile
from dataclasses import replace

from documents.archive import write_archive
from tests.documents.paper import LAYOUT, SLIP, printed, text


def test_an_archive_holds_each_centres_slips_as_its_own_file():
    centres = {f"XA10{number}.pdf": [replace(SLIP, centre_number=f"XA10{number}", candidate_number=f"{slip:04}")
                                     for slip in range(1, 4)] for number in range(1, 4)}
    out, told = io.BytesIO(), []

    pages = write_archive(((name, slips, LAYOUT) for name, slips in centres.items()), out,
                          progress=lambda name, pages: told.append((name, pages)))

    archive = zipfile.ZipFile(out)
    assert pages == 9
    assert told == [("XA101.pdf", 3), ("XA102.pdf", 3), ("XA103.pdf", 3)]
    assert archive.testzip() is None
    assert archive.read("XA102.pdf") == printed(*centres["XA102.pdf"])
    assert "XA103 · Harbour View School" in text(archive.read("XA103.pdf"), 2)


class Pipe(io.RawIOBase):
    """Somewhere that cannot be gone back in: a connection."""

    def __init__(self):
        self.parts = []

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.parts.append(bytes(data))
        return len(data)


def test_an_archive_is_the_same_down_a_connection():
    pipe, files = Pipe(), [("XA101.pdf", [SLIP])]

    write_archive(((name, slips, LAYOUT) for name, slips in files), pipe)

    assert zipfile.ZipFile(io.BytesIO(b"".join(pipe.parts))).read("XA101.pdf") == printed(SLIP)
