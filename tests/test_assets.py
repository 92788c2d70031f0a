"""The files of static/: every page names them by their digest, and a browser asks for each once in its life."""
import gzip
import re
from html import unescape

import brotli
import pytest

from tests.inside import Inside
from tests.test_answers import addresses
from tests.test_locks import ask, right_person
from views import assets

NAMED = re.compile(r"""/static/[^"' )]*""")


@pytest.fixture
def fetch(app):
    """What comes back for an address, with the plainest client there is."""
    return lambda path, method="GET", **headers: app.test_client().open(
        path, method=method, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_every_page_names_files_by_their_digests_alone(app, cast):
    served, seen = {assets.address(name) for name in assets.names()}, set()
    for route, address in addresses(app, cast):
        if route.method == "GET":
            named = set(NAMED.findall(unescape(ask(Inside(app, right_person(cast, route)), route, address).html)))
            assert named <= served, (route, named - served)
            seen |= named

    assert {assets.address(name) for name in ("site.css", "site.js", "mark.svg")} <= seen


def test_stylesheets_name_files_by_their_digests_alone():
    named = {name: re.findall(r'url\("([^"]+)"\)', assets.content(name).decode())
             for name in assets.names() if name.endswith(".css")}

    assert named["site.css"] == [assets.address("watermark.svg")]
    assert named["preview.css"] == [assets.address("candidate.css")]
    assert named["candidate.css"] == []


def test_a_changed_file_has_another_address(tmp_path, monkeypatch):
    (tmp_path / "a.svg").write_text("<svg/>")
    (tmp_path / "a.css").write_text('b { background: url("a.svg") }')
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    told = [assets.address.__wrapped__("a.css")]
    for step in (assets.content, assets.address):
        step.cache_clear()
    (tmp_path / "a.svg").write_text("<svg></svg>")
    told.append(assets.address.__wrapped__("a.css"))
    for step in (assets.content, assets.address):
        step.cache_clear()

    assert told[0] != told[1]  # though the stylesheet itself is as it was


@pytest.mark.parametrize(("accepts", "coding", "unpack"), [
    ("gzip, deflate, br, zstd", "br", brotli.decompress), ("GZIP;q=1.0, br;q=0", "gzip", gzip.decompress),
    ("", None, bytes), ("identity;q=1, gzip;q=0.0", None, bytes)])
def test_a_file_is_kept_for_ever_and_touches_nothing(fetch, queries, accepts, coding, unpack):
    with queries() as asked:
        answer = fetch(assets.address("site.css"), Accept_Encoding=accepts, Cookie="staff=x; results=y")

    assert unpack(answer.data) == assets.content("site.css")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (answer.headers.get("Content-Encoding"), answer.headers["Vary"]) == (coding, "Accept-Encoding")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    assert asked == []
    assert fetch(assets.address("site.css"), "HEAD", Accept_Encoding=accepts).data == b""


@pytest.mark.parametrize("path", [
    "/static/site.css", "/static/site.000000000000.css", "/static/", "/static/../app.py", "/static/%2e%2e/app.py",
    "/static/NOTICE.md"])
def test_nothing_else_is_given_out(fetch, path):
    answer = fetch(path)

    assert answer.status_code in (303, 404)
    assert "immutable" not in answer.headers["Cache-Control"]


def test_nothing_is_sent_to_a_file(fetch):
    assert fetch(assets.address("site.css"), "POST").status_code >= 400


def test_a_folder_that_cannot_be_written_is_said(app, tmp_path):
    (tmp_path / "file").touch()

    done = app.test_cli_runner().invoke(args=["static", str(tmp_path / "file" / "below")])

    assert (done.exit_code, "cannot be written: Not a directory." in done.output) == (1, True)


def test_a_folder_for_nginx_holds_every_file_and_keeps_those_before(app, tmp_path):
    (tmp_path / "site.0123456789ab.css").write_text("of the version before")
    said = app.test_cli_runner().invoke(args=["static", str(tmp_path)]).output
    app.test_cli_runner().invoke(args=["static", str(tmp_path)])
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    assert said == f"{len(assets.names())} files are in {tmp_path}.\n"
    assert len(written) == 2 * len(assets.names()) + 1
    for name in assets.names():
        file = assets.address(name).removeprefix(assets.AT)
        assert written[file] == gzip.decompress(written[f"{file}.gz"]) == assets.content(name)
