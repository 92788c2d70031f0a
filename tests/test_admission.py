"""What a request may be before anybody reads it: characters, sizes, and from whose page it comes."""
import io
from urllib.parse import quote

import pytest

from models.tables.files import ExchangeFile
from tests.visitor import OWN_PAGE, Visitor
from views.admission import LARGER, SMALL, USUAL

FORM = {"content_type": "application/x-www-form-urlencoded"}
UNREADABLE = {"NUL": b"a\0b", "no UTF-8": b"a\xff\xfeb", "half a pair of surrogates": b"a\xed\xa0\x80b"}


@pytest.mark.parametrize("odd", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_400_wherever_it_stands(app, cast, odd):
    officer, nobody = Visitor(app, cast.independent_officer), Visitor(app)
    text, quoted = odd.decode("latin-1"), quote(odd)

    answers = {
        "path": officer.client.get(f"/centres/{quoted}"),
        "query": officer.client.get(f"/centres/XC301/results?q={quoted}"),
        "name in the query": officer.client.get(f"/centres/XC301/results?{quoted}=1"),
        "form": officer.client.post("/account/name", data=f"csrf_token={officer.csrf}&name={quoted}",
                                    headers=OWN_PAGE, **FORM),
        "cookie": app.test_client(use_cookies=False).get("/sign-in", environ_overrides={"HTTP_COOKIE": f"x={text}"}),
        "anonymous form": nobody.client.post("/sign-in", data=f"email={quoted}", headers=OWN_PAGE, **FORM),
        "candidates": nobody.client.post("/results/en/sign-in", data=f"username={quoted}", headers=OWN_PAGE, **FORM),
        "verify": nobody.client.get(f"/verify?code={quoted}"),
    }

    assert {where: answer.status_code for where, answer in answers.items()} == dict.fromkeys(answers, 400)


def test_an_odd_file_name_is_400_and_nothing_is_kept(app, cast):
    officer = Visitor(app, cast.independent_officer)

    sent = officer.post("/centres/XC301/files", {"file": (io.BytesIO(b"a"), "a\ufffd.txt")})

    assert (sent.status, ExchangeFile.select().count()) == (400, 0)


@pytest.mark.parametrize("path", ["/sign-in", "/welcome", "/account/name", "/centres/XC301/files", "/no-such-page",
                                  "/results/en/sign-in"])
@pytest.mark.parametrize("body", [b"a" * (SMALL[0] + 1), b"a&" * (SMALL[1] + 1)], ids=["bytes", "fields"])
def test_who_is_not_signed_in_sends_little(app, cast, path, body):
    answer = Visitor(app).client.post(path, data=body, headers=OWN_PAGE, **FORM)

    is_shut = path in ("/account/name", "/centres/XC301/files")  # then nobody looks at the body at all
    assert answer.status_code == (303 if is_shut else 413)


def test_a_signed_in_page_takes_what_it_needs(app, cast):
    officer = Visitor(app, cast.independent_officer)

    def status(path, size):
        return officer.client.post(path, data=b"a" * size, headers=OWN_PAGE, **FORM).status_code

    at = "/centres/XC301/candidate-results/june-2026"
    assert status("/account/name", USUAL[0] + 1) == 413
    assert status("/account/name", USUAL[0]) == 400  # read, and without its token
    assert status(f"{at}/status", USUAL[0] + 1) == 400
    assert status(f"{at}/status", LARGER["status.confirm"][0] + 1) == 413


OWN, OTHER = "http://localhost", "https://evil.example"


@pytest.mark.parametrize(("headers", "is_taken"), [
    ({"Sec-Fetch-Site": "same-origin"}, True), ({"Sec-Fetch-Site": "cross-site", "Origin": OWN}, False),
    ({"Sec-Fetch-Site": "same-site"}, False), ({"Sec-Fetch-Site": "none"}, False),
    ({"Origin": OWN}, True), ({"Origin": OTHER, "Referer": OWN + "/"}, False), ({"Origin": "null"}, False),
    ({"Origin": OWN + ":8443"}, False), ({"Origin": "https://localhost"}, False),
    ({"Referer": OWN + "/sign-in"}, True), ({"Referer": OTHER + "/sign-in"}, False), ({"Referer": "http://[x"}, False),
    ({}, False)])
@pytest.mark.parametrize("path", ["/sign-in", "/results/en/sign-in"])
def test_a_form_comes_from_a_page_of_this_host(app, path, headers, is_taken):
    """With all that a browser or a school's proxy may strip; the portal then still wants its token (400)."""
    status = Visitor(app).post(path, {}, csrf=False, headers=headers).status

    assert (status != 403) == is_taken


@pytest.mark.parametrize("host", ["results.example", "RESULTS.Example", "results.example.", "results.example:443"])
def test_a_host_is_compared_as_a_name(app, monkeypatch, host):
    monkeypatch.setitem(app.config, "CANDIDATE_HOST", "results.example")
    client = Visitor(app).client

    assert client.get("/results/en/sign-in", headers={"Host": host}).status_code == 200
    assert client.get("/sign-in", headers={"Host": host}).status_code == 404
    assert client.get("/sign-in", headers={"Host": "portal.example"}).status_code == 200
    assert client.get("/results/en/sign-in", headers={"Host": "portal.example"}).status_code == 404
