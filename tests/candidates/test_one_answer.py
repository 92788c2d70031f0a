"""A candidate's page is one answer: look, icon and script inside it, by their hashes; compressed where it may be."""
import base64
import gzip
import hashlib
import re
import zlib

import brotli
import pytest

from models import passwords
from models.tables.offers import Offer
from models.tables.slips import CandidateSession
from tests.candidates.conftest import OURS, SHEET, SIGN_IN, USERNAME
from views import assets
from views.candidates.bound_templates import MIDDLE, Shell
from views.guards import SECURITY

NAMED = re.compile(r"""/static/[^"' )]*""")


@pytest.fixture
def fetch(app):
    return lambda path, **headers: app.test_client().get(
        path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_what_stands_in_a_page_is_what_the_policy_allows(cast, zoe):
    for page in (zoe.get("/results/en/", htmx=False), zoe.get("/results/ar/sign-in", htmx=False)):
        style, script = re.search(r"<style>(.*?)</style>", page.html, re.S), re.search(
            r"<script>(.*?)</script>", page.html, re.S)
        policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))

        assert sha256(style[1]) in policy["style-src"]
        assert sha256(script[1]) in policy["script-src"]
        assert "unsafe" not in str(policy)
    assert dict(SECURITY)["Content-Security-Policy"] == page.headers["Content-Security-Policy"]


def sha256(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_a_candidates_page_names_no_file_and_one_that_waits_names_two_for_later(guest, zoe):
    waits = zoe.get("/results/en/", htmx=False)
    later = [assets.address("htmx-4.0.1.min.js"), assets.address("countdown.js")]

    assert NAMED.findall(guest().get("/results/en/sign-in", htmx=False).html) == []
    assert waits.one("body").get("data-later").split() == NAMED.findall(waits.html) == later
    assert [tag for tag in waits.all("script") if tag.get("src")] == []


@pytest.mark.parametrize("middle", ["", "a", "Zoë Ångström · " * 900, MIDDLE[1:]])
def test_a_page_packed_in_three_parts_reads_as_one(middle):
    page = f"<p>before{'x' * 5000}</p>{MIDDLE}<p>after</p>".encode()
    shell, whole = Shell(page), page.replace(MIDDLE.encode(), middle.encode())

    assert shell.around(middle.encode(), "identity") == whole
    assert gzip.decompress(shell.around(middle.encode(), "gzip")) == whole
    assert zlib.decompressobj(31).decompress(shell.around(middle.encode(), "gzip")) == whole


@pytest.mark.parametrize(("accepts", "coding"), [("gzip, br", "gzip"), ("br", None), ("", None)])
def test_a_results_page_is_packed_for_whoever_takes_it_and_kept_nowhere(zoe, accepts, coding):
    answer = zoe.client.get("/results/en/", headers={"Accept-Encoding": accepts})

    body = gzip.decompress(answer.data) if coding else answer.data
    assert b"Zo\xc3\xab" in body
    assert answer.headers.get("Content-Encoding") == coding
    assert (answer.headers["Cache-Control"], answer.headers["Vary"]) == ("no-store", "Accept-Encoding")


def test_a_public_page_is_packed_once_in_each_form(fetch):
    plain = fetch("/results/en/sign-in").data

    assert brotli.decompress(fetch("/results/en/sign-in", Accept_Encoding="br, gzip").data) == plain
    assert gzip.decompress(fetch("/results/en/sign-in", Accept_Encoding="gzip").data) == plain


def at_once(visitor, password):
    return visitor.post(SIGN_IN, {"username": USERNAME, "password": password, "at_once": "y"}, csrf=False, htmx=False,
                        headers=OURS)


@pytest.mark.parametrize("hours", [-1, 1])
def test_who_has_script_gets_the_sheet_for_the_password_and_no_grade_early(cast, guest, slips, release, hours):
    cast.result(cast.candidates["XA101"][0], "9709", "A*", 93)
    release("A Level", hours=hours)
    visitor = guest()

    answer = at_once(visitor, slips["0001"])

    assert answer.status == 200
    assert ('class="grade"' in answer.html) == (hours < 0)
    here = r' data-here="\d+"|<input type="hidden" name="here" value="\d+">|\n'
    assert re.sub(here, "", answer.html) == visitor.sheet().html.replace("\n", "")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.one("body").get("data-address") == SHEET  # where its script goes on


def test_at_once_refuses_as_it_does_otherwise(guest, slips, cast):
    wrong = passwords.derive(b"another key", "XA101", "0001", 1, "00")
    refused, plain = at_once(guest(), wrong), guest().sign_in_with(USERNAME, wrong)
    Offer.delete().execute()
    shut, visitor = at_once(guest(), slips["0001"]), guest()
    at_once(visitor, slips["0001"])

    assert (refused.status, refused.html) == (422, plain.html)
    assert (shut.status, visitor.cookie) == (403, None)
    assert CandidateSession.select().count() == 0
