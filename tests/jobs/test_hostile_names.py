"""A hostile name from the board's file to the paper: it is text everywhere, or refused with its line."""
import csv
import io

import pytest

from models.database import Refused
from models.tables.exams import Candidate
from models.tables.slips import SlipBatch
from tests.exchange.test_importing import ENTRY, apply, csv_of, with_
from tests.slips.test_confirm import AT, FILLED, newest_pdf, pdf_text

NAMES = {
    "markup": "<img src=x onerror=alert(1)> & <b>Bob</b>",
    "template": "{{ slip.password }}{% include '/etc/passwd' %}",
    "formula": "=HYPERLINK(1+1)",
    "command": "@SUM(1+1)*cmd|' /C calc'!A0",
    "operators": "(Ann) Tj ET \\) /AA",
    "format": "%(candidate)s %s {0}",
    "wide": "W" * 80,
}


def entry_of(name):
    quoted = name.replace('"', '""')
    return csv_of("entries", with_(ENTRY, centre_number="XC301", candidate_number="0003", uci="XC301260003",
                                   candidate_name=f'"{quoted}"'))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_hostile_name_is_text_on_page_paper_and_table(cast, plain, name):
    apply("entries", entry_of(name))
    visitor = plain(cast.independent_officer)

    visitor.post(f"{AT}/status", FILLED)
    page = visitor.get(f"{AT}/credentials")
    slips = pdf_text(newest_pdf(visitor).body)
    table = visitor.post(f"{AT}/credentials/{SlipBatch.get().public_id}/csv").body.decode("utf-8-sig")

    assert name in page.text
    assert "".join(name.split()) in "".join(slips[2].split())
    assert len(slips) == 3
    assert list(csv.reader(io.StringIO(table)))[3][2] == ("'" + name if name[0] in "=@" else name)


@pytest.mark.parametrize(("name", "sentence"), [
    ("x" * 201, "Line 2: .* longer than 200"), ("x" * 10_000, "too long"), ("Ann\u202egro.live", "Line 2: .*invisible"),
    ("Ann\u2066Lee", "Line 2: .*invisible"), ("Ann\x00", "NUL"),
], ids=ascii)
def test_a_name_that_would_mislead_or_not_fit_is_refused(cast, name, sentence):
    with pytest.raises(Refused, match=sentence):
        apply("entries", entry_of(name))

    assert not Candidate.select().where(Candidate.number == "0003").exists()
