"""The other side: an attached centre's officer reads on every page what the Associate allows."""
from datetime import timedelta

import pytest

from documents import words
from models.tables import audit

AT = "/centres/XA101"
SERIES = f"{AT}/candidate-results/june-2026"
PAGES = (AT, f"{AT}/results", f"{AT}/files", f"{AT}/candidate-results", SERIES, f"{SERIES}/status",
         f"{SERIES}/credentials", f"{SERIES}/to-do", f"{SERIES}/preview")


@pytest.mark.parametrize("address", PAGES)
def test_every_page_says_what_the_associate_allows_and_since_when(cast, plain, address):
    visitor = plain(cast.karachi_officer)
    without = visitor.get(address).text

    cast.give_access(cast.karachi, delay=1440)
    since = cast.now - timedelta(hours=3)
    audit.record("amal@xa100.example", "saved attached centres", since, centre="XA100", series="june-2026",
                 changes=[("XA101", "give_access", False, True)])
    with_ = visitor.get(address).text

    assert ("Northern Schools Council gives your centre no access to the candidate results service for June 2026."
            in without)
    assert ("Northern Schools Council gives your centre access for June 2026: a delay of 24 h; Amal Raza answers your "
            f"candidates. Last changed: {in_zone_of(plain, since)}." in with_)


def in_zone_of(plain, moment):
    with plain().app.test_request_context():
        return words.with_place(moment, "Asia/Karachi", "en")


def test_an_unattached_centre_and_an_associate_have_nobody_above_them(cast, plain):
    assert "gives your centre" not in plain(cast.independent_officer).get("/centres/XC301").text
    assert "gives your centre" not in plain(cast.associates_officer).get("/centres/XA100").text
