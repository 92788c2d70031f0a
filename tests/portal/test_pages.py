"""The dashboard, the tabs and the way from one centre to another."""
import pytest

from models.tables.exams import Centre
from models.tables.people import Posting
from tests.visitor import Visitor, text_of


def test_an_officer_lands_on_administer_exams_of_the_own_centre(cast, plain):
    visitor = plain(cast.karachi_officer)

    home = visitor.get("/")
    page = visitor.follow(home)

    assert (home.status, home.location) == (303, "/centres/XA101")
    assert text_of(page.one("h1")) == "Administer exams"
    links = page.links()
    assert links["View Dashboard >"] == "/centres/XA101/candidate-results/june-2026/today"
    assert [text_of(h2) for h2 in page.all("h2")] == [
        "Download and upload files", "View entries and results", "Manage the Candidate results website",
        "Open series", "What needs doing", "Since your last visit"]
    assert links["File Exchange"] == "/centres/XA101/files"
    assert links["View your entries and results"] == "/centres/XA101/results"
    assert links["Candidate results website"] == "/centres/XA101/candidate-results"


def test_the_tabs_stand_in_this_order(cast, visit):
    page = visit(cast.karachi_officer).get("/centres/XA101", htmx=False)

    tabs = [text_of(a) for a in page.one("nav", class_="tabs").iter("a")]
    assert tabs == ["Dashboard", "Results", "File Transfers", "Candidate Results website"]


def test_without_the_right_there_is_no_link_but_a_sentence_whom_to_ask(cast, plain, app):
    visitor = plain(cast.without_right)

    page = visitor.get("/centres/XA101")

    assert "Candidate results website" not in page.links()
    assert "Candidate Results website" not in page.links()
    assert page.links()[app.config["SUPPORT_EMAIL"]] == f"mailto:{app.config['SUPPORT_EMAIL']}"
    assert "You do not have the right to manage the candidate results website." in page.text
    assert visitor.get("/centres/XA101/candidate-results").status == 403


def test_several_centres_are_one_panel_each(cast, plain):
    Posting.create(officer=cast.karachi_officer, centre=cast.independent, manages_candidate_results=True)

    page = plain(cast.karachi_officer).get("/")

    assert page.status == 200
    assert [text_of(h2) for h2 in page.all("h2")] == [
        "Administer exams XA101 Hilltop School", "Administer exams XC301 Lakeside School"]
    assert page.links()["View Dashboard > XC301 Lakeside School"] == "/centres/XC301"


def test_an_officer_without_a_centre_is_told_whom_to_ask(cast, plain):
    page = plain(cast.officer("new@nowhere.example", "New One")).get("/")

    assert page.status == 200
    assert "No centre has been given to you yet." in page.text


@pytest.mark.parametrize(("at", "chosen", "leads_to"), [
    ("", "XA101", "/centres/XA101"),
    ("results", "XA101", "/centres/XA101/results"),
    ("files", "XA102", "/centres/XA102/files"),
    ("candidate-results", "XA102", "/centres/XA102/candidate-results"),
    ("candidate-results/june-2026", "XA102", "/centres/XA102/candidate-results/june-2026"),
    ("candidate-results/june-2026/status", "XA102", "/centres/XA102/candidate-results/june-2026/status"),
    ("candidate-results/june-2026/attached-centres", "XA101", "/centres/XA101/candidate-results/june-2026"),
    ("candidate-results/june-2026/attached-centres", "XA100",
     "/centres/XA100/candidate-results/june-2026/attached-centres"),
    ("candidate-results/june-1999", "XA102", "/centres/XA102/candidate-results"),
    ("nonsense", "XA102", "/centres/XA102"),
])
def test_change_centre_leads_to_the_same_page_or_the_nearest(cast, plain, at, chosen, leads_to):
    answer = plain(cast.associates_officer).get(f"/change-centre/{at}", query_string={"number": chosen})

    assert (answer.status, answer.location) == (303, leads_to)


def test_change_centre_is_a_form_that_works_without_script(cast, plain):
    page = plain(cast.associates_officer).get("/centres/XA101/results")

    form = next(form for form in page.all("form") if form.get("action", "").startswith("/change-centre"))
    assert form.get("method") == "get"
    assert form.get("action") == "/change-centre/results"
    assert [o.get("value") for o in form.iter("option")] == ["XA100", "XA101", "XA102"]
    assert page.fields(form) == {"number": ["XA101"]}


def test_an_officer_of_one_centre_has_nothing_to_change_to(cast, plain):
    page = plain(cast.karachi_officer).get("/centres/XA101")

    assert page.all("select", id="change-centre") == []


def test_whoever_reaches_a_country_is_offered_where_they_were_and_a_search(cast, plain):
    Centre.insert_many([{"number": f"ZZ{n:03}", "name": f"Núñez School {n}", "kind": "centre", "country": "Peru",
                         "time_zone": "America/Lima"} for n in range(60)]).execute()
    board = plain(cast.board)
    board.get("/change-centre/results?number=XC301")

    page = board.get("/centres/XA101/results")
    options = [o.get("value") for o in page.one("select", id="change-centre").iter("option")]
    found = board.get("/change-centre/results?number=&q=nunez+59")

    assert options == ["XA100", "XA101", "XC301", ""]
    assert found.links()["ZZ059 Núñez School 59"] == "/change-centre/results?number=ZZ059"
    assert "No centre is found by ‘nowhere’." in board.get("/change-centre/?q=nowhere").text
    assert plain(cast.karachi_officer).get("/change-centre/?q=ZZ").links().keys() & {"ZZ059 Núñez School 59"} == set()


def test_a_strangers_centre_looks_like_one_that_never_was(cast, app, visit):
    visitor = visit(cast.karachi_officer)
    for page in ("", "/results", "/files", "/candidate-results"):
        real, never = visitor.get(f"/centres/XB201{page}"), visitor.get(f"/centres/ZZ999{page}")

        assert (real.status, real.html) == (404, never.html)
        assert real.headers.get("HX-Retarget") == never.headers.get("HX-Retarget")
    assert Visitor(app, cast.strangers_officer).get("/centres/XB201").status == 200
